// What becomes of tasks for which there is no node, of groups and ghosts, and of nodes that fail or take no more (R-S23, R-S33, R-S34,
// R-S36, R-S37, R-S38).

import { describe, expect, test } from 'vitest';
import { enforcerReactor } from '../../../src/manager/orchestrator/enforcer.ts';
import { reaperReactor } from '../../../src/manager/orchestrator/reaper.ts';
import { millisecond, minute } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { makeService } from '../fixtures.ts';
import {
  addNodes,
  addPending,
  addRunning,
  addService,
  createSwarm,
  errors,
  fail,
  gibibyte,
  placed,
  type Swarm,
  setAvailability,
  settle,
  task,
  touchNode,
} from './swarm.ts';

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

  test('an old version that is to be shut down becomes shutdown (R-O9, S-E22)', () => {
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

  describe('by an update of the service (R-S38, S-E64)', () => {
    /** Five replicas, two of which do not fit, and then a sixth by an update. */
    function scaled(more: (tx: Transaction) => void = () => {}): Swarm {
      const reservations = { memoryBytes: gibibyte };
      const swarm = createSwarm((tx) => addNodes(tx, { id: 'a', resources: { memoryBytes: 3 * gibibyte } }));
      swarm.write((tx) => addPending(tx, addService(tx, { id: 'web', reservations }), 5));
      settle(swarm);
      expect(placed(swarm, 'web')).toEqual({ a: 3 });
      swarm.write((tx) => {
        const web = tx.update('service', 'web', (draft) => {
          draft.specVersion = 7;
        });
        addPending(tx, web, 1, { first: 6 });
        more(tx);
      });
      settle(swarm);
      return swarm;
    }
    const full = 'no suitable node (insufficient resources on 1 node)';

    test('what stuck before keeps its error and is dropped, the new task waits', () => {
      const swarm = scaled();
      expect(errors(swarm, 'web')).toEqual([full]);
      swarm.write((tx) => addNodes(tx, 'big'));
      settle(swarm);
      expect(placed(swarm, 'web')).toEqual({ a: 3, big: 1 });
      expect(task(swarm, 'web.7.0006').nodeId).toBe('big');
      expect(task(swarm, 'web.0.0005').status.err).toBe(full);
      swarm.restart();
      expect(placed(swarm, 'web')).toEqual({ a: 3, big: 3 });
    });

    test('what stuck before is placed when there is room in the pass that follows', () => {
      expect(
        placed(
          scaled((tx) => addNodes(tx, 'big')),
          'web',
        ),
      ).toEqual({ a: 3, big: 3 });
    });
  });

  describe('and to be removed (R-S37)', () => {
    /** A waiting task of an old or of the current version that is to be removed, with the reaper at work. */
    function removed(specVersion: number, availability: 'active' | 'drain'): Swarm {
      const swarm = createSwarm((tx) => addNodes(tx, { id: 'a', availability: 'drain' }), {
        reaper: reaperReactor,
      });
      swarm.write((tx) => addPending(tx, addService(tx, { id: 'web' }), 1));
      swarm.advance(minute);
      swarm.write((tx) => {
        tx.update('service', 'web', (draft) => {
          draft.specVersion = specVersion;
        });
        tx.update('task', 'web.0.0001', (draft) => {
          draft.desiredState = TaskState.Remove;
        });
        setAvailability(tx, 'a', availability);
      });
      swarm.advance(50 * millisecond);
      return swarm;
    }
    const gone = (swarm: Swarm) => swarm.store.get('task', 'web.0.0001') === undefined;

    test('an old version is shut down by the scheduler and deleted by the reaper (S-E23)', () => {
      const swarm = removed(7, 'drain');
      expect(task(swarm, 'web.0.0001').status).toMatchObject({ state: TaskState.Shutdown, err: '' });
      swarm.advance(199 * millisecond);
      expect(gone(swarm)).toBe(false);
      swarm.advance(millisecond);
      expect(gone(swarm)).toBe(true);
    });

    test('the current version goes on waiting until the reaper deletes it (S-E23)', () => {
      const swarm = removed(0, 'drain');
      expect(errors(swarm, 'web')).toEqual(['no suitable node (1 node not available for new tasks)']);
      expect(swarm.state().queue.size).toBe(1);
      swarm.advance(200 * millisecond);
      expect(gone(swarm)).toBe(true);
    });

    test('either is placed when there is room, and deleted all the same', () => {
      const swarm = removed(7, 'active');
      expect(placed(swarm, 'web')).toEqual({ a: 1 });
      swarm.advance(200 * millisecond);
      expect(gone(swarm)).toBe(true);
    });
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

describe('groups and ghosts', () => {
  test('two versions of a service are groups of their own, each with its own spec (R-S36, R-S13)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, 'a', 'b'));
    swarm.write((tx) => {
      const on = (id: string) => ({ placement: { constraints: [`node.id==${id}`] } });
      const old = makeService({ id: 'web', ...on('a') });
      const web = { ...makeService({ id: 'web', ...on('b') }), specVersion: 7 };
      tx.create('service', web);
      addPending(tx, old, 2);
      addPending(tx, web, 3, { first: 3 });
    });
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ a: 2, b: 3 });
  });

  test('tasks without a version come after all groups, and each finds what those before it have left (R-S11, R-S12)', () => {
    const swarm = createSwarm((tx) => addNodes(tx, { id: 'a', resources: { memoryBytes: 3 } }));
    swarm.write((tx) => {
      const reservations = { memoryBytes: 1 };
      for (const id of addPending(tx, addService(tx, { id: 'alone', reservations }), 2)) {
        tx.update('task', id, (draft) => {
          delete draft.specVersion;
        });
      }
      addPending(tx, addService(tx, { id: 'group', reservations }), 2);
    });
    settle(swarm);
    expect([placed(swarm, 'group'), placed(swarm, 'alone')]).toEqual([{ a: 2 }, { a: 1 }]);
    expect(task(swarm, 'alone.0.0001').nodeId).toBe('a');
  });

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

  test('a queued task that is deleted stays a ghost for one pass (R-S33, S-E61)', () => {
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

describe('nodes that take no more (R-S34)', () => {
  test.each([
    { state: 'down' },
    { state: 'unknown' },
    { state: 'disconnected' },
    { availability: 'pause' },
    { availability: 'drain' },
  ] as const)('%j: gets nothing new, and its tasks go on counting', (change) => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, { id: 'a', ...change }, 'b');
      const web = addService(tx, { id: 'web' });
      addRunning(tx, web, 'a', 1);
      addRunning(tx, web, 'b', 3);
      addPending(tx, web, 2);
    });
    expect(placed(swarm, 'web')).toEqual({ b: 2 });
    expect(task(swarm, 'web.on.a.0').desiredState).toBe(TaskState.Running);
    expect(swarm.state().nodes.get('a')?.active).toBe(1);
  });
});

describe('failures (R-S15, R-S20)', () => {
  test('are also evictions, which only the enforcer does (S-E57)', () => {
    const swarm = createSwarm(
      (tx) => {
        addNodes(tx, 'a');
        addRunning(tx, addService(tx, { id: 'web', reservations: { nanoCpus: 1e9 } }), 'a', 4);
      },
      { enforcer: enforcerReactor },
    );
    swarm.write((tx) =>
      tx.update('node', 'a', (draft) => {
        if (draft.description !== undefined) draft.description.resources.nanoCpus = 1e9;
      }),
    );
    settle(swarm);
    const left = swarm.store.list('task').filter(({ status }) => status.state === TaskState.Running);
    expect(left.map(({ id }) => id)).toEqual(['web.on.a.0']);
    expect(swarm.state().nodes.get('a')?.failures.get('web/0')).toHaveLength(3);
  });

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
