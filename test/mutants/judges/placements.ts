// A scheduler on a stage: random plans, which must leave no node with more than it may hold, and scenarios of what decides where a task goes
// and when.

import fc from 'fast-check';
import type { Reactor } from '../../../src/manager/leader.ts';
import { schedulerReactor } from '../../../src/manager/scheduler/scheduler.ts';
import { portConfig } from '../../../src/model/defaults.ts';
import { millisecond, minute, second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import type { NodeFields } from '../../manager/fixtures.ts';
import { defects, plans, run } from '../../manager/scheduler/plan.ts';
import {
  addNodes,
  addPending,
  addRunning,
  addService,
  createSwarm,
  errors,
  fail,
  placed,
  type Swarm,
  settle,
} from '../../manager/scheduler/swarm.ts';
import { createStage, type Stage } from '../../manager/stage.ts';
import { hold, judgeOf } from '../judge.ts';

/** Service `web` runs one task on `b`, and had so many on `a` that all failed: but for the failures, `a` is the better node. */
function withFailures(count: number): Swarm {
  const swarm = createSwarm((tx) => {
    addNodes(tx, 'a', 'b');
    const web = addService(tx, { id: 'web' });
    addRunning(tx, web, 'b', 1);
    for (let i = 0; i < count; i += 1) addRunning(tx, web, 'a', 1, { id: `bad.${i}` });
  });
  swarm.write((tx) =>
    fail(
      tx,
      Array.from({ length: count }, (_, i) => `bad.${i}`),
    ),
  );
  return swarm;
}

/** One more task of `web`, of that version of its spec. @returns where it went */
function placeOne(swarm: Swarm, specVersion = 0): string {
  const web = swarm.store.get('service', 'web');
  if (web === undefined) throw new Error('no service web');
  const [id = ''] = swarm.write((tx) => addPending(tx, { ...web, specVersion }, 1));
  settle(swarm);
  return swarm.store.get('task', id)?.nodeId ?? '';
}

function zones(labels: Readonly<Record<string, string>>): NodeFields[] {
  return Object.entries(labels).map(([id, zone]) => ({ id, labels: [['zone', zone]] }));
}

function stateOf(swarm: Swarm, id: string): TaskState | undefined {
  return swarm.store.get('task', id)?.status.state;
}

/** Tells of a new service that has one task with a host port, 80. */
function addWithPort(tx: Transaction, id: string): string {
  const ports = [portConfig({ targetPort: 80, publishedPort: 80, publishMode: 'host' })];
  const endpoint = { spec: { mode: 'vip' as const, ports }, ports, virtualIps: [] };
  const [taskId = ''] = addPending(tx, addService(tx, { id }), 1, { endpoint });
  return taskId;
}

/** The last task of a pass that is too large for one transaction. */
const late = 'web.0.0250';

/** A large pass, on a node with room for it; when its first part is committed, somebody else starts the last task of its second, on `z`. */
function meddle(): { readonly stage: Stage; readonly meddled: () => boolean } {
  let meddled = false;
  const meddler: Reactor<undefined, never, 'start'> = {
    start: () => undefined,
    change() {},
    commit(leader) {
      if (meddled || leader.store.get('task', 'web.0.0001')?.nodeId !== 'a') return;
      meddled = true;
      leader.request('start');
    },
    timer() {},
    write(_leader, _state, _job, tx) {
      tx.update('task', late, (draft) => {
        draft.nodeId = 'z';
        draft.status.state = TaskState.Running;
        draft.status.message = 'started';
      });
      return 'done';
    },
    written() {},
  };
  const stage = createStage({ meddler, scheduler: schedulerReactor }, (tx) => {
    addNodes(tx, { id: 'a', resources: { memoryBytes: 250 } }, { id: 'z', availability: 'pause' });
  });
  stage.write((tx) => addPending(tx, addService(tx, { id: 'web', reservations: { memoryBytes: 1 } }), 250));
  settle(stage);
  return { stage, meddled: () => meddled };
}

export const placements = {
  placements: judgeOf((seed) => {
    for (const plan of fc.sample(plans, { numRuns: 1, seed })) {
      const [defect] = defects(run(plan));
      if (defect !== undefined) throw new Error(defect);
    }
  }),

  'a-task-that-stops-does-not-count': judgeOf(() => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a', 'b');
      const web = addService(tx, { id: 'web' });
      addRunning(tx, web, 'a', 3, { desiredState: TaskState.Shutdown });
      addRunning(tx, web, 'b', 1);
    });
    hold(placeOne(swarm) === 'a', 'tasks that are to stop counted for balance (R-S17)');
  }),

  'labels-are-spread-over-before-nodes': judgeOf(() => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, ...zones({ a: 'x', b: 'y', c: 'y', d: 'y' }));
      const web = addService(tx, { id: 'web', placement: { spread: ['node.labels.zone'] } });
      addPending(tx, web, 6);
    });
    settle(swarm);
    hold(placed(swarm, 'web').a === 3, 'tasks were spread over nodes and not over the label (R-S16)');
  }),

  'a-node-that-fails-comes-last': judgeOf(() => {
    hold(placeOne(withFailures(5)) === 'b', 'five failures did not put a node behind the others (R-S14)');
  }),

  'a-few-failures-do-not-count': judgeOf(() => {
    hold(placeOne(withFailures(4)) === 'a', 'fewer than five failures put a node behind the others (R-S14)');
  }),

  'failures-are-forgotten': judgeOf(() => {
    const swarm = withFailures(5);
    swarm.advance(6 * minute);
    hold(placeOne(swarm) === 'a', 'a failure counted for more than five minutes (R-S15)');
  }),

  'failures-are-of-one-version': judgeOf(() => {
    hold(placeOne(withFailures(5), 1) === 'a', 'failures of another version counted (R-S15)');
  }),

  'the-first-filter-is-told': judgeOf(() => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, { id: 'a', resources: { memoryBytes: 1 } });
      const reservations = { memoryBytes: 2 };
      const logDriver = { name: 'gelf', options: [] };
      addPending(tx, addService(tx, { id: 'web', reservations, task: { networks: [], logDriver } }), 1);
    });
    settle(swarm);
    const [error] = errors(swarm, 'web');
    hold(
      error === 'no suitable node (insufficient resources on 1 node)',
      `a node without room is explained otherwise (R-S24): ${error}`,
    );
  }),

  'a-passing-node-resets-the-count': judgeOf(() => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, { id: 'a', availability: 'drain' }, { id: 'b', resources: { memoryBytes: 1 } });
      addPending(tx, addService(tx, { id: 'web', reservations: { memoryBytes: 1 } }), 2);
    });
    const [error] = errors(swarm, 'web');
    hold(
      error === 'no suitable node (insufficient resources on 1 node)',
      `what was counted before a node passed is told (R-S24): ${error}`,
    );
  }),

  'a-host-port-comes-back': judgeOf(() => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a'));
    const first = swarm.write((tx) => addWithPort(tx, 'web'));
    settle(swarm);
    swarm.write((tx) => fail(tx, [first]));
    const second = swarm.write((tx) => addWithPort(tx, 'next'));
    settle(swarm);
    hold(stateOf(swarm, second) === TaskState.Assigned, 'a host port outlived the task that had it (R-S17)');
  }),

  'a-node-that-changes-keeps-its-load': judgeOf(() => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, { id: 'a', resources: { memoryBytes: 2 } });
      addRunning(tx, addService(tx, { id: 'web', reservations: { memoryBytes: 2 } }), 'a', 1);
    });
    swarm.write((tx) =>
      tx.update('node', 'a', (draft) => {
        draft.spec.labels = [['zone', 'x']];
      }),
    );
    hold(placeOne(swarm) === '', 'a change of a node made it forget what is reserved (R-S18)');
  }),

  'a-task-with-a-node-keeps-it': judgeOf(() => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a', 'b');
      const web = addService(tx, { id: 'web', mode: { kind: 'global' } });
      addRunning(tx, web, 'b', 1);
      addPending(tx, web, 1, { nodeId: 'b', first: 0 });
    });
    settle(swarm);
    hold(swarm.store.tasksOfNode('b').length === 2, 'a task that came with a node went elsewhere (R-S6)');
  }),

  'a-pass-waits-for-the-burst': judgeOf(() => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a'));
    const [id = ''] = swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
    swarm.advance(49 * millisecond);
    hold(stateOf(swarm, id) === TaskState.Pending, 'a pass did not wait for the end of a burst (R-S5)');
    swarm.advance(millisecond);
    hold(stateOf(swarm, id) === TaskState.Assigned, 'a pass waited for too long (R-S5)');
  }),

  'a-stream-of-commits-ends-the-wait': judgeOf(() => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a'));
    const [id = ''] = swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
    for (let i = 0; i < 60; i += 1) {
      swarm.advance(20 * millisecond);
      swarm.write((tx) => addService(tx, { id: `other${i}` }));
    }
    hold(
      swarm.now() > second && stateOf(swarm, id) === TaskState.Assigned,
      'commits put a pass off for ever (R-S5)',
    );
  }),

  'a-decision-that-comes-late-is-dropped': judgeOf(() => {
    const { stage, meddled } = meddle();
    const task = stage.store.get('task', late);
    hold(
      meddled() && task?.nodeId === 'z' && task.status.state === TaskState.Running,
      'a decision was written over a change it did not know (R-S27)',
    );
  }),

  'a-dropped-decision-holds-nothing': judgeOf(() => {
    const { stage } = meddle();
    const web = stage.store.get('service', 'web');
    if (web === undefined) throw new Error('no service web');
    const [id = ''] = stage.write((tx) => addPending(tx, web, 1, { first: 251 }));
    settle(stage);
    hold(stage.store.get('task', id)?.nodeId === 'a', 'a decision that was dropped still holds room (R-S28)');
  }),
};
