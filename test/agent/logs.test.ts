import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { killTask } from '../../src/agent/agent.ts';
import { second } from '../../src/model/duration.ts';
import { nextOutput, type ScriptedLine } from '../../src/model/image-behaviour.ts';
import type { LogRequest, TaskLog } from '../../src/model/messages.ts';
import type { ContainerSpec, Labels } from '../../src/model/spec.ts';
import { TaskState } from '../../src/model/state.ts';
import { createReadyWorker, nodeId, task, type Worker } from './worker.ts';

const hello: ScriptedLine = { kind: 'once', after: 0, stream: 'stdout', text: 'hello' };
const tick: ScriptedLine = { kind: 'every', every: 2 * second, stream: 'stdout', text: 'tick' };

/** A worker whose `app` is there at once and writes what is given. */
function createWriting(logs: readonly ScriptedLine[], script: Parameters<Worker['script']>[1] = {}): Worker {
  const worker = createReadyWorker();
  worker.script('app', {
    pull: { kind: 'time', time: 0 },
    start: { kind: 'time', time: 0 },
    stop: { kind: 'exit', after: 0, code: 0 },
    logs,
    ...script,
  });
  return worker;
}

type Wanted = Omit<Partial<LogRequest>, 'streams'> & { readonly streams?: LogRequest['streams'] };

const everything: LogRequest = {
  of: { kind: 'service', id: 's1' },
  streams: ['stdout', 'stderr'],
  follow: false,
  since: 0,
};

function subscribe(worker: Worker, subscription: number, request: Wanted): void {
  const { session } = worker.agent;
  if (session.phase !== 'open') throw new Error('no session');
  worker.deliver({
    method: 'dispatcher.subscription',
    id: session.call,
    sequence: worker.nextSequence(),
    subscription,
    request: { ...everything, ...request },
  });
}

/** What the agent publishes when it is asked. */
function read(worker: Worker, request: Wanted = {}): readonly TaskLog[] {
  subscribe(worker, 1, request);
  const call = worker.calls.at(-1)?.call;
  if (call?.method !== 'dispatcher.publish') throw new Error('nothing published');
  expect(call).toMatchObject({ part: 1, last: true });
  return call.logs;
}

/** What it has published for a subscription so far, as `part task line`. */
function published(worker: Worker, subscription: number): string[] {
  return worker.calls.flatMap(({ call }) =>
    call.method === 'dispatcher.publish' && call.subscription === subscription
      ? call.logs.flatMap(({ taskId, lines }) => lines.map(({ text }) => `${call.part} ${taskId} ${text}`))
      : [],
  );
}

function texts(worker: Worker, request: Wanted = {}): string[] {
  return read(worker, request).flatMap(({ taskId, lines }) => lines.map(({ text }) => `${taskId} ${text}`));
}

const ours = { serviceId: 's1' };

describe('what containers write', () => {
  it('comes when the script says, with the time of the machine, and can be read', () => {
    const worker = createWriting([tick, hello]);
    worker.assign(task('t1', ours));
    worker.advance(5 * second);
    const [log] = read(worker);
    const begun = worker.agent.containers.get('t1')?.startedAt ?? 0;
    expect(log).toEqual({
      taskId: 't1',
      serviceId: 's1',
      nodeId,
      details: [],
      lines: [
        { at: begun, stream: 'stdout', text: 'hello' },
        { at: begun + 2 * second, stream: 'stdout', text: 'tick' },
        { at: begun + 4 * second, stream: 'stdout', text: 'tick' },
      ],
    });
  });

  it('is of the service or the task asked for, the last lines of each container, and not too old', () => {
    const worker = createWriting([hello, tick]);
    worker.assign(task('t1', ours), task('t2', ours), task('t3', { serviceId: 's2' }));
    worker.advance(3 * second);
    expect(texts(worker)).toEqual(['t1 hello', 't1 tick', 't2 hello', 't2 tick']);
    expect(texts(worker, { of: { kind: 'task', id: 't3' } })).toEqual(['t3 hello', 't3 tick']);
    expect(texts(worker, { tail: 1 })).toEqual(['t1 tick', 't2 tick']);
    expect(texts(worker, { tail: 0 })).toEqual([]);
    expect(texts(worker, { since: worker.now() - 2 * second })).toEqual(['t1 tick', 't2 tick']);
    // The last line is taken first, and then is too old.
    expect(texts(worker, { tail: 1, since: worker.now() })).toEqual([]);
  });

  it('ends with the program, whose last words are heard', () => {
    const bye: ScriptedLine = { kind: 'once', after: 3 * second, stream: 'stdout', text: 'bye' };
    const worker = createWriting([hello, bye, tick], { run: { kind: 'exit', after: 3 * second, code: 1 } });
    worker.assign(task('t1', ours));
    worker.advance(10 * second);
    expect(worker.agent.tasks.get('t1')?.task.status.state).toBe(TaskState.Failed);
    expect(texts(worker)).toEqual(['t1 hello', 't1 tick', 't1 bye']);
  });

  it('outlives a kill and the machine, and goes with the task', () => {
    const worker = createWriting([hello]);
    worker.assign(task('t1', ours), task('t2', ours));
    worker.advance(second);
    killTask(worker.context, worker.agent, 't1');
    worker.advance(second);
    worker.crash();
    worker.advance(10 * second);
    expect(texts(worker)).toEqual(['t1 hello', 't2 hello']);
    worker.unassign('t1', 't2');
    worker.advance(10 * second);
    expect(texts(worker)).toEqual([]);
    expect([...worker.disk.keys()].filter((key) => key.startsWith('log/'))).toEqual([]);
  });

  it('of a task that was being removed when the machine died is gone', () => {
    const worker = createWriting([hello], { stop: { kind: 'ignore' } });
    worker.assign(task('t1', ours));
    worker.advance(second);
    worker.unassign('t1');
    worker.advance(second);
    expect([...worker.disk.keys()]).toContain('log/t1');
    worker.crash();
    expect([...worker.disk.keys()]).not.toContain('log/t1');
  });

  it('is kept up to 1,000 lines', () => {
    const worker = createWriting([
      hello,
      { kind: 'every', every: second / 1000, stream: 'stdout', text: 'more' },
    ]);
    worker.assign(task('t1', ours));
    worker.advance(2 * second);
    const [log] = read(worker);
    expect(log?.lines).toHaveLength(1_000);
    expect(log?.lines.every(({ text }) => text === 'more')).toBe(true);
  });

  it('is not told to a subscription of an older session', () => {
    const worker = createWriting([hello]);
    const { session } = worker.agent;
    if (session.phase !== 'open') throw new Error('no session');
    const calls = worker.calls.length;
    worker.deliver({
      method: 'dispatcher.subscription',
      id: session.call - 1,
      sequence: worker.nextSequence(),
      subscription: 1,
      request: everything,
    });
    expect(worker.calls).toHaveLength(calls);
  });

  it('is of one stream or of both', () => {
    const oops: ScriptedLine = { kind: 'once', after: second, stream: 'stderr', text: 'oops' };
    const worker = createWriting([hello, oops]);
    worker.assign(task('t1', ours));
    worker.advance(2 * second);
    expect(texts(worker)).toEqual(['t1 hello', 't1 oops']);
    expect(texts(worker, { streams: ['stderr'] })).toEqual(['t1 oops']);
    expect(texts(worker, { streams: ['stdout'] })).toEqual(['t1 hello']);
    // The last line is of the other stream.
    expect(texts(worker, { streams: ['stdout'], tail: 1 })).toEqual([]);
  });

  it('comes with the labels and variables that the log driver names', () => {
    const worker = createWriting([hello]);
    const container: Partial<ContainerSpec> = {
      labels: [
        ['team', 'blue'],
        ['other', 'x'],
      ],
      env: ['STAGE=test', 'SECRET=no'],
    };
    const options: Labels = [
      ['env', 'STAGE,NONE'],
      ['labels', 'team'],
    ];
    worker.assign(task('t1', { ...ours, container, logDriver: { name: 'json-file', options } }));
    worker.advance(second);
    expect(read(worker)[0]?.details).toEqual([
      ['STAGE', 'test'],
      ['team', 'blue'],
    ]);
  });
});

describe('who follows', () => {
  it('gets what there is, then every line as it is written, of new tasks as well, until it is enough', () => {
    const worker = createWriting([hello, tick]);
    worker.assign(task('t1', ours));
    worker.advance(3 * second);
    subscribe(worker, 7, { follow: true, tail: 1 });
    expect(published(worker, 7)).toEqual(['1 t1 tick']);
    worker.advance(2 * second);
    expect(published(worker, 7)).toEqual(['1 t1 tick', '2 t1 tick']);
    worker.assign(task('t2', ours), task('t3', { serviceId: 's2' }));
    worker.advance(second / 2);
    expect(published(worker, 7).at(-1)).toBe('3 t2 hello');
    const { session } = worker.agent;
    if (session.phase !== 'open') throw new Error('no session');
    const sequence = worker.nextSequence();
    worker.deliver({ method: 'dispatcher.unsubscribe', id: session.call, sequence, subscription: 7 });
    worker.advance(10 * second);
    expect(published(worker, 7)).toHaveLength(3);
  });

  it('hears nothing of the other stream', () => {
    const worker = createWriting([hello, { ...tick, stream: 'stderr' }]);
    subscribe(worker, 7, { follow: true, streams: ['stdout'] });
    worker.assign(task('t1', ours));
    worker.advance(5 * second);
    expect(published(worker, 7)).toEqual(['1 t1 hello']);
  });

  it('hears no more in another session', () => {
    const worker = createWriting([hello, tick]);
    worker.assign(task('t1', ours));
    worker.advance(second);
    subscribe(worker, 7, { follow: true });
    expect(published(worker, 7)).toEqual(['1 t1 hello']);
    worker.changeLeader();
    worker.advance(30 * second);
    expect(worker.agent.session.phase).toBe('open');
    const before = published(worker, 7).length;
    worker.advance(10 * second);
    expect(published(worker, 7)).toHaveLength(before);
  });

  it('misses no line of a burst that is longer than a container keeps', () => {
    const worker = createWriting([{ kind: 'every', every: second / 1000, stream: 'stdout', text: 'more' }]);
    subscribe(worker, 7, { follow: true });
    worker.assign(task('t1', ours));
    worker.advance(second);
    const container = worker.agent.containers.get('t1');
    worker.advance(2 * second);
    expect(published(worker, 7)).toHaveLength(container?.written ?? 0);
    expect(container?.written).toBeGreaterThan(2_000);
  });
});

it('a script is written in order, each line when it says and none twice (property)', () => {
  const text = fc.string();
  const stream = fc.constantFrom('stdout' as const, 'stderr' as const);
  const line = fc.oneof(
    fc.record({ kind: fc.constant('once' as const), after: fc.nat(50), stream, text }),
    fc.record({ kind: fc.constant('every' as const), every: fc.integer({ min: 1, max: 9 }), stream, text }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (logs) => {
      const written: string[] = [];
      let past = -1;
      for (;;) {
        const next = nextOutput(logs, past);
        if (next === undefined || next.at > 50) break;
        written.push(...next.lines.map((each) => `${next.at} ${each.text}`));
        past = next.at;
      }
      const expected: string[] = [];
      for (let at = 0; at <= 50; at += 1) {
        for (const each of logs) {
          const due = each.kind === 'once' ? each.after === at : at > 0 && at % each.every === 0;
          if (due) expected.push(`${at} ${each.text}`);
        }
      }
      expect(written).toEqual(expected);
    }),
  );
});
