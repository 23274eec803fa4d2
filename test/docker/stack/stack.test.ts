// docker stack against an engine on paper: what is sent, what is printed, how it ends. Expected texts are those of docker 28.2.2.

import { describe, expect, test } from 'vitest';
import { type Printed, runDocker } from '../compose/process.ts';
import { idOf, type Paper, PaperEngine } from './paper-engine.ts';

const plain = 'services: {web: {image: "nginx:1.25"}}\n';
const background =
  'Since --detach=false was not specified, tasks will be created in the background.\n' +
  'In a future release, --detach=false will become the default.\n';
const label = { 'com.docker.stack.namespace': 'st' };
const everything: Paper = {
  services: [service('st_b'), service('st_a'), service('other_c', { 'com.docker.stack.namespace': 'other' })],
  secrets: [{ Spec: { Name: 'st_key', Labels: label } }],
  configs: [{ Spec: { Name: 'st_conf', Labels: label } }],
  networks: [{ Name: 'st_default', Labels: label }, { Name: 'elsewhere' }],
};

function service(
  name: string,
  labels: Readonly<Record<string, string>> = label,
  image = 'nginx:1.25',
): {
  readonly Spec: unknown;
} {
  return {
    Spec: {
      Name: name,
      Labels: { ...labels, 'com.docker.stack.image': 'nginx:1.25' },
      TaskTemplate: { ContainerSpec: { Image: image }, ForceUpdate: 3 },
      Mode: { Replicated: { Replicas: 5 } },
    },
  };
}

interface Outcome extends Printed {
  readonly requests: readonly string[];
}

function run(
  line: string,
  paper: Paper = {},
  files: Readonly<Record<string, string>> = { 'a.yml': plain },
): Outcome {
  return runOn(new PaperEngine(paper), line, files);
}

function runOn(endpoint: PaperEngine, line: string, files: Readonly<Record<string, string>>): Outcome {
  const before = endpoint.requests.length;
  const printed = runDocker(['stack', ...line.split(' ')], { files, endpoint });
  return { ...printed, requests: endpoint.requests.slice(before) };
}

/** The body of the last request that creates or updates a service. */
function specSent({ requests }: Outcome): {
  readonly Labels: unknown;
  readonly TaskTemplate: Readonly<Record<string, unknown>>;
  readonly Mode: unknown;
} {
  const sent =
    requests.findLast((request) => /^POST \/services\/(?:create|\S+\/update\S*) /.test(request)) ?? '';
  return JSON.parse(sent.slice(sent.indexOf('{')));
}

function specOf(yaml: string, paper?: Paper): ReturnType<typeof specSent> {
  return specSent(run('deploy -c a.yml st', paper, { 'a.yml': yaml }));
}

describe('docker stack deploy', () => {
  test('asks and creates in one order', () => {
    const { out, err, code, requests } = run('deploy -c a.yml st');
    expect({ out, err, code }).toEqual({
      out: 'Creating network st_default\nCreating service st_web\n',
      err: background,
      code: 0,
    });
    expect(requests.map((request) => request.replace(/ \{.*/, ''))).toEqual([
      'GET /info',
      'GET /networks?filters={"label":{"com.docker.stack.namespace=st":true}}',
      'POST /networks/create',
      'GET /services?filters={"label":{"com.docker.stack.namespace=st":true}}',
      'GET /distribution/nginx:1.25/json',
      'POST /services/create',
    ]);
  });

  test('D-E42: a second time, secrets and configs are updated in silence, with the same data', () => {
    const files = {
      'a.yml': 'services: {web: {image: x, secrets: [s]}}\nsecrets: {s: {file: s.txt}}\n',
      's.txt': 'hidden\n',
    };
    const engine = new PaperEngine();
    expect(runOn(engine, 'deploy -c a.yml st', files).out).toContain('Creating secret st_s\n');
    const { out, requests } = runOn(engine, 'deploy -c a.yml st', files);
    expect(out).toBe(`Updating service st_web (id: ${idOf('st_web')})\n`);
    expect(requests).toContain(
      `POST /secrets/${idOf('st_s')}/update?version=10 ` +
        '{"Name":"st_s","Labels":{"com.docker.stack.namespace":"st"},"Data":"aGlkZGVuCg=="}',
    );
  });

  test('D-E42: data that has changed is refused, and nothing more is done', () => {
    const { err, code, requests } = run(
      'deploy -d -c a.yml st',
      {
        secrets: [{ Spec: { Name: 'st_s', Labels: label } }],
        refused: {
          [`POST /secrets/${idOf('st_s')}/update`]: [
            400,
            'rpc error: code = InvalidArgument desc = only updates to Labels are allowed',
          ],
        },
      },
      { 'a.yml': 'services: {web: {image: x}}\nsecrets: {s: {file: s.txt}}\n', 's.txt': 'new' },
    );
    expect({ err, code }).toEqual({
      err: 'failed to update secret st_s: Error response from daemon: rpc error: code = InvalidArgument desc = only updates to Labels are allowed\n',
      code: 1,
    });
    expect(requests.some((request) => request.startsWith('POST /services'))).toBe(false);
  });

  test('D-E43: networks are named, not identified', () => {
    const { TaskTemplate } = specOf(
      'services: {web: {image: x, networks: {front: {aliases: [www]}, back: }}}\nnetworks: {front: , back: {name: b}}\n',
    );
    expect(TaskTemplate.Networks).toEqual([
      { Target: 'b', Aliases: ['web'] },
      { Target: 'st_front', Aliases: ['www', 'web'] },
    ]);
  });

  test('D-E44: without a number of replicas a scaled service falls back to one', () => {
    expect(specOf(plain, { services: [service('st_web')] }).Mode).toEqual({ Replicated: {} });
  });

  test('D-E45: pruning removes services alone, by what follows the name of the stack', () => {
    const { out, requests } = run('deploy --prune -d -c a.yml st', {
      ...everything,
      services: [service('st_web'), service('st_gone'), service('other', label)],
    });
    expect(out).toBe(
      `Removing service st_gone\nRemoving service other\nUpdating service st_web (id: ${idOf('st_web')})\n`,
    );
    expect(requests.filter((request) => request.startsWith('DELETE'))).toEqual([
      `DELETE /services/${idOf('st_gone')}`,
      `DELETE /services/${idOf('other')}`,
    ]);
  });

  test('a service that cannot be pruned stops nothing', () => {
    const { out, err, code } = run('deploy --prune -d -c a.yml st', {
      services: [service('st_gone')],
      networks: [{ Name: 'st_default', Labels: label }],
      refused: { [`DELETE /services/${idOf('st_gone')}`]: [500, 'no'] },
    });
    expect({ out, err, code }).toEqual({
      out: 'Removing service st_gone\nCreating service st_web\n',
      err: `Failed to remove service ${idOf('st_gone')}: Error response from daemon: no`,
      code: 0,
    });
  });

  test('D-E50: `restart` is said to be ignored, and is not', () => {
    const outcome = run(
      'deploy -d -c a.yml st',
      {},
      { 'a.yml': 'services: {web: {image: x, restart: always}}\n' },
    );
    expect(outcome.err).toBe('Ignoring unsupported options: restart\n\n');
    expect(specSent(outcome).TaskTemplate.RestartPolicy).toEqual({ Condition: 'any' });
  });

  test('D-E70: a stack name with a dot fails when the service is created, after its network was', () => {
    const { out, err, code } = run('deploy -d -c a.yml a.b', {
      refused: {
        'POST /services/create': [
          400,
          'rpc error: code = InvalidArgument desc = name must be valid as a DNS name component',
        ],
      },
    });
    expect({ out, err, code }).toEqual({
      out: 'Creating network a.b_default\nCreating service a.b_web\n',
      err: 'failed to create service a.b_web: Error response from daemon: rpc error: code = InvalidArgument desc = name must be valid as a DNS name component\n',
      code: 1,
    });
  });

  describe('--resolve-image', () => {
    const pinned = { services: [service('st_web', label, 'nginx:1.25@sha256:aa')] };
    const imageOf = (line: string, yaml: string): unknown => {
      const { ContainerSpec } = specSent(run(line, pinned, { 'a.yml': yaml })).TaskTemplate;
      return ContainerSpec;
    };

    test.each([
      ['always', plain, expect.stringMatching(/^nginx:1\.25@sha256:[0-9a-f]{64}$/)],
      ['changed', plain, 'nginx:1.25@sha256:aa'],
      ['never', plain, 'nginx:1.25@sha256:aa'],
      ['changed', plain.replace('1.25', '1.26'), expect.stringMatching(/^nginx:1\.26@sha256:/)],
      ['never', plain.replace('1.25', '1.26'), 'nginx:1.26'],
    ])('%s, with %s', (when, yaml, image) => {
      expect(imageOf(`deploy --resolve-image ${when} -c a.yml st`, yaml)).toMatchObject({ Image: image });
    });

    test('takes no other word', () => {
      const { err, code } = run('deploy --resolve-image foo -c a.yml st');
      expect({ err, code }).toEqual({ err: 'Invalid option foo for flag --resolve-image\n', code: 1 });
    });
  });

  test('an update keeps the count of forced updates', () => {
    expect(specOf(plain, { services: [service('st_web')] }).TaskTemplate.ForceUpdate).toBe(3);
  });

  test('an image without a digest is told of when a service is updated, not when it is created', () => {
    const first = run('deploy -d -c a.yml st', { withoutRegistry: true });
    expect(first.err).toBe('');
    const again = run('deploy -d -c a.yml st', { withoutRegistry: true, services: [service('st_web')] });
    expect(again.err).toMatch(/^image nginx:1\.25 could not be accessed on a registry to record\n/);
  });

  test.each([
    [
      'no manager',
      { manager: false },
      plain,
      'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again',
    ],
    [
      'no such network',
      {},
      'services: {web: {image: x, networks: [n]}}\nnetworks: {n: {external: true}}\n',
      'network "n" is declared as external, but could not be found. You need to create a swarm-scoped network before the stack is deployed',
    ],
    [
      'a network of one node',
      { networks: [{ Name: 'n', Scope: 'local' }] },
      'services: {web: {image: x, networks: [n]}}\nnetworks: {n: {external: true}}\n',
      'network "n" is declared as external, but it is not in the right scope: "local" instead of "swarm"',
    ],
    [
      'no such secret',
      {},
      'services: {web: {image: x, secrets: [s]}}\nsecrets: {s: {external: true}}\n',
      'service web: secret not found: s',
    ],
    [
      'a secret that the file does not have',
      {},
      'services: {web: {image: x, secrets: [s]}}\n',
      'service web: undefined secret "s"',
    ],
    [
      'a network that the file does not have',
      {},
      'services: {web: {image: x, networks: [n]}}\n',
      'service web: undefined network "n"',
    ],
    [
      'a volume that the file does not have',
      {},
      'services: {web: {image: x, volumes: ["data:/v"]}}\n',
      'service web: undefined volume "data"',
    ],
    [
      'replicas on all nodes',
      {},
      'services: {web: {image: x, deploy: {mode: global, replicas: 2}}}\n',
      'service web: replicas can only be used with replicated or replicated-job mode',
    ],
    [
      'an unknown mode',
      {},
      'services: {web: {image: x, deploy: {mode: foo}}}\n',
      'service web: Unknown mode: foo',
    ],
    [
      'no image',
      {},
      'services: {web: {hostname: x}}\n',
      'invalid image reference for service web: no image specified',
    ],
    [
      'no such image',
      {},
      'services: {web: {image: "A:b"}}\n',
      'invalid image reference for service web: invalid reference format: repository name (library/A) must be lowercase',
    ],
    [
      'keys from another age',
      {},
      'services: {web: {image: x, mem_limit: 5, extends: y}}\n',
      'Compose file contains unsupported options:\n\nextends: Support for `extends` is not implemented yet.\n\nmem_limit: Set resource limits using deploy.resources\n',
    ],
  ])('%s', (_, paper, yaml, text) => {
    const { err, code } = run('deploy -d -c a.yml st', paper, { 'a.yml': yaml });
    expect({ err, code }).toEqual({ err: `${text}\n`, code: 1 });
  });

  test.each([
    ['deploy -c a.yml ', 'invalid stack name: ""'],
    ['deploy st', 'Specify a Compose file (with --compose-file)'],
    ['deploy -c nope.yml st', 'open nope.yml: no such file or directory'],
  ])('%s', (line, text) => {
    const { err, code, requests } = run(line);
    expect({ err, code, requests }).toEqual({ err: `${text}\n`, code: 1, requests: [] });
  });

  test('--detach=false waits for one service after the other', () => {
    const task = {
      ID: 't',
      Slot: 1,
      NodeID: 'n1',
      Status: { State: 'running', PortStatus: {} },
      DesiredState: 'running',
      Spec: {},
    };
    const yaml = 'services: {a: {image: x, deploy: {replicas: 1}}, b: {image: x, deploy: {replicas: 1}}}\n';
    const { out, code } = run('deploy --detach=false -c a.yml st', { tasks: [[task]] }, { 'a.yml': yaml });
    expect(code).toBe(0);
    const verified = [...out.matchAll(/^verify: Service (\S+) converged$/gm)].map(([, id]) => id);
    expect(verified).toEqual([idOf('st_a'), idOf('st_b')]);
  });
});

describe('docker stack rm', () => {
  test('removes services by name, then secrets, configs and networks', () => {
    const { out, err, code, requests } = run('rm st', everything);
    expect({ out, err, code }).toEqual({
      out: 'Removing service st_a\nRemoving service st_b\nRemoving secret st_key\nRemoving config st_conf\nRemoving network st_default\n',
      err: '',
      code: 0,
    });
    expect(
      requests.filter((request) => request.startsWith('GET')).map((request) => request.split('?')[0]),
    ).toEqual(['GET /services', 'GET /networks', 'GET /secrets', 'GET /configs']);
  });

  test('goes on after a failure, and fails at the end', () => {
    const { out, err, code } = run('rm st other', {
      ...everything,
      refused: { [`DELETE /networks/${idOf('st_default')}`]: [400, 'network st_default is in use'] },
    });
    expect(out).toContain('Removing service other_c\n');
    expect({ err, code }).toEqual({
      err:
        `Failed to remove network ${idOf('st_default')}: Error response from daemon: network st_default is in use` +
        'failed to remove some resources from stack: st\n',
      code: 1,
    });
  });

  test('D-E46: --detach=false asks until every task has ended', () => {
    const task = (State: string): unknown => ({ Status: { State, PortStatus: {} } });
    const { code, requests } = run('rm --detach=false st', {
      ...everything,
      tasks: [[task('running'), task('shutdown')], [task('running')], [task('failed'), task('complete')]],
    });
    expect(code).toBe(0);
    expect(requests.filter((request) => request.startsWith('GET /tasks')).length).toBe(3);
  });
});

describe('an engine of old', () => {
  test('has the networks of a service beside its tasks, and is told to keep names of networks apart', () => {
    const outcome = run('deploy -d -c a.yml st', { version: '1.28' });
    expect(
      outcome.requests.some((request) =>
        /^POST \/networks\/create .*,"CheckDuplicate":true\}$/.test(request),
      ),
    ).toBe(true);
    expect(specSent(outcome)).toMatchObject({ Networks: [{ Target: 'st_default', Aliases: ['web'] }] });
    expect(specSent(outcome).TaskTemplate.Networks).toBeUndefined();
  });

  test('is asked for no digest, and for no configs', () => {
    const { requests } = run('deploy -d -c a.yml st', { version: '1.29' });
    expect(requests.some((request) => request.includes('/distribution/'))).toBe(false);
    expect(
      run('rm st', { ...everything, version: '1.29' }).requests.some((request) =>
        request.includes('configs'),
      ),
    ).toBe(false);
  });

  test('has no configs', () => {
    const { err, code } = run(
      'deploy -d -c a.yml st',
      { version: '1.29' },
      {
        'a.yml': `${plain}configs: {c: {file: c}}\n`,
        c: 'text',
      },
    );
    expect({ err, code }).toEqual({
      err: '"config inspect" requires API version 1.30, but the Docker daemon API version is 1.29\n',
      code: 1,
    });
  });
});

describe('Ctrl-C', () => {
  const running = {
    Slot: 1,
    NodeID: 'n1',
    Status: { State: 'starting', PortStatus: {} },
    DesiredState: 'running',
    Spec: {},
  };
  const interrupt = (line: string, paper: Paper): Printed =>
    runDocker(['stack', ...line.split(' ')], {
      files: { 'a.yml': 'services: {a: {image: x, deploy: {replicas: 1}}, b: {image: x}}\n' },
      endpoint: new PaperEngine({ ...paper, tasks: [[running]] }),
      interruptedAt: 700_000,
    });

  test('ends a deployment’s waiting for all services, not the deployment', () => {
    const { out, err, code } = interrupt('deploy --detach=false -c a.yml st', {});
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out.split('\n').slice(-3)).toEqual([
      'Operation continuing in background.',
      `Use \`docker service ps ${idOf('st_a')}\` to check progress.`,
      '',
    ]);
  });

  test('ends a removal that waits for tasks', () => {
    const { err, code } = interrupt('rm --detach=false st', everything);
    expect({ err, code }).toEqual({ err: '', code: 130 });
  });
});

describe('lists', () => {
  const task = {
    ID: 'bidg6kwnjvlufmglnme60pdb0',
    CreatedAt: '2026-01-05T10:00:00.1Z',
    Spec: { ContainerSpec: { Image: 'nginx:1.25' } },
    ServiceID: idOf('st_a'),
    Slot: 1,
    NodeID: 'n1',
    Status: { State: 'running', Timestamp: '1970-01-01T00:00:00Z', PortStatus: {} },
    DesiredState: 'running',
  };

  test('D-E47: an empty stack fails `ps`, and neither `services` nor `rm`', () => {
    const failures = ['ps nope', 'services nope', 'rm nope'].map((line) => {
      const { err, code } = run(line);
      return [err, code];
    });
    expect(failures).toEqual([
      ['nothing found in stack: nope\n', 1],
      ['Nothing found in stack: nope\n', 0],
      ['Nothing found in stack: nope\n', 0],
    ]);
  });

  test('D-E48: what belongs to a stack is told by a label, of tasks too', () => {
    const filters = '?filters={"label":{"com.docker.stack.namespace=st":true}}';
    expect(run('services st', everything).requests[0]).toBe(`GET /services${filters}&status=true`);
    expect(run('ps st', { tasks: [[task]] }).requests[0]).toBe(`GET /tasks${filters}`);
    expect(run('ls').requests).toEqual([
      'GET /services?filters={"label":{"com.docker.stack.namespace":true}}',
    ]);
  });

  test('a user’s own filters come with it', () => {
    expect(run('ps -f node=self -f label=a st', { tasks: [[task]] }).requests[0]).toBe(
      'GET /tasks?filters={"label":{"a":true,"com.docker.stack.namespace=st":true},"node":{"self":true}}',
    );
  });

  test('D-E6: `stack ps -q` cuts identifiers', () => {
    expect(run('ps -q st', { ...everything, tasks: [[task]] }).out).toBe('bidg6kwnjvlu\n');
  });

  test('stacks, with the number of their services', () => {
    expect(run('ls', everything).out).toBe('NAME      SERVICES\nother     1\nst        2\n');
    expect(run('ls --format json', everything).out).toBe(
      '{"Name":"other","Services":"1"}\n{"Name":"st","Services":"2"}\n',
    );
  });

  test('a column that is not there', () => {
    const { err, code } = run('ls --format {{.Foo}}', everything);
    expect({ err, code }).toEqual({
      err: 'template parsing error: template: :1:2: executing "" at <.Foo>: can\'t evaluate field Foo in type *formatter.stackContext\n',
      code: 1,
    });
  });
});

describe('docker stack config', () => {
  test('D-E68: needs no engine', () => {
    const { out, code } = runDocker(['stack', 'config', '-c', 'a.yml'], { files: { 'a.yml': plain } });
    expect({ out, code }).toEqual({
      out: 'version: "3.13"\nservices:\n  web:\n    image: nginx:1.25\n',
      code: 0,
    });
  });

  test.each([
    [
      'depends_on as a mapping',
      'services: {a: {image: x, depends_on: {b: {}}}}',
      'services.a.depends_on must be a list',
    ],
    ['a name', 'name: x\nservices: {}', '(root) Additional property name is not allowed'],
    [
      'CPUs as a number',
      'services: {a: {image: x, deploy: {resources: {limits: {cpus: 0.5}}}}}',
      'services.a.deploy.resources.limits.cpus must be a string',
    ],
  ])('D-E49: %s', (_, yaml, text) => {
    const { err, code } = run('config -c a.yml', {}, { 'a.yml': `${yaml}\n` });
    expect({ err, code }).toEqual({ err: `${text}\n`, code: 1 });
  });

  test('warns of what is deprecated, in a line of a log', () => {
    const { err } = run('config -c a.yml', {}, { 'a.yml': 'networks: {n: {external: {name: m}}}\n' });
    expect(err).toBe(
      'time="1970-01-01T00:00:00Z" level=warning msg="network n: network.external.name is deprecated in favor of network.name"\n',
    );
  });
});
