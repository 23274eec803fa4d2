// A task that stays new shows no error: what the allocator lacks is told by nobody but `explain`.

import { expect, test } from 'vitest';
import { docker } from '../../../src/docker/docker.ts';
import { explainIn } from '../../../src/lab/explain/explain.ts';
import { RunRecord } from '../../../src/lab/explain/record.ts';
import { Session } from '../../../src/lab/session.ts';
import { dockerHost, type Terminal } from '../../../src/lab/terminal.ts';
import { minute } from '../../../src/model/duration.ts';
import { faultsOf } from './rules.ts';
import { linkOf } from './stage.ts';

const terminal: Terminal = {
  out: () => {},
  err: () => {},
  stdin: () => 'y\n',
  readFile: () => '',
  writeFile: () => {},
  env: new Map(),
  cwd: '/',
  interrupted: () => false,
};

/** What is said of a task half a minute after the last of some docker commands, which come half a minute apart. */
function said(subject: string, ...commands: readonly string[]) {
  const session = new Session({ seed: '1', cluster: { managers: 1, workers: 1 }, fresh: false });
  for (const command of commands) {
    const task = session.fibers.start(docker(command.split(' '), dockerHost(session, terminal)));
    const end = session.swarm.world.now + minute / 2;
    while (session.fibers.step(end)) {}
    expect(task.end, command).toEqual({ result: 0 });
  }
  const record = RunRecord.of(session.swarm.world);
  const explanation = explainIn(record, subject);
  expect(faultsOf(record, explanation)).toEqual([]);
  return explanation;
}

test('a port that another service has since is named with its holder (R-A31, R-O102)', () => {
  const explanation = said(
    'web.1',
    'service create -d --name web -p 8080:80 nginx',
    'service update -d --publish-rm 8080:80 --publish-add 9090:80 web',
    'service create -d --name other -p 8080:80 nginx',
    'service rollback -d web',
  );
  expect(explanation).toMatchObject({
    line: 'web.1 is new: the allocator has no port tcp/8080 for web, since other has it.',
    next: 'Nothing, until other gives the port back.',
  });
  linkOf(explanation, /^The allocator needs tcp\/8080 for web, and other has tcp\/8080\.$/);
});

test('a network without an address left is named, and no other (R-A17)', () => {
  const explanation = said(
    'web.6',
    'network create -d overlay roomy',
    'network create -d overlay --subnet 10.5.0.0/29 small',
    'service create -d --name web --replicas 5 --network roomy --network small -p 80:80 nginx',
    'service scale -d web=6',
  );
  linkOf(
    explanation,
    /^The allocator needs an address for web\.6 on small \(10\.5\.0\.0\/29\), and has none\.$/,
  );
});

test('a service without a virtual IP keeps its tasks waiting (R-A17)', () => {
  const explanation = said(
    'other.1',
    'network create -d overlay --subnet 10.5.0.0/29 small',
    'service create -d --name web --replicas 5 --network small nginx',
    'service create -d --name other --network small nginx',
  );
  expect(explanation.line).toBe('other.1 is new: the allocator has no virtual IP for other.');
  linkOf(
    explanation,
    /^The allocator needs a virtual IP for other on small \(10\.5\.0\.0\/29\), and has none\.$/,
  );
});

test('a range of automatic ports that is used up is told (R-A31)', () => {
  const explanation = said('web.1', 'service create -d --name web -p 1-2769 nginx');
  linkOf(explanation, /^The allocator needs a port of 30000 to 32767 for web, and all are taken\.$/);
});

test('an ingress network that was never allocated is told (R-A24)', () => {
  const explanation = said(
    'web.1',
    'network rm ingress',
    'network create -d overlay --subnet 10.5.0.0/24 mine',
    'network create -d overlay --ingress --subnet 10.5.0.0/16 front',
    'service create -d --name web -p 80:80 nginx',
  );
  expect(explanation.line).toBe('web.1 is new: the allocator has no ingress network for web.');
});
