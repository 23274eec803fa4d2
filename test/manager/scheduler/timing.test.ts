// When the scheduler looks and what makes it look again (R-S3 to R-S8, R-S26, table 1.2).

import { describe, expect, test } from 'vitest';
import { millisecond } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeFile } from '../fixtures.ts';
import {
  addNodes,
  addPending,
  addRunning,
  addService,
  createSwarm,
  errors,
  gibibyte,
  placed,
  type Swarm,
  setAvailability,
  settle,
  task,
  touchNode,
} from './swarm.ts';

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

describe('preassigned tasks that are to be shut down (R-S10, R-O9)', () => {
  test('are placed when they fit, and otherwise stay pending, also of an old version', () => {
    const swarm = createSwarm((tx) => addNodes(tx, { id: 'n1', availability: 'pause' }));
    swarm.write((tx) => {
      const web = addService(tx, { id: 'web', mode: { kind: 'global' }, record: { specVersion: 7 } });
      const desiredState = TaskState.Shutdown;
      addPending(tx, { ...web, specVersion: 3 }, 1, { nodeId: 'n1', desiredState });
    });
    settle(swarm);
    expect(errors(swarm, 'web')).toEqual(['1 node not available for new tasks']);
    swarm.write((tx) => setAvailability(tx, 'n1', 'active'));
    settle(swarm);
    expect(placed(swarm, 'web')).toEqual({ n1: 1 });
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
