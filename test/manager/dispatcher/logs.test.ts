import { describe, expect, it } from 'vitest';
import { second } from '../../../src/model/duration.ts';
import type { LogRequest, TaskLog } from '../../../src/model/messages.ts';
import { makeCluster, makeNode, makeTask } from '../fixtures.ts';
import { createDesk, type Desk } from './desk.ts';

const ofService: LogRequest = {
  of: { kind: 'service', id: 's1' },
  streams: ['stdout', 'stderr'],
  follow: false,
  tail: 5,
  since: 0,
};
const followed: LogRequest = { ...ofService, follow: true };

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

/** What a node has been told of subscriptions: `+1` to publish for the first, `-1` to stop. */
function told({ sent }: Desk, nodeId: string): string[] {
  return sent
    .filter(({ route }) => route[0] === nodeId)
    .flatMap(({ reply }) => {
      if (reply.method === 'dispatcher.subscription') return [`+${reply.subscription}`];
      return reply.method === 'dispatcher.unsubscribe' ? [`-${reply.subscription}`] : [];
    });
}

function log(taskId: string, nodeId: string): TaskLog {
  const lines = [{ at: 7, stream: 'stdout', text: 'hello' }] as const;
  return { taskId, serviceId: 's1', nodeId, details: [], lines };
}

interface Publication {
  readonly part?: number;
  readonly last?: boolean;
}

/** A line of a task reaches the broker, for the first subscription. */
function publish(
  desk: Desk,
  nodeId: string,
  sessionId: string | undefined,
  taskId: string,
  { part = 1, last = true }: Publication = {},
): number {
  return desk.call({
    method: 'dispatcher.publish',
    nodeId,
    sessionId: sessionId ?? '',
    subscription: 1,
    part,
    logs: [log(taskId, nodeId)],
    last,
  });
}

/** What the caller has been told: tasks whose lines came, then the end. */
function heard(desk: Desk, id: number): string[] {
  return desk.answers(id).flatMap((reply, at) => {
    if (reply.method === 'control.lines') {
      expect(reply.sequence).toBe(at + 1);
      return reply.logs.map(({ taskId }) => taskId);
    }
    if (reply.method === 'control.failed') return [`${reply.error.code}: ${reply.error.message}`];
    if (reply.method !== 'control.done' || reply.result.kind !== 'logs') return [reply.method];
    expect(reply.result.messages).toBe(at);
    return [`end ${reply.result.warning}`];
  });
}

const incomplete =
  'warning: incomplete log stream. some logs could not be retrieved for the following reasons: ';

describe('the log broker', () => {
  it('asks the nodes of all tasks of a service, passes on what they tell and ends once each has told all', () => {
    const { desk, sessions } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    // The caller learns at once that the stream is open.
    expect(desk.answers(id)).toHaveLength(1);
    publish(desk, 'n1', sessions.get('n1'), 't1');
    // What the network repeats does not count twice.
    publish(desk, 'n1', sessions.get('n1'), 't1');
    expect(heard(desk, id)).toEqual(['t1']);
    publish(desk, 'n2', sessions.get('n2'), 't2');
    expect(heard(desk, id)).toEqual(['t1', 't2', 'end ']);
    expect(told(desk, 'n1')).toEqual(['+1']);
  });

  it('asks only the node of a task, and says what is wanted', () => {
    const { desk } = createScene('n1', 'n2');
    const request: LogRequest = { ...ofService, of: { kind: 'task', id: 't2' }, since: 3 };
    desk.logs(request);
    expect(told(desk, 'n1')).toEqual([]);
    expect(desk.sent.at(-1)?.reply).toMatchObject({ method: 'dispatcher.subscription', request });
  });

  it('ends at once when there is nobody to ask', () => {
    const { desk } = createScene('n1');
    expect(heard(desk, desk.logs({ ...ofService, of: { kind: 'service', id: 'none' } }))).toEqual(['end ']);
  });

  it('names the nodes that have no session, and the tasks that have no node', () => {
    const { desk, sessions } = createScene('n1');
    desk.stage.write((tx) => tx.create('task', makeTask({ id: 't3', serviceId: 's1', nodeId: '' })));
    const id = desk.logs(ofService);
    publish(desk, 'n1', sessions.get('n1'), 't1');
    expect(heard(desk, id)).toEqual([
      't1',
      `end ${incomplete}node n2 is not available, task t3 has not been scheduled`,
    ]);
  });

  it('waits no longer for a node whose session ends', () => {
    const { desk, sessions } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    publish(desk, 'n1', sessions.get('n1'), 't1');
    desk.register('n2');
    expect(heard(desk, id)).toEqual(['t1', `end ${incomplete}node n2 disconnected unexpectedly`]);
  });

  it('waits no longer for a node that falls silent or is removed', () => {
    const { desk } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    desk.stage.write((tx) => tx.remove('node', 'n1'));
    desk.stage.advance(19 * second);
    const reasons = 'node n1 disconnected unexpectedly, node n2 disconnected unexpectedly';
    expect(heard(desk, id)).toEqual([`end ${incomplete}${reasons}`]);
  });

  it('takes a gap in what a node tells for a broken stream', () => {
    const { desk, sessions } = createScene('n1');
    const id = desk.logs({ ...ofService, of: { kind: 'task', id: 't1' } });
    publish(desk, 'n1', sessions.get('n1'), 't1', { part: 2 });
    expect(heard(desk, id)).toEqual([`end ${incomplete}node n1 disconnected unexpectedly`]);
  });

  it('takes nothing from a node without a session, and forgets what nobody waits for any more', () => {
    const { desk, sessions } = createScene('n1', 'n2');
    const id = desk.logs(ofService);
    expect(desk.refusal(publish(desk, 'n1', 'wrong', 't1'))).toBe('InvalidArgument: session invalid');
    for (let passed = 0; passed < 21; passed += 1) {
      desk.stage.advance(second);
      for (const [nodeId, sessionId] of sessions) desk.beat(nodeId, sessionId);
    }
    publish(desk, 'n1', sessions.get('n1'), 't1');
    expect(heard(desk, id)).toEqual([]);
    expect(told(desk, 'n1')).toEqual(['+1', '-1']);
  });

  it('cancels what is under way when the leadership ends', () => {
    const { desk } = createScene('n1', 'n2');
    const ids = [desk.logs(ofService), desk.logs(followed)];
    desk.stop();
    for (const id of ids) expect(heard(desk, id)).toEqual(['Canceled: context canceled']);
  });
});

describe('a subscription that follows', () => {
  it('goes on until its caller wants no more, and then no agent publishes for it', () => {
    const { desk, sessions } = createScene('n1', 'n2');
    const id = desk.logs(followed);
    for (const part of [1, 2, 3]) publish(desk, 'n1', sessions.get('n1'), 't1', { part, last: false });
    expect(heard(desk, id)).toEqual(['t1', 't1', 't1']);
    desk.closeLogs(id);
    publish(desk, 'n1', sessions.get('n1'), 't1', { part: 4, last: false });
    expect(heard(desk, id)).toHaveLength(3);
    for (const nodeId of ['n1', 'n2']) expect(told(desk, nodeId)).toEqual(['+1', '-1']);
  });

  it('takes in the nodes of new tasks, once they have one, and those that come back', () => {
    const { desk, sessions } = createScene('n1');
    const id = desk.logs({ ...followed, of: { kind: 'service', id: 's3' } });
    expect(told(desk, 'n1')).toEqual([]);
    desk.stage.write((tx) => tx.create('task', makeTask({ id: 't4', serviceId: 's3', nodeId: '' })));
    expect(told(desk, 'n1')).toEqual([]);
    desk.stage.write((tx) =>
      tx.update('task', 't4', (draft) => {
        draft.nodeId = 'n1';
      }),
    );
    desk.stage.write((tx) => tx.create('task', makeTask({ id: 't5', serviceId: 's3', nodeId: 'n2' })));
    expect(told(desk, 'n1')).toEqual(['+1']);
    publish(desk, 'n1', sessions.get('n1'), 't4', { last: false });
    sessions.set('n2', desk.register('n2'));
    expect(told(desk, 'n2')).toEqual(['+1']);
    publish(desk, 'n2', sessions.get('n2'), 't5', { last: false });
    // A new session begins from the beginning.
    sessions.set('n1', desk.register('n1'));
    expect(told(desk, 'n1')).toEqual(['+1', '+1']);
    publish(desk, 'n1', sessions.get('n1'), 't4', { last: false });
    expect(heard(desk, id)).toEqual(['t4', 't5', 't4']);
  });

  it('ends when who reads it is no manager any more', () => {
    const { desk } = createScene('n1');
    desk.logs(followed);
    desk.managers = [{ host: 'm2', nodeId: 'n1', weight: 10 }];
    desk.stage.write((tx) =>
      tx.update('node', 'n1', (draft) => {
        draft.role = 'worker';
        draft.spec.labels = [['a', 'b']];
      }),
    );
    expect(told(desk, 'n1')).toEqual(['+1', '-1']);
  });

  it('asks a node once, however many tasks it has', () => {
    const { desk } = createScene('n1');
    desk.logs(followed);
    desk.stage.write((tx) => tx.create('task', makeTask({ id: 't6', serviceId: 's1', nodeId: 'n1' })));
    expect(told(desk, 'n1')).toEqual(['+1']);
  });
});
