// A whole swarm: how much faster than real time an idle one passes, and how long the tour takes on the wall.

import { Bench } from 'tinybench';
import tour from '../../sim-scenarios/tour.ts';
import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { runScenario } from '../../src/lab/run.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { hour, minute } from '../../src/model/duration.ts';
import type { BenchRow } from './heap.ts';

/** Times real time an idle swarm must reach. */
const idleBudget = 20_000;
/** Milliseconds the tour may take besides start-up. */
const tourBudget = 1_000;

/** 3 managers, 5 workers, 10 services of 3 replicas, all running. */
function idleSwarm(): Swarm {
  const swarm = Swarm.create('bench', ordinaryCluster(3, 5));
  assembleSwarm(swarm);
  const client = new Client(swarm, 'manager1');
  for (let i = 0; i < 10; i++) {
    client.createService(serviceSpec({ name: `web${i}`, image: 'nginx', replicas: 3 }));
  }
  swarm.advance(minute);
  return swarm;
}

export async function benchSwarm(): Promise<BenchRow[]> {
  // The tour first: cold, as a user meets it.
  const begun = performance.now();
  const outcome = runScenario(tour, { seed: '1', tell: () => {} });
  const tourTime = performance.now() - begun;
  if (!outcome.passed) throw new Error(`the tour failed: ${outcome.failure}`);

  const swarm = idleSwarm();
  const bench = new Bench({ time: 2_000, warmupTime: 1_000 });
  bench.add('idle hour', () => swarm.advance(hour));
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result?.state !== 'completed') throw new Error('the idle swarm was not measured');
  const perHour = result.latency.p50;
  const times = Math.round(3_600_000 / perHour);
  return [
    {
      name: 'swarm: idle, 3 managers, 5 workers, 10 services of 3',
      figure: `${perHour.toFixed(1)} ms a virtual hour`,
      ratio: `${times} x real time`,
      budget: `at least ${idleBudget}`,
      met: times >= idleBudget,
    },
    {
      name: 'swarm: the tour, cold',
      figure: `${tourTime.toFixed(0)} ms`,
      ratio: '-',
      budget: `under ${tourBudget} ms`,
      met: tourTime < tourBudget,
    },
  ];
}
