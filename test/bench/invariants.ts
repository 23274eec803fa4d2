// What it costs to check all invariants after every event, and how many seeds of ten virtual minutes that leaves: 5 managers, 5 workers and 5 services,
// a leader that crashes and comes back every two minutes. Both runs alternate, so that a busy machine slows both.

import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { minute } from '../../src/model/duration.ts';
import type { BenchRow } from './heap.ts';

/** Times as long as without. */
const costBudget = 3;
/** Seeds of ten virtual minutes a second on one core, with all invariants on. */
const seedsBudget = 10;

/** A campaign runs hundreds of seeds in one process: measured is what a seed costs once the code is compiled. */
const warmUp = 25;
const seedCount = 10;
/** Each seed is played so often with and without, in turn; what counts is the time that was disturbed least by whatever else the machine did. */
const repeats = 4;

function play(seed: number, watched: boolean): void {
  const swarm = Swarm.create(`bench-${seed}`, ordinaryCluster(5, 5));
  if (watched) watchInvariants(swarm);
  assembleSwarm(swarm);
  const client = new Client(swarm, 'manager1');
  for (let i = 0; i < 5; i++)
    client.createService(serviceSpec({ name: `web${i}`, image: 'nginx', replicas: 3 }));
  for (let i = 0; i < 5; i++) {
    const leader = swarm.leader();
    if (leader === undefined) throw new Error('somebody leads');
    swarm.fault({ kind: 'crash', host: leader });
    swarm.advance(minute);
    swarm.fault({ kind: 'restart', host: leader });
    swarm.advance(minute);
  }
}

/** Milliseconds of processor time. */
function timed(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

export async function benchInvariants(): Promise<BenchRow[]> {
  for (let seed = 0; seed < warmUp; seed++) {
    play(seed, false);
    play(seed, true);
  }
  let off = 0;
  let on = 0;
  for (let seed = 0; seed < seedCount; seed++) {
    const times = Array.from({ length: repeats }, () => ({
      off: timed(() => play(seed, false)),
      on: timed(() => play(seed, true)),
    }));
    off += Math.min(...times.map((time) => time.off)) / seedCount;
    on += Math.min(...times.map((time) => time.on)) / seedCount;
  }
  const ratio = on / off;
  const seeds = 1_000 / on;
  return [
    {
      name: 'invariants: all on, 10 minutes of 5 managers, 5 workers, 5 services',
      figure: `${on.toFixed(1)} ms`,
      ratio: `${ratio.toFixed(2)} x without`,
      budget: `at most ${costBudget}`,
      met: ratio <= costBudget,
    },
    {
      name: 'invariants: seeds of 10 virtual minutes, all on',
      figure: `${seeds.toFixed(1)} /s and core`,
      ratio: '-',
      budget: `at least ${seedsBudget}`,
      met: seeds >= seedsBudget,
    },
  ];
}
