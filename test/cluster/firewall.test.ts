// Firewalls that close 2377/tcp. Everything that is said to a manager arrives there; answers, and what a manager pushes on the streams of a
// session, come back on connections that were opened from inside.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { minute, second } from '../../src/model/duration.ts';
import { expectRecovery, stage } from './play.ts';
import { assembled, createRunning, machines, record, refusal, runningTasks } from './scene.ts';

const port = '2377/tcp';

function close(swarm: Swarm, host: string): void {
  swarm.fault({ kind: 'close', host, port });
}

function open(swarm: Swarm, host: string): void {
  swarm.fault({ kind: 'open', host, port });
}

function stateOf(swarm: Swarm, hostname: string): string | undefined {
  const nodes = swarm.state()?.list('node') ?? [];
  return nodes.find(({ description }) => description?.hostname === hostname)?.status.state;
}

function expectState(swarm: Swarm, hostname: string, state: string, limit: number): void {
  expect([hostname, swarm.runUntil(() => stateOf(swarm, hostname) === state, limit)]).toEqual([
    hostname,
    true,
  ]);
}

function containersOn(swarm: Swarm, host: string): string[] {
  const containers = [...(swarm.memoryOf(host)?.agent?.containers.values() ?? [])];
  return containers.filter(({ phase }) => phase === 'running').map(({ id }) => id);
}

/** The manager that an agent has its session with, or tries. */
function managerOfAgent(swarm: Swarm, host: string): string | undefined {
  const session = swarm.memoryOf(host)?.agent?.session;
  return session !== undefined && 'manager' in session ? session.manager : undefined;
}

const names = ['manager1', 'manager2', 'manager3', 'worker1', 'worker2'];
const service = {
  name: 'web',
  mode: 3,
  image: 'good',
  constraint: '',
  order: 'stop-first',
  onFailure: 'pause',
  parallelism: 1,
  takes: '',
} as const;

test('whatever is closed when, nothing but answers arrives there, and once all is open the swarm recovers', () => {
  const steps = fc.array(
    fc.record({ host: fc.constantFrom(...names), after: fc.integer({ min: 0, max: 40 }) }),
    { minLength: 1, maxLength: 8 },
  );
  const told = new Set<string>();
  fc.assert(
    fc.property(fc.nat(1_000), fc.constantFrom(1, 2, 3), steps, (seed, managers, drawn) => {
      const swarm = stage({
        seed,
        managers,
        workers: 2,
        snapshotInterval: 0,
        services: [service],
        deeds: [],
      });
      const closed = new Set<string>();
      const arrived = record(swarm, ({ kind, from, to, body }) =>
        kind === 'message' && from !== to && closed.has(to) ? body.kind : undefined,
      );
      for (const { host, after } of drawn) {
        swarm.advance(after * second);
        if (!swarm.machines.some(({ name }) => name === host)) continue;
        // Twice the same machine: it is opened again.
        if (closed.delete(host)) open(swarm, host);
        else {
          close(swarm, host);
          closed.add(host);
        }
      }
      swarm.advance(minute);
      for (const host of closed) open(swarm, host);
      const kinds = new Set(arrived.map(({ kept }) => kept));
      for (const kind of ['call', 'raft', 'raft.check'] as const) expect(kinds).not.toContain(kind);
      for (const kind of kinds) told.add(kind);
      expectRecovery(swarm);
    }),
    { numRuns: 30 },
  );
  expect(told).toContain('reply');
});

test('the only manager: every worker is down, every container runs on, and its own agent is not affected', () => {
  const swarm = assembled(1, 2);
  createRunning(swarm, 'manager1', 'web', 6);
  const before = containersOn(swarm, 'worker1');
  const own = containersOn(swarm, 'manager1');
  close(swarm, 'manager1');
  expectState(swarm, 'worker1', 'down', 17 * second);
  expectState(swarm, 'worker2', 'down', 2 * second);
  swarm.advance(minute);
  expect(stateOf(swarm, 'manager1')).toBe('ready');
  expect(containersOn(swarm, 'worker1')).toEqual(before);
  expect(containersOn(swarm, 'manager1')).toEqual(expect.arrayContaining(own));
  open(swarm, 'manager1');
  expectState(swarm, 'worker1', 'ready', 20 * second);
  expectState(swarm, 'worker2', 'ready', 20 * second);
  swarm.advance(minute);
  expect(runningTasks(swarm)).toBe(6);
});

test('R-R187, R-R188: agents leave a manager that is closed for one that is not, and are never down', () => {
  const swarm = assembled(3, 5);
  createRunning(swarm, 'manager1', 'web', 8);
  const workers = swarm.machines.map(({ name }) => name).filter((name) => name.startsWith('worker'));
  const victim = workers.map((name) => managerOfAgent(swarm, name)).find((name) => name !== 'manager1');
  if (victim === undefined) throw new Error('an agent has its session with a follower');
  const there = workers.filter((name) => managerOfAgent(swarm, name) === victim);
  expect(there.length).toBeGreaterThan(0);
  const states = new Set<string | undefined>();
  close(swarm, victim);
  for (let i = 0; i < 120; i++) {
    swarm.advance(second);
    for (const name of workers) states.add(stateOf(swarm, name));
  }
  expect([...states]).toEqual(['ready']);
  for (const name of workers) expect(managerOfAgent(swarm, name)).not.toBe(victim);
  // It hears its leader no more, and its agent has no other manager to turn to.
  expect(stateOf(swarm, victim)).toBe('down');
  expect(swarm.leader()).toBe('manager1');
});

test('the leader: it is heard, hears nobody, steps down within 20 s, and its node is given up', () => {
  const swarm = assembled(3, 2);
  createRunning(swarm, 'manager1', 'web', 4);
  close(swarm, 'manager1');
  swarm.advance(5 * second);
  expect(swarm.leader()).toBe('manager1');
  expect(swarm.runUntil(() => swarm.managerOf('manager1')?.leadership === undefined, 15 * second)).toBe(true);
  expect(swarm.runUntil(() => swarm.leader() !== undefined, minute)).toBe(true);
  expect(swarm.leader()).not.toBe('manager1');
  expectState(swarm, 'manager1', 'down', 40 * second);
  for (const name of ['worker1', 'worker2']) expect(stateOf(swarm, name)).toBe('ready');
});

test('a worker needs no open port: it joins, runs tasks, tells their logs and leaves', () => {
  const swarm = machines(1, 2);
  swarm.init('manager1');
  swarm.scriptImage('nginx', { logs: [{ kind: 'once', stream: 'stdout', after: 0, text: 'ready' }] });
  for (const name of ['worker1', 'worker2']) {
    close(swarm, name);
    swarm.join(name, 'manager1', new Client(swarm, 'manager1').cluster().joinTokens.worker);
    expectState(swarm, name, 'ready', 5 * second);
  }
  createRunning(swarm, 'manager1', 'web', 3);
  swarm.advance(second);
  const [web] = swarm.state()?.list('service') ?? [];
  const of = { kind: 'service', id: web?.id ?? '' } as const;
  const { logs, warning } = swarm.readLogs('manager1', {
    of,
    streams: ['stdout'],
    follow: false,
    since: 0,
  });
  expect(warning).toBe('');
  expect(logs.flatMap(({ lines }) => lines).length).toBe(3);
  swarm.leave('worker2', false);
  expectState(swarm, 'worker2', 'down', 20 * second);
});

test('nobody joins through a closed manager: the wait ends after 20 s, the attempt goes on', () => {
  const swarm = machines(1, 1);
  swarm.init('manager1');
  const token = new Client(swarm, 'manager1').cluster().joinTokens.worker;
  close(swarm, 'manager1');
  expect(refusal(() => swarm.join('worker1', 'manager1', token))).toMatch(
    /^Unavailable: Timeout was reached before node joined\./,
  );
  open(swarm, 'manager1');
  expect(swarm.runUntil(() => swarm.memoryOf('worker1')?.identity !== undefined, 20 * second)).toBe(true);
});

test('R-R121: a machine whose 2377 is closed does not become a manager', () => {
  const swarm = machines(2, 0);
  swarm.init('manager1');
  const token = new Client(swarm, 'manager1').cluster().joinTokens.manager;
  close(swarm, 'manager2');
  expect(refusal(() => swarm.join('manager2', 'manager1', token))).toMatch(
    /could not connect to prospective new cluster member using its advertised address: /,
  );
  expect(swarm.managerOf('manager1')?.members.size).toBe(1);
});
