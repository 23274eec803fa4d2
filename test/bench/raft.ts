// Committing entries one at a time through an in-process pump of 3, 5 and 7 nodes with storage in memory, as
// heap operations. etcd's library in Go takes 12.4, 20 and 34 microseconds an entry on a machine where a heap
// operation takes 0.25; the budget is half of that.

import { Bench } from 'tinybench';
import {
  advance,
  campaign,
  compact,
  type Entry,
  type Environment,
  type HardState,
  hasReady,
  keepSnapshot,
  lastIndex,
  propose,
  type RaftState,
  restart,
  SWARM_CONFIG,
  step,
  takeReady,
  termAt,
  votersOnly,
} from '../../src/raft/index.ts';
import type { BenchRow } from './heap.ts';
import { heapReference, OPERATIONS } from './hold.ts';

const BUDGETS: readonly { readonly nodes: number; readonly operations: number }[] = [
  { nodes: 3, operations: 25 },
  { nodes: 5, operations: 40 },
  { nodes: 7, operations: 68.5 },
];

/** Entries in one call of a pump. */
const ENTRIES = 200;

const PAYLOAD = 'x'.repeat(100);

/** Entries applied since the last snapshot that make a node compact its log (R-R6). */
const SNAPSHOT_INTERVAL = 10_000;

const ENVIRONMENT: Environment<string> = { random: (bound) => bound - 1, sizeOf: (data) => data.length };

/** A node and its disk: an array. */
interface Host {
  readonly raft: RaftState<string, string>;
  stored: Entry<string>[];
  hardState: HardState | null;
}

/** Elects a leader among `count` nodes and returns a function that commits ENTRIES entries on all of them. */
function pump(count: number): () => void {
  const ids = Array.from({ length: count }, (_, position) => position + 1);
  const snapshot = { index: 1, term: 1, configuration: votersOnly(ids), data: '' };
  const hosts = ids.map((id): Host => {
    const durable = { id, config: SWARM_CONFIG, hardState: null, snapshot, entries: [] };
    return { raft: restart<string, string>(durable, ENVIRONMENT), stored: [], hardState: null };
  });
  const leader = hosts[0]?.raft;
  if (leader === undefined) throw new Error('no nodes');
  campaign(leader, ENVIRONMENT);
  settle(hosts);
  return () => {
    for (let done = 0; done < ENTRIES; done += 1) {
      propose(leader, ENVIRONMENT, PAYLOAD);
      settle(hosts);
    }
    for (const { raft } of hosts) {
      if (raft.log.applied !== lastIndex(leader.log)) throw new Error(`node ${raft.id} lags behind`);
    }
  };
}

/** Processes rounds and delivers their messages until nothing is left to do. */
function settle(hosts: readonly Host[]): void {
  for (let busy = true; busy; ) {
    busy = false;
    for (const host of hosts) {
      if (!hasReady(host.raft)) continue;
      busy = true;
      const ready = takeReady(host.raft, ENVIRONMENT);
      for (const entry of ready.entries) host.stored.push(entry);
      if (ready.hardState !== null) host.hardState = ready.hardState;
      for (const message of ready.messages) {
        const to = hosts[message.to - 1];
        if (to !== undefined) step(to.raft, ENVIRONMENT, message);
      }
      advance(host.raft, ENVIRONMENT);
      compactIfDue(host);
    }
  }
}

function compactIfDue(host: Host): void {
  const { raft } = host;
  const { applied, baseIndex } = raft.log;
  if (applied - baseIndex < SNAPSHOT_INTERVAL) return;
  const term = termAt(raft.log, applied);
  keepSnapshot(raft, { index: applied, term, configuration: raft.configuration, data: '' });
  compact(raft, applied);
  host.stored = [];
}

/** Measures the pumps against the heap, in one run. */
export async function benchRaft(): Promise<BenchRow[]> {
  const bench = new Bench({ time: 1_000, warmupTime: 300 });
  bench.add('heap', heapReference());
  for (const { nodes } of BUDGETS) bench.add(`raft ${nodes}`, pump(nodes));
  await bench.run();
  const heapOperation = medianOf(bench, 'heap') / OPERATIONS;
  return BUDGETS.map(({ nodes, operations }) => {
    const entry = medianOf(bench, `raft ${nodes}`) / ENTRIES;
    const taken = entry / heapOperation;
    return {
      name: `raft: commit an entry on ${nodes} nodes`,
      figure: `${(entry * 1_000).toFixed(2)} µs`,
      ratio: `${taken.toFixed(1)} heap operations`,
      budget: `${operations} heap operations`,
      met: taken <= operations,
    };
  });
}

/** The median time of a task's call, in milliseconds. */
function medianOf(bench: Bench, name: string): number {
  const result = bench.getTask(name)?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`${name} was not measured`);
  return result.latency.p50;
}
