// Scenarios of a dispatcher on a stage: sessions, reports, and what becomes of nodes that fall silent.

import { hour, second } from '../../../src/model/duration.ts';
import { TaskState } from '../../../src/model/state.ts';
import { createDesk, type Desk, description, status } from '../../manager/dispatcher/desk.ts';
import { makeNode, makeTask } from '../../manager/fixtures.ts';
import { hold, judgeOf } from '../judge.ts';

/** One node, `n1`, that runs one task, `t1`. */
function oneNode(): Desk {
  return createDesk((tx) => {
    tx.create('node', makeNode({ id: 'n1' }));
    tx.create('task', makeTask({ id: 't1', nodeId: 'n1' }));
  });
}

function stateOf(desk: Desk): TaskState | undefined {
  return desk.stage.store.get('task', 't1')?.status.state;
}

function nodeState(desk: Desk): string | undefined {
  return desk.stage.store.get('node', 'n1')?.status.state;
}

export const dispatcherScenarios = {
  'an-old-session-is-over': judgeOf(() => {
    const desk = oneNode();
    const first = desk.register('n1');
    desk.register('n1');
    const beat = desk.call({ method: 'dispatcher.heartbeat', nodeId: 'n1', sessionId: first });
    hold(
      desk.refusal(beat) === 'InvalidArgument: session invalid',
      'a session went on after another took its place (I-45)',
    );
  }),

  'a-task-never-goes-back': judgeOf(() => {
    const desk = oneNode();
    const sessionId = desk.register('n1');
    const updates = [{ taskId: 't1', status: status(TaskState.Starting) }];
    desk.call({ method: 'dispatcher.report', nodeId: 'n1', sessionId, updates });
    desk.stage.advance(second);
    hold(stateOf(desk) === TaskState.Running, 'a late report took the state of a task back (I-42)');
  }),

  'a-node-that-returns-keeps-its-tasks': judgeOf(() => {
    const desk = oneNode();
    desk.stage.advance(40 * second);
    hold(desk.stage.store.get('node', 'n1')?.status.state === 'down', 'a silent node is never found down');
    const sessionId = desk.register('n1');
    for (let i = 0; i < 25 * 360; i += 1) {
      desk.beat('n1', sessionId);
      desk.stage.advance(10 * second);
    }
    hold(
      desk.stage.now() > 24 * hour && stateOf(desk) === TaskState.Running,
      'tasks of a living node were orphaned (I-44)',
    );
  }),

  'a-session-may-open-again': judgeOf(() => {
    const desk = oneNode();
    const sessionId = desk.register('n1');
    for (let i = 0; i < 10; i += 1) {
      const call = {
        method: 'dispatcher.session',
        nodeId: 'n1',
        sessionId,
        description,
        addr: '10.0.0.7',
      } as const;
      const id = desk.call(call);
      desk.stage.advance(second / 10);
      hold(desk.refusal(id) === '', 'a live session that is opened again counted as a registration (E-94)');
    }
  }),

  'a-heartbeat-is-good-for-three-periods': judgeOf(() => {
    const desk = oneNode();
    const sessionId = desk.register('n1');
    for (let i = 0; i < 10; i += 1) {
      desk.stage.advance(10 * second);
      hold(nodeState(desk) === 'ready', 'a node that sends heartbeats was found down (R-R168)');
      desk.beat('n1', sessionId);
    }
  }),

  'a-lost-node-keeps-its-tasks-for-a-day': judgeOf(() => {
    const desk = oneNode();
    desk.register('n1');
    desk.stage.advance(23 * hour);
    hold(stateOf(desk) === TaskState.Running, 'tasks of a lost node were orphaned within a day (R-R172)');
    desk.stage.advance(2 * hour);
    hold(stateOf(desk) === TaskState.Orphaned, 'tasks of a lost node were not orphaned after a day (R-R172)');
  }),

  'a-task-that-has-ended-is-no-orphan': judgeOf(() => {
    const desk = oneNode();
    const sessionId = desk.register('n1');
    const updates = [{ taskId: 't1', status: status(TaskState.Complete) }];
    desk.call({ method: 'dispatcher.report', nodeId: 'n1', sessionId, updates });
    desk.stage.advance(25 * hour);
    hold(stateOf(desk) === TaskState.Complete, 'a task that had ended was orphaned (R-R172)');
  }),

  'registrations-are-limited': judgeOf(() => {
    const desk = oneNode();
    for (let i = 0; i < 3; i += 1) desk.register('n1');
    const session = { method: 'dispatcher.session', nodeId: 'n1', sessionId: '' } as const;
    const id = desk.call({ ...session, description, addr: '10.0.0.7' });
    desk.stage.advance(second / 10);
    hold(desk.refusal(id).startsWith('Unavailable'), 'a node may register as often as it likes (R-R162)');
  }),

  'a-node-reports-of-its-own-tasks': judgeOf(() => {
    const desk = createDesk((tx) => {
      tx.create('node', makeNode({ id: 'n1' }));
      tx.create('node', makeNode({ id: 'n2' }));
      tx.create('task', makeTask({ id: 't1', nodeId: 'n1' }));
    });
    const sessionId = desk.register('n2');
    const updates = [{ taskId: 't1', status: status(TaskState.Failed) }];
    desk.call({ method: 'dispatcher.report', nodeId: 'n2', sessionId, updates });
    desk.stage.advance(second);
    hold(stateOf(desk) === TaskState.Running, 'a node reported of a task of another (R-R182)');
  }),
};
