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
};
