// A large swarm from end to end: 1,000 nodes join one by one, 10,000 tasks are deployed and then rolled to a new image.

import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { minute, second } from '../../src/model/duration.ts';
import { TaskState } from '../../src/model/state.ts';
import type { BenchRow } from './heap.ts';

const managers = 3;
const workers = 997;
const services = 10;
const replicas = 1_000;
/** Tasks of a service that are replaced at a time. */
const parallelism = 100;

/** Seconds of wall time for all of it, and mebibytes of memory at the most. */
const timeBudget = 60;
const memoryBudget = 1_024;
/** How long a swarm may take, in virtual time, to have every task running. */
const limit = 10 * minute;

export async function benchScale(): Promise<BenchRow[]> {
  const begun = performance.now();
  const swarm = Swarm.create('bench', ordinaryCluster(managers, workers));
  assembleSwarm(swarm);
  const assembled = performance.now();

  const client = new Client(swarm, 'manager1');
  for (const name of names()) {
    client.createService(serviceSpec({ name, image: 'web:1', replicas, update: { parallelism } }));
  }
  waitFor(swarm, 'web:1');
  const deployed = performance.now();

  for (const name of names()) {
    client.updateService(name, (spec) => ({
      ...spec,
      task: { ...spec.task, container: { ...spec.task.container, image: 'web:2' } },
    }));
  }
  waitFor(swarm, 'web:2');
  const rolled = performance.now();

  const total = (rolled - begun) / 1_000;
  const peak = Math.round(process.resourceUsage().maxRSS / 1_024);
  const parts = [assembled - begun, deployed - assembled, rolled - deployed].map((part) =>
    (part / 1_000).toFixed(1),
  );
  return [
    {
      name: `scale: ${managers + workers} nodes, ${services * replicas} tasks, joined, deployed and rolled`,
      figure: `${parts.join(' + ')} s, peak ${peak} MiB`,
      ratio: `${(swarm.world.now / second / total).toFixed(1)} x real time`,
      budget: `at most ${timeBudget} s, ${memoryBudget} MiB`,
      met: total <= timeBudget && peak <= memoryBudget,
    },
  ];
}

function names(): string[] {
  return Array.from({ length: services }, (_, i) => `web${i}`);
}

/** Lets time pass until every task runs `image`. */
function waitFor(swarm: Swarm, image: string): void {
  const end = swarm.world.now + limit;
  while (countRunning(swarm, image) < services * replicas) {
    if (swarm.world.now > end) throw new Error(`${image} is not running everywhere`);
    swarm.advance(second);
  }
}

function countRunning(swarm: Swarm, image: string): number {
  let count = 0;
  for (const { status, desiredState, spec } of swarm.state()?.list('task') ?? []) {
    const runs = status.state === TaskState.Running && desiredState === TaskState.Running;
    if (runs && spec.container.image === image) count++;
  }
  return count;
}
