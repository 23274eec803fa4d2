// What containers keep on a machine beyond their own life: named volumes, and directories of the machine itself, which bind mounts show.
// Both are the engine's, not the swarm's: a node that leaves keeps them. Contents are texts by key; no program reads or writes them by itself.

import type { Labels } from '../model/spec.ts';
import type { Context } from '../sim/context.ts';
import type { NodeCommand, NodeMemory, SwarmTypes } from './types.ts';

/** One volume or directory as a whole, on the disk. */
export interface VolumeRecord {
  readonly kind: 'volume';
  /** A directory is named by its absolute path. */
  readonly name: string;
  readonly entries: ReadonlyArray<readonly [key: string, value: string]>;
  /** Absent for a directory. */
  readonly info?: VolumeInfo;
}

/** What a named volume was made with. */
export interface VolumeInfo {
  /** By the machine's clock, microseconds. */
  readonly createdAt: number;
  readonly driver: string;
  readonly options: Labels;
  readonly labels: Labels;
}

const prefix = 'volume/';

/** What a machine has without anybody's doing. */
const ordinaryPaths = [
  '/dev',
  '/etc',
  '/home',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
].concat(['/var/lib/docker', '/var/log', '/var/run/docker.sock']);

/** All volumes and directories that the disk holds. */
export function readVolumes(context: Context<SwarmTypes>): Map<string, Map<string, string>> {
  const volumes = new Map<string, Map<string, string>>();
  for (const file of context.files()) {
    if (!file.startsWith(prefix)) continue;
    for (const record of context.read(file).records) {
      if (record.kind === 'volume') volumes.set(record.name, new Map(record.entries));
    }
  }
  return volumes;
}

/** What the disk says of the named volumes. */
export function readVolumeInfo(context: Context<SwarmTypes>): Map<string, VolumeInfo> {
  const known = new Map<string, VolumeInfo>();
  for (const file of context.files()) {
    if (!file.startsWith(prefix)) continue;
    for (const record of context.read(file).records) {
      if (record.kind === 'volume' && record.info !== undefined) known.set(record.name, record.info);
    }
  }
  return known;
}

/** Makes a volume or directory, unless it is there. */
export function demandVolume(context: Context<SwarmTypes>, memory: NodeMemory, name: string): void {
  if (memory.volumes.has(name)) return;
  if (!name.startsWith('/')) {
    memory.volumeInfo.set(name, { createdAt: context.now(), driver: 'local', options: [], labels: [] });
  }
  save(context, memory, name, new Map());
}

/** `docker volume create`: a volume that is there stays as it is. */
export function makeVolume(
  context: Context<SwarmTypes>,
  memory: NodeMemory,
  { name, options, labels }: Extract<NodeCommand, { readonly kind: 'node.make-volume' }>,
): void {
  if (memory.volumes.has(name)) return;
  memory.volumeInfo.set(name, { createdAt: context.now(), driver: 'local', options, labels });
  save(context, memory, name, new Map());
}

/** `docker volume rm`: whoever asks has seen that nothing uses it. */
export function dropVolume(context: Context<SwarmTypes>, memory: NodeMemory, name: string): void {
  memory.volumes.delete(name);
  memory.volumeInfo.delete(name);
  context.replace(prefix + name, []);
  syncSoon(context, memory);
}

/** Writes one value; safe from a crash once the disk has synced, in a few milliseconds. */
export function writeVolume(
  context: Context<SwarmTypes>,
  memory: NodeMemory,
  name: string,
  key: string,
  value: string,
): void {
  const entries = memory.volumes.get(name) ?? new Map<string, string>();
  entries.set(key, value);
  save(context, memory, name, entries);
}

/** Whether there is such a directory, or one below it. */
export function hasPath({ volumes }: NodeMemory, path: string): boolean {
  const plain = path.replace(/\/+$/, '');
  const known = [...ordinaryPaths, ...volumes.keys()];
  return known.some((each) => each.startsWith('/') && (each === plain || each.startsWith(`${plain}/`)));
}

function save(
  context: Context<SwarmTypes>,
  memory: NodeMemory,
  name: string,
  entries: Map<string, string>,
): void {
  memory.volumes.set(name, entries);
  const info = memory.volumeInfo.get(name);
  context.replace(prefix + name, [
    { kind: 'volume', name, entries: [...entries], ...(info !== undefined && { info }) },
  ]);
  syncSoon(context, memory);
}

/** Writes that come together share a sync. */
export function syncSoon(context: Context<SwarmTypes>, memory: NodeMemory): void {
  if (memory.saving === 'no') {
    memory.saving = 'once';
    context.sync({ kind: 'node.saved' });
  } else memory.saving = 'again';
}
