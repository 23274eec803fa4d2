// The cluster volumes of a node: readied for containers once the swarm has brought them here, let go when it says so. A node forgets them
// when its machine dies, and is told anew.

import { csiFails, csiTime } from '../model/csi.ts';
import { second } from '../model/duration.ts';
import type { AssignedVolume, Assignments } from '../model/messages.ts';
import type { Task } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';
import type { AgentContext } from './context.ts';
import type { AgentState } from './state.ts';

/** What the plugin could not do is tried again after this. */
const retryPause = second;

/** Plain data. */
export interface LocalVolume {
  readonly assigned: AssignedVolume;
  phase: 'staging' | 'ready' | 'unstaging';
  /** Ends what the plugin is doing. */
  timer: number | undefined;
}

/** Takes up what a node is told of its volumes (R-R175). A complete set is the whole truth. */
export function applyVolumes(context: AgentContext, state: AgentState, message: Assignments): void {
  const { volumes = [], removedVolumes = [] } = message;
  for (const assigned of volumes) {
    const known = state.volumes.get(assigned.id);
    if (known?.phase === 'staging' || known?.phase === 'ready') continue;
    if (known?.timer !== undefined) context.cancel(known.timer);
    const volume: LocalVolume = { assigned, phase: 'staging', timer: undefined };
    state.volumes.set(assigned.id, volume);
    work(context, volume);
  }
  const listed = new Set(volumes.map(({ id }) => id));
  const unlisted = [...state.volumes.keys()].filter((id) => !listed.has(id));
  const gone = message.type === 'complete' ? [...removedVolumes, ...unlisted] : removedVolumes;
  for (const id of gone) letGo(context, state, id);
}

/** A volume that is not here has been let go already; the swarm may not have heard of it. */
function letGo(context: AgentContext, state: AgentState, id: string): void {
  const volume = state.volumes.get(id);
  if (volume === undefined) {
    state.unpublished.add(id);
    return;
  }
  if (volume.phase === 'unstaging') return;
  if (volume.timer !== undefined) context.cancel(volume.timer);
  volume.phase = 'unstaging';
  work(context, volume);
}

function work(context: AgentContext, volume: LocalVolume): void {
  const { id, spec } = volume.assigned;
  const time = csiTime(spec, volume.phase === 'staging' ? 'stage' : 'unstage');
  volume.timer = context.later(time, { kind: 'agent.volume', volumeId: id });
}

/** The plugin has done its part, or has failed and tries again. @returns true when the volume can be used from now on */
export function volumeMoment(context: AgentContext, state: AgentState, volumeId: string): boolean {
  const volume = state.volumes.get(volumeId);
  assert(volume !== undefined, 'the timer of a volume ends with it');
  volume.timer = undefined;
  const { spec } = volume.assigned;
  if (csiFails(spec, volume.phase === 'staging' ? 'stage' : 'unstage')) {
    volume.timer = context.later(retryPause, { kind: 'agent.volume', volumeId });
    return false;
  }
  if (volume.phase === 'staging') {
    volume.phase = 'ready';
    return true;
  }
  state.volumes.delete(volumeId);
  state.unpublished.add(volumeId);
  return false;
}

/** Whether all volumes of a task are ready here. */
export function hasVolumes(state: AgentState, { volumes = [] }: Task): boolean {
  return volumes.every(({ volumeId }) => state.volumes.get(volumeId)?.phase === 'ready');
}
