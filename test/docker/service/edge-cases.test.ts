// The edge cases of section 6 of the reference that a client alone decides.

import { describe, expect, test } from 'vitest';
import type { Service, Task } from '../../../src/engine/api.ts';
import {
  type Contents,
  cannedEngine,
  createdId,
  json,
  newYear,
  node,
  refusal,
  service,
  task,
} from './canned-engine.ts';
import { type Ran, runDocker } from './replay.ts';

const minute = 60_000_000;

function run(
  line: readonly string[],
  contents: Contents,
  more: { readonly interruptedAfter?: number } = {},
): Ran {
  return runDocker(['service', ...line], { answer: cannedEngine(contents), now: newYear + minute, ...more });
}

function posted({ requests }: Ran): Service['Spec'] {
  return JSON.parse(requests.find(({ method }) => method === 'POST')?.body ?? '');
}

/** What is created is looked at as `service`, and its tasks round by round as the lists say; the last list stays. */
function converge(
  created: Service,
  rounds: readonly (readonly Task[])[],
  more: {
    readonly interruptedAfter?: number;
    readonly nodes?: Contents['nodes'];
    readonly quiet?: true;
  } = {},
): Ran {
  let round = 0;
  const special: Contents['special'] = (call) => {
    if (call === `GET /services/${createdId}`) return json(created);
    return call === 'GET /tasks' ? json(rounds[Math.min(round++, rounds.length - 1)]) : undefined;
  };
  const { nodes = [node('n1'), node('n2')], ...rest } = more;
  return run(['create', '--no-resolve-image', 'nginx'], { special, nodes }, rest);
}

const web = service('web');

describe('docker service, at its edges', () => {
  test('D-E6: ls -q cuts identifiers, ps -q does not', () => {
    const contents = { services: [web], tasks: [task('t1', web)] };
    expect(run(['ls', '-q'], contents).stdout).toBe('web000000000\n');
    expect(run(['ps', '-q', 'web'], contents).stdout).toBe('t100000000000000000000000\n');
  });

  test('D-E7: an empty last cell leaves blanks, an empty list its head', () => {
    expect(run(['ls'], { services: [web] }).stdout.split('\n')[1]).toMatch(/nginx:1\.25 {3}$/);
    expect(run(['ls'], {}).stdout).toBe('ID        NAME      MODE      REPLICAS   IMAGE     PORTS\n');
  });

  test('D-E10: of one slot the newest task comes first, the others are marked, and equal ones keep their order', () => {
    const later = { CreatedAt: '2026-01-01T00:00:01Z' };
    const tasks = [task('old', web), task('old2', web), task('new', web, later)];
    const lines = run(['ps', 'web'], { services: [web], tasks }).stdout.split('\n');
    expect(lines.slice(1, 4).map((line) => line.slice(0, 25))).toEqual([
      'new000000000   web.1     ',
      'old000000000    \\_ web.1 ',
      'old200000000    \\_ web.1 ',
    ]);
  });

  test('D-E11: numbers in names count as numbers', () => {
    const services = [service('a10'), service('a2')];
    expect(run(['ls', '--format', '{{.Name}}'], { services }).stdout).toBe('a2\na10\n');
    const tasks = [10, 9].map((Slot) => task(`t${Slot}`, web, { Slot }));
    const { stdout } = run(['ps', '--format', '{{.Name}}', 'web'], { services: [web], tasks });
    expect(stdout).toBe('web.9\nweb.10\n');
  });

  test('D-E12, D-E13: a task without a slot is named by its node', () => {
    const glob = service('glob', { spec: { Mode: { Global: {} } } });
    const tasks = [task('t1', glob, { Slot: undefined })];
    const { stdout } = run(['ps', '--format', '{{.Name}}', 'glob'], { services: [glob], tasks });
    expect(stdout).toBe(`glob.${node('n1').ID}\n`);
  });

  test('D-E13: a job whose slots begin at 1 is waited for in vain', () => {
    const job = service('job', {
      spec: { Mode: { ReplicatedJob: { MaxConcurrent: 2, TotalCompletions: 2 } } },
      JobStatus: { JobIteration: {}, LastExecution: '2026-01-01T00:00:00Z' },
    });
    const done = (Slot: number): Task =>
      task(`t${Slot}`, job, { Slot, state: 'complete', DesiredState: 'complete', JobIteration: {} });
    expect(converge(job, [[done(0), done(1)]]).stdout).toMatch(/\njob complete\n$/);
    const waiting = converge(job, [[done(1), done(2)]], { interruptedAfter: 60 });
    expect(waiting.stdout).toContain('Operation continuing in background.');
  });

  test('D-E14: an update that is completed at the first look ends the wait without a word', () => {
    const updated = service('web', { UpdateStatus: { State: 'completed', Message: 'update completed' } });
    expect(converge(updated, [[task('t1', updated)]])).toMatchObject({
      stdout: `${createdId}\n`,
      exitCode: 0,
    });
  });

  test('O-E116: a rollback goes with no other flag', () => {
    const { stderr, exitCode, requests } = run(['update', '--rollback', '--image', 'x', 'web'], {
      services: [web],
    });
    expect({ stderr, exitCode }).toEqual({
      stderr: 'other flags may not be combined with --rollback\n',
      exitCode: 1,
    });
    expect(requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  test('O-E116, D-E16: a paused update fails at the next look', () => {
    const paused = service('web', { UpdateStatus: { State: 'paused', Message: 'because' } });
    let looks = 0;
    const special: Contents['special'] = (call) =>
      call === 'GET /services/web' ? json(++looks > 2 ? paused : web) : undefined;
    const { stderr, exitCode } = run(['update', 'web'], { services: [web], special });
    expect({ stderr, exitCode, looks }).toEqual({
      stderr: 'service update paused: because\n',
      exitCode: 1,
      looks: 3,
    });
  });

  test('D-E17: a rollback after a failure is told, counted, verified, and ends well', () => {
    const started = service('web', { UpdateStatus: { State: 'rollback_started', Message: 'rolled back' } });
    const ended = service('web', {
      UpdateStatus: { State: 'rollback_completed', Message: 'rollback completed' },
    });
    let looks = 0;
    const special: Contents['special'] = (call) => {
      if (call === 'GET /services/web') return json(++looks < 3 ? started : ended);
      return call === 'GET /tasks' ? json(looks < 3 ? [] : [task('t1', web)]) : undefined;
    };
    const { stdout, exitCode } = run(['update', 'web'], { services: [web], nodes: [node('n1')], special });
    const told = stdout.split('\n').filter((line, index, all) => line !== all[index - 1]);
    expect(told.slice(0, 6)).toEqual([
      'web',
      'rollback: rolled back',
      'overall progress: rolling back update: 0 out of 1 tasks',
      '1/1:  ',
      'overall progress: rolling back update: 0 out of 1 tasks',
      'overall progress: rolling back update: 1 out of 1 tasks',
    ]);
    expect(told.slice(-3)).toEqual(['verify: Service web converged', 'rollback: rollback completed', '']);
    expect(exitCode).toBe(0);
  });

  test('D-E19: a task on a node that is down does not count', () => {
    const lost = task('t1', web, { NodeID: 'n2'.padEnd(25, '0') });
    const nodes = [node('n1'), node('n2', 'down')];
    expect(converge(web, [[lost]], { nodes, interruptedAfter: 3 }).stdout).not.toContain('1 out of 1');
    expect(converge(web, [[lost]], { nodes: [node('n2')] }).stdout).toContain('converged');
  });

  test('D-E20: nothing to run is there at once', () => {
    const none = service('none', { spec: { Mode: { Replicated: { Replicas: 0 } } } });
    const [, first, second, third] = converge(none, [[]]).stdout.split('\n');
    expect([first, second]).toEqual(Array(2).fill('overall progress: 0 out of 0 tasks'));
    expect(third).toBe('verify: Waiting 5 seconds to verify that tasks are stable...');
  });

  test.each([
    [20, 20],
    [21, 0],
  ])('D-E21: %i replicas have %i lines of their own', (replicas, lines) => {
    const many = service('many', { spec: { Mode: { Replicated: { Replicas: replicas } } } });
    const { stdout } = converge(many, [[]], { interruptedAfter: 1 });
    expect(stdout.match(/^[0-9]+\/[0-9]+: {2}$/gm) ?? []).toHaveLength(lines);
  });

  test('D-E22: a global service without a node is waited for until Ctrl-C, which is no failure', () => {
    const glob = service('glob', { spec: { Mode: { Global: {} } } });
    const { stdout, exitCode } = converge(glob, [[]], { interruptedAfter: 2 });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(1, -2)).toEqual(Array(10).fill('overall progress: waiting for new tasks'));
    expect(lines.slice(-2)).toEqual([
      'Operation continuing in background.',
      `Use \`docker service ps ${createdId}\` to check progress.`,
    ]);
    expect(exitCode).toBe(0);
  });

  test('D-E23, D-E26: an update without flags and a rollback send the spec that is there', () => {
    for (const line of [
      ['update', '-d', 'web'],
      ['update', '-d', '--rollback', 'web'],
      ['rollback', '-d', 'web'],
    ]) {
      expect(posted(run(line, { services: [web] }))).toEqual(web.Spec);
    }
    const { requests } = run(['rollback', '-d', 'web'], { services: [web] });
    expect(requests.at(-1)?.target).toBe(`/v1.50/services/${web.ID}/update?rollback=previous&version=7`);
  });

  test('D-E27: a spec without a placement gets one', () => {
    const { Placement: _, ...bare } = web.Spec.TaskTemplate;
    const services = [service('web', { spec: { TaskTemplate: bare } })];
    const sent = posted(run(['update', '-d', '--replicas-max-per-node', '2', 'web'], { services }));
    expect(sent.TaskTemplate.Placement).toEqual({ MaxReplicas: 2 });
  });

  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  const registry = (answer: ReturnType<typeof json>): Contents => ({
    special: (call) => (call.startsWith('GET /distribution/') ? answer : undefined),
  });

  test('D-E31: a registry that does not answer is a warning; an image with a digest keeps it and gets platforms', () => {
    for (const status of [401, 403, 404, 500]) {
      const ran = run(['create', '-d', 'private/img:1'], registry(refusal(status, 'no')));
      expect(ran).toMatchObject({ stdout: `${createdId}\n`, exitCode: 0 });
      expect(ran.stderr).toMatch(
        /^image private\/img:1 could not be accessed on a registry to record\n.*\n\n$/s,
      );
      expect(posted(ran).TaskTemplate.ContainerSpec?.Image).toBe('private/img:1');
    }
    const known = json({
      Descriptor: { digest: `sha256:${'f'.repeat(64)}` },
      Platforms: [{ architecture: 'amd64', os: 'linux' }],
    });
    const sent = posted(run(['create', '-d', `nginx@${digest}`], registry(known)));
    expect(sent.TaskTemplate.ContainerSpec?.Image).toBe(`nginx@${digest}`);
    expect(sent.TaskTemplate.Placement?.Platforms).toEqual([{ Architecture: 'amd64', OS: 'linux' }]);
  });

  test('D-E32: of ARM the architecture is dropped', () => {
    const known = json({
      Descriptor: { digest },
      Platforms: [
        { architecture: 'arm', os: 'linux' },
        { architecture: 'arm64', os: 'linux' },
      ],
    });
    const sent = posted(run(['create', '-d', 'nginx'], registry(known)));
    expect(sent.TaskTemplate.Placement?.Platforms).toEqual([
      { OS: 'linux' },
      { Architecture: 'arm64', OS: 'linux' },
    ]);
  });

  const ingress = (PublishedPort: number, TargetPort: number, Protocol = 'tcp') =>
    ({ Protocol, TargetPort, PublishedPort, PublishMode: 'ingress' }) as const;

  test('D-E33: a port without a published one leaves the choice to the engine', () => {
    const sent = posted(run(['create', '-d', '--no-resolve-image', '-p', '80', 'nginx'], {}));
    expect(sent.EndpointSpec?.Ports).toEqual([{ Protocol: 'tcp', TargetPort: 80, PublishMode: 'ingress' }]);
  });

  test('D-E34: several ports to one, and the two protocols of one port', () => {
    const sent = posted(run(['create', '-d', '--no-resolve-image', '-p', '80-81:80', 'nginx'], {}));
    expect(sent.EndpointSpec?.Ports).toEqual([ingress(80, 80), ingress(81, 80)]);
    const Ports = [ingress(80, 80), ingress(81, 80), ingress(81, 80, 'udp')];
    const services = [service('web', { Endpoint: { Spec: {}, Ports } })];
    const { stdout } = run(['ls', '--format', '{{.Ports}}'], { services });
    expect(stdout).toBe('*:80-81->80/tcp, *:81->80/udp\n');
  });

  test('D-E35: ports in host mode belong to tasks, not to the service', () => {
    const Ports = [{ ...ingress(32_768, 80), PublishMode: 'host' }];
    const services = [service('web', { Endpoint: { Spec: {}, Ports } })];
    expect(run(['ls', '--format', '{{.Ports}}'], { services }).stdout).toBe('\n');
    const running = task('t1', web);
    const tasks = [{ ...running, Status: { ...running.Status, PortStatus: { Ports } } }];
    const { stdout } = run(['ps', '--format', '{{.Ports}}', 'web'], { services, tasks });
    expect(stdout).toBe('*:32768->80/tcp\n');
  });

  test('D-E36: --publish-rm goes by target, protocol and mode', () => {
    const Ports = [
      ingress(8080, 80),
      ingress(80, 81),
      ingress(8080, 80, 'udp'),
      { ...ingress(9, 80), PublishMode: 'host' },
    ];
    const services = [service('web', { spec: { EndpointSpec: { Mode: 'vip', Ports } } })];
    const sent = posted(run(['update', '-d', '--publish-rm', '80', 'web'], { services }));
    // In the order of their texts.
    expect(sent.EndpointSpec?.Ports).toEqual([
      ingress(8080, 80, 'udp'),
      ingress(80, 81),
      { ...ingress(9, 80), PublishMode: 'host' },
    ]);
  });

  test('D-E38: the beginning of a name names no service', () => {
    const ran = run(['ps', 'we'], { services: [service('web', { ID: 'q'.repeat(25) })] });
    expect(ran).toMatchObject({ stdout: '', stderr: 'no such service: we\n', exitCode: 1 });
  });

  const origin = `com.docker.swarm.node.id=${node('n1').ID},com.docker.swarm.service.id=${web.ID},com.docker.swarm.task.id=${task('t1', web).ID}`;
  const frame = (kind: number, text: string): Buffer => {
    const payload = Buffer.from(text);
    const header = Buffer.alloc(8);
    header.writeUInt8(kind, 0);
    header.writeUInt32BE(payload.length, 4);
    return Buffer.concat([header, payload]);
  };
  const logs = (...frames: readonly Buffer[]): Ran => {
    const bytes = Buffer.concat(frames).toString('base64');
    const special: Contents['special'] = (call) =>
      call.endsWith('/logs') ? { status: 200, headers: {}, bytes } : undefined;
    return run(['logs', 'web'], { services: [web], tasks: [task('t1', web)], nodes: [node('n1')], special });
  };

  test('D-E52: frames without an origin, of two lines, with an error of the engine, without an end', () => {
    expect(logs(frame(1, 'nothing\n'))).toMatchObject({
      stderr: 'invalid context in log message: nothing\n\n',
      exitCode: 1,
    });
    expect(logs(frame(1, `${origin} a\nb\n`)).stdout).toBe('web.1.t10000000000@n1    | a\nb\n');
    expect(logs(frame(2, `${origin} a\n`), frame(3, 'broken'), frame(1, `${origin} b\n`))).toMatchObject({
      stdout: '',
      stderr: 'web.1.t10000000000@n1    | a\nerror from daemon in stream: broken\n',
      exitCode: 1,
    });
    expect(logs(frame(1, `${origin} no newline`)).stdout).toBe('web.1.t10000000000@n1    | no newline');
  });

  test('logs that are followed end with Ctrl-C, and let the stream go', () => {
    const bytes = frame(1, `${origin} a\n`).toString('base64');
    const special: Contents['special'] = (call) =>
      call.endsWith('/logs') ? { status: 200, headers: {}, bytes, isOpen: true } : undefined;
    const contents = { services: [web], tasks: [task('t1', web)], nodes: [node('n1')], special };
    expect(run(['logs', '-f', 'web'], contents, { interruptedAfter: 5 })).toMatchObject({
      stdout: 'web.1.t10000000000@n1    | a\n',
      stderr: '',
      exitCode: 130,
      closed: 1,
    });
  });

  test('D-E53: names are looked up while the stream is open, once each', () => {
    const { requests } = logs(frame(1, `${origin} a\n`), frame(1, `${origin} b\n`));
    const after = requests.slice(requests.findIndex(({ target }) => target.includes('/logs')) + 1);
    expect(after.map(({ target }) => target.replace(/0*(\?.*)?$/, ''))).toEqual([
      '/v1.50/nodes/n1',
      '/v1.50/services/web',
      '/v1.50/tasks/t1',
    ]);
  });

  test('D-E54, D-E55: moments and ages go by the clock of the client', () => {
    const contents = { services: [web], tasks: [task('t1', web)] };
    const { requests } = run(['logs', '--since', '5m', 'web'], contents);
    const asked = requests.find(({ target }) => target.includes('/logs'))?.target ?? '';
    expect(new URL(asked, 'http://engine').searchParams.get('since')).toBe(String(newYear / 1e6 + 60 - 300));
    expect(run(['ps', '--format', '{{.CurrentState}}', 'web'], contents).stdout).toBe(
      'Running about a minute ago\n',
    );
  });
});
