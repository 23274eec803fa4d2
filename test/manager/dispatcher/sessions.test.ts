import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hour, millisecond, minute, second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeCluster, makeNode, makeTask } from '../fixtures.ts';
import { createDesk, type Desk, description, status } from './desk.ts';

const gone = 'NotFound: node not registered';
const invalid = 'InvalidArgument: session invalid';

/** One node, `n1`, in the given state when the dispatcher starts. */
function oneNode(state: 'ready' | 'down' = 'ready'): Desk {
  return createDesk((tx) => {
    tx.create('cluster', makeCluster());
    tx.create('node', makeNode({ id: 'n1', state }));
  });
}

/** A node that joins under this dispatcher. */
function join(desk: Desk, id: string): void {
  desk.stage.write((tx) => tx.create('node', makeNode({ id, state: 'unknown' })));
}

function nodeStatus(desk: Desk, id = 'n1'): string {
  const node = desk.stage.store.get('node', id);
  return node === undefined ? 'none' : `${node.status.state}: ${node.status.message}`;
}

/** Microseconds until the node is down, from now. */
function untilDown(desk: Desk): number {
  const from = desk.stage.now();
  while (desk.stage.store.get('node', 'n1')?.status.state !== 'down') desk.stage.advance(millisecond);
  return desk.stage.now() - from;
}

describe('leader start', () => {
  it('marks every node that is not down as unknown, in one batch (R-R156, E-89)', () => {
    const desk = createDesk((tx) => {
      tx.create('cluster', makeCluster());
      tx.create('node', makeNode({ id: 'n1' }));
      tx.create('node', makeNode({ id: 'n2', state: 'disconnected' }));
      tx.create('node', makeNode({ id: 'n3', state: 'down' }));
    });
    const moved = 'unknown: Node moved to "unknown" state due to leadership change in cluster';
    expect(nodeStatus(desk, 'n1')).toBe(moved);
    expect(nodeStatus(desk, 'n2')).toBe(moved);
    expect(nodeStatus(desk, 'n3')).toBe('down: ');
    expect(desk.stage.commits).toHaveLength(2);
  });

  it('marks more nodes than a transaction holds', () => {
    const desk = createDesk((tx) => {
      for (let i = 0; i < 450; i++) tx.create('node', makeNode({ id: `n${i}` }));
    });
    expect(desk.stage.store.list('node').every(({ status }) => status.state === 'unknown')).toBe(true);
  });

  it('gives up an unknown node after 27 to 33 s (E-89, R-O48)', () => {
    const desk = oneNode();
    const waited = untilDown(desk);
    expect(waited).toBeGreaterThanOrEqual(27 * second);
    expect(waited).toBeLessThanOrEqual(33 * second + 101 * millisecond);
    expect(nodeStatus(desk)).toBe('down: heartbeat failure for node in "unknown" state');
  });

  it('does not give up a node whose registration waits to be written', () => {
    const tick = untilDown(oneNode());
    const desk = oneNode();
    // The grace ends between the call and the tick that answers it.
    desk.stage.advance(tick - 100 * millisecond + 1);
    desk.register('n1');
    expect(nodeStatus(desk)).toBe('ready: ');
  });

  it('makes an unknown node ready again, without a message, when it registers (E-89)', () => {
    const desk = oneNode();
    desk.register('n1');
    expect(nodeStatus(desk)).toBe('ready: ');
    expect(desk.stage.store.get('node', 'n1')?.status.addr).toBe('10.0.0.7');
    expect(desk.stage.store.get('node', 'n1')?.description).toEqual(description);
  });
});

describe('registration', () => {
  it('answers when the node is written as ready, at the next tick of 100 ms (R-R161)', () => {
    const desk = oneNode();
    desk.stage.advance(30 * millisecond);
    const id = desk.call({
      method: 'dispatcher.session',
      nodeId: 'n1',
      sessionId: '',
      description,
      addr: '10.0.0.7',
    });
    desk.stage.advance(70 * millisecond - 1);
    expect(desk.answers(id)).toEqual([]);
    desk.stage.advance(1);
    expect(desk.answer(id)).toMatchObject({
      method: 'dispatcher.session',
      sequence: 1,
      managers: desk.managers,
      node: { id: 'n1', status: { state: 'ready' } },
    });
  });

  it('refuses a node that does not exist (R-R161)', () => {
    const desk = oneNode();
    const id = desk.call({
      method: 'dispatcher.session',
      nodeId: 'n9',
      sessionId: '',
      description,
      addr: '',
    });
    expect(desk.refusal(id)).toBe('Unknown: node not found');
  });

  it('takes three in a row of a node it awaits, four of one it never saw (E-93)', () => {
    const desk = oneNode();
    join(desk, 'n2');
    for (const [nodeId, taken] of [
      ['n1', 3],
      ['n2', 4],
    ] as const) {
      for (let i = 0; i < taken; i++) desk.register(nodeId);
      const refused = () =>
        desk.refusal(
          desk.call({ method: 'dispatcher.session', nodeId, sessionId: '', description, addr: '' }),
        );
      expect(refused()).toBe(`Unavailable: node ${nodeId} exceeded rate limit count of registrations`);
      // The count restarts when more than 8 s have passed since the last that was accepted.
      desk.stage.advance(8 * second - second / 10);
      expect(refused()).not.toBe('');
      desk.stage.advance(1);
      expect(refused()).toBe('');
    }
  });

  it('does not count a live session that is opened again, and keeps its ID (E-94)', () => {
    const desk = oneNode();
    const session = desk.register('n1');
    for (let i = 0; i < 10; i++) expect(desk.register('n1', session)).toBe(session);
  });

  it('ends the session of an earlier agent with the same identity (E-95)', () => {
    const desk = oneNode();
    const first = desk.register('n1');
    const second = desk.register('n1');
    expect(second).not.toBe(first);
    expect(desk.refusal(desk.call({ method: 'dispatcher.heartbeat', nodeId: 'n1', sessionId: first }))).toBe(
      invalid,
    );
    expect(desk.beat('n1', second)).toBeGreaterThan(0);
  });

  it('refuses calls without a session (R-R164, E-88)', () => {
    const desk = oneNode();
    join(desk, 'n2');
    const beat = (nodeId: string, sessionId: string) =>
      desk.refusal(desk.call({ method: 'dispatcher.heartbeat', nodeId, sessionId }));
    expect(beat('n1', 'of-the-previous-leader')).toBe(invalid);
    expect(beat('n1', '')).toBe(invalid);
    expect(beat('n2', 'any')).toBe(gone);
    expect(
      desk.refusal(desk.call({ method: 'dispatcher.assignments', nodeId: 'n2', sessionId: 'any' })),
    ).toBe(gone);
    expect(
      desk.refusal(desk.call({ method: 'dispatcher.report', nodeId: 'n1', sessionId: 'wrong', updates: [] })),
    ).toBe(invalid);
  });

  it('knows no session of the leader before (R-R155)', () => {
    const desk = oneNode();
    const session = desk.register('n1');
    desk.stage.restart();
    expect(
      desk.refusal(desk.call({ method: 'dispatcher.heartbeat', nodeId: 'n1', sessionId: session })),
    ).toBe(invalid);
    expect(nodeStatus(desk)).toMatch(/^unknown/);
  });

  it('tells a session of changes to its node and to the managers, numbered (R-R163)', () => {
    const desk = oneNode();
    const id = desk.call({
      method: 'dispatcher.session',
      nodeId: 'n1',
      sessionId: '',
      description,
      addr: '',
    });
    desk.stage.advance(second);
    desk.stage.write((tx) =>
      tx.update('node', 'n1', (draft) => {
        draft.spec.role = 'manager';
      }),
    );
    desk.managers = [...desk.managers, { host: 'n1', nodeId: 'n1', weight: 10 }];
    join(desk, 'n2');
    expect(desk.answers(id)).toMatchObject([
      { sequence: 1, node: { spec: { role: 'worker' } }, managers: [{ host: 'm1' }] },
      { sequence: 2, node: { spec: { role: 'manager' } }, managers: [{ host: 'm1' }] },
      { sequence: 3, managers: [{ host: 'm1' }, { host: 'n1' }] },
    ]);
    expect(desk.sent.at(-1)?.route).toEqual(['n1']);
  });

  it('sends every session away when it stops (R-R157)', () => {
    const desk = oneNode();
    const id = desk.call({
      method: 'dispatcher.session',
      nodeId: 'n1',
      sessionId: '',
      description,
      addr: '',
    });
    desk.stage.advance(second);
    const waiting = desk.call({
      method: 'dispatcher.session',
      nodeId: 'n1',
      sessionId: '',
      description,
      addr: '',
    });
    desk.stop();
    expect(desk.answers(id).at(-1)).toMatchObject({
      error: { code: 'Aborted', message: 'node must disconnect' },
    });
    expect(desk.refusal(waiting)).toBe('Aborted: dispatcher is stopped');
  });

  it('forgets a node that is removed', () => {
    const desk = oneNode();
    const session = desk.register('n1');
    desk.stage.write((tx) => tx.remove('node', 'n1'));
    expect(
      desk.refusal(desk.call({ method: 'dispatcher.heartbeat', nodeId: 'n1', sessionId: session })),
    ).toBe(gone);
    desk.stage.advance(25 * hour);
    expect(nodeStatus(desk)).toBe('none');
  });
});

describe('heartbeats', () => {
  it('draws a period of 4.5 to 5.5 s for each (R-R158, R-R168)', () => {
    const desk = oneNode();
    const session = desk.register('n1');
    const periods = Array.from({ length: 200 }, () => desk.beat('n1', session));
    expect(Math.min(...periods)).toBeGreaterThanOrEqual(4.5 * second);
    expect(Math.max(...periods)).toBeLessThan(5.5 * second);
    expect(new Set(periods).size).toBeGreaterThan(100);
  });

  it('writes a node as down at the tick after three drawn periods (E-86, R-O48)', () => {
    const desk = oneNode();
    const session = desk.register('n1');
    const grace = 3 * desk.beat('n1', session);
    // Ticks are 100 ms apart, counted from the last write, which registered the node just now.
    const tick = Math.floor(grace / (100 * millisecond)) * 100 * millisecond + 100 * millisecond;
    desk.stage.advance(tick - 1);
    expect(nodeStatus(desk)).toBe('ready: ');
    desk.stage.advance(1);
    expect(nodeStatus(desk)).toBe('down: heartbeat failure');
    expect(
      desk.refusal(desk.call({ method: 'dispatcher.heartbeat', nodeId: 'n1', sessionId: session })),
    ).toBe(gone);
  });

  it('restarts the grace with a new draw, even 1 ms before its end (E-87)', () => {
    const desk = oneNode();
    const session = desk.register('n1');
    desk.stage.advance(3 * desk.beat('n1', session) - millisecond);
    const period = desk.beat('n1', session);
    desk.stage.advance(3 * period - 1);
    expect(desk.beat('n1', session)).toBeGreaterThan(0);
  });

  it('shows a silent node as ready for 13.5 to 16.6 s and no longer (I-40, I-41)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_500 }), { maxLength: 8 }), (pauses) => {
        const desk = oneNode();
        const session = desk.register('n1');
        for (const pause of pauses) {
          desk.stage.advance(pause * millisecond);
          desk.beat('n1', session);
        }
        const silent = untilDown(desk);
        expect(silent).toBeGreaterThanOrEqual(13.5 * second);
        expect(silent).toBeLessThanOrEqual(16.6 * second + millisecond);
      }),
      { numRuns: 20 },
    );
  });

  it('uses a changed period from the next draw on, and keeps it when it is taken away (R-R159)', () => {
    const desk = oneNode();
    const session = desk.register('n1');
    const set = (period: number) =>
      desk.stage.write((tx) =>
        tx.update('cluster', 'cluster', (draft) => {
          draft.spec.dispatcherHeartbeat = period;
        }),
      );
    set(20 * second);
    expect(Math.abs(desk.beat('n1', session) - 20 * second)).toBeLessThanOrEqual(second / 2);
    set(0);
    expect(Math.abs(desk.beat('n1', session) - 20 * second)).toBeLessThanOrEqual(second / 2);
  });

  it('starts with the period of the cluster object (R-R155)', () => {
    const desk = createDesk((tx) => {
      tx.create('cluster', makeCluster({ dispatcherHeartbeat: minute }));
      tx.create('node', makeNode({ id: 'n1' }));
    });
    expect(desk.beat('n1', desk.register('n1'))).toBeGreaterThan(59 * second);
  });
});

describe('the orphan timer', () => {
  const states = [
    TaskState.Pending,
    TaskState.Assigned,
    TaskState.Running,
    TaskState.Complete,
    TaskState.Failed,
    TaskState.Shutdown,
  ];

  function downWithTasks(): Desk {
    return createDesk((tx) => {
      tx.create('cluster', makeCluster());
      tx.create('node', makeNode({ id: 'n1', state: 'down' }));
      for (const state of states) {
        const message = 'as it was';
        tx.create('task', makeTask({ id: `t${state}`, nodeId: 'n1', state, status: { message } }));
      }
    });
  }
  const shown = (desk: Desk) =>
    states.map((state) => desk.stage.store.get('task', `t${state}`)?.status.state);

  it('orphans the tasks in assigned to running after 24 h under one leader (E-91)', () => {
    const desk = downWithTasks();
    desk.stage.advance(24 * hour - 1);
    expect(shown(desk)).toEqual(states);
    desk.stage.advance(second);
    expect(shown(desk)).toEqual([
      TaskState.Pending,
      TaskState.Orphaned,
      TaskState.Orphaned,
      TaskState.Complete,
      TaskState.Failed,
      TaskState.Shutdown,
    ]);
    expect(desk.stage.store.get('task', `t${TaskState.Running}`)?.status.message).toBe('as it was');
    expect(nodeStatus(desk)).toBe('down: ');
  });

  it('has the last word: what the node reports when it comes back is dropped (O-E35, R-O1)', () => {
    const desk = downWithTasks();
    desk.stage.advance(25 * hour);
    const sessionId = desk.register('n1');
    const taskId = `t${TaskState.Running}`;
    const before = desk.stage.store.get('task', taskId);
    expect(before?.status).toMatchObject({ state: TaskState.Orphaned, message: 'as it was' });
    const updates = [{ taskId, status: status(TaskState.Shutdown, 'shutdown') }];
    desk.call({ method: 'dispatcher.report', nodeId: 'n1', sessionId, updates });
    desk.stage.advance(second);
    expect(desk.stage.store.get('task', taskId)).toEqual(before);
  });

  it('starts anew with a new leader (E-90)', () => {
    const desk = downWithTasks();
    desk.stage.advance(23 * hour);
    desk.stage.restart();
    desk.stage.advance(24 * hour - 1);
    expect(shown(desk)).toEqual(states);
    desk.stage.advance(1);
    expect(shown(desk)).not.toEqual(states);
  });

  it('is called off when the node returns (E-92)', () => {
    const desk = downWithTasks();
    desk.stage.advance(24 * hour - minute);
    const session = desk.register('n1');
    for (let passed = 0; passed < hour; passed += 10 * second) {
      desk.beat('n1', session);
      desk.stage.advance(10 * second);
    }
    expect(shown(desk)).toEqual(states);
    expect(nodeStatus(desk)).toBe('ready: ');
  });

  it('starts when a node goes down by silence', () => {
    const desk = createDesk((tx) => {
      tx.create('node', makeNode({ id: 'n1' }));
      tx.create('task', makeTask({ id: 't', nodeId: 'n1' }));
    });
    const waited = untilDown(desk);
    desk.stage.advance(24 * hour - second);
    expect(desk.stage.store.get('task', 't')?.status.state).toBe(TaskState.Running);
    desk.stage.advance(second);
    expect(desk.stage.store.get('task', 't')?.status.state).toBe(TaskState.Orphaned);
    expect(waited).toBeGreaterThan(0);
  });
});
