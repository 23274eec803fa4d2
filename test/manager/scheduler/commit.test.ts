// What happens between a decision and its commit (R-S27, R-S28, R-S29). The stage has no time in between, so these tests call
// the scheduler by hand, as the one writer would.

import { expect, test } from 'vitest';
import type { Leader } from '../../../src/manager/leader.ts';
import {
  type SchedulerJob,
  type SchedulerState,
  type SchedulerTimer,
  schedulerReactor,
} from '../../../src/manager/scheduler/scheduler.ts';
import { TaskState } from '../../../src/model/state.ts';
import { apply, begin, createStore, reader } from '../../../src/store/store.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { addNodes, addPending, addRunning, addService } from './swarm.ts';

/** A leader with a scheduler whose jobs wait until `turn` is called. */
function createLeader() {
  const store = createStore();
  const jobs: SchedulerJob[] = [];
  const leader: Leader<SchedulerTimer, SchedulerJob> = {
    nodeId: 'leader',
    store: reader(store),
    now: () => 0,
    later: () => 1,
    cancel() {},
    random: () => 0,
    newId: () => '',
    request(job) {
      jobs.push(job);
    },
  };
  let state: SchedulerState | undefined;
  const running = (): SchedulerState => {
    if (state === undefined) throw new Error('not started');
    return state;
  };
  function write(edit: (tx: Transaction) => void): void {
    const tx = begin(store, { version: store.version, now: 0 });
    edit(tx);
    const actions = tx.actions();
    if (actions.length === 0) return;
    const events = apply(store, actions, { version: store.version + 1 });
    if (state === undefined) return;
    for (const event of events) schedulerReactor.change(leader, state, event);
    schedulerReactor.commit(leader, state);
  }
  return {
    write,
    state: running,
    jobs,
    store: leader.store,
    start() {
      state = schedulerReactor.start(leader);
    },
    /** The debounce timer fires. */
    fire() {
      schedulerReactor.timer(leader, running(), { kind: 'debounce' });
    },
    /** The writer takes the next job, but what that writes is not taken: it is too large. */
    drop() {
      const job = jobs.shift();
      if (job === undefined) throw new Error('no job waits');
      schedulerReactor.write(leader, running(), job, begin(store, { version: store.version, now: 0 }));
      schedulerReactor.written(leader, running(), job, 'dropped');
    },
    /** The writer takes the next job; what other writers do between its transactions is up to `between`. */
    turn(between: () => void = () => {}) {
      const job = jobs.shift();
      if (job === undefined) throw new Error('no job waits');
      for (;;) {
        let result: 'done' | 'again' = 'done';
        write((tx) => {
          result = schedulerReactor.write(leader, running(), job, tx);
        });
        schedulerReactor.written(leader, running(), job, 'committed');
        if (result === 'done') return;
        between();
      }
    },
  };
}

test('a node that goes down after the decision gets the task all the same (S-E58)', () => {
  const leader = createLeader();
  leader.write((tx) => {
    addNodes(tx, 'a');
    addPending(tx, addService(tx, { id: 'web' }), 1);
  });
  leader.start();
  leader.write((tx) =>
    tx.update('node', 'a', (draft) => {
      draft.status.state = 'down';
    }),
  );
  leader.turn();
  expect(leader.store.get('task', 'web.0.0001')?.nodeId).toBe('a');
  expect(leader.state().nodes.get('a')?.node.status.state).toBe('down');
});

test('a task that another writer has changed is left alone and tried again after its event (S-E59)', () => {
  const leader = createLeader();
  leader.write((tx) => {
    addNodes(tx, 'a');
    addPending(tx, addService(tx, { id: 'web' }), 1);
  });
  leader.start();
  leader.write((tx) =>
    tx.update('task', 'web.0.0001', (draft) => {
      draft.desiredState = TaskState.Shutdown;
    }),
  );
  leader.turn();
  const { queue, nodes } = leader.state();
  expect(leader.store.get('task', 'web.0.0001')?.nodeId).toBe('');
  expect(nodes.get('a')?.tasks.size).toBe(0);
  expect(queue.get('web.0.0001')?.desiredState).toBe(TaskState.Shutdown);
  leader.fire();
  leader.turn();
  expect(leader.store.get('task', 'web.0.0001')?.nodeId).toBe('a');
});

test('a task that is gone at commit takes up nothing (R-S27.1)', () => {
  const leader = createLeader();
  leader.write((tx) => {
    addNodes(tx, 'a');
    addPending(tx, addService(tx, { id: 'web' }), 1);
  });
  leader.start();
  leader.write((tx) => tx.remove('task', 'web.0.0001'));
  leader.turn();
  const { queue, known, nodes } = leader.state();
  expect([queue.size, known.size, nodes.get('a')?.tasks.size]).toEqual([0, 0, 0]);
});

test('a task placed by someone else is taken over (R-S27.3)', () => {
  const leader = createLeader();
  leader.write((tx) => {
    addNodes(tx, 'a', 'b');
    addRunning(tx, addService(tx, { id: 'other' }), 'b', 1);
    addPending(tx, addService(tx, { id: 'web' }), 1);
  });
  leader.start();
  leader.write((tx) =>
    tx.update('task', 'web.0.0001', (draft) => {
      draft.nodeId = 'b';
      draft.status.state = TaskState.Running;
    }),
  );
  leader.turn();
  const { nodes, queue } = leader.state();
  expect(leader.store.get('task', 'web.0.0001')?.nodeId).toBe('b');
  expect(queue.size).toBe(0);
  expect([nodes.get('a')?.active, nodes.get('b')?.active]).toEqual([0, 2]);
});

test('of a batch that failed nothing is done, and all is tried again when something happens (R-S29)', () => {
  const leader = createLeader();
  leader.write((tx) => {
    addNodes(tx, 'a');
    const web = addService(tx, { id: 'web' });
    addPending(tx, web, 250);
    addPending(tx, web, 1, { first: 251, nodeId: 'a' });
  });
  leader.start();
  leader.drop();
  // More than one transaction, the first of which was dropped already.
  leader.drop();
  const { queue, preassigned, nodes } = leader.state();
  expect([queue.size, preassigned.size, nodes.get('a')?.tasks.size]).toEqual([250, 1, 0]);
  expect([leader.state().pass, leader.jobs]).toEqual([undefined, []]);
  leader.write((tx) => addNodes(tx, 'b'));
  leader.fire();
  leader.turn();
  leader.turn();
  expect([leader.store.tasksOfNode('a').length, leader.store.tasksOfNode('b').length]).toEqual([125, 126]);
});

test('between the proposals of one pass others write, and the pass goes by what it decided', () => {
  const leader = createLeader();
  leader.write((tx) => {
    addNodes(tx, 'a');
    addPending(tx, addService(tx, { id: 'web' }), 250);
  });
  leader.start();
  leader.turn(() =>
    leader.write((tx) => {
      tx.update('task', 'web.0.0250', (draft) => {
        draft.desiredState = TaskState.Shutdown;
      });
      addNodes(tx, 'b');
    }),
  );
  const assigned = leader.store.tasksOfNode('a').length;
  expect([assigned, leader.store.tasksOfNode('b').length]).toEqual([249, 0]);
  expect([...leader.state().queue.keys()]).toEqual(['web.0.0250']);
  expect(leader.state().nodes.has('b')).toBe(true);
});
