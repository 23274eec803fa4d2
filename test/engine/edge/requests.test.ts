// Edge cases of docker's reference (D-E): connections, versions, errors, and what a node answers that is no working manager.

import { expect, test } from 'vitest';
import { callRefused } from '../../../src/engine/failure.ts';
import { ConnectionLost } from '../../../src/engine/http.ts';
import { Bench, drive } from '../drive.ts';

const listen = { ListenAddr: '0.0.0.0:2377' };

function message(answer: { readonly text: string }): string {
  const { message: text }: { message: string } = JSON.parse(answer.text);
  return text;
}

test('D-E1, D-E2 errors are JSON with a message and exactly that type', () => {
  const bench = Bench.bare(1, 0);
  const answer = bench.send('manager1', 'GET', '/v1.50/bogus');
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.text).toBe('{"message":"page not found"}\n');
});

test('D-E3, D-E5 a ping has its headers and no body when it is a HEAD, on every node', () => {
  const bench = Bench.bare(1, 0);
  const { status, headers, text } = bench.send('manager1', 'HEAD', '/_ping');
  expect([status, text]).toEqual([200, '']);
  expect(Object.fromEntries(headers)).toMatchObject({
    'api-version': '1.50',
    ostype: 'linux',
    'docker-experimental': 'false',
    swarm: 'inactive',
    'cache-control': 'no-cache, no-store, must-revalidate',
  });
  expect(bench.send('manager1', 'GET', '/_ping').text).toBe('OK');
});

test('D-E4 paths route with any version the engine speaks, and without one', () => {
  const bench = Bench.bare(1, 0);
  for (const prefix of ['', '/v1.24', '/v1.41', '/v1.50']) {
    expect(bench.send('manager1', 'GET', `${prefix}/version`).status).toBe(200);
  }
  const tooNew = bench.send('manager1', 'GET', '/v9.99/version');
  expect([tooNew.status, message(tooNew)]).toEqual([
    400,
    'client version 9.99 is too new. Maximum supported API version is 1.50',
  ]);
  const tooOld = bench.send('manager1', 'GET', '/v1.20/version');
  expect([tooOld.status, message(tooOld)]).toEqual([
    400,
    'client version 1.20 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version',
  ]);
});

test('a method that a path does not have is not found either', () => {
  const bench = Bench.bare(1, 0);
  expect(bench.send('manager1', 'PATCH', '/services').status).toBe(404);
  expect(bench.send('manager1', 'POST', '/version').status).toBe(404);
});

test('bodies are refused by type, form and field', () => {
  const bench = Bench.bare(1, 0);
  const send = (body: string, type = 'application/json') =>
    drive(
      bench.swarm,
      bench.engine('manager1').request({
        method: 'POST',
        target: '/services/create',
        headers: new Map([['content-type', type]]),
        body,
      }),
    );
  const cases = [
    [send('{', 'application/json'), 'invalid JSON: unexpected EOF'],
    [send('{}', 'text/plain'), "unsupported Content-Type header (text/plain): must be 'application/json'"],
    [send(' '), 'invalid JSON: got EOF while reading request body'],
    [
      send('{"TaskTemplate":{"ForceUpdate":-1}}'),
      'invalid JSON: json: cannot unmarshal number -1 into Go struct field TaskSpec.TaskTemplate.ForceUpdate of type uint64',
    ],
  ] as const;
  for (const [{ status, body }, text] of cases) {
    expect([status, body]).toEqual([400, `${JSON.stringify({ message: text })}\n`]);
  }
});

test('escapes that are none are refused, and the others are read', () => {
  const bench = Bench.assembled(1, 0);
  const bad = bench.send('manager1', 'GET', '/services?filters=%zz');
  expect([bad.status, message(bad)]).toEqual([400, 'invalid URL escape "%zz"']);
  expect(message(bench.send('manager1', 'GET', '/configs/a%20b%C3%A9'))).toBe('config a bé not found');
  expect(message(bench.send('manager1', 'GET', '/configs/a%ff'))).toBe('config a\ufffd not found');
});

test.each([
  ['InvalidArgument', 400],
  ['FailedPrecondition', 400],
  ['Unauthenticated', 401],
  ['PermissionDenied', 403],
  ['NotFound', 404],
  ['AlreadyExists', 409],
  ['Unimplemented', 501],
  ['Unavailable', 503],
  ['Unknown', 500],
  ['DeadlineExceeded', 500],
  ['Aborted', 500],
] as const)('a call refused with %s is answered with %i', (code, status) => {
  const refused = callRefused({ code, message: 'why' });
  expect([refused.status, refused.message]).toEqual([status, `rpc error: code = ${code} desc = why`]);
});

test('nodes that are no manager say why', () => {
  const bench = Bench.assembled(1, 1);
  const worker = bench.send('worker1', 'GET', '/services');
  expect(worker.status).toBe(503);
  expect(message(worker)).toMatch(/^This node is not a swarm manager\. Worker nodes can't be used/);
  const stranger = Bench.bare(1, 0).send('manager1', 'GET', '/tasks');
  expect(stranger.status).toBe(503);
  expect(message(stranger)).toMatch(/^This node is not a swarm manager\. Use "docker swarm init"/);
});

test('without a quorum a manager answers after the limit, later at once', () => {
  const bench = Bench.assembled(3, 0);
  bench.swarm.fault({ kind: 'crash', host: 'manager2' });
  bench.swarm.fault({ kind: 'crash', host: 'manager3' });
  const from = bench.swarm.world.now;
  bench.swarm.advance(30_000_000);
  const late = bench.send('manager1', 'GET', '/services');
  expect([late.status, message(late)]).toEqual([
    500,
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
  ]);
  expect(bench.swarm.world.now - from).toBeLessThan(31_000_000);
  const info = bench.get<{ Swarm: { Error: string; ControlAvailable: boolean } }>('manager1', '/info');
  expect(info.Swarm.ControlAvailable).toBe(true);
  expect(info.Swarm.Error).toBe(message(late));
});

test('a machine that is down, or goes down, gives no answer', () => {
  const bench = Bench.assembled(1, 1);
  bench.swarm.fault({ kind: 'crash', host: 'worker1' });
  expect(() => bench.send('worker1', 'GET', '/_ping')).toThrow(ConnectionLost);
  const fiber = bench.start('manager1', 'GET', '/services');
  fiber.next();
  bench.swarm.fault({ kind: 'crash', host: 'manager1' });
  expect(() => drive(bench.swarm, fiber)).toThrow(ConnectionLost);
});

test('a machine that is frozen answers when it goes on', () => {
  const bench = Bench.assembled(1, 0);
  bench.swarm.fault({ kind: 'pause', host: 'manager1' });
  const waiting = bench.start('manager1', 'GET', '/_ping').next();
  if (waiting.done) throw new Error('a frozen machine answers nothing');
  bench.swarm.advance(60_000_000);
  expect(waiting.value.until()).toBe(false);
  bench.swarm.fault({ kind: 'resume', host: 'manager1' });
  expect(waiting.value.until()).toBe(true);
  expect(bench.send('manager1', 'GET', '/_ping').text).toBe('OK');
});

test('a client that goes away leaves nothing behind', () => {
  const bench = Bench.assembled(1, 0);
  const command = bench.swarm.save().lastCommand + 1;
  const fiber = bench.start('manager1', 'GET', '/nodes');
  fiber.next();
  fiber.return({ status: 0, headers: new Map(), body: '' });
  bench.swarm.advance(5_000_000);
  expect(bench.swarm.isAnswered(command)).toBe(false);
});

test('a stream ends with the machine, even one that is up again', () => {
  const bench = Bench.assembled(1, 0);
  const { body } = drive(bench.swarm, bench.start('manager1', 'GET', '/events'));
  if (typeof body === 'string') throw new Error('events are a stream');
  bench.swarm.fault({ kind: 'crash', host: 'manager1' });
  bench.swarm.fault({ kind: 'restart', host: 'manager1' });
  expect(() => drive(bench.swarm, body.next())).toThrow(ConnectionLost);
});

test('D-E53 requests are answered while others are in flight', () => {
  const bench = Bench.assembled(3, 0);
  const answers = bench.sendAll('manager2', ['/nodes', '/services', '/info', '/nodes']);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test('D-E54, D-E55 moments are the epoch and virtual time, both ways', () => {
  const bench = Bench.bare(1, 0);
  bench.send('manager1', 'POST', '/swarm/init', listen);
  const [node] = bench.get<readonly { CreatedAt: string }[]>('manager1', '/nodes');
  expect(node?.CreatedAt).toMatch(/^2026-01-05T10:00:00\./);
  const seconds = 1_767_607_200;
  bench.swarm.advance(60_000_000);
  bench.send('manager1', 'POST', '/configs/create', { Name: 'c', Data: 'aGk=' });
  const events = (since: number) =>
    bench.send(
      'manager1',
      'GET',
      `/events?since=${since}&until=${seconds + 62}&filters={"type":{"config":true}}`,
    ).text;
  expect(events(seconds + 30)).toContain('"Action":"create"');
  expect(events(seconds + 30)).toContain(',"scope":"swarm","time":1767607261,"timeNano":1767607261');
  expect(events(seconds + 61.9).length).toBe(0);
});

test('D-E67 unknown filters and their bad values', () => {
  const bench = Bench.assembled(1, 0);
  const list = (path: string, filters: unknown) =>
    bench.send('manager1', 'GET', `${path}?filters=${encodeURIComponent(JSON.stringify(filters))}`);
  for (const path of ['/services', '/nodes', '/tasks', '/configs', '/secrets', '/networks']) {
    const answer = list(path, { bogus: { x: true } });
    expect([answer.status, message(answer)], path).toEqual([400, "invalid filter 'bogus'"]);
  }
  const state = list('/tasks', { 'desired-state': { foo: true } });
  expect([state.status, message(state)]).toEqual([500, "Invalid desired-state filter: 'foo'"]);
  const role = list('/nodes', { role: { boss: true } });
  expect([role.status, message(role)]).toEqual([500, "Invalid role filter: 'boss'"]);
  expect(list('/services', { label: ['a=b'] }).status).toBe(200);
});
