// A machine of the world: its power, clock, disk and memory. What happens to it is world.ts and faults.ts.

import type { HostClock } from './clock.ts';
import { createDisk, type Disk } from './disk.ts';
import type { Delivery, WorldTypes } from './event.ts';

/** How long a sync of an ordinary disk takes, microseconds. */
const defaultSyncLatency = 1_000;

/** Plain data. */
export interface Host<T extends WorldTypes> {
  readonly name: string;
  config: T['config'];
  up: boolean;
  paused: boolean;
  /** How often it came up: what was meant for an earlier boot is gone. */
  boots: number;
  readonly clock: HostClock;
  /** Ports on which nothing from other machines comes through. */
  readonly closed: Set<string>;
  disk: Disk<T['record']>;
  /** The program's memory; undefined while down. */
  state: T['state'] | undefined;
  /** What arrived during a pause, in order. */
  backlog: Delivery<T>[];
}

/** A machine that has not come up yet. */
export function createHost<T extends WorldTypes>(name: string, config: T['config']): Host<T> {
  return {
    name,
    config,
    up: false,
    paused: false,
    boots: 0,
    clock: { since: 0, reading: 0, ratePpm: 1_000_000 },
    closed: new Set(),
    disk: createDisk(defaultSyncLatency),
    state: undefined,
    backlog: [],
  };
}

/** Power or process gone: with it the memory, and what was waiting. */
export function goDown<T extends WorldTypes>(host: Host<T>): void {
  host.up = false;
  host.paused = false;
  host.state = undefined;
  host.backlog = [];
}
