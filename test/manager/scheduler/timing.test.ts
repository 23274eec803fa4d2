// When the scheduler looks and what makes it look again (R-S3 to R-S8, R-S26, table 1.2).

import { describe, expect, test } from 'vitest';
import { millisecond } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { makeFile } from '../fixtures.ts';
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
} from './swarm.ts';

function task(swarm: Swarm, id: string): Task {
  const found = swarm.store.get('task', id);
  if (found === undefined) throw new Error(`no task ${id}`);
  return found;
}

function setAvailability(tx: Transaction, id: string, availability: 'active' | 'pause' | 'drain'): void {
  tx.update('node', id, (draft) => {
    draft.spec.availability = availability;
  });
}

function touchNode(tx: Transaction, id: string): void {
  tx.update('node', id, (draft) => {
    draft.spec.labels = [['touched', String(tx.now)]];
  });
}

const gibibyte = 1024 ** 3;

describe('debounce (R-S5)', () => {
  test('an isolated change is acted on 50 ms after its commit (S-E1)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a'));
    const [id = ''] = swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
    swarm.advance(50 * millisecond - 1);
    expect(task(swarm, id).status.state).toBe(TaskState.Pending);
    swarm.advance(1);
    expect(task(swarm, id)).toMatchObject({
      nodeId: 'a',
      status: {
        state: TaskState.Assigned,
        message: 'scheduler assigned task to node',
        err: '',
        timestamp: 50 * millisecond,
      },
    });
  });

  test('every commit of any kind puts the pass off (S-E2)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a'));
    const [id = ''] = swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
    for (const name of ['s1', 's2']) {
      swarm.advance(40 * millisecond);
      swarm.write((tx) => tx.create('secret', makeFile(name)));
    }
    swarm.advance(50 * millisecond - 1);
    expect(task(swarm, id).status.state).toBe(TaskState.Pending);
    swarm.advance(1);
    expect(task(swarm, id).status).toMatchObject({ state: TaskState.Assigned, timestamp: 130 * millisecond });
  });

  test('but not beyond the first commit later than 1 s after the first (S-E3)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a'));
    const [id = ''] = swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
    for (let at = 40; at <= 1040; at += 40) {
      swarm.advance(40 * millisecond);
      expect(task(swarm, id).status.state).toBe(TaskState.Pending);
      swarm.write((tx) => tx.create('secret', makeFile(`s${at}`)));
    }
    expect(task(swarm, id).status).toMatchObject({
      state: TaskState.Assigned,
      timestamp: 1040 * millisecond,
    });
  });
});

describe('taking over (R-S3, R-S4)', () => {
  test('waiting tasks are placed at once, but not those that are to be shut down (S-E4, S-E5)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      const web = addService(tx, { id: 'web' });
      addPending(tx, web, 3);
      addPending(tx, web, 1, { first: 4, desiredState: TaskState.Shutdown });
    });
    expect(swarm.now()).toBe(0);
    expect(placed(swarm, 'web')).toEqual({ a: 3 });
    expect(task(swarm, 'web.0.0004').status).toMatchObject({ state: TaskState.Pending, err: '' });
  });

  test('a running leader places also a task that is to be shut down (S-E5)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a'));
    swarm.write((tx) =>
      addPending(tx, addService(tx, { id: 'web' }), 1, { desiredState: TaskState.Shutdown }),
    );
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ a: 1 });
  });

  test('a task on a node that does not exist takes up nothing (S-E10)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      addRunning(tx, addService(tx, { id: 'web' }), 'gone', 1);
    });
    swarm.write((tx) => addNodes(tx, 'b'));
    settle(swarm);
    expect([...swarm.state().nodes.values()].map(({ active }) => active)).toEqual([0, 0]);
  });

  test('what stuck keeps its error, which follows the state of the nodes (S-E63)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, { id: 'a', resources: { memoryBytes: 0 } });
      addPending(tx, addService(tx, { id: 'web', reservations: { memoryBytes: gibibyte } }), 1);
    });
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (insufficient resources on 1 node)']);
    swarm.write((tx) =>
      tx.update('node', 'a', (draft) => {
        draft.status.state = 'unknown';
      }),
    );
    swarm.restart();
    expect(errors(swarm, 'web')).toEqual(['no suitable node (1 node not available for new tasks)']);
  });
});

describe('preassigned tasks (R-S7 to R-S10)', () => {
  test('go before the queue (S-E6)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'n1'));
    swarm.write((tx) => {
      const reservations = { memoryBytes: 8 * gibibyte };
      addPending(tx, addService(tx, { id: 'a', reservations }), 1);
      addPending(tx, addService(tx, { id: 'z', reservations, mode: { kind: 'global' } }), 1, {
        nodeId: 'n1',
      });
    });
    settle(swarm);
    expect(placed(swarm, 'z')).toEqual({ n1: 1 });
    expect(task(swarm, 'z.0.0001').status.message).toBe(
      'scheduler confirmed task can run on preassigned node',
    );
    expect(errors(swarm, 'a')).toEqual(['no suitable node (insufficient resources on 1 node)']);
  });

  test('are tested again on every commit, and say why they wait without a prefix (S-E7, S-E17)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, { id: 'n1', availability: 'pause' }));
    swarm.write((tx) =>
      addPending(tx, addService(tx, { id: 'web', mode: { kind: 'global' } }), 1, { nodeId: 'n1' }),
    );
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['1 node not available for new tasks']);
    swarm.write((tx) => tx.create('secret', makeFile('s')));
    const { length } = swarm.commits;
    settle(swarm);
    expect(swarm.commits).toHaveLength(length);
    swarm.write((tx) => setAvailability(tx, 'n1', 'active'));
    swarm.advance(50 * millisecond);
    expect(placed(swarm, 'web')).toEqual({ n1: 1 });
  });

  test('wait silently for a node that is not known, and never go elsewhere (R-S9.1, R-S10)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'n1'));
    swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1, { nodeId: 'n2' }));
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['']);
    swarm.write((tx) => addNodes(tx, 'n2'));
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ n2: 1 });
  });
});

describe('what makes it look again (R-S26)', () => {
  /** One task that fits neither of the nodes. */
  function stuck(): Swarm {
    const swarm = createSwarm((tx) => addNodes(tx, 'a', 'b'));
    swarm.write((tx) =>
      addPending(tx, addService(tx, { id: 'web', reservations: { memoryBytes: 9 * gibibyte } }), 1),
    );
    settle(swarm);
    return swarm;
  }

  test('not the deletion of a node (S-E8)', () => {
    const swarm = stuck();
    swarm.write((tx) => tx.remove('node', 'b'));
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (insufficient resources on 2 nodes)']);
    swarm.write((tx) => touchNode(tx, 'a'));
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (insufficient resources on 1 node)']);
  });

  test('any change of a node; the same reason is not written again (S-E9, S-E19)', () => {
    const swarm = stuck();
    const before = task(swarm, 'web.0.0001');
    swarm.write((tx) => touchNode(tx, 'a'));
    swarm.advance(50 * millisecond);
    expect(swarm.state().tickWanted).toBe(false);
    expect(task(swarm, 'web.0.0001')).toBe(before);
  });

  test('the end of a task, which frees what it held (S-E20, S-E44)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      addRunning(tx, addService(tx, { id: 'old', reservations: { memoryBytes: 6 * gibibyte } }), 'a', 1);
      addPending(tx, addService(tx, { id: 'web', reservations: { memoryBytes: 4 * gibibyte } }), 1);
    });
    expect(errors(swarm, 'web')).toEqual(['no suitable node (insufficient resources on 1 node)']);
    swarm.write((tx) =>
      tx.update('task', 'old.on.a.0', (draft) => {
        draft.desiredState = TaskState.Shutdown;
      }),
    );
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({});
    swarm.write((tx) =>
      tx.update('task', 'old.on.a.0', (draft) => {
        draft.status.state = TaskState.Shutdown;
      }),
    );
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ a: 1 });
    expect(task(swarm, 'web.0.0001').status.err).toBe('');
  });

  test('undraining a node moves nothing that runs (S-E62)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a', { id: 'b', availability: 'drain' });
      const web = addService(tx, { id: 'web', placement: { maxReplicas: 1 } });
      addRunning(tx, web, 'a', 1);
      addPending(tx, web, 1);
    });
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({});
    swarm.write((tx) => setAvailability(tx, 'b', 'active'));
    swarm.advance(50 * millisecond);
    expect(placed(swarm, 'web')).toEqual({ b: 1 });
    expect(task(swarm, 'web.on.a.0').nodeId).toBe('a');
  });
});

describe('left over (R-S23)', () => {
  function stuckVersion(desiredState: TaskState): Swarm {
    const swarm = createSwarm((tx) => addNodes(tx, { id: 'a', availability: 'drain' }));
    swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
    settle(swarm);
    swarm.write((tx) => {
      tx.update('service', 'web', (draft) => {
        draft.specVersion = 7;
      });
      if (desiredState !== TaskState.Running) {
        tx.update('task', 'web.0.0001', (draft) => {
          draft.desiredState = desiredState;
        });
      }
      touchNode(tx, 'a');
    });
    settle(swarm);
    return swarm;
  }

  test('a service that is gone: silently forgotten (S-E21)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, { id: 'a', availability: 'drain' }));
    swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
    settle(swarm);
    swarm.write((tx) => {
      tx.remove('service', 'web');
      touchNode(tx, 'a');
    });
    settle(swarm);
    expect(swarm.state().queue.size).toBe(0);
    expect(task(swarm, 'web.0.0001').status.err).not.toBe('');
  });

  test('an old version that is to be shut down becomes shutdown (S-E22, S-E23)', () => {
    const swarm = stuckVersion(TaskState.Remove);
    expect(task(swarm, 'web.0.0001').status).toMatchObject({
      state: TaskState.Shutdown,
      message: 'pending task scheduling',
      err: '',
    });
  });

  test('an old version that is not: nothing is written, and it is no longer queued (S-E22, S-E64)', () => {
    const swarm = stuckVersion(TaskState.Running);
    expect(errors(swarm, 'web')).toEqual(['no suitable node (1 node not available for new tasks)']);
    swarm.write((tx) => setAvailability(tx, 'a', 'active'));
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({});
    swarm.restart();
    expect(placed(swarm, 'web')).toEqual({ a: 1 });
  });

  test('a version newer than the service (after a rollback) stays queued (R-S38)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, { id: 'a', availability: 'drain' }));
    swarm.write((tx) => {
      const web = addService(tx, { id: 'web' });
      addPending(tx, { ...web, specVersion: 9 }, 1);
    });
    settle(swarm);
    swarm.write((tx) => setAvailability(tx, 'a', 'active'));
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ a: 1 });
  });
});

describe('commit (R-S27 to R-S29)', () => {
  test('450 placements are three proposals (S-E60)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a', 'b'));
    for (const first of [1, 151, 301]) {
      swarm.write((tx) => {
        const web = first === 1 ? addService(tx, { id: 'web' }) : undefined;
        const known = web ?? swarm.store.get('service', 'web');
        if (known !== undefined) addPending(tx, known, 150, { first });
      });
    }
    const before = swarm.commits.length;
    settle(swarm);
    expect(swarm.commits.slice(before).map(({ actions }) => actions.length)).toEqual([200, 200, 50]);
    expect(placed(swarm, 'web')).toEqual({ a: 225, b: 225 });
  });

  test('a queued task that is deleted stays a ghost for one pass (R-S33)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, { id: 'a', availability: 'drain' });
      const web = addService(tx, { id: 'web', placement: { maxReplicas: 1 } });
      addPending(tx, web, 2);
    });
    settle(swarm);
    swarm.write((tx) => {
      tx.remove('task', 'web.0.0001');
      setAvailability(tx, 'a', 'active');
    });
    swarm.advance(50 * millisecond);
    expect(placed(swarm, 'web')).toEqual({});
    expect(errors(swarm, 'web')).toEqual(['no suitable node (max replicas per node limit exceed)']);
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ a: 1 });
  });
});

describe('failures (R-S15, R-S20)', () => {
  test('of a preassigned task count only if it was past pending at take-over (S-E64b)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'n1');
      addRunning(tx, addService(tx, { id: 'web' }), 'n1', 1);
    });
    swarm.write((tx) => fail(tx, ['web.on.n1.0']));
    const web = swarm.store.get('service', 'web');
    for (let slot = 1; slot <= 5 && web !== undefined; slot++) {
      const ids = swarm.write((tx) => addPending(tx, web, 1, { first: slot, nodeId: 'n1' }));
      settle(swarm);
      swarm.write((tx) => fail(tx, ids));
    }
    expect(swarm.state().nodes.get('n1')?.failures.get('web/0')).toHaveLength(1);
  });

  test('a task that completes, is shut down or orphaned has not failed', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      addRunning(tx, addService(tx, { id: 'web' }), 'a', 4);
    });
    const ends = [TaskState.Complete, TaskState.Shutdown, TaskState.Orphaned, TaskState.Rejected] as const;
    swarm.write((tx) => {
      for (const [index, end] of ends.entries()) {
        tx.update('task', `web.on.a.${index}`, (draft) => {
          draft.status.state = end;
        });
      }
    });
    expect(swarm.state().nodes.get('a')?.failures.get('web/0')).toHaveLength(1);
    expect(swarm.state().nodes.get('a')?.active).toBe(0);
  });
});
