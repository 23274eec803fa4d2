// What Tab offers.

import { describe, expect, test } from 'vitest';
import { docker } from '../../../src/docker/docker.ts';
import { drive } from '../../../src/lab/fibers.ts';
import { Session } from '../../../src/lab/session.ts';
import { complete } from '../../../src/lab/shell/completion.ts';
import { dockerHost } from '../../../src/lab/terminal.ts';

const session = new Session({ seed: '1', cluster: { managers: 1, workers: 2 }, fresh: false });
const silent = () => {};
const terminal = {
  out: silent,
  err: silent,
  stdin: () => 'text',
  readFile: () => '',
  writeFile: silent,
  env: new Map<string, string>(),
  cwd: '/',
  interrupted: () => false,
};
for (const line of [
  'service create -d --name web nginx',
  'network create -d overlay inside',
  'config create greeting -',
]) {
  drive(session.swarm, docker(line.split(' '), dockerHost(session, terminal)));
}

describe.each([
  ['', 'docker'],
  ['docker ', 'service'],
  ['docker service ', 'create'],
  ['docker service create --', '--replicas'],
  ['docker service ps ', 'web'],
  ['docker network rm ', 'inside'],
  ['docker config rm ', 'greeting'],
  ['docker node inspect ', 'worker1'],
  ['lab ', 'crash'],
  ['lab node ', 'add'],
  ['lab wait --', '--timeout'],
  ['lab crash ', 'worker2'],
  ['ssh ', 'worker1'],
  ['ssh worker1 ', 'docker'],
  ['ssh worker1 docker ', 'service'],
  ['echo a | ', 'grep'],
  ['true && docker ', 'node'],
  ['x=$(docker ', 'node'],
])('%j', (line, offer) => {
  test(`offers ${offer}`, () => {
    const [found, word] = complete(line, session);
    expect(found).toContain(offer);
    expect(found).toEqual([...found].sort());
    expect(line.endsWith(word)).toBe(true);
  });
});

test.each([
  ['dock', 'docker '],
  ['docker serv', 'service '],
  ['docker service create --repl', undefined],
  ['docker service create --replicas-', '--replicas-max-per-node '],
  ['lab cra', 'crash '],
  ['lab crash worker1', 'worker1 '],
  ['docker service scale we', 'web '],
  ['lab frob', undefined],
])('%j may only be %j', (line, whole) => {
  const [found] = complete(line, session);
  if (whole === undefined) expect(found.length).not.toBe(1);
  else expect(found).toEqual([whole]);
});

test('hidden flags and commands are not offered', () => {
  expect(complete('docker service create --with', session)[0]).toEqual(['--with-registry-auth ']);
  expect(complete('docker dial', session)[0]).toEqual([]);
});
