import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hour, millisecond, second } from '../../src/model/duration.ts';
import type { DispatcherCall } from '../../src/model/messages.ts';
import { TaskState } from '../../src/model/state.ts';
import { createReadyWorker, createWorker, latency, reported, task, type Worker } from './worker.ts';

type Method = DispatcherCall['method'];

/** When each call of a kind went out. */
function times(worker: Worker, method: Method): number[] {
  return worker.calls.filter(({ call }) => call.method === method).map(({ at }) => at);
}

function cutOff(worker: Worker): void {
  worker.lost = (what) => what !== 'pull';
}

function mend(worker: Worker): void {
  worker.lost = () => false;
}

describe('a session', () => {
  it('begins with a heartbeat and the assignments at once (R-R167)', () => {
    const worker = createWorker();
    worker.advance(2 * latency);
    expect(worker.calls.map(({ at, call }) => [at, call.method])).toEqual([
      [0, 'dispatcher.session'],
      [2 * latency, 'dispatcher.heartbeat'],
      [2 * latency, 'dispatcher.assignments'],
    ]);
    expect(worker.calls[0]?.call).toMatchObject({ sessionId: '', nodeId: 'n1', addr: '10.0.0.7' });
  });

  it('beats after exactly the period of the last answer (R-R167)', () => {
    const worker = createWorker();
    worker.period = 4_567_891;
    worker.advance(20 * second);
    const beats = times(worker, 'dispatcher.heartbeat');
    expect(beats.length).toBe(5);
    for (const [i, at] of beats.entries()) expect(at).toBe(2 * latency + i * (4_567_891 + 2 * latency));
  });

  it('times out when its first message does not come within 5 s (R-R186)', () => {
    const worker = createWorker();
    cutOff(worker);
    worker.advance(5 * second - 1);
    expect(worker.agent.session.phase).toBe('opening');
    worker.advance(1);
    expect(worker.agent.session.phase).toBe('waiting');
    expect(worker.agent.sessionError).toBe('session initiation timed out');
  });

  it('is tried again after pauses below 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 8, 8 s (R-R185, E-101)', () => {
    const worker = createWorker();
    cutOff(worker);
    worker.advance(120 * second);
    const tries = times(worker, 'dispatcher.session');
    const bounds = [0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 8, 8, 8];
    const pauses = tries.slice(1).map((at, i) => (at - (tries[i] ?? 0)) / second - 5);
    expect(pauses.length).toBeGreaterThan(8);
    for (const [i, bound] of bounds.slice(0, pauses.length).entries()) {
      expect(pauses[i]).toBeGreaterThanOrEqual(0);
      expect(pauses[i]).toBeLessThan(bound);
    }
    expect(worker.agent.backoff).toBe(8 * second);
    mend(worker);
    worker.advance(14 * second);
    expect(worker.agent.backoff).toBe(0);
  });

  it('ends when a heartbeat is not answered within 5 s (R-R167)', () => {
    const worker = createReadyWorker();
    cutOff(worker);
    worker.advance(5 * second + 2 * latency);
    const beat = times(worker, 'dispatcher.heartbeat').at(-1) ?? 0;
    worker.advance(beat + 5 * second - 1 - worker.now());
    expect(worker.agent.session.phase).toBe('open');
    worker.advance(1);
    expect(worker.agent.session.phase).toBe('waiting');
  });

  it('is opened anew, with the old ID, at a new leader; no task notices (R-R188)', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'));
    worker.advance(5 * second);
    const old = worker.agent.sessionId;
    worker.changeLeader();
    worker.advance(6 * second);
    const reopened = worker.calls.filter(({ call }) => call.method === 'dispatcher.session').at(-1)?.call;
    expect(reopened).toMatchObject({ sessionId: old });
    expect(worker.agent.sessionId).not.toBe(old);
    expect(worker.running()).toEqual(['t1']);
    expect(reported(worker, 't1').filter((line) => line === '512 started: ')).toHaveLength(2);
  });

  it('keeps its ID when it is resumed at the same leader', () => {
    const worker = createReadyWorker();
    const old = worker.agent.sessionId;
    cutOff(worker);
    worker.advance(11 * second);
    expect(worker.agent.session.phase).not.toBe('open');
    mend(worker);
    worker.advance(10 * second);
    expect(worker.agent.session.phase).toBe('open');
    expect(worker.agent.sessionId).toBe(old);
  });

  it('restarts at once, with the same ID, when the description has changed at the look every 20 s (R-R189)', () => {
    const worker = createReadyWorker();
    worker.advance(10 * second);
    worker.description = { ...worker.description, engineLabels: [['rack', 'r1']] };
    worker.advance(20 * second - 1 - worker.now());
    expect(times(worker, 'dispatcher.session')).toHaveLength(1);
    worker.advance(1);
    expect(worker.calls.at(-1)?.call).toMatchObject({
      method: 'dispatcher.session',
      sessionId: worker.agent.sessionId,
      description: { engineLabels: [['rack', 'r1']] },
    });
    worker.advance(25 * second);
    expect(times(worker, 'dispatcher.session')).toHaveLength(2);
  });

  it('breaks when a pushed message is missing, even if nothing follows it', () => {
    const worker = createReadyWorker();
    worker.lost = (what) => what === 'reply';
    worker.assign(task('t1'));
    mend(worker);
    worker.advance(second);
    expect(worker.shown('t1')).toBe('none');
    worker.advance(10 * second);
    expect(worker.running()).toEqual(['t1']);
    expect(times(worker, 'dispatcher.session')).toHaveLength(2);
  });

  it('breaks at a gap and drops what comes twice', () => {
    const worker = createReadyWorker();
    const { session } = worker.agent;
    if (session.phase !== 'open') throw new Error('no session');
    const push = (sequence: number, appliesTo: number, id: string) =>
      worker.deliver({
        method: 'dispatcher.assignments',
        id: session.assignments.call,
        sequence,
        assignments: {
          type: 'incremental',
          appliesTo,
          resultsIn: appliesTo + 1,
          tasks: [task(id)],
          removedTasks: [],
          secrets: [],
          removedSecrets: [],
          configs: [],
          removedConfigs: [],
        },
      });
    push(2, 0, 'again');
    expect(worker.shown('again')).toBe('none');
    expect(worker.agent.session.phase).toBe('open');
    push(3, 1, 'next');
    expect(worker.shown('next')).not.toBe('none');
    push(5, 3, 'later');
    expect(worker.shown('later')).toBe('none');
    expect(worker.agent.session.phase).toBe('waiting');
  });

  it('asks for the complete set again when a message does not chain (R-R179)', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'));
    worker.advance(second);
    const { session } = worker.agent;
    if (session.phase !== 'open') throw new Error('no session');
    worker.deliver({
      method: 'dispatcher.assignments',
      id: session.assignments.call,
      sequence: session.sequence + 1,
      assignments: {
        type: 'incremental',
        appliesTo: 7,
        resultsIn: 8,
        tasks: [],
        removedTasks: ['t1'],
        secrets: [],
        removedSecrets: [],
        configs: [],
        removedConfigs: [],
      },
    });
    expect(worker.shown('t1')).not.toBe('none');
    expect(times(worker, 'dispatcher.assignments')).toHaveLength(2);
    expect(worker.agent.session.phase).toBe('open');
  });
});

describe('the choice of a manager', () => {
  it('is the own one on a manager (R-R187)', () => {
    const worker = createWorker();
    worker.runsManager = true;
    worker.crash();
    expect(worker.calls.at(-1)?.manager).toBe('w1');
  });

  it('waits while none is known', () => {
    const worker = createWorker();
    worker.disk.delete('managers');
    worker.crash();
    worker.advance(second);
    expect(worker.agent.session.phase).toBe('waiting');
    expect(times(worker, 'dispatcher.session')).toHaveLength(1);
  });

  it('learns weights and forgets who is not listed (R-R187)', () => {
    const worker = createWorker();
    const weights = () => [...worker.agent.remotes].map(([host, { weight }]) => [host, weight]);
    expect(weights()).toEqual([['m1', 5]]);
    worker.managers = ['m2', 'm1'].map((host) => ({ host, nodeId: host, weight: 10 }));
    worker.advance(second);
    // ceil(10 / 2 + 0 / 2) and ceil(10 / 2 + 5 / 2).
    expect(weights()).toEqual([
      ['m2', 5],
      ['m1', 8],
    ]);
    cutOff(worker);
    worker.advance(11 * second);
    // ceil(-10 / 2 + 8 / 2) = -1 for the manager whose session ended.
    expect(new Map(worker.agent.remotes).get('m1')?.weight).toBeLessThanOrEqual(-1);
    worker.managers = [{ host: 'm3', nodeId: 'm3', weight: 10 }];
    mend(worker);
    worker.advance(20 * second);
    expect(weights()).toEqual([['m3', 5]]);
    expect(worker.disk.get('managers')).toMatchObject({ managers: [{ host: 'm3' }] });
  });

  it('writes the list to the disk only when it has changed', () => {
    const worker = createReadyWorker();
    worker.disk.delete('managers');
    worker.changeLeader();
    worker.advance(10 * second);
    expect(worker.disk.has('managers')).toBe(false);
  });

  it('falls on a manager by its weight; a bad one has next to no chance', () => {
    const worker = createWorker();
    const peers = ['m1', 'm2', 'm3'].map((host) => ({ host, nodeId: host, weight: 10 }));
    const counts = new Map<string, number>();
    worker.disk.set('managers', { kind: 'managers', managers: peers });
    for (let i = 0; i < 600; i++) {
      worker.crash();
      const manager = worker.calls.at(-1)?.manager ?? '';
      counts.set(manager, (counts.get(manager) ?? 0) + 1);
    }
    for (const { host } of peers) expect(counts.get(host)).toBeGreaterThan(120);
  });
});

describe('status reports', () => {
  it('carry the newest status only, and are repeated until accepted (R-R181)', () => {
    const worker = createReadyWorker();
    worker.script('app', { pull: { kind: 'time', time: second }, start: { kind: 'time', time: second } });
    worker.lost = (what) => what === 'reply';
    worker.assign(task('t1'));
    mend(worker);
    // The assignment was lost with its answer: the session is opened again and the node learns of it.
    worker.advance(12 * second);
    expect(reported(worker, 't1')).toEqual(['320 preparing: ', '448 starting: ', '512 started: ']);
  });

  it('survive answers that are lost, and never go back', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'));
    worker.advance(2 * latency);
    worker.lost = (what) => what === 'reply';
    worker.advance(12 * second);
    mend(worker);
    worker.advance(15 * second);
    const states = worker.reports.map(({ status }) => status.state);
    expect(states).toEqual([...states].sort((a, b) => a - b));
    expect(states.at(-1)).toBe(TaskState.Running);
    expect(worker.agent.reports.size).toBe(0);
  });

  it('of a task that is gone are not repeated', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'));
    worker.advance(5 * second);
    worker.unassign('t1');
    worker.advance(5 * second);
    worker.changeLeader();
    const before = worker.reports.length;
    worker.advance(10 * second);
    expect(worker.reports.length).toBe(before);
  });
});

describe('without managers', () => {
  it('containers run on, and one that ends is not restarted; both are reported afterwards (E-100, I-46)', () => {
    const worker = createReadyWorker();
    worker.script('job', { run: { kind: 'exit', after: hour, code: 3 } });
    worker.assign(task('t1'), task('t2', { container: { image: 'job' } }));
    worker.advance(10 * second);
    cutOff(worker);
    worker.advance(72 * hour);
    expect(worker.running()).toEqual(['t1']);
    expect(worker.shown('t2')).toBe('704 started: task: non-zero exit (3)');
    mend(worker);
    worker.advance(15 * second);
    expect(reported(worker, 't2').at(-1)).toBe('704 started: task: non-zero exit (3)');
    expect(worker.running()).toEqual(['t1']);
  });

  it('a machine that comes back decides from its disk (R-R190, E-105)', () => {
    const worker = createReadyWorker();
    worker.script('slow', { pull: { kind: 'time', time: hour } });
    worker.assign(
      task('ran'),
      task('parked', { desiredState: TaskState.Ready }),
      task('pulling', { container: { image: 'slow' } }),
    );
    worker.advance(10 * second);
    cutOff(worker);
    worker.crash();
    expect(worker.shown('ran')).toBe('704 started: task: non-zero exit (255)');
    expect(worker.shown('parked')).toBe('384 prepared: ');
    expect(worker.shown('pulling')).toBe('320 preparing: ');
    expect(worker.running()).toEqual([]);
    expect(worker.pulls.map(({ image }) => image)).toEqual(['app', 'slow', 'slow']);
    mend(worker);
    worker.desire(TaskState.Running, 'parked');
    worker.advance(20 * second);
    expect(reported(worker, 'ran').at(-1)).toBe('704 started: task: non-zero exit (255)');
    expect(worker.running()).toEqual(['parked']);
  });
});

describe('a node part that is stopped', () => {
  it('drops every assignment, removes the containers and takes no more (R-R190, E-104)', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'), task('t2'));
    worker.advance(10 * second);
    worker.stop();
    expect(worker.agent.tasks.size).toBe(0);
    worker.assign(task('t3'));
    worker.advance(10 * second);
    expect(worker.agent.containers.size).toBe(0);
    expect(worker.agent.tasks.size).toBe(0);
    expect([...worker.disk.keys()].filter((key) => key.startsWith('task/'))).toEqual([]);
    const calls = worker.calls.length;
    worker.advance(hour);
    expect(worker.calls.length).toBe(calls);
  });
});

describe('what belongs to an older session', () => {
  it('does not end a new one: the limit of a report that was under way', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1', { desiredState: TaskState.Ready }));
    worker.lost = (what) => what === 'call';
    worker.advance(latency);
    mend(worker);
    expect(worker.calls.at(-1)?.call.method).toBe('dispatcher.report');
    const { session } = worker.agent;
    if (session.phase !== 'open') throw new Error('no session');
    const error = { code: 'Aborted' as const, message: 'node must disconnect' };
    worker.deliver({ method: 'dispatcher.error', id: session.call, error });
    expect(worker.agent.sessionError).toBe('rpc error: code = Aborted desc = node must disconnect');
    worker.advance(20 * second);
    expect(times(worker, 'dispatcher.session')).toHaveLength(2);
  });

  it('is told from the new by its number, even after a crash', () => {
    const worker = createReadyWorker();
    worker.crash();
    worker.advance(second);
    const ids = worker.calls.map(({ call }) => call.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is over when the node part stops during a pause', () => {
    const worker = createWorker();
    cutOff(worker);
    while (worker.agent.session.phase !== 'waiting') worker.advance(millisecond);
    worker.stop();
    worker.advance(hour);
    expect(worker.calls).toHaveLength(1);
  });
});

describe('the state of an agent', () => {
  it('is plain data: one that is copied all the time does the same', () => {
    const run = (copied: boolean) => {
      const worker = createWorker();
      worker.script('hung', {
        healthCheck: {
          test: ['CMD'],
          interval: second,
          timeout: second,
          retries: 2,
          startPeriod: 0,
          startInterval: 0,
        },
        health: { kind: 'passes', after: 0, until: 4 * second },
      });
      const copy = (duration: number) => {
        for (let passed = 0; passed < duration; passed += 100 * millisecond) {
          if (copied) worker.agent = structuredClone(worker.agent);
          worker.advance(100 * millisecond);
        }
      };
      copy(second);
      worker.assign(task('t1'), task('t2', { container: { image: 'hung' } }));
      copy(8 * second);
      worker.desire(TaskState.Shutdown, 't1');
      worker.changeLeader();
      copy(20 * second);
      return { calls: worker.calls, reports: worker.reports, agent: worker.agent };
    };
    expect(run(true)).toEqual(run(false));
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    fc.record({
      act: fc.constant('assign' as const),
      id: fc.integer({ min: 0, max: 5 }),
      image: fc.integer({ min: 0, max: 4 }),
    }),
    fc.record({
      act: fc.constantFrom('park' as const, 'run' as const, 'shutdown' as const, 'remove' as const),
      id: fc.integer({ min: 0, max: 5 }),
    }),
    fc.record({ act: fc.constantFrom('crash' as const, 'leader' as const, 'mend' as const) }),
    fc.record({
      act: fc.constant('lose' as const),
      what: fc.constantFrom('call' as const, 'reply' as const, 'pull' as const),
    }),
    fc.record({ act: fc.constant('wait' as const), time: fc.integer({ min: 1, max: 8_000 }) }),
  );

  it('no reported state goes back, and a restored session runs exactly what is assigned (property)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const worker = createWorker();
        worker.script('image1', { run: { kind: 'exit', after: 3 * second, code: 0 } });
        worker.script('image2', { start: { kind: 'error', text: 'no such file' } });
        worker.script('image3', { pull: { kind: 'denied' } });
        worker.script('image4', { stop: { kind: 'ignore' } });
        const wanted = new Map<string, TaskState>();
        for (const s of steps) {
          const id = 'id' in s ? `t${s.id}` : '';
          switch (s.act) {
            case 'assign':
              if (wanted.has(id) || worker.reports.some(({ taskId }) => taskId === id)) break;
              wanted.set(id, TaskState.Ready);
              worker.assign(
                task(id, { desiredState: TaskState.Ready, container: { image: `image${s.image}` } }),
              );
              break;
            case 'park':
            case 'run':
            case 'shutdown': {
              const desired = { park: TaskState.Ready, run: TaskState.Running, shutdown: TaskState.Shutdown }[
                s.act
              ];
              const old = wanted.get(id);
              if (old === undefined || desired < old) break;
              wanted.set(id, desired);
              worker.desire(desired, id);
              break;
            }
            case 'remove':
              wanted.delete(id);
              worker.unassign(id);
              break;
            case 'crash':
              worker.crash();
              break;
            case 'leader':
              worker.changeLeader();
              break;
            case 'lose':
              worker.lost = (what) => what === s.what;
              break;
            case 'mend':
              mend(worker);
              break;
            case 'wait':
              worker.advance(s.time * millisecond);
          }
        }
        mend(worker);
        // Time for a session, a pull that was lost and a stop.
        worker.advance(120 * second);

        const last = new Map<string, number>();
        for (const { taskId, status } of worker.reports) {
          expect(status.state).toBeGreaterThanOrEqual(last.get(taskId) ?? 0);
          last.set(taskId, status.state);
        }
        expect([...worker.agent.tasks.keys()].sort()).toEqual([...wanted.keys()].sort());
        expect(worker.agent.reports.size).toBe(0);
        const running = [...worker.agent.tasks.values()]
          .filter(({ task: { status } }) => status.state === TaskState.Running)
          .map(({ task: { id } }) => id);
        expect(worker.running().sort()).toEqual(running.sort());
        for (const [id, desired] of wanted) {
          const status = worker.agent.tasks.get(id)?.task.status;
          expect(last.get(id)).toBe(status?.state);
          // A task is where it is desired to be, unless it has ended by itself.
          if ((status?.state ?? 0) <= TaskState.Running) expect(status?.state).toBe(desired);
        }
      }),
      { numRuns: 300 },
    );
  });
});
