// When the scheduler looks and what makes it look again (R-S3 to R-S8, R-S26, table 1.2).

import { describe, expect, test } from 'vitest';
import { enforcerReactor } from '../../../src/manager/orchestrator/enforcer.ts';
import { reaperReactor } from '../../../src/manager/orchestrator/reaper.ts';
import { millisecond, minute } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { makeFile, makeService } from '../fixtures.ts';
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

  test('a task on a node that does not exist takes up nothing, nor when that comes, but with its next event (S-E10, R-S19)', () => {
    const swarm = createSwarm((tx) => {
      addNodes(tx, 'a');
      addRunning(tx, addService(tx, { id: 'web' }), 'gone', 1);
    });
    const active = () => [...swarm.state().nodes.values()].map((info) => info.active);
    swarm.write((tx) => addNodes(tx, 'b', 'gone'));
    settle(swarm);
    expect(active()).toEqual([0, 0, 0]);
    swarm.write((tx) =>
      tx.update('task', 'web.on.gone.0', (draft) => {
        draft.status.message = 'started';
      }),
    );
    expect(active()).toEqual([0, 0, 1]);
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

describe('commit (R-S27 to R-S29)', () => {
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
