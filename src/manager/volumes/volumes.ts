// The volume manager: takes cluster volumes through their lives with the plugin, one operation of a volume at a time. It makes what is new,
// brings it to the nodes that the scheduler wants it on, takes it away from those it is to leave, and deletes what is to be removed. What
// fails is tried again, later each time. All it keeps is memory: a new leader begins anew, and a plugin asked twice does nothing twice.

import { csiFails, csiTime } from '../../model/csi.ts';
import { millisecond, minute } from '../../model/duration.ts';
import type { Volume } from '../../model/objects.ts';
import { unreachable } from '../../sim/assert.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Leader, Reactor } from '../leader.ts';

/** The pause after a first failure; it doubles with every other. */
const firstPause = 100 * millisecond;
const longestPause = 10 * minute;

/** What the plugin does, or has done, for a volume. */
type Step =
  | { readonly operation: 'create' | 'delete' }
  | { readonly operation: 'publish' | 'unpublish'; readonly nodeId: string };

interface Work {
  /** How often the operation at hand has failed. */
  failures: number;
  /** Until the plugin has answered and that is written, or the pause after a failure is over. */
  busy: boolean;
}

/** Plain data. */
export interface VolumesState {
  /** By volume ID, those that something is done for. */
  readonly work: Map<string, Work>;
}

export type VolumesTimer =
  /** The plugin is done. */
  | { readonly kind: 'done'; readonly volumeId: string; readonly step: Step }
  | { readonly kind: 'retry'; readonly volumeId: string };

export type VolumesJob = { readonly kind: 'finish'; readonly volumeId: string; readonly step: Step };

type VolumesLeader = Leader<VolumesTimer, VolumesJob>;

export const volumesReactor: Reactor<VolumesState, VolumesTimer, VolumesJob> = {
  start(leader) {
    const state: VolumesState = { work: new Map() };
    for (const { id } of leader.store.list('volume')) proceed(leader, state, id);
    return state;
  },

  change(leader, state, event) {
    if (event.kind !== 'volume') return;
    if (event.action === 'remove') state.work.delete(event.id);
    else proceed(leader, state, event.id);
  },

  commit() {},

  timer(leader, state, timer) {
    const work = state.work.get(timer.volumeId);
    const volume = leader.store.get('volume', timer.volumeId);
    if (work === undefined || volume === undefined) return;
    if (timer.kind === 'retry') {
      work.busy = false;
      proceed(leader, state, timer.volumeId);
    } else if (csiFails(volume.spec, timer.step.operation)) {
      const pause = Math.min(firstPause * 2 ** work.failures, longestPause);
      work.failures += 1;
      leader.later(pause, { kind: 'retry', volumeId: timer.volumeId });
    } else {
      work.failures = 0;
      leader.request({ kind: 'finish', volumeId: timer.volumeId, step: timer.step });
    }
  },

  write(_leader, _state, { volumeId, step }, tx) {
    finish(tx, volumeId, step);
    return 'done';
  },

  written(leader, state, { volumeId }, outcome) {
    const work = state.work.get(volumeId);
    if (work === undefined || outcome === 'lost') return;
    work.busy = false;
    proceed(leader, state, volumeId);
  },
};

/** Begins with what is to be done next for a volume, unless something is being done. */
function proceed(leader: VolumesLeader, state: VolumesState, volumeId: string): void {
  const known = state.work.get(volumeId);
  if (known?.busy === true) return;
  const volume = leader.store.get('volume', volumeId);
  const step = volume && nextStep(volume);
  if (volume === undefined || step === undefined) {
    state.work.delete(volumeId);
    return;
  }
  state.work.set(volumeId, { failures: known?.failures ?? 0, busy: true });
  leader.later(csiTime(volume.spec, step.operation), { kind: 'done', volumeId, step });
}

/** What is to be done next for a volume; undefined when it is as it should be. */
function nextStep({ pluginVolumeId, pendingDelete, publish }: Volume): Step | undefined {
  if (pendingDelete === true) return { operation: 'delete' };
  if (pluginVolumeId === '') return { operation: 'create' };
  for (const { nodeId, state } of publish) {
    if (state === 'pending-publish') return { operation: 'publish', nodeId };
    if (state === 'pending-unpublish') return { operation: 'unpublish', nodeId };
  }
  return undefined;
}

/** Writes what the plugin has done, as far as it is still wanted. */
function finish(tx: Transaction, volumeId: string, step: Step): void {
  const volume = tx.get('volume', volumeId);
  if (volume === undefined) return;
  switch (step.operation) {
    case 'create':
      tx.update('volume', volumeId, (draft) => {
        draft.pluginVolumeId = `csi-${volumeId}`;
        const { requisite } = volume.spec;
        if (requisite.length > 0) draft.accessible = requisite.map((place) => place.map(([k, v]) => [k, v]));
      });
      return;
    case 'delete':
      tx.remove('volume', volumeId);
      return;
    case 'publish':
      tx.update('volume', volumeId, (draft) => {
        for (const status of draft.publish) {
          if (status.nodeId === step.nodeId && status.state === 'pending-publish') status.state = 'published';
        }
      });
      return;
    case 'unpublish':
      tx.update('volume', volumeId, (draft) => {
        draft.publish = draft.publish.filter(
          ({ nodeId, state }) => nodeId !== step.nodeId || state !== 'pending-unpublish',
        );
      });
      return;
    default:
      unreachable(step);
  }
}
