// The scheduler alone: from N pending tasks on M ready nodes in the store to all of them assigned, with the transactions in between, and
// the choice of nodes by itself. Beside each figure stands that of the real SwarmKit's scheduler for the same load, brought to this
// machine by the bare heap.

import type { Leader } from '../../src/manager/leader.ts';
import { decide } from '../../src/manager/scheduler/pass.ts';
import {
  type SchedulerJob,
  type SchedulerTimer,
  schedulerReactor,
} from '../../src/manager/scheduler/scheduler.ts';
import { loadState } from '../../src/manager/scheduler/state.ts';
import { makeLabels } from '../../src/model/labels.ts';
import { kinds } from '../../src/model/objects.ts';
import { TaskState } from '../../src/model/state.ts';
import { apply, begin, createStore, reader, type Store } from '../../src/store/store.ts';
import type { Transaction } from '../../src/store/transaction.ts';
import { makeNode, makeService, makeTask } from '../manager/fixtures.ts';
import type { BenchRow } from './heap.ts';
import { heapReference, OPERATIONS } from './hold.ts';

/** How the tasks are grouped. Picky ones reserve CPU and memory, fit on half of the nodes and spread over ten zones. */
type Load = 'one service' | 'services of 100' | 'services of 10' | 'one-off tasks' | 'services of 100, picky';

/** SwarmKit's figures for one load in milliseconds: median from store to all assigned, and for the choice alone where it can be told. */
interface Cell {
  readonly nodes: number;
  readonly tasks: number;
  readonly load: Load;
  readonly total: number;
  readonly choice?: number;
}

/** Measured on SwarmKit's own scheduler (Go 1.19.8, linux/amd64, two processors of an AMD EPYC), in memory and without Raft. */
const cells: readonly Cell[] = [
  { nodes: 10, tasks: 100, load: 'one service', total: 2.8, choice: 0.2 },
  { nodes: 10, tasks: 100, load: 'services of 100', total: 3.3, choice: 0.2 },
  { nodes: 10, tasks: 100, load: 'services of 10', total: 4.3, choice: 0.3 },
  { nodes: 10, tasks: 100, load: 'one-off tasks', total: 3.8 },
  { nodes: 10, tasks: 100, load: 'services of 100, picky', total: 3.2, choice: 0.2 },
  { nodes: 100, tasks: 1_000, load: 'one service', total: 43.1, choice: 1.8 },
  { nodes: 100, tasks: 1_000, load: 'services of 100', total: 40.7, choice: 2.8 },
  { nodes: 100, tasks: 1_000, load: 'services of 10', total: 55.2, choice: 4.5 },
  { nodes: 100, tasks: 1_000, load: 'one-off tasks', total: 45.1 },
  { nodes: 100, tasks: 1_000, load: 'services of 100, picky', total: 47.9, choice: 2.5 },
  { nodes: 1_000, tasks: 10_000, load: 'one service', total: 714.2, choice: 26.3 },
  { nodes: 1_000, tasks: 10_000, load: 'services of 100', total: 786.5, choice: 74.2 },
  { nodes: 1_000, tasks: 10_000, load: 'services of 10', total: 831.4, choice: 201.0 },
  { nodes: 1_000, tasks: 10_000, load: 'one-off tasks', total: 1_237.6 },
  { nodes: 1_000, tasks: 10_000, load: 'services of 100, picky', total: 967.1, choice: 306.1 },
  { nodes: 1_000, tasks: 100_000, load: 'one service', total: 11_765.7, choice: 475.6 },
  { nodes: 1_000, tasks: 100_000, load: 'services of 100', total: 19_459.5, choice: 1_021.1 },
  { nodes: 1_000, tasks: 100_000, load: 'services of 10', total: 14_280.7, choice: 2_082.5 },
  { nodes: 1_000, tasks: 100_000, load: 'one-off tasks', total: 16_830.5 },
  { nodes: 1_000, tasks: 100_000, load: 'services of 100, picky', total: 18_997.1, choice: 3_432.7 },
  { nodes: 5_000, tasks: 70_000, load: 'one service', total: 6_572.1, choice: 328.6 },
  { nodes: 5_000, tasks: 70_000, load: 'services of 100', total: 7_806.4, choice: 1_366.0 },
  { nodes: 5_000, tasks: 70_000, load: 'services of 10', total: 14_153.9, choice: 6_571.7 },
  { nodes: 5_000, tasks: 70_000, load: 'one-off tasks', total: 28_243.9 },
  { nodes: 5_000, tasks: 70_000, load: 'services of 100, picky', total: 12_655.2, choice: 4_586.0 },
];

/** Microseconds that one heap operation of the hold model takes where SwarmKit was measured. */
const heapThere = 0.25;
/** The largest shares of SwarmKit's time. */
const totalBudget = 0.1;
const choiceBudget = 0.5;

const zones = 10;
const gibibyte = 1024 ** 3;

/** Measures every load in every size, the small ones more often. */
export async function benchScheduler(): Promise<BenchRow[]> {
  // SwarmKit was compiled before it ran; ours is measured once it has run for a while.
  for (const cell of cells) if (cell.tasks <= 1_000) for (let i = 0; i < 300; i++) measure(cell);
  return cells.map((cell) => {
    const runs = Array.from({ length: cell.tasks <= 1_000 ? 100 : cell.tasks <= 10_000 ? 7 : 3 }, () =>
      measure(cell),
    );
    // Of each what the rest of the machine has disturbed least.
    const speed = heapThere / Math.min(...runs.map((run) => run.heap));
    const total = Math.min(...runs.map((run) => run.total));
    const choice = Math.min(...runs.map((run) => run.choice));
    const totalShare = (total * speed) / cell.total;
    const choiceShare = cell.choice === undefined ? 0 : (choice * speed) / cell.choice;
    return {
      name: `scheduler: ${cell.nodes} nodes, ${cell.tasks} tasks, ${cell.load}`,
      figure: `${total.toFixed(2)} ms, choice ${choice.toFixed(2)} ms`,
      ratio: `${totalShare.toFixed(3)}${cell.choice === undefined ? '' : `, choice ${choiceShare.toFixed(3)}`} of SwarmKit's`,
      budget: `at most ${totalBudget}, choice ${choiceBudget}`,
      met: totalShare <= totalBudget && choiceShare <= choiceBudget,
    };
  });
}

const heapOperations = heapReference();

/** Microseconds a heap operation takes here and now: how fast a busy machine is changes from moment to moment. */
function heapTime(): number {
  const rounds = 25;
  const time = timed(() => {
    for (let i = 0; i < rounds; i++) heapOperations();
  });
  return (time * 1_000) / (rounds * OPERATIONS);
}

/**
 * Milliseconds that something takes. SwarmKit's were read off the wall; on a busy machine that counts what others took of it, and the time
 * that the threads of this process have run does not. Asking for the latter takes longer than the smallest loads, so the lesser counts.
 */
function timed(act: () => void): number {
  const before = processorTime();
  const begun = performance.now();
  act();
  const wall = performance.now() - begun;
  return Math.min(wall, processorTime() - before);
}

/** Milliseconds that all threads of this process have run. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** One run of a load. */
interface Run {
  /** Milliseconds from the store to the last task assigned. */
  readonly total: number;
  /** Milliseconds for choosing nodes for all of them on an equal state. */
  readonly choice: number;
  /** Microseconds of a heap operation in the same moment. */
  readonly heap: number;
}

function measure(cell: Cell): Run {
  const heap = heapTime();
  // A store of its own: what has been read of a spec once is known.
  const choice = measureChoice(fill(cell), cell.tasks);
  const store = fill(cell);
  // SwarmKit's indexes are made while tasks and nodes are written.
  for (const kind of kinds) reader(store).list(kind);
  let assigned = 0;
  const total = timed(() => {
    assigned = schedule(store);
  });
  if (assigned !== cell.tasks) throw new Error(`${assigned} of ${cell.tasks} tasks were assigned`);
  return { total, choice, heap };
}

function measureChoice(store: Store, tasks: number): number {
  const state = loadState(reader(store));
  let decided = 0;
  const choice = timed(() => {
    decided = decide(state, { kind: 'tick' }, reader(store), 0).length;
  });
  if (decided !== tasks) throw new Error('every task is decided');
  return choice;
}

/** Runs the scheduler until it has nothing more to write. @returns how many tasks were seen to become assigned */
function schedule(store: Store): number {
  const jobs: SchedulerJob[] = [];
  const leader: Leader<SchedulerTimer, SchedulerJob> = {
    nodeId: 'leader',
    store: reader(store),
    now: () => 0,
    later: () => 1,
    cancel: () => {},
    random: () => 0,
    newId: () => '',
    request: (job) => jobs.push(job),
  };
  let assigned = 0;
  const state = schedulerReactor.start(leader);
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const tx = begin(store, { version: store.version, now: 0 });
    const outcome = schedulerReactor.write(leader, state, job, tx);
    for (const event of apply(store, tx.actions(), { version: store.version + 1 })) {
      if (event.kind === 'task' && event.action === 'update') {
        if (event.after.status.state === TaskState.Assigned) assigned++;
      }
      schedulerReactor.change(leader, state, event);
    }
    schedulerReactor.commit(leader, state);
    if (outcome === 'again') jobs.push(job);
    else schedulerReactor.written(leader, state, job, 'committed');
  }
  return assigned;
}

/** Ready nodes and pending tasks. */
function fill({ nodes, tasks, load }: Cell): Store {
  const store = createStore();
  const tx = begin(store, { version: 0, now: 0 });
  for (let i = 0; i < nodes; i++) addNode(tx, i);
  const size = load === 'one service' ? tasks : load === 'services of 10' ? 10 : 100;
  let service = makeService({ id: '' });
  for (let i = 0; i < tasks; i++) {
    const task = { id: name('task', i), state: TaskState.Pending };
    if (load === 'one-off tasks') {
      tx.create('task', makeTask(task));
      continue;
    }
    const number = Math.floor(i / size);
    if (i % size === 0) {
      service = makeService({ id: name('service', number), ...(load.endsWith('picky') && picky()) });
      tx.create('service', service);
    }
    // With the spec of its service, as an orchestrator makes it.
    tx.create('task', makeTask({ ...task, service, slot: (i % size) + 1 }));
  }
  apply(store, tx.actions(), { version: 1 });
  return store;
}

function addNode(tx: Transaction, i: number): void {
  const labels = makeLabels([
    ['zone', `zone${i % zones}`],
    ['disk', Math.floor(i / zones) % 2 === 0 ? 'ssd' : 'hdd'],
  ]);
  // Room for every task there is.
  const resources = { nanoCpus: 1e15, memoryBytes: 1_000_000 * gibibyte };
  tx.create('node', makeNode({ id: name('node', i), labels, resources }));
}

/** Reservations, two constraints that half the nodes meet, and a spread over the zones. */
function picky() {
  return {
    reservations: { nanoCpus: 1e8, memoryBytes: gibibyte / 16, generic: [] },
    placement: {
      constraints: ['node.labels.disk==ssd', 'node.role==worker'],
      spread: ['node.labels.zone'],
      maxReplicas: 0,
      platforms: [],
    },
  };
}

function name(kind: string, number: number): string {
  return `${kind}${String(number).padStart(8, '0')}`;
}
