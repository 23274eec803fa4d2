// A session is saved, left and gone on with, to the last byte; and what is no session is refused in one sentence.

import { describe, expect, test } from 'vitest';
import { docker } from '../../src/docker/docker.ts';
import type { Fiber } from '../../src/engine/fiber.ts';
import { lab } from '../../src/lab/commands/lab.ts';
import { ScenarioFailure } from '../../src/lab/failure.ts';
import { Session } from '../../src/lab/session.ts';
import { dockerHost, type Terminal } from '../../src/lab/terminal.ts';
import { minute, second } from '../../src/model/duration.ts';

const beginning = { seed: '7', cluster: { managers: 3, workers: 2 }, fresh: false };

function terminal(out: (text: string) => void): Terminal {
  return {
    out,
    err: out,
    stdin: () => '',
    readFile: () => '',
    writeFile: () => {},
    env: new Map(),
    cwd: '/',
    interrupted: () => false,
  };
}

function run(session: Session, command: (at: Terminal) => Fiber<number>): string {
  let said = '';
  const task = session.fibers.start(
    command(
      terminal((text) => {
        said += text;
      }),
    ),
  );
  const limit = session.swarm.world.now + 10 * minute;
  while (task.end === undefined && session.fibers.step(limit)) {}
  return `${said}${JSON.stringify(task.end)}`;
}

const type = (session: Session, line: string): string =>
  run(session, (at) => docker(line.split(' '), dockerHost(session, at)));
const order = (session: Session, line: string): string =>
  run(session, (at) => lab(line.split(' '), session, at));

function goOn(session: Session): string {
  const said = [
    order(session, 'crash manager1'),
    order(session, 'wait leader'),
    order(session, 'wait converged web'),
    type(session, '-H tcp://manager2:2375 service ps web'),
    type(session, '-H tcp://manager2:2375 service create -d --name other nginx'),
    order(session, 'wait 1m'),
    order(session, 'status'),
  ];
  return `${said.join('')}${session.swarm.world.digest}`;
}

test('a saved session goes on as if it had never been left', () => {
  const session = new Session(beginning);
  type(session, 'service create -d --name web --replicas 3 nginx');
  const steps = session.swarm.world.now + 3 * second;
  while (session.fibers.step(steps)) {}
  const saved = JSON.stringify(session.save());
  const other = new Session({ seed: '1', cluster: { managers: 1 }, fresh: false });
  other.load(saved);
  expect(JSON.stringify(other.save())).toBe(saved);
  expect(goOn(other)).toBe(goOn(session));
});

describe('what is no session', () => {
  const good = JSON.stringify(new Session({ seed: '1', cluster: { managers: 1 }, fresh: true }).save());

  test.each([
    ['', 'it is not JSON'],
    ['{"a":', 'it is not JSON'],
    ['null', 'it does not begin as'],
    ['{}', 'it does not begin as'],
    ['{"swarmlab":"session","version":2}', 'it does not begin as'],
    ['{"swarmlab":"session","version":1,"beginning":{},"swarm":{}}', 'it does not begin as'],
    [good.replace('"managers":1', '"managers":"1"'), 'it does not begin as'],
    [good.replace('"seed":"1"', '"seed":1'), 'it does not begin as'],
    [good.replace(/"swarm":.*/, '"swarm":{}}'), 'cannot be read'],
    [good.replace('"world":', '"worlds":'), 'cannot be read'],
  ])('%s', (text, why) => {
    const session = new Session(beginning);
    const before = session.swarm.world.digest;
    expect(() => session.load(text)).toThrow(ScenarioFailure);
    expect(() => session.load(text)).toThrow(why);
    expect(session.swarm.world.digest).toBe(before);
    expect(type(session, 'node ls -q').split('\n').length).toBe(6);
  });
});

test('whoever waits in a world that is left is told so', () => {
  const session = new Session(beginning);
  const ended: unknown[] = [];
  session.fibers.start(
    lab(
      ['wait', '1h'],
      session,
      terminal(() => {}),
    ),
    (end) => ended.push(end),
  );
  session.begin({ ...beginning, seed: '8' });
  expect(ended).toMatchObject([{ error: { name: 'WorldLeft' } }]);
});
