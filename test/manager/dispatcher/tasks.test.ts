import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerSpec, taskSpec } from '../../../src/model/defaults.ts';
import { millisecond, second } from '../../../src/model/duration.ts';
import type { Assignments } from '../../../src/model/messages.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeFile, makeNode, makeTask } from '../fixtures.ts';
import { createDesk, type Desk, status } from './desk.ts';

const reference = (id: string) => ({ id, name: id, target: id, uid: '0', gid: '0', mode: 0o444 });

/** A task on n1 that uses secret `s1` and config `c1`. */
function withFiles(id: string, state: TaskState = TaskState.Assigned) {
  const container = containerSpec({ image: 'nginx', secrets: [reference('s1')], configs: [reference('c1')] });
  return makeTask({ id, nodeId: 'n1', state, spec: taskSpec({ container }) });
}

function createTwoNodes(): Desk {
  return createDesk((tx) => {
    tx.create('node', makeNode({ id: 'n1' }));
    tx.create('node', makeNode({ id: 'n2' }));
    tx.create('secret', makeFile('s1'));
    tx.create('config', makeFile('c1'));
  });
}

/** Opens the stream of n1; what has been sent on it so far, with the time of each. */
function openStream(desk: Desk): () => { at: number; message: Assignments }[] {
  const id = desk.call({ method: 'dispatcher.assignments', nodeId: 'n1', sessionId: desk.register('n1') });
  return () =>
    desk.sent.flatMap(({ at, reply }) =>
      reply.id === id && reply.method === 'dispatcher.assignments'
        ? [{ at, message: reply.assignments }]
        : [],
    );
}

function setState(desk: Desk, id: string, state: TaskState): void {
  desk.stage.write((tx) =>
    tx.update('task', id, (draft) => {
      draft.status.state = state;
    }),
  );
}

function setDesired(desk: Desk, id: string, desired: TaskState): void {
  desk.stage.write((tx) =>
    tx.update('task', id, (draft) => {
      draft.desiredState = desired;
    }),
  );
}

describe('assignments', () => {
  it('begin with a complete set of what is assigned, with its secrets and configs (R-R175)', () => {
    const desk = createTwoNodes();
    desk.stage.write((tx) => {
      tx.create('task', withFiles('t2', TaskState.Running));
      tx.create('task', withFiles('t1'));
      tx.create('task', makeTask({ id: 't3', nodeId: 'n1', state: TaskState.Pending }));
      tx.create('task', makeTask({ id: 't4', nodeId: 'n2', state: TaskState.Running }));
      tx.create('task', makeTask({ id: 't5', nodeId: 'n1', state: TaskState.Shutdown }));
    });
    const sent = openStream(desk);
    expect(sent()).toMatchObject([
      {
        message: {
          type: 'complete',
          appliesTo: 0,
          resultsIn: 1,
          tasks: [{ id: 't1' }, { id: 't2' }, { id: 't5' }],
          secrets: [{ id: 's1', spec: { name: 's1' } }],
          configs: [{ id: 'c1', spec: { name: 'c1' } }],
          removedTasks: [],
        },
      },
    ]);
  });

  it('ships no secret of a task that has ended', () => {
    const desk = createTwoNodes();
    desk.stage.write((tx) => tx.create('task', withFiles('t1', TaskState.Failed)));
    expect(openStream(desk)()[0]?.message).toMatchObject({ tasks: [{ id: 't1' }], secrets: [], configs: [] });
  });

  it('go on with changes, chained by number, 100 ms after the last (R-R175, R-R176)', () => {
    const desk = createTwoNodes();
    const sent = openStream(desk);
    desk.stage.write((tx) => tx.create('task', withFiles('t1')));
    desk.stage.advance(60 * millisecond);
    desk.stage.write((tx) => tx.create('task', withFiles('t2')));
    const last = desk.stage.now();
    desk.stage.advance(second);
    setDesired(desk, 't1', TaskState.Shutdown);
    desk.stage.advance(second);
    expect(sent().slice(1)).toMatchObject([
      {
        at: last + 100 * millisecond,
        message: {
          type: 'incremental',
          appliesTo: 1,
          resultsIn: 2,
          tasks: [{ id: 't1' }, { id: 't2' }],
          secrets: [{ id: 's1' }],
        },
      },
      { message: { appliesTo: 2, resultsIn: 3, tasks: [{ id: 't1', desiredState: 640 }], secrets: [] } },
    ]);
    // Numbered like all that goes out on the session's streams.
    expect(desk.sent.at(-1)?.reply).toMatchObject({ sequence: 4 });
  });

  it('stop on a stream whose session is opened again, and begin anew when asked for', () => {
    const desk = createTwoNodes();
    const session = desk.register('n1');
    const open = () => desk.call({ method: 'dispatcher.assignments', nodeId: 'n1', sessionId: session });
    const old = open();
    desk.stage.advance(50 * millisecond);
    desk.stage.write((tx) => tx.create('task', withFiles('t1')));
    desk.stage.advance(49 * millisecond);
    expect(desk.register('n1', session)).toBe(session);
    desk.stage.advance(second);
    expect(desk.answers(old)).toHaveLength(1);
    expect(desk.answer(open())).toMatchObject({
      sequence: 2,
      assignments: { type: 'complete', tasks: [{ id: 't1' }] },
    });
  });

  it('go out at once at the hundredth modification (E-99)', () => {
    const desk = createTwoNodes();
    const sent = openStream(desk);
    const create = (from: number, to: number) =>
      desk.stage.write((tx) => {
        for (let i = from; i < to; i++) {
          tx.create('task', makeTask({ id: `t${i}`, nodeId: 'n1', state: TaskState.Assigned }));
        }
      });
    create(0, 99);
    expect(sent()).toHaveLength(1);
    desk.stage.advance(100 * millisecond);
    expect(sent()).toHaveLength(2);
    create(100, 200);
    expect(sent()).toHaveLength(3);
    expect(sent()[2]?.message.tasks).toHaveLength(100);
    desk.stage.advance(second);
    expect(sent()).toHaveLength(3);
  });

  it('leave out what only the node itself reported (R-R177)', () => {
    const desk = createTwoNodes();
    const sent = openStream(desk);
    desk.stage.write((tx) => {
      tx.create('task', makeTask({ id: 't1', nodeId: 'n1', state: TaskState.Pending }));
    });
    desk.stage.advance(second);
    expect(sent()).toHaveLength(1);
    setState(desk, 't1', TaskState.Assigned);
    desk.stage.advance(second);
    expect(sent()).toHaveLength(2);
    for (const state of [TaskState.Accepted, TaskState.Preparing, TaskState.Running])
      setState(desk, 't1', state);
    desk.stage.advance(second);
    expect(sent()).toHaveLength(2);
  });

  it('release secrets and configs when their last task has passed running (R-R177)', () => {
    const desk = createTwoNodes();
    desk.stage.write((tx) => {
      tx.create('task', withFiles('t1', TaskState.Running));
      tx.create('task', withFiles('t2', TaskState.Running));
    });
    const sent = openStream(desk);
    setState(desk, 't1', TaskState.Failed);
    desk.stage.advance(second);
    expect(sent()).toHaveLength(1);
    setState(desk, 't2', TaskState.Complete);
    desk.stage.advance(second);
    expect(sent()[1]?.message).toMatchObject({ tasks: [], removedSecrets: ['s1'], removedConfigs: ['c1'] });
  });

  it('remove a task that is deleted (R-R177)', () => {
    const desk = createTwoNodes();
    desk.stage.write((tx) => tx.create('task', withFiles('t1', TaskState.Running)));
    const sent = openStream(desk);
    desk.stage.write((tx) => tx.remove('task', 't1'));
    desk.stage.advance(second);
    expect(sent()[1]?.message).toMatchObject({ removedTasks: ['t1'], removedSecrets: ['s1'], tasks: [] });
  });

  it('tell a node in the end what the store says, whatever happens (property)', () => {
    const step = fc.record({
      task: fc.integer({ min: 0, max: 4 }),
      act: fc.constantFrom('create', 'assign', 'report', 'stop', 'remove', 'wait'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const desk = createTwoNodes();
        const sent = openStream(desk);
        for (const { task, act } of steps) {
          const id = `t${task}`;
          const record = desk.stage.store.get('task', id);
          if (act === 'wait') desk.stage.advance(70 * millisecond);
          if (act === 'create' && record === undefined) {
            desk.stage.write((tx) => tx.create('task', withFiles(id, TaskState.Pending)));
          }
          if (record === undefined) continue;
          if (act === 'assign' && record.status.state < TaskState.Assigned)
            setState(desk, id, TaskState.Assigned);
          if (act === 'report') {
            const running = record.status.state < TaskState.Running;
            setState(desk, id, running ? TaskState.Running : TaskState.Failed);
          }
          if (act === 'stop') setDesired(desk, id, TaskState.Shutdown);
          if (act === 'remove') desk.stage.write((tx) => tx.remove('task', id));
        }
        desk.stage.advance(second);
        const desired = new Map<string, TaskState>();
        const secrets = new Set<string>();
        let position = 0;
        for (const { message } of sent()) {
          expect(message.appliesTo).toBe(position);
          position = message.resultsIn;
          for (const { id, desiredState } of message.tasks) desired.set(id, desiredState);
          for (const id of message.removedTasks) desired.delete(id);
          for (const { id } of message.secrets) secrets.add(id);
          for (const id of message.removedSecrets) secrets.delete(id);
        }
        const stored = desk.stage.store
          .tasksOfNode('n1')
          .filter(({ status: s }) => s.state >= TaskState.Assigned);
        expect([...desired].sort()).toEqual(stored.map(({ id, desiredState }) => [id, desiredState]));
        // A live task has its secrets; with no live task there are none.
        const live = stored.some(({ status: s }) => s.state <= TaskState.Running);
        if (live) expect([...secrets]).toEqual(['s1']);
        if (stored.length === 0) expect([...secrets]).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('status reports', () => {
  function withTasks(state: TaskState = TaskState.Running): { desk: Desk; report: Report } {
    const desk = createTwoNodes();
    desk.stage.write((tx) => {
      tx.create('task', makeTask({ id: 't1', nodeId: 'n1', state, status: { message: 'started' } }));
      tx.create('task', makeTask({ id: 't2', nodeId: 'n2', state }));
    });
    const sessionId = desk.register('n1');
    const report: Report = (updates) =>
      desk.call({
        method: 'dispatcher.report',
        nodeId: 'n1',
        sessionId,
        updates: updates.map(([taskId, value]) => ({ taskId, status: value })),
      });
    return { desk, report };
  }
  type Report = (updates: [string, ReturnType<typeof status>][]) => number;

  it('are answered at once and written at the next tick, with who and when (R-R183)', () => {
    const { desk, report } = withTasks(TaskState.Starting);
    const from = desk.stage.now();
    const id = report([['t1', status(TaskState.Running, 'started')]]);
    expect(desk.answer(id)).toEqual({ method: 'dispatcher.report', id });
    desk.stage.advance(100 * millisecond - 1);
    expect(desk.stage.store.get('task', 't1')?.status.state).toBe(TaskState.Starting);
    desk.stage.advance(1);
    expect(desk.stage.store.get('task', 't1')?.status).toMatchObject({
      state: TaskState.Running,
      message: 'started',
      appliedAt: from + 100 * millisecond,
      appliedBy: 'leader'.padEnd(25, '0'),
    });
  });

  it('of a task of another node fail the whole call (E-96)', () => {
    const { desk, report } = withTasks();
    const id = report([
      ['t1', status(TaskState.Failed)],
      ['t2', status(TaskState.Failed)],
    ]);
    expect(desk.refusal(id)).toBe('PermissionDenied: cannot update a task not assigned this node');
    desk.stage.advance(second);
    expect(desk.stage.store.get('task', 't1')?.status.state).toBe(TaskState.Running);
  });

  it('of a task that is gone are skipped (E-96)', () => {
    const { desk, report } = withTasks();
    const id = report([
      ['deleted', status(TaskState.Running)],
      ['t1', status(TaskState.Failed)],
    ]);
    expect(desk.answer(id).method).toBe('dispatcher.report');
    desk.stage.advance(second);
    expect(desk.stage.store.get('task', 't1')?.status.state).toBe(TaskState.Failed);
  });

  it('never take a state back; an equal one is written, even word for word (E-97)', () => {
    const { desk, report } = withTasks();
    const writes = () => desk.stage.commits.length;
    const before = writes();
    report([['t1', status(TaskState.Starting, 'starting')]]);
    desk.stage.advance(second);
    expect(writes()).toBe(before);
    report([['t1', status(TaskState.Running, 'another')]]);
    desk.stage.advance(second);
    expect(desk.stage.store.get('task', 't1')?.status.message).toBe('another');
    const applied = desk.stage.store.get('task', 't1')?.status.appliedAt;
    report([['t1', status(TaskState.Running, 'another')]]);
    desk.stage.advance(second);
    expect(writes()).toBe(before + 2);
    expect(desk.stage.store.get('task', 't1')?.status.appliedAt).toBeGreaterThan(applied ?? 0);
  });

  it('are lost with the leader that took them (E-98)', () => {
    const { desk, report } = withTasks();
    report([['t1', status(TaskState.Failed)]]);
    desk.stage.restart();
    desk.stage.advance(second);
    expect(desk.stage.store.get('task', 't1')?.status.state).toBe(TaskState.Running);
  });

  it('write the last of several for one task', () => {
    const { desk, report } = withTasks(TaskState.Assigned);
    report([['t1', status(TaskState.Accepted, 'accepted')]]);
    report([['t1', status(TaskState.Preparing, 'preparing')]]);
    const before = desk.stage.commits.length;
    desk.stage.advance(second);
    expect(desk.stage.commits.length).toBe(before + 1);
    expect(desk.stage.store.get('task', 't1')?.status.message).toBe('preparing');
  });

  /** 10 000 tasks, and a way to report on some of them, all complete. */
  function withManyTasks(): { desk: Desk; complete: (from: number, to: number, message?: string) => void } {
    const desk = createDesk((tx) => {
      tx.create('node', makeNode({ id: 'n1' }));
      for (let i = 0; i < 10_000; i++) tx.create('task', makeTask({ id: `t${i}`, nodeId: 'n1' }));
    });
    const sessionId = desk.register('n1');
    const complete = (from: number, to: number, message = '') => {
      const updates = Array.from({ length: to - from }, (_, i) => ({
        taskId: `t${from + i}`,
        status: status(TaskState.Complete, message),
      }));
      desk.call({ method: 'dispatcher.report', nodeId: 'n1', sessionId, updates });
      // Lets the jobs run that the call has asked for.
      desk.stage.write(() => undefined);
    };
    return { desk, complete };
  }

  it('do not wait for the tick when 10 000 are queued; the next tick is 100 ms after (R-R183)', () => {
    const { desk, complete } = withManyTasks();
    const shown = (id: string) => desk.stage.store.get('task', id)?.status;
    desk.stage.advance(30 * millisecond);
    complete(1, 10_000);
    expect(shown('t9')?.state).toBe(TaskState.Running);
    complete(0, 1);
    expect(desk.stage.store.list('task').every((task) => task.status.state === TaskState.Complete)).toBe(
      true,
    );
    complete(1, 2, 'again');
    desk.stage.advance(100 * millisecond - 1);
    expect(shown('t1')?.message).toBe('');
    desk.stage.advance(1);
    expect(shown('t1')?.message).toBe('again');
  });
});
