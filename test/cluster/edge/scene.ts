// What the edge cases share beside the scene of all cluster tests: nodes, roles, and the Raft group as one manager sees it.

import { assembleSwarm } from '../../../src/cluster/bootstrap.ts';
import { Client } from '../../../src/cluster/client.ts';
import { ordinaryCluster } from '../../../src/cluster/shape.ts';
import { Swarm } from '../../../src/cluster/swarm.ts';
import type { ManagerState } from '../../../src/manager/state.ts';
import type { Node } from '../../../src/model/objects.ts';
import type { NodeRole } from '../../../src/model/state.ts';
import { assert } from '../../../src/sim/assert.ts';

/** A swarm that no invariant watches: for what an operator does to make a second one of its machines. */
export function unwatched(managers: number, workers: number): Swarm {
  const swarm = Swarm.create('edge', ordinaryCluster(managers, workers));
  assembleSwarm(swarm);
  return swarm;
}

/** The manager that runs on a host. */
export function managerAt(swarm: Swarm, host: string): ManagerState {
  const manager = swarm.managerOf(host);
  assert(manager !== undefined, `${host} runs a manager`);
  return manager;
}

/** The hosts of the Raft group as the manager on `host` knows it, in alphabetical order. */
export function members(swarm: Swarm, host: string): string[] {
  return [...managerAt(swarm, host).members.values()].map((member) => member.host).sort();
}

/** A node's record by the newest committed state. */
export function nodeOf(swarm: Swarm, hostname: string): Node | undefined {
  return swarm
    .state()
    ?.list('node')
    .find(({ description }) => description?.hostname === hostname);
}

/** `docker node promote` or `demote`, typed at `at`. */
export function setRole(swarm: Swarm, at: string, hostname: string, role: NodeRole): void {
  new Client(swarm, at).updateNode(hostname, (spec) => ({ ...spec, role }));
}

export function crash(swarm: Swarm, ...hosts: readonly string[]): void {
  for (const host of hosts) swarm.fault({ kind: 'crash', host });
}

export function restart(swarm: Swarm, ...hosts: readonly string[]): void {
  for (const host of hosts) swarm.fault({ kind: 'restart', host });
}

/** Nothing passes between a host and the others any more. */
export function isolate(swarm: Swarm, host: string): void {
  const others = swarm.world.hostNames().filter((name) => name !== host);
  swarm.fault({ kind: 'partition', groups: [[host], others] });
}

/** Cuts one direction between two hosts. */
export function cut(swarm: Swarm, from: string, to: string): void {
  swarm.fault({ kind: 'cut', from: [from], to: [to] });
}

/** Runs until `condition` holds; an error when it does not in time. */
export function until(swarm: Swarm, what: string, condition: () => boolean, limit: number): void {
  assert(swarm.runUntil(condition, limit), `${what} within ${limit} µs`);
}
