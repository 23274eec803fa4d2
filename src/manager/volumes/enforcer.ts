// The volume enforcer: a volume that is being drained loses its tasks (R-O120, R-S44). Only their observed state changes; what becomes of
// them is the orchestrators'.

import type { Volume } from '../../model/objects.ts';
import { TaskState } from '../../model/state.ts';
import type { Leader, Reactor } from '../leader.ts';

/** Plain data. */
export interface VolumeEnforcerState {
  /** Volumes that are drained, and have not been looked at since. */
  readonly drained: Set<string>;
  /** The job is queued for the writer. */
  evicting: boolean;
}

export type VolumeEnforcerTimer = never;
export type VolumeEnforcerJob = { readonly kind: 'evict' };

export const volumeEnforcerReactor: Reactor<VolumeEnforcerState, VolumeEnforcerTimer, VolumeEnforcerJob> = {
  start(leader) {
    const state: VolumeEnforcerState = { drained: new Set(), evicting: false };
    for (const volume of leader.store.list('volume')) note(state, volume);
    act(leader, state);
    return state;
  },

  change(_leader, state, event) {
    if (event.kind === 'volume' && event.action === 'update') note(state, event.after);
  },

  commit(leader, state) {
    act(leader, state);
  },

  timer() {},

  write(_leader, state, _job, tx) {
    for (const { id, desiredState, status, volumes } of state.drained.size === 0 ? [] : tx.list('task')) {
      if (desiredState > TaskState.Complete || status.state >= TaskState.Complete) continue;
      if (volumes?.some(({ volumeId }) => state.drained.has(volumeId)) !== true) continue;
      if (tx.full) return 'again';
      // The time of the status stays as it was (R-O120).
      tx.update('task', id, (draft) => {
        draft.status.state = TaskState.Rejected;
        draft.status.message = 'task rejected by volume enforcer';
        draft.status.err = 'attached to volume which is being drained';
      });
    }
    state.drained.clear();
    state.evicting = false;
    return 'done';
  },

  written() {},
};

function note(state: VolumeEnforcerState, { id, spec }: Volume): void {
  if (spec.availability === 'drain') state.drained.add(id);
}

function act(leader: Leader<never, VolumeEnforcerJob>, state: VolumeEnforcerState): void {
  if (state.drained.size === 0 || state.evicting) return;
  state.evicting = true;
  leader.request({ kind: 'evict' });
}
