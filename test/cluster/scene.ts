// What tests of whole swarms share: swarms that stand, refusals, and what was told when.

import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import type { SwarmTypes } from '../../src/cluster/types.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { second } from '../../src/model/duration.ts';
import { CallFailure } from '../../src/model/failure.ts';
import { TaskState } from '../../src/model/state.ts';
import type { SimEvent } from '../../src/sim/event.ts';
import { hashStore } from '../../src/store/store.ts';

/** Machines that are in no swarm yet. */
export function machines(managers: number, workers: number, seed = 'cluster'): Swarm {
  const swarm = Swarm.create(seed, ordinaryCluster(managers, workers));
  watchInvariants(swarm);
  return swarm;
}

/** A swarm whose nodes are all ready; manager1 leads. */
export function assembled(managers: number, workers: number, seed = 'cluster'): Swarm {
  const swarm = machines(managers, workers, seed);
  assembleSwarm(swarm);
  return swarm;
}

/** `Code: text` of what `act` is refused with; undefined when it is not. */
export function refusal(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

/** How much virtual time `act` takes, microseconds. */
export function timed(swarm: Swarm, act: () => unknown): number {
  const start = swarm.world.now;
  act();
  return swarm.world.now - start;
}

/** A service of that many replicas, all of them running. */
export function createRunning(swarm: Swarm, at: string, name: string, replicas: number): void {
  new Client(swarm, at).createService(serviceSpec({ name, image: 'nginx', replicas }));
  if (!swarm.runUntil(() => runningTasks(swarm) >= replicas, 60 * second)) throw new Error(`${name} runs`);
}

/** How many tasks run by the newest committed state. */
export function runningTasks(swarm: Swarm): number {
  const tasks = swarm.state()?.list('task') ?? [];
  return tasks.filter(
    ({ status, desiredState }) => status.state === TaskState.Running && desiredState === TaskState.Running,
  ).length;
}

/** The hosts that act as leader. */
export function leaders(swarm: Swarm): string[] {
  return swarm.managers().flatMap(([host, { leadership }]) => (leadership === undefined ? [] : [host]));
}

/** Applied index and store of every running manager. */
export function states(swarm: Swarm): string[] {
  return swarm.managers().map(([, { store }]) => `${store.version}/${hashStore(store)}`);
}

/** Runs until a leader has been announced; how long that took, microseconds. */
export function awaitLeader(swarm: Swarm, limit = 60 * second): number {
  return timed(swarm, () => {
    if (!swarm.runUntil(() => leaders(swarm).length > 0, limit)) throw new Error('nobody leads');
  });
}

/** Everything that happens from now on and that `pick` keeps, with its time. */
export function record<Kept>(
  swarm: Swarm,
  pick: (event: SimEvent<SwarmTypes>) => Kept | undefined,
): { readonly at: number; readonly kept: Kept }[] {
  const found: { readonly at: number; readonly kept: Kept }[] = [];
  swarm.watch({
    event(event) {
      const kept = pick(event);
      if (kept !== undefined) found.push({ at: event.at, kept });
    },
  });
  return found;
}
