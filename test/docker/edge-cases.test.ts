// The edge cases of the reference (section 6) that a client alone decides. Those of services, stacks and logs are beside their commands.

import { describe, expect, test } from 'vitest';
import { emptyConfig } from '../../src/docker/process.ts';
import type { Answer } from './canned.ts';
import { info, leaderId, swarm } from './canned-objects.ts';
import { type Options, runDocker } from './process.ts';

/** The canned engine with other answers to some requests. */
function withAnswers(bodies: Readonly<Record<string, unknown>>): Options {
  const answers = Object.entries(bodies).map(([request, body]): [string, Answer] => [request, { body }]);
  return { engine: { answers: Object.fromEntries(answers) } };
}

function withSwarm(part: object): Options {
  return withAnswers({ 'GET /info': { ...info, Swarm: { ...info.Swarm, ...part } } });
}

function refusing(request: string, status: number, message: string): Options {
  return { engine: { answers: { [request]: { status, body: { message } } } } };
}

describe('versions', () => {
  test('D-E3 an engine that names no version is spoken to in 1.24', () => {
    const { requests } = runDocker(['node', 'ls', '-q'], { engine: { headers: { 'Api-Version': null } } });
    expect(requests).toEqual(['GET /v1.24/nodes']);
  });

  test.each([
    ['1.52', '1.50'],
    ['1.41', '1.41'],
  ])('an engine of API %s is spoken to in %s', (offered, spoken) => {
    const { requests } = runDocker(['node', 'ls', '-q'], { engine: { headers: { 'Api-Version': offered } } });
    expect(requests).toEqual([`GET /v${spoken}/nodes`]);
  });

  test('D-E4 a version that is demanded is not negotiated', () => {
    const { requests, pings } = runDocker(['node', 'ls', '-q'], { env: { DOCKER_API_VERSION: '9.99' } });
    expect(requests).toEqual(['GET /v9.99/nodes']);
    expect(pings).toEqual(['HEAD /_ping']);
  });

  test('D-E5 an engine is asked who it is once, before all else, and without a body', () => {
    expect(runDocker(['swarm', 'init']).pings).toEqual(['HEAD /_ping']);
    expect(runDocker(['node', 'ls', 'too', 'many']).pings).toEqual(['HEAD /_ping']);
  });

  test('commands and flags that an engine is too old for are refused', () => {
    const old = { engine: { headers: { 'Api-Version': '1.24' } } };
    expect(runDocker(['swarm', 'ca'], old).stderr).toBe(
      'docker swarm ca requires API version 1.30, but the Docker daemon API version is 1.24\n',
    );
    expect(runDocker(['swarm', 'init', '--data-path-addr', 'x'], old).stderr).toBe(
      '"--data-path-addr" requires API version 1.31, but the Docker daemon API version is 1.24\n',
    );
  });

  test('help lists what the node can do', () => {
    const listed = (state: string): string[] =>
      runDocker(['swarm', '--help'], { engine: { headers: { Swarm: state } } }).stdout.match(
        /^ {2}[a-z-]+/gm,
      ) ?? [];
    expect(listed('inactive')).toEqual(['  init', '  join']);
    expect(listed('active/worker')).toEqual(['  init', '  join', '  leave']);
    expect(listed('active/manager')).toHaveLength(8);
  });
});

describe('answers that are errors', () => {
  test.each([
    ['D-E1 a content type with a charset: the JSON is shown as it is', 'charset', '{"message":"m"}'],
    ['D-E2 no message', 'nomessage', 'API returned a 404 (Not Found) but provided no error-message'],
    ['D-E2 an empty message', 'emptymessage', 'API returned a 409 (Conflict) but provided no error-message'],
    ['plain text', 'bare', 'plain words'],
  ])('%s', (_, node, said) => {
    const { stdout, stderr, exitCode } = runDocker(['node', 'inspect', node]);
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: '[]\n',
      stderr: `Error response from daemon: ${said}\n`,
      exitCode: 1,
    });
  });

  test('nobody answers', () => {
    const { stderr, exitCode } = runDocker(['-H', 'tcp://10.0.0.1:2375', 'node', 'ls']);
    expect(stderr).toBe(
      'Cannot connect to the Docker daemon at tcp://10.0.0.1:2375. Is the docker daemon running?\n',
    );
    expect(exitCode).toBe(1);
  });
});

describe('lists', () => {
  test('D-E6 identifiers alone are whole or cut, as it happens', () => {
    const lengths = (...args: string[]): Set<number> =>
      new Set(
        runDocker([...args, '-q'])
          .stdout.trim()
          .split('\n')
          .map((id) => id.length),
      );
    expect(lengths('node', 'ls')).toEqual(new Set([25]));
    expect(lengths('config', 'ls')).toEqual(new Set([25]));
    expect(lengths('secret', 'ls')).toEqual(new Set([25]));
    expect(lengths('network', 'ls')).toEqual(new Set([12]));
    expect(lengths('node', 'ps', 'node10')).toEqual(new Set([12]));
  });

  test('D-E7 a list of nothing is the head of a table', () => {
    expect(runDocker(['node', 'ls'], withAnswers({ 'GET /nodes': [] })).stdout).toBe(
      'ID        HOSTNAME   STATUS    AVAILABILITY   MANAGER STATUS   ENGINE VERSION\n',
    );
    expect(runDocker(['secret', 'ls'], withAnswers({ 'GET /secrets': null })).stdout).toBe(
      'ID        NAME      DRIVER    CREATED   UPDATED\n',
    );
  });

  test('D-E8 the own node has a star, the others a blank in its place', () => {
    const [, ...rows] = runDocker(['node', 'ls']).stdout.trimEnd().split('\n');
    expect(rows.map((row) => row.slice(25, 30))).toEqual(['     ', '     ', ' *   ']);
  });

  test('D-E66 JSON is an object a line, and Self is a truth value', () => {
    const lines = runDocker(['node', 'ls', '--format', 'json']).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).Self)).toEqual([false, false, true]);
  });

  test('D-E55 what is yet to come happened just now', () => {
    const { stdout } = runDocker(['config', 'ls'], { now: 0 });
    expect(stdout).toContain('Less than a second ago');
  });
});

describe('tasks', () => {
  const names = (options?: Options, ...nodes: string[]): string[] =>
    runDocker(['node', 'ps', '--format', 'table {{.Name}}|{{.ID}}', ...nodes], options)
      .stdout.trimEnd()
      .split('\n')
      .slice(1);

  test('D-E9 tasks of the first of several nodes are listed again for the next', () => {
    const { requests } = runDocker(['node', 'ps', 'node10', 'node2']);
    expect(requests.filter((request) => request.includes('/tasks'))).toEqual([
      `GET /v1.50/tasks?filters={"node":{"${leaderId}":true}}`,
      `GET /v1.50/tasks?filters={"node":{"d7si42rfvshy65jo7r84nlj7x":true,"${leaderId}":true}}`,
    ]);
    expect(names(undefined, 'node10', 'node2')).toHaveLength(10);
  });

  test('D-E10, D-E11, D-E12 newest first within a slot, slots by number, tasks without a slot by their node', () => {
    expect(names(undefined, 'node10')).toEqual([
      'glob.|0uwx840yom3m',
      'glob.iq1yka1bpr9vg6ni6u34z7gim|qn1mlukelel7',
      'web.2|gr4plyth0w2i',
      ' \\_ web.2|3z1hvorbugxn',
      'web.10|bidg6kwnjvlu',
    ]);
  });

  test('D-E10 tasks that are equally old keep the order of the engine', () => {
    const created = '2026-01-05T10:00:00Z';
    const tasks = ['c', 'a', 'b'].map((id) => ({
      ...{ ID: id, Version: {}, CreatedAt: created, UpdatedAt: created, Spec: { ForceUpdate: 0 } },
      ...{ ServiceID: 'gone', Slot: 1, Status: { Timestamp: created, PortStatus: {} }, Volumes: null },
    }));
    expect(names(withAnswers({ 'GET /tasks': tasks }), 'node10')).toEqual([
      'gone.1|c',
      ' \\_ gone.1|a',
      ' \\_ gone.1|b',
    ]);
  });

  test('D-E35 ports of the host are told with the task', () => {
    const { stdout } = runDocker(['node', 'ps', '--format', '{{.Name}} {{.Ports}}', 'node10']);
    expect(stdout).toContain('web.10 *:32768->80/tcp,*:53->53/udp\n');
  });
});

describe('objects', () => {
  test('D-E39 configs are shown in the bytes of the engine', () => {
    const config = '{"Zed":1, "ID":"c","Spec":{"Name":"<n>"}, "N":1.50}';
    const { stdout } = runDocker(['config', 'inspect', 'c'], withAnswers({ 'GET /configs/c': config }));
    expect(stdout).toBe(`[
    {
        "Zed": 1,
        "ID": "c",
        "Spec": {
            "Name": "<n>"
        },
        "N": 1.50
    }
]
`);
  });

  test('nodes are shown as the client knows them', () => {
    const node =
      '{"Extra":1,"Spec":{"Zed":1,"Labels":{"b":"2","a":"1"}},"ID":"n","CreatedAt":"2026-01-01T00:00:00.120Z"}';
    const { stdout } = runDocker(
      ['node', 'inspect', '-f', '{{json .}}', 'n'],
      withAnswers({ 'GET /nodes/n': node }),
    );
    expect(stdout).toMatch(
      /^\{"ID":"n","Version":\{\},"CreatedAt":"2026-01-01T00:00:00.12Z","UpdatedAt":"0001-/,
    );
    expect(stdout).toContain('"Spec":{"Labels":{"a":"1","b":"2"}}');
    expect(stdout).not.toMatch(/Extra|Zed/);
  });

  test('D-E40 secrets tell nothing of their data', () => {
    expect(runDocker(['secret', 'inspect', 'sec10']).stdout).not.toContain('Data');
    expect(runDocker(['config', 'inspect', '-f', '{{json .Spec.Data}}', 'cfg10']).stdout).toBe(
      '"aGVsbG8Kd29ybGQ="\n',
    );
  });

  test('D-E41 a network that is in use stays, and the client says one thing more', () => {
    const { stdout, stderr, exitCode } = runDocker(
      ['network', 'rm', 'net10', 'net2'],
      refusing('DELETE /networks/net10', 400, 'network net10 is in use'),
    );
    expect(stdout).toBe('net2\n');
    expect(stderr).toBe('Error response from daemon: network net10 is in use\nexit status 1\n');
    expect(exitCode).toBe(1);
  });

  test('D-E62 an update sends the whole spec back', () => {
    const { requests } = runDocker(['node', 'update', '--availability', 'pause', 'node10']);
    expect(requests[1]).toBe(
      `POST /v1.50/nodes/${leaderId}/update?version=12 {"Labels":{"empty":"","zone":"a"},"Role":"manager","Availability":"pause"}`,
    );
  });

  test('D-E63 a manager is not promoted again', () => {
    const { stdout, requests } = runDocker(['node', 'promote', 'node10']);
    expect(stdout).toBe(`Node ${leaderId} is already a manager.\n`);
    expect(requests).toEqual(['GET /v1.50/nodes/node10']);
  });

  test('of several arguments each is tried, and what failed is told at the end', () => {
    const { stdout, stderr, exitCode } = runDocker(['config', 'rm', 'nope', 'cfg10', '', 'cfg2']);
    expect(stdout).toBe('cfg10\ncfg2\n');
    expect(stderr).toBe(
      'Error response from daemon: config nope not found\ninvalid config name or ID: value is empty\n',
    );
    expect(exitCode).toBe(1);
  });
});

describe('the swarm', () => {
  test('D-E56 the answer to init is a JSON text', () => {
    const { stderr, exitCode } = runDocker(['swarm', 'init'], withAnswers({ 'POST /swarm/init': 'abc' }));
    expect(stderr).toBe("invalid character 'a' looking for beginning of value\n");
    expect(exitCode).toBe(1);
  });

  test('D-E57 a node that is no manager yet has no address to join at', () => {
    const node = { ID: leaderId, Spec: {}, Description: {}, Status: {} };
    const options = withAnswers({ [`GET /nodes/${leaderId}`]: node });
    expect(runDocker(['swarm', 'init'], options).stdout).toBe(
      `Swarm initialized: current node (${leaderId}) is now a manager.

To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.
`,
    );
  });

  test('an address that cannot be chosen is asked for', () => {
    const said = 'could not choose an IP address to advertise since this system has multiple addresses';
    const { stderr } = runDocker(['swarm', 'init'], refusing('POST /swarm/init', 400, said));
    expect(stderr).toBe(`Error response from daemon: ${said} - specify one with --advertise-addr\n`);
  });

  test('D-E58 a rotation is waited for until all nodes have it; Ctrl-C ends the wait alone', () => {
    let looks = 0;
    const waiting = runDocker(['swarm', 'ca', '--rotate'], { interrupted: () => ++looks > 3 });
    const digest =
      'desired root digest: sha256:8010bfcee1842b2a4ce8f67c3e9455f0188f7a15bf39ec61a26feb75cd785821';
    expect(waiting.stdout.split('\n').filter((line) => line === digest)).toHaveLength(4);
    expect(waiting.stdout).toContain('Operation continuing in background.\n');
    expect(waiting.exitCode).toBe(0);

    const nodes = [{ Description: { TLSInfo: swarm.TLSInfo } }];
    const done = runDocker(['swarm', 'ca', '--rotate'], withAnswers({ 'GET /nodes': nodes }));
    expect(done.stdout).toBe(`desired root digest: ${''}
  rotated TLS certificates: ${''}
  rotated CA certificates:  ${''}
${digest}
${swarm.TLSInfo.TrustRoot.trim()}
`);
  });

  test.each([
    ['inactive', 'Error: This node is not part of a swarm\n', 1],
    ['active', 'Error: swarm is not locked\n', 1],
    ['locked', '', 0],
  ])('D-E59 swarm unlock looks whether the node is locked: %s', (state, stderr, exitCode) => {
    const options = { ...withSwarm({ LocalNodeState: state }), stdin: 'SWMKEY-1-x\nmore\n' };
    const ended = runDocker(['swarm', 'unlock'], options);
    expect(ended).toMatchObject({ stderr, exitCode });
    const unlocked = ['POST /v1.50/swarm/unlock {"UnlockKey":"SWMKEY-1-x"}'];
    expect(ended.requests.slice(1)).toEqual(state === 'locked' ? unlocked : []);
  });

  test('D-E60 the advice of an engine is trimmed, and force is sent', () => {
    const advice = 'Use `--force` to ignore this message. ';
    const { stderr } = runDocker(['swarm', 'leave'], refusing('POST /swarm/leave', 503, advice));
    expect(stderr).toBe('Error response from daemon: Use `--force` to ignore this message.\n');
    expect(runDocker(['swarm', 'leave', '-f']).requests).toEqual(['POST /v1.50/swarm/leave?force=1']);
  });

  test('D-E65 workers tell nothing of the cluster; warnings are no failure', () => {
    const worker = runDocker(['info'], withSwarm({ ControlAvailable: false, Cluster: undefined }));
    expect(worker.stdout).toContain('  Is Manager: false\n  Node Address: 10.0.0.11\n');
    expect(worker.stdout).not.toContain('ClusterID');
    expect(worker).toMatchObject({ stderr: 'WARNING: two managers\n', exitCode: 0 });
  });
});

describe('D-E69 exit codes', () => {
  test.each([
    [0, ['node', 'ls']],
    [0, ['node']],
    [1, ['node', 'inspect', 'nope']],
    [1, ['node', 'ls', 'x']],
    [1, ['nod']],
    [1, ['node', 'inspect', '-f', '{{', 'node10']],
    [1, ['network', 'inspect', '-f', '{{.Foo}}', 'net10']],
    [64, ['network', 'inspect', '-f', '{{', 'net10']],
    [64, ['volume', 'inspect', '-f', '{{', 'v10']],
    [64, ['info', '-f', '{{']],
    [64, ['version', '-f', '{{']],
    [64, ['events', '--format', '{{']],
    [125, ['node', 'ls', '--bogus']],
    [125, ['node', 'ls', '--format']],
    [125, ['node', 'ls', '-f', 'x']],
    [125, ['--bogus']],
  ])('%d: %j', (exitCode, args) => {
    expect(runDocker(args).exitCode).toBe(exitCode);
  });

  test('130: events that Ctrl-C ended', () => {
    expect(runDocker(['events'], { interrupted: () => true }).exitCode).toBe(130);
  });
});

describe('what the lab has not', () => {
  test('is listed in help and says that it is not there', () => {
    expect(runDocker(['--help']).stdout).toContain(
      '  run         Create and run a new container from an image\n',
    );
    for (const args of [
      ['run', '-it', 'nginx'],
      ['container', 'exec', 'x', 'sh'],
      ['builder', 'build', '--help'],
    ]) {
      const { stderr, exitCode } = runDocker(args);
      expect(stderr).toBe(
        `docker ${args.slice(0, args[0] === 'run' ? 1 : 2).join(' ')}: the lab has no such command\n`,
      );
      expect(exitCode).toBe(1);
    }
  });
});

describe('the configuration', () => {
  test('formats of its own are used, but not for identifiers alone or where another is given', () => {
    const config = emptyConfig();
    config.formats.set('nodesFormat', '{{.Hostname}}');
    expect(runDocker(['node', 'ls'], { config }).stdout).toBe('node2\nnode3\nnode10\n');
    expect(runDocker(['node', 'ls', '-q'], { config }).stdout).toContain(leaderId);
    expect(runDocker(['node', 'ls', '--format', '{{.Status}}'], { config }).stdout).toBe(
      'Down\nReady\nReady\n',
    );
  });
});
