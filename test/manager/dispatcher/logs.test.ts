import { describe, expect, it } from 'vitest';
import { second } from '../../../src/model/duration.ts';
import type { LogRequest } from '../../../src/model/messages.ts';
import { makeCluster, makeNode, makeTask } from '../fixtures.ts';
import { createDesk, type Desk } from './desk.ts';

const ofService: LogRequest = { of: { kind: 'service', id: 's1' }, tail: 5, since: 0 };
const lines = [{ at: 7, text: 'hello' }];

/** Two nodes with a task of `s1` each, and sessions for those named. */
function createScene(...withSession: string[]): { desk: Desk; sessions: Map<string, string> } {
  const desk = createDesk((tx) => {
    tx.create('cluster', makeCluster());
    for (const id of ['n1', 'n2']) tx.create('node', makeNode({ id }));
    tx.create('task', makeTask({ id: 't1', serviceId: 's1', nodeId: 'n1' }));
    tx.create('task', makeTask({ id: 't2', serviceId: 's1', nodeId: 'n2' }));
    tx.create('task', makeTask({ id: 'other', serviceId: 's2', nodeId: 'n2' }));
  });
  return { desk, sessions: new Map(withSession.map((id) => [id, desk.register(id)])) };
}

/** The number of the newest subscription that went to a node. */
function subscriptionOf({ sent }: Desk, nodeId: string): number | undefined {
  const asked = sent.filter(({ route }) => route[0] === nodeId).map(({ reply }) => reply);
  return asked
    .flatMap((reply) => (reply.method === 'dispatcher.subscription' ? [reply.subscription] : []))
    .at(-1);
}

function publish(desk: Desk, nodeId: string, sessionId: string, taskId: string): number {
  const subscription = subscriptionOf(desk, nodeId) ?? 0;
  const logs = [{ taskId, lines }];
  return desk.call({ method: 'dispatcher.publish', nodeId, sessionId, subscription, logs });
}

function result(desk: Desk, id: number): unknown {
  const reply = desk.answer(id);
  return reply.method === 'control.done' ? reply.result : reply;
}

const incomplete =
  'warning: incomplete log stream. some logs could not be retrieved for the following reasons: ';

describe('the log broker', () => {
  it('asks the nodes of all tasks of a service and answers once each has published', () => {
    const { desk, sessions } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    publish(desk, 'n1', sessions.get('n1') ?? '', 't1');
    // What the network repeats does not count twice.
    publish(desk, 'n1', sessions.get('n1') ?? '', 't1');
    expect(desk.answers(id)).toEqual([]);
    publish(desk, 'n2', sessions.get('n2') ?? '', 't2');
    const logs = [
      { taskId: 't1', lines },
      { taskId: 't2', lines },
    ];
    expect(result(desk, id)).toEqual({ kind: 'logs', logs, warning: '' });
  });

  it('asks only the node of a task, and says what is wanted', () => {
    const { desk } = createScene('n1', 'n2');
    const request: LogRequest = { of: { kind: 'task', id: 't2' }, since: 3 };
    desk.logs(request);
    expect(subscriptionOf(desk, 'n1')).toBeUndefined();
    expect(desk.sent.at(-1)?.reply).toMatchObject({ method: 'dispatcher.subscription', request });
  });

  it('answers at once when there is nobody to ask', () => {
    const { desk } = createScene('n1');
    const id = desk.logs({ of: { kind: 'service', id: 'none' }, since: 0 });
    expect(result(desk, id)).toEqual({ kind: 'logs', logs: [], warning: '' });
  });

  it('names the nodes that have no session, and the tasks that have no node', () => {
    const { desk, sessions } = createScene('n1');
    desk.stage.write((tx) => tx.create('task', makeTask({ id: 't3', serviceId: 's1', nodeId: '' })));
    const id = desk.logs(ofService);
    publish(desk, 'n1', sessions.get('n1') ?? '', 't1');
    expect(result(desk, id)).toEqual({
      kind: 'logs',
      logs: [{ taskId: 't1', lines }],
      warning: `${incomplete}node n2 is not available, task t3 has not been scheduled`,
    });
  });

  it('waits no longer for a node whose session ends', () => {
    const { desk, sessions } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    publish(desk, 'n1', sessions.get('n1') ?? '', 't1');
    desk.register('n2');
    expect(result(desk, id)).toMatchObject({ warning: `${incomplete}node n2 disconnected unexpectedly` });
  });

  it('waits no longer for a node that falls silent or is removed', () => {
    const { desk } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    desk.stage.write((tx) => tx.remove('node', 'n1'));
    desk.stage.advance(19 * second);
    expect(result(desk, id)).toMatchObject({
      warning: `${incomplete}node n1 disconnected unexpectedly, node n2 disconnected unexpectedly`,
    });
  });

  it('takes nothing from a node without a session, and forgets what nobody waits for any more', () => {
    const { desk, sessions } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    expect(desk.refusal(publish(desk, 'n1', 'wrong', 't1'))).toBe('InvalidArgument: session invalid');
    for (let passed = 0; passed < 21; passed += 1) {
      desk.stage.advance(second);
      for (const [nodeId, sessionId] of sessions) desk.beat(nodeId, sessionId);
    }
    publish(desk, 'n1', sessions.get('n1') ?? '', 't1');
    publish(desk, 'n2', sessions.get('n2') ?? '', 't2');
    expect(desk.answers(id)).toEqual([]);
  });

  it('cancels what is under way when the leadership ends', () => {
    const { desk } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    desk.stop();
    expect(result(desk, id)).toMatchObject({
      method: 'control.failed',
      error: { code: 'Canceled', message: 'context canceled' },
    });
  });
});
