// What the scheduler knows of cluster (CSI) volumes: which there are and who uses them where; which one a mount gets; and which are to leave
// a node (R-S40 to R-S44). Plain data. It keeps to what SwarmKit does, also where that is odd.

import type { Node, Task, Volume, VolumeAttachment } from '../../model/objects.ts';
import type { Labels, Mount } from '../../model/spec.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';

interface VolumeUse {
  readonly nodeId: string;
  readonly readOnly: boolean;
}

interface VolumeInfo {
  /** As it was when it was first known: later updates do not come through (R-S41). */
  readonly volume: Volume;
  /** By task ID. */
  readonly uses: Map<string, VolumeUse>;
}

/** By volume ID, in ascending order: the order in which those of a group are tried (reference, section 8). */
export type Volumes = Map<string, VolumeInfo>;

/** What a task asks of volumes. */
export interface VolumeDemand {
  readonly mounts: readonly Mount[];
  readonly volumes: Volumes;
}

/** All volumes that the plugin has made, with the tasks that use them (R-S3). */
export function loadVolumes(store: Reader): Volumes {
  const volumes: Volumes = new Map();
  for (const volume of store.list('volume')) putVolume(volumes, volume);
  if (volumes.size === 0) return volumes;
  for (const task of store.list('task')) {
    const { state } = task.status;
    if (state > TaskState.Pending && !isTerminal(state)) reserveVolumes(volumes, task);
  }
  return volumes;
}

/** Follows an update; nothing else of a volume is heard of. @returns whether a task may fit now that did not */
export function takeVolume(volumes: Volumes, event: StoreEvent & { readonly kind: 'volume' }): boolean {
  return event.action === 'update' && putVolume(volumes, event.after);
}

function putVolume(volumes: Volumes, volume: Volume): boolean {
  if (volume.pluginVolumeId === '') return false;
  if (volumes.has(volume.id)) return true;
  const behind = [...volumes].filter(([id]) => id > volume.id);
  for (const [id] of behind) volumes.delete(id);
  volumes.set(volume.id, { volume, uses: new Map() });
  for (const [id, info] of behind) volumes.set(id, info);
  return true;
}

/** The mounts of a task that want a cluster volume; undefined when none does. */
export function volumeDemandOf(task: Task, store: Reader, volumes?: Volumes): VolumeDemand | undefined {
  const mounts = task.spec.container.mounts.filter(({ type }) => type === 'cluster');
  if (mounts.length === 0) return undefined;
  if (volumes !== undefined) return { mounts, volumes };
  return { mounts, volumes: volumesWithout(loadVolumes(store), task.id) };
}

/** The same without what one task uses: it is not in its own way when it is asked again what was decided. */
export function volumesWithout(volumes: Volumes, taskId: string): Volumes {
  return new Map(
    [...volumes].map(([id, { volume, uses }]) => {
      const others = new Map(uses);
      others.delete(taskId);
      return [id, { volume, uses: others }];
    }),
  );
}

/** The filter: one mount that can be satisfied is enough (R-S31, R-S43). */
export function hasVolume({ mounts, volumes }: VolumeDemand, node: Node): boolean {
  return mounts.some((mount) => findVolume(volumes, mount, node) !== undefined);
}

const none: readonly VolumeAttachment[] = [];

/** A volume for every mount of a task on a node, or the source of the first mount for which there is none. Nothing is reserved after it. */
export function chooseVolumes(
  demand: VolumeDemand | undefined,
  task: Task,
  node: Node,
): { readonly attachments: readonly VolumeAttachment[] } | { readonly missing: string } {
  if (demand === undefined) return { attachments: none };
  const { mounts, volumes } = demand;
  const attachments: VolumeAttachment[] = [];
  let missing: string | undefined;
  for (const { source, target, readOnly } of mounts) {
    const found = findVolume(volumes, { source, readOnly }, node);
    if (found === undefined) {
      missing = source;
      break;
    }
    // Held while the others are chosen: two mounts of a task may be in each other's way.
    found.uses.set(task.id, { nodeId: node.id, readOnly });
    attachments.push({ volumeId: found.volume.id, source, target });
  }
  releaseVolumes(volumes, task.id);
  return missing === undefined ? { attachments } : { missing };
}

/** Chooses volumes for a task of the queue and reserves them. Where one is missing it gets none at all (R-S43). */
export function attachVolumes(
  demand: VolumeDemand | undefined,
  task: Task,
  node: Node,
): readonly VolumeAttachment[] {
  if (demand === undefined) return none;
  const chosen = chooseVolumes(demand, task, node);
  if ('missing' in chosen) return none;
  reserveVolumes(demand.volumes, { ...task, nodeId: node.id, volumes: chosen.attachments });
  return chosen.attachments;
}

/** Counts a task as user of the volumes attached to it. */
function reserveVolumes(volumes: Volumes, task: Task): void {
  for (const { volumeId, source, target } of task.volumes ?? none) {
    const { mounts } = task.spec.container;
    const mount = mounts.find((each) => each.source === source && each.target === target);
    if (mount === undefined) continue;
    const { readOnly } = mount;
    volumes.get(volumeId)?.uses.set(task.id, { nodeId: task.nodeId, readOnly });
  }
}

/** A task uses none any more. */
export function releaseVolumes(volumes: Volumes, taskId: string): void {
  for (const { uses } of volumes.values()) uses.delete(taskId);
}

/** Writes that volumes are wanted on a node (R-S27). False, and nothing written, when one is gone or not active. */
export function wantVolumes(
  tx: Transaction,
  attachments: readonly VolumeAttachment[],
  nodeId: string,
): boolean {
  if (attachments.some(({ volumeId }) => tx.get('volume', volumeId)?.spec.availability !== 'active')) {
    return false;
  }
  for (const { volumeId } of attachments) {
    const published = tx.get('volume', volumeId)?.publish.some((status) => status.nodeId === nodeId);
    if (published === true) continue;
    tx.update('volume', volumeId, (draft) => {
      draft.publish.push({ nodeId, state: 'pending-publish' });
    });
  }
  return true;
}

/** Writes that volumes which nobody uses on a node, by what is known here, are to leave it (R-S30, R-S44). */
export function freeVolumes(volumes: Volumes, tx: Transaction): 'done' | 'again' {
  for (const [id, { uses }] of volumes) {
    const used = new Set([...uses.values()].map(({ nodeId }) => nodeId));
    const free = tx
      .get('volume', id)
      ?.publish.filter(({ nodeId, state }) => state === 'published' && !used.has(nodeId));
    if (free === undefined || free.length === 0) continue;
    if (tx.full) return 'again';
    tx.update('volume', id, (draft) => {
      for (const status of draft.publish) {
        if (status.state === 'published' && !used.has(status.nodeId)) status.state = 'pending-node-unpublish';
      }
    });
  }
  return 'done';
}

/** `group:` names a group, anything else a volume (R-S40). */
function findVolume(
  volumes: Volumes,
  { source, readOnly }: Pick<Mount, 'source' | 'readOnly'>,
  node: Node,
): VolumeInfo | undefined {
  const group = source.startsWith('group:') ? source.slice('group:'.length) : undefined;
  for (const info of volumes.values()) {
    const { spec } = info.volume;
    const meant = group === undefined ? spec.name === source : spec.group === group;
    if (meant && fits(info, readOnly, node)) return info;
  }
  return undefined;
}

/** R-S42. */
function fits({ volume, uses }: VolumeInfo, readOnly: boolean, node: Node): boolean {
  const { availability, scope, sharing, driver } = volume.spec;
  if (availability !== 'active') return false;
  const users = [...uses.values()];
  if (scope === 'single' && users.some(({ nodeId }) => nodeId !== node.id)) return false;
  if (sharing === 'none' && users.length > 0) return false;
  if (sharing === 'onewriter' && !readOnly && users.some((use) => !use.readOnly)) return false;
  if (sharing === 'readonly' && !readOnly) return false;
  const topology = node.description?.csi?.find(({ plugin }) => plugin === driver)?.topology;
  return isWithin(topology, volume.accessible ?? []);
}

/** Missing on either side fits; otherwise all segments of one place that the volume can be reached from are the node's. */
function isWithin(topology: Labels | undefined, accessible: readonly Labels[]): boolean {
  if (topology === undefined || accessible.length === 0) return true;
  const own = new Map(topology);
  return accessible.some((place) => place.every(([key, value]) => own.get(key) === value));
}
