// Init and join, what nodes refuse, and in which words.

import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import { second } from '../../src/model/duration.ts';
import { assembled, leaders, machines, record, refusal, states, timed } from './scene.ts';

const notInSwarm =
  'Unavailable: This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
const notManager =
  "Unavailable: This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.";
const alreadyInSwarm =
  'Unavailable: This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.';
const refusedToken = 'InvalidArgument: A valid join token is necessary to join this cluster';

test('R-R112: init makes a swarm of one manager, which leads at once', () => {
  const swarm = machines(1, 0);
  expect(timed(swarm, () => swarm.init('manager1'))).toBeLessThan(second);
  swarm.advance(3 * second);
  expect(leaders(swarm)).toEqual(['manager1']);
  const { nodes, managers } = new Client(swarm, 'manager1').nodes();
  expect(nodes).toHaveLength(1);
  expect(nodes[0]).toMatchObject({
    id: swarm.memoryOf('manager1')?.identity?.nodeId,
    role: 'manager',
    status: { state: 'ready' },
  });
  expect([...managers.values()]).toEqual([{ leader: true, reachable: true, addr: '192.168.99.100:2377' }]);
});

test('R-R119, R-R120: the token decides whether a node joins as worker or as manager', () => {
  const swarm = machines(2, 1);
  swarm.init('manager1');
  const client = new Client(swarm, 'manager1');
  const { joinTokens } = client.cluster();
  swarm.join('manager2', 'manager1', joinTokens.manager);
  swarm.join('worker1', 'manager1', joinTokens.worker, 'drain');
  swarm.advance(5 * second);
  expect(swarm.memoryOf('manager2')?.identity?.role).toBe('manager');
  expect(swarm.memoryOf('worker1')?.identity?.role).toBe('worker');
  expect(swarm.managerOf('worker1')).toBeUndefined();
  expect(client.node('manager2')).toMatchObject({ role: 'manager', status: { state: 'ready' } });
  expect(client.node('worker1')).toMatchObject({
    role: 'worker',
    spec: { role: 'worker', availability: 'drain' },
    status: { state: 'ready' },
  });
  expect(client.nodes().managers.size).toBe(2);
  expect(new Set(states(swarm)).size).toBe(1);
});

test('R-R29, R-R120: a node may join towards a manager that does not lead', () => {
  const swarm = assembled(3, 0);
  swarm.addMachine({ name: 'worker1', role: 'worker' });
  swarm.addMachine({ name: 'manager4', role: 'manager' });
  const { joinTokens } = new Client(swarm, 'manager1').cluster();
  swarm.join('worker1', 'manager2', joinTokens.worker);
  swarm.join('manager4', 'manager3', joinTokens.manager);
  swarm.advance(5 * second);
  const nodes = swarm.state()?.list('node') ?? [];
  expect(nodes.map(({ status }) => status.state)).toEqual(['ready', 'ready', 'ready', 'ready', 'ready']);
  expect(swarm.managerOf('manager4')?.members.size).toBe(4);
});

test('R-R116: a wrong token is refused after five tries, two seconds apart', () => {
  const swarm = assembled(1, 0);
  swarm.addMachine({ name: 'worker1', role: 'worker' });
  const token = new Client(swarm, 'manager1').cluster().joinTokens.worker;
  const wrong = token.slice(0, -5) + (token.endsWith('00000') ? '11111' : '00000');
  const tries = record(swarm, ({ body }) =>
    body.kind === 'call' && body.call.method === 'swarm.join' ? body.call.method : undefined,
  );
  const taken = timed(swarm, () => {
    expect(refusal(() => swarm.join('worker1', 'manager1', wrong))).toBe(refusedToken);
  });
  expect(tries).toHaveLength(5);
  expect(taken).toBeGreaterThanOrEqual(8 * second);
  expect(taken).toBeLessThan(11 * second);
  // It is free to join with the right one.
  swarm.join('worker1', 'manager1', token);
  expect(swarm.memoryOf('worker1')?.identity?.role).toBe('worker');
});

test('R-R115: what has not the shape of a token is refused before anybody is asked', () => {
  const swarm = assembled(1, 0);
  swarm.addMachine({ name: 'worker1', role: 'worker' });
  swarm.advance(second);
  const calls = record(swarm, ({ body }) => (body.kind === 'call' ? body.call.method : undefined));
  const taken = timed(swarm, () => {
    expect(refusal(() => swarm.join('worker1', 'manager1', 'SWMTKN-1-short'))).toBe(
      'InvalidArgument: invalid join token',
    );
  });
  expect(taken).toBe(0);
  expect(calls.filter(({ kept }) => kept === 'swarm.join')).toEqual([]);
});

test('R-R113, R-R209: a node is part of one swarm', () => {
  const swarm = assembled(1, 1);
  const { worker } = new Client(swarm, 'manager1').cluster().joinTokens;
  expect(refusal(() => swarm.init('manager1'))).toBe(alreadyInSwarm);
  expect(refusal(() => swarm.init('worker1'))).toBe(alreadyInSwarm);
  expect(refusal(() => swarm.join('worker1', 'manager1', worker))).toBe(alreadyInSwarm);
});

test('R-R208: calls at a worker, at a node in no swarm and at one that is down', () => {
  const swarm = assembled(1, 1);
  swarm.addMachine({ name: 'other', role: 'worker' });
  expect(refusal(() => new Client(swarm, 'worker1').list('service'))).toBe(notManager);
  expect(refusal(() => new Client(swarm, 'other').list('service'))).toBe(notInSwarm);
  swarm.fault({ kind: 'crash', host: 'manager1' });
  expect(refusal(() => new Client(swarm, 'manager1').list('service'))).toBe(
    'Unavailable: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  );
});

test('R-R123: a join that takes more than 20 s goes on in the background', () => {
  const swarm = assembled(3, 0);
  swarm.addMachine({ name: 'worker1', role: 'worker' });
  const { worker } = new Client(swarm, 'manager1').cluster().joinTokens;
  swarm.fault({ kind: 'crash', host: 'manager2' });
  swarm.fault({ kind: 'crash', host: 'manager3' });
  const taken = timed(swarm, () => {
    expect(refusal(() => swarm.join('worker1', 'manager1', worker))).toMatch(
      /^Unavailable: Timeout was reached before node joined\. The attempt to join the swarm will continue in the background\./,
    );
  });
  expect(taken).toBe(20 * second);
  swarm.fault({ kind: 'restart', host: 'manager2' });
  expect(swarm.runUntil(() => swarm.memoryOf('worker1')?.identity !== undefined, 90 * second)).toBe(true);
});
