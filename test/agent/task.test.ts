import { describe, expect, it } from 'vitest';
import { hangTask, killTask } from '../../src/agent/agent.ts';
import { imageDigest } from '../../src/agent/registry.ts';
import { millisecond, second } from '../../src/model/duration.ts';
import type { HealthCheck, PortConfig } from '../../src/model/spec.ts';
import { TaskState } from '../../src/model/state.ts';
import { createReadyWorker, latency, reported, task, type Worker } from './worker.ts';

const attached = [{ networkId: 'net1', addresses: ['10.0.1.5/24'], aliases: [] }];

/** A worker on which `app` is pulled, starts and stops in no time but what the script of a test says. */
function createScripted(script: Parameters<Worker['script']>[1] = {}): Worker {
  const worker = createReadyWorker();
  worker.script('app', {
    pull: { kind: 'time', time: 0 },
    start: { kind: 'time', time: 0 },
    stop: { kind: 'exit', after: 0, code: 0 },
    ...script,
  });
  return worker;
}

/** When a task reached a state, by its own clock. */
function reached(worker: Worker, id: string, state: TaskState): number {
  const status = worker.agent.tasks.get(id)?.task.status;
  if (status?.state !== state) throw new Error(`task is ${worker.shown(id)}`);
  return status.timestamp;
}

/** A worker with a running task, and the time since. */
function createRunning(
  script: Parameters<Worker['script']>[1] = {},
  fields: Parameters<typeof task>[1] = {},
): Worker {
  const worker = createScripted(script);
  worker.assign(task('t1', fields));
  worker.advance(second);
  return worker;
}

/** Orders a stop and returns when the agent learned of it. */
function stop(worker: Worker, id = 't1'): number {
  worker.desire(TaskState.Shutdown, id);
  return worker.now() + latency;
}

describe('a task on its way up', () => {
  it('says accepted, preparing, prepared, starting, started (orchestration 1.3)', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'));
    worker.advance(latency);
    expect(worker.shown('t1')).toBe('320 preparing: ');
    worker.advance(10 * second);
    expect(reported(worker, 't1')).toEqual(['320 preparing: ', '448 starting: ', '512 started: ']);
    expect(worker.agent.tasks.get('t1')?.task.status.container).toMatchObject({ exitCode: 0 });
  });

  it('of an unknown image takes 1 to 3 s to pull and some 100 ms to start', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'), task('t2', { desiredState: TaskState.Ready }));
    const from = worker.now();
    worker.advance(10 * second);
    const prepared = reached(worker, 't2', TaskState.Ready) - from;
    expect(prepared).toBeGreaterThanOrEqual(second);
    expect(prepared).toBeLessThan(3.1 * second);
    const took = reached(worker, 't1', TaskState.Running) - from - prepared;
    expect(took).toBeGreaterThanOrEqual(100 * millisecond);
    expect(took).toBeLessThan(500 * millisecond);
  });

  it('parks at ready when no more is desired, and goes on at once when it is (R-O5)', () => {
    const worker = createScripted();
    worker.assign(task('t1', { desiredState: TaskState.Ready }));
    worker.advance(60 * second);
    expect(worker.shown('t1')).toBe('384 prepared: ');
    worker.desire(TaskState.Running, 't1');
    worker.advance(latency);
    expect(worker.shown('t1')).toBe('512 started: ');
  });

  it('waits a second when its desired state rises during the pull, which goes on (R-O6)', () => {
    const worker = createScripted({ pull: { kind: 'time', time: 5 * second } });
    worker.assign(task('t1', { desiredState: TaskState.Ready }));
    worker.advance(4.5 * second);
    worker.desire(TaskState.Running, 't1');
    const from = worker.now() + latency;
    worker.advance(3 * second);
    expect(reached(worker, 't1', TaskState.Running)).toBe(from + second);
    expect(worker.pulls).toHaveLength(1);
  });

  it('ignores an assignment that lowers its desired state or differs in status alone (R-O2, R-R180)', () => {
    const worker = createRunning();
    worker.desire(TaskState.Ready, 't1');
    worker.advance(5 * second);
    expect(worker.agent.tasks.get('t1')?.task.desiredState).toBe(TaskState.Running);
    const before = worker.reports.length;
    worker.assign(task('t1', { state: TaskState.Failed }));
    worker.advance(latency);
    expect(worker.running()).toEqual(['t1']);
    expect(worker.agent.tasks.get('t1')?.retry).toBeUndefined();
    expect(worker.reports.length).toBe(before);
  });

  it('binds host-mode ports, any free one where none is named', () => {
    const port = (publishedPort: number, publishMode: 'host' | 'ingress'): PortConfig => ({
      name: '',
      protocol: 'tcp',
      targetPort: 80,
      publishedPort,
      publishMode,
    });
    const worker = createScripted();
    const spec = { mode: 'vip' as const, ports: [] };
    const ports = [port(0, 'host'), port(8080, 'host'), port(80, 'ingress')];
    for (const id of ['t1', 't2']) {
      worker.assign(task(id, { endpoint: { spec, virtualIps: [], ports } }));
      worker.advance(second);
    }
    const bound = (id: string) =>
      worker.agent.tasks.get(id)?.task.status.ports?.map(({ publishedPort }) => publishedPort);
    expect(bound('t1')).toEqual([32_768, 8080]);
    expect(bound('t2')).toEqual([32_769, 8080]);
  });
});

describe('a task that ends by itself (R-O8)', () => {
  it.each([
    [0, '576 finished: '],
    [1, '704 started: task: non-zero exit (1)'],
    [137, '704 started: task: non-zero exit (137)'],
  ])('with code %i', (code, shown) => {
    const worker = createScripted({ run: { kind: 'exit', after: 3 * second, code } });
    worker.assign(task('t1'));
    worker.advance(10 * second);
    expect(worker.shown('t1')).toBe(shown);
    expect(worker.agent.tasks.get('t1')?.task.status.container?.exitCode).toBe(code);
    expect(reported(worker, 't1').at(-1)).toBe(shown);
  });

  it('because there is no memory left for it', () => {
    const worker = createScripted({ run: { kind: 'out-of-memory', after: 3 * second } });
    worker.assign(task('t1'));
    worker.advance(10 * second);
    expect(reported(worker, 't1').at(-1)).toBe('704 started: task: non-zero exit (137)');
  });

  it('because it is killed', () => {
    const worker = createRunning();
    killTask(worker.context, worker.agent, 't1');
    worker.advance(second);
    expect(reported(worker, 't1').at(-1)).toBe('704 started: task: non-zero exit (137)');
  });

  it('because it cannot start', () => {
    const worker = createScripted({ start: { kind: 'error', text: 'exec: "x": no such file' } });
    worker.assign(task('t1'));
    worker.advance(second);
    expect(worker.shown('t1')).toBe('704 starting: starting container failed: exec: "x": no such file');
  });
});

describe('a task that is stopped', () => {
  it('is stopped about a second after the order while it runs (R-O7)', () => {
    const worker = createRunning();
    const ordered = stop(worker);
    worker.advance(10 * second);
    expect(worker.shown('t1')).toBe('640 shutdown: ');
    expect(reached(worker, 't1', TaskState.Shutdown)).toBe(ordered + second);
  });

  it('is stopped at once while it is parked (R-O7)', () => {
    const worker = createScripted();
    worker.assign(task('t1', { desiredState: TaskState.Ready }));
    worker.advance(second);
    const ordered = stop(worker);
    worker.advance(second);
    expect(reached(worker, 't1', TaskState.Shutdown)).toBe(ordered);
  });

  it('waits 2 s more when it is attached to a network (R-O7)', () => {
    const worker = createRunning({}, { networks: attached });
    const ordered = stop(worker);
    worker.advance(10 * second);
    expect(reached(worker, 't1', TaskState.Shutdown)).toBe(ordered + 3 * second);
  });

  it('is killed after the grace when it ignores the signal, 10 s by default (R-O7)', () => {
    const worker = createRunning({ stop: { kind: 'ignore' } });
    const ordered = stop(worker);
    worker.advance(20 * second);
    expect(reached(worker, 't1', TaskState.Shutdown)).toBe(ordered + 11 * second);
    expect(worker.agent.tasks.get('t1')?.task.status.container?.exitCode).toBe(137);
  });

  it('has whole seconds of grace, the fraction cut off (R-O7)', () => {
    const worker = createRunning(
      { stop: { kind: 'exit', after: 2.5 * second, code: 0 } },
      { container: { stopGracePeriod: 2.9 * second } },
    );
    const ordered = stop(worker);
    worker.advance(20 * second);
    expect(reached(worker, 't1', TaskState.Shutdown)).toBe(ordered + 3 * second);
    expect(worker.agent.tasks.get('t1')?.task.status.container?.exitCode).toBe(137);
  });

  it('keeps an end it has come to before (R-O1)', () => {
    const worker = createScripted({ run: { kind: 'exit', after: second, code: 2 } });
    worker.assign(task('t1'));
    worker.advance(5 * second);
    stop(worker);
    worker.advance(5 * second);
    expect(worker.shown('t1')).toBe('704 started: task: non-zero exit (2)');
  });

  it('is shut down, not failed, when its program ends during the second before the stop', () => {
    const worker = createScripted({ run: { kind: 'exit', after: 5 * second, code: 2 } });
    worker.assign(task('t1'));
    worker.advance(4.5 * second);
    stop(worker);
    worker.advance(5 * second);
    expect(worker.shown('t1')).toBe('640 shutdown: ');
  });

  it('is gone from the node when it is removed, its container once that has stopped (R-R178, R-O32)', () => {
    const worker = createRunning({ stop: { kind: 'exit', after: 3 * second, code: 0 } });
    worker.unassign('t1');
    worker.advance(2 * second);
    expect(worker.shown('t1')).toBe('none');
    expect(worker.disk.has('task/t1')).toBe(false);
    expect(worker.running()).toEqual(['t1']);
    worker.advance(2 * second);
    expect(worker.agent.containers.size).toBe(0);
  });

  it('that is assigned again meanwhile waits for the old container to go', () => {
    const worker = createRunning({ stop: { kind: 'ignore' } });
    worker.unassign('t1');
    worker.assign(task('t1'));
    worker.advance(9 * second);
    expect(worker.shown('t1')).toBe('320 preparing: ');
    worker.advance(3 * second);
    expect(worker.shown('t1')).toBe('512 started: ');
    expect(worker.running()).toEqual(['t1']);
  });

  it('stays when an incremental message does not mention it, goes when a complete one does not (R-R178, M-70)', () => {
    const worker = createRunning();
    worker.assign(task('t2'));
    worker.advance(second);
    expect(worker.running()).toEqual(['t1', 't2']);
    worker.changeLeader();
    worker.unassign('t1');
    worker.advance(15 * second);
    expect(worker.running()).toEqual(['t2']);
  });
});

describe('images', () => {
  it('with another digest are other images, whatever their tag', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'));
    worker.advance(5 * second);
    worker.assign(task('t2', { container: { image: `app:latest@sha256:${'0'.repeat(64)}` } }));
    worker.advance(latency);
    expect(worker.shown('t2')).toBe('320 preparing: ');
    worker.advance(5 * second);
    expect(worker.shown('t2')).toBe('512 started: ');
    expect(worker.pulls).toHaveLength(2);
  });

  it('are pulled once for several tasks, and not again for a later one', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1'), task('t2'));
    worker.advance(5 * second);
    worker.assign(task('t3', { container: { image: `docker.io/library/app:latest@${imageDigest('app')}` } }));
    worker.advance(latency);
    expect(worker.shown('t3')).toBe('448 starting: ');
    worker.crash();
    worker.assign(task('t4'));
    worker.advance(second);
    expect(worker.pulls).toHaveLength(1);
    expect([...worker.agent.images.keys()]).toEqual(['app:latest']);
    expect(worker.agent.images.get('app:latest')).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    [
      { pull: { kind: 'denied' } },
      "pull access denied for app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    [{ pull: { kind: 'unknown' } }, 'manifest for app:latest not found: manifest unknown: manifest unknown'],
    [{ pull: { kind: 'error', text: 'toomanyrequests' } }, 'toomanyrequests'],
    [
      { platforms: [{ os: 'linux', architecture: 'arm64' }] },
      'no matching manifest for linux/amd64 in the manifest list entries',
    ],
  ] as const)("that cannot be pulled reject the task with the registry's text (R-O8): %j", (script, text) => {
    const worker = createScripted();
    worker.script('app', script);
    worker.assign(task('t1'));
    worker.advance(second);
    expect(worker.shown('t1')).toBe(`768 preparing: ${text}`);
    expect(reported(worker, 't1').at(-1)).toBe(`768 preparing: ${text}`);
  });

  it.each([
    ['', 768],
    // What a client sends that is not logged in: {}, and {"username":""}.
    ['e30=', 768],
    ['eyJ1c2VybmFtZSI6IiJ9', 768],
    ['no base 64', 768],
    ['eyJ1c2VybmFtZSI6Im1lIn0=', 512],
  ])('that are private are pulled with credentials alone (R-O8): %j', (registryAuth, state) => {
    const worker = createScripted();
    worker.script('app', { pull: { kind: 'private' } });
    worker.assign(task('t1', { container: { registryAuth } }));
    worker.advance(5 * second);
    expect(worker.shown('t1')).toMatch(
      state === 512
        ? /^512 started/
        : /^768 preparing: pull access denied for app, repository does not exist/,
    );
  });

  it('missing at the registry reject the task, unless they are here', () => {
    const worker = createScripted();
    worker.assign(task('t1'));
    worker.advance(second);
    worker.registry.missing.set('app:latest', 'denied');
    worker.registry.missing.set('other:1', 'unknown');
    worker.assign(task('t2'), task('t3', { container: { image: 'other:1' } }));
    worker.advance(second);
    expect(worker.shown('t2')).toBe('512 started: ');
    expect(worker.shown('t3')).toMatch(/^768 preparing: manifest for other:1 not found/);
  });

  it('cannot be pulled from a registry that is down', () => {
    const worker = createScripted();
    worker.registry.down = true;
    worker.assign(task('t1', { container: { image: 'reg.example.com/team/app:2' } }));
    worker.advance(second);
    expect(worker.shown('t1')).toBe(
      '768 preparing: Get "https://reg.example.com/v2/": dial tcp: connect: connection refused',
    );
  });

  it('are given up when the registry is not reached within 15 s', () => {
    const worker = createScripted();
    worker.lost = (what) => what === 'pull';
    worker.assign(task('t1'));
    worker.advance(latency + 15 * second - 1);
    expect(worker.shown('t1')).toBe('320 preparing: ');
    worker.advance(1);
    expect(worker.shown('t1')).toBe(
      '768 preparing: Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    );
  });

  it('break off when the registry goes down meanwhile', () => {
    const worker = createScripted({ pull: { kind: 'time', time: 10 * second } });
    worker.assign(task('t1'));
    worker.advance(5 * second);
    worker.registry.down = true;
    worker.advance(6 * second);
    expect(worker.shown('t1')).toBe('768 preparing: unexpected EOF');
  });

  it('do not come with an answer to another pull', () => {
    const worker = createScripted({ pull: { kind: 'time', time: 10 * second } });
    worker.assign(task('t1'));
    worker.advance(second);
    worker.event({ kind: 'registry.pulled', id: 0, image: 'app', digest: 'sha256:0' });
    expect(worker.shown('t1')).toBe('320 preparing: ');
  });

  it('are asked for again when the end of a pull does not come, and given up when nothing does', () => {
    const worker = createScripted({ pull: { kind: 'time', time: 5 * second } });
    worker.assign(task('t1'));
    worker.advance(4 * second);
    worker.lost = (what) => what === 'pull';
    worker.advance(2 * second);
    worker.lost = () => false;
    worker.advance(20 * second);
    expect(worker.shown('t1')).toBe('512 started: ');
    expect(worker.pulls.map(({ at }) => at)).toEqual([
      second + latency,
      // 15 s after the end that was announced, and the answer took two messages.
      second + 3 * latency + 20 * second,
    ]);

    worker.script('late', { pull: { kind: 'time', time: 5 * second } });
    worker.assign(task('t2', { container: { image: 'late' } }));
    worker.advance(second);
    worker.lost = (what) => what === 'pull';
    worker.advance(34 * second);
    expect(worker.shown('t2')).toBe('320 preparing: ');
    worker.advance(second);
    expect(worker.shown('t2')).toMatch(/^768 preparing: Get "https:.*Client.Timeout exceeded/);
  });

  it('may take longer than that once the registry has answered', () => {
    const worker = createScripted({ pull: { kind: 'time', time: 120 * second } });
    worker.assign(task('t1'));
    worker.advance(121 * second);
    expect(worker.shown('t1')).toBe('512 started: ');
  });
});

describe('a health check', () => {
  const check: HealthCheck = {
    test: ['CMD', 'true'],
    interval: 5 * second,
    timeout: 2 * second,
    retries: 3,
    startPeriod: 0,
    startInterval: 0,
  };
  const withCheck = (changes: Partial<HealthCheck> = {}) => ({
    container: { healthCheck: { ...check, ...changes } },
  });

  it('keeps the task starting until the first healthy probe (R-O8)', () => {
    const worker = createScripted();
    worker.assign(task('t1', withCheck()));
    const from = worker.now();
    worker.advance(4 * second);
    expect(worker.shown('t1')).toBe('448 starting: ');
    worker.advance(2 * second);
    // The assignment, the pull and its answer have taken a message's time each.
    expect(reached(worker, 't1', TaskState.Running)).toBe(from + 5 * second + 3 * latency);
  });

  it('does not count failures in the start period, where probes come closer', () => {
    const worker = createScripted({ health: { kind: 'passes', after: 29 * second } });
    worker.assign(task('t1', withCheck({ startPeriod: 40 * second, startInterval: 2 * second, retries: 1 })));
    worker.advance(29 * second);
    expect(worker.shown('t1')).toBe('448 starting: ');
    worker.advance(2 * second);
    expect(worker.shown('t1')).toBe('512 started: ');
  });

  it('that never passes fails the task as it starts', () => {
    const worker = createScripted({ health: { kind: 'never' }, stop: { kind: 'ignore' } });
    worker.assign(task('t1', withCheck()));
    worker.advance(15 * second);
    expect(worker.shown('t1')).toBe('448 starting: ');
    worker.advance(11 * second);
    expect(worker.shown('t1')).toBe(
      '704 starting: task: non-zero exit (137): dockerexec: unhealthy container',
    );
  });

  it('is not made again once the container is unhealthy', () => {
    const worker = createScripted({
      health: { kind: 'passes', after: 8 * second },
      stop: { kind: 'ignore' },
    });
    worker.assign(task('t1', withCheck({ retries: 1 })));
    worker.advance(20 * second);
    expect(worker.shown('t1')).toBe(
      '704 starting: task: non-zero exit (137): dockerexec: unhealthy container',
    );
  });

  it('that turns unhealthy kills a hung program and fails the task (R-O8, O-E53)', () => {
    const worker = createReadyWorker();
    worker.assign(task('t1', withCheck()));
    worker.advance(20 * second);
    expect(worker.shown('t1')).toBe('512 started: ');
    hangTask(worker.context, worker.agent, 't1');
    // Three probes of 2 s, 5 s apart, then 10 s of grace.
    worker.advance(3 * 7 * second + 10 * second);
    expect(worker.shown('t1')).toBe(
      '704 started: task: non-zero exit (137): dockerexec: unhealthy container',
    );
  });

  it('that turns unhealthy completes a task whose program exits with 0 (R-O8, O-E53)', () => {
    const worker = createScripted({ health: { kind: 'passes', after: 0, until: 12 * second } });
    worker.assign(task('t1', withCheck({ retries: 1 })));
    worker.advance(40 * second);
    expect(worker.shown('t1')).toBe('576 finished: ');
  });

  it('of the image counts when the service has none, and can be switched off', () => {
    const worker = createScripted({ healthCheck: check, health: { kind: 'never' } });
    worker.assign(task('t1'), task('t2', { container: { healthCheck: { ...check, test: ['NONE'] } } }));
    worker.advance(2 * second);
    expect(worker.shown('t1')).toBe('448 starting: ');
    expect(worker.shown('t2')).toBe('512 started: ');
  });
});

describe('secrets and configs', () => {
  it('are kept while they are assigned, and not beyond a crash (R-R190)', () => {
    const worker = createReadyWorker();
    const { session } = worker.agent;
    if (session.phase !== 'open') throw new Error('no session');
    const file = (id: string) => ({ id, spec: { name: id, labels: [], data: '' } });
    const send = (sequence: number, appliesTo: number, secrets: string[], removedSecrets: string[]) =>
      worker.deliver({
        method: 'dispatcher.assignments',
        id: session.assignments.call,
        sequence,
        assignments: {
          type: 'incremental',
          appliesTo,
          resultsIn: appliesTo + 1,
          tasks: [],
          removedTasks: [],
          secrets: secrets.map(file),
          removedSecrets,
          configs: secrets.map(file),
          removedConfigs: removedSecrets,
        },
      });
    send(3, 1, ['a', 'b'], []);
    send(4, 2, [], ['a']);
    expect([...worker.agent.secrets.keys()]).toEqual(['b']);
    expect([...worker.agent.configs.keys()]).toEqual(['b']);
    worker.crash();
    expect(worker.agent.secrets.size).toBe(0);
  });

  it('go when a complete set does not list them', () => {
    const worker = createReadyWorker();
    worker.agent.secrets.set('old', { id: 'old', spec: { name: 'old', labels: [], data: '' } });
    worker.changeLeader();
    worker.advance(10 * second);
    expect(worker.agent.secrets.size).toBe(0);
  });
});
