// Edge cases of docker's reference (D-E): the swarm and its nodes.

import { expect, test } from 'vitest';
import type * as api from '../../../src/engine/api.ts';
import { Bench } from '../drive.ts';

const listen = { ListenAddr: '0.0.0.0:2377' };

function refusal({
  status,
  text,
}: {
  readonly status: number;
  readonly text: string;
}): readonly [number, string] {
  const { message }: { message: string } = JSON.parse(text);
  return [status, message];
}

test('D-E56, D-E57 init answers a JSON string, and the node is a manager with an address at once', () => {
  const bench = Bench.bare(1, 0);
  const { status, text } = bench.send('manager1', 'POST', '/swarm/init', listen);
  expect([status, /^"[0-9a-z]{25}"\n$/.test(text)]).toEqual([200, true]);
  const id: string = JSON.parse(text);
  const node = bench.get<api.Node>('manager1', `/nodes/${id}`);
  expect(node.ManagerStatus).toEqual({
    Leader: true,
    Reachability: 'reachable',
    Addr: '192.168.99.100:2377',
  });
  expect(bench.send('manager1', 'HEAD', '/_ping').headers.get('swarm')).toBe('active/manager');
});

test('init takes what it is given, zero standing for the default', () => {
  const bench = Bench.bare(1, 0);
  bench.send('manager1', 'POST', '/swarm/init', {
    ...listen,
    AdvertiseAddr: 'eth0',
    DataPathPort: 7_789,
    AutoLockManagers: true,
    Availability: 'drain',
    DefaultAddrPool: ['10.10.0.0/16', '10.20.0.0/16'],
    SubnetSize: 26,
    Spec: {
      Labels: null,
      Orchestration: { TaskHistoryRetentionLimit: 3 },
      Raft: { SnapshotInterval: 500, KeepOldSnapshots: 2, ElectionTick: 0, HeartbeatTick: 0 },
      Dispatcher: { HeartbeatPeriod: 7_000_000_000 },
      CAConfig: { NodeCertExpiry: 172_800_000_000_000 },
      EncryptionConfig: { AutoLockManagers: true },
    },
  });
  const swarm = bench.get<api.Swarm>('manager1', '/swarm');
  expect(swarm.Spec).toEqual({
    Name: 'default',
    Labels: {},
    Orchestration: { TaskHistoryRetentionLimit: 3 },
    Raft: {
      SnapshotInterval: 500,
      KeepOldSnapshots: 2,
      LogEntriesForSlowFollowers: 500,
      ElectionTick: 10,
      HeartbeatTick: 1,
    },
    Dispatcher: { HeartbeatPeriod: 7_000_000_000 },
    CAConfig: { NodeCertExpiry: 172_800_000_000_000 },
    TaskDefaults: {},
    EncryptionConfig: { AutoLockManagers: true },
  });
  expect(swarm).toMatchObject({
    DefaultAddrPool: ['10.10.0.0/16', '10.20.0.0/16'],
    SubnetSize: 26,
    DataPathPort: 7_789,
  });
  expect(bench.get<api.UnlockKey>('manager1', '/swarm/unlockkey').UnlockKey).toMatch(/^SWMKEY-1-.{43}$/);
  const [node] = bench.get<readonly api.Node[]>('manager1', '/nodes');
  expect(node?.Spec.Availability).toBe('drain');
  expect(
    bench.get<readonly api.Network[]>('manager1', '/networks?filters={"driver":["overlay"]}')[0]?.IPAM.Config,
  ).toEqual([{ Subnet: '10.10.0.0/26', Gateway: '10.10.0.1' }]);
});

test.each([
  [
    { ...listen, AdvertiseAddr: '0.0.0.0' },
    400,
    'advertise address must be a non-zero IP address or network interface (with optional port number)',
  ],
  [
    { ListenAddr: 'bogus:2377' },
    400,
    'listen address must be an IP address or network interface (with optional port number)',
  ],
  [
    { ...listen, DataPathAddr: 'x' },
    400,
    'data path address must be a non-zero IP address or network interface (without a port number)',
  ],
  [{ ...listen, DataPathPort: 80 }, 500, 'Datapath port number is not in valid range (1024-49151) : 80'],
  [{ ...listen, SubnetSize: 30 }, 500, 'subnet size is out of range: 30'],
  [
    { ...listen, DefaultAddrPool: ['10.0.0.0/28'] },
    500,
    'invalid CIDR: "10.0.0.0/28". Subnet size is too small for pool: 24',
  ],
  [{ ...listen, Spec: { Name: 'mine' } }, 400, 'swarm spec must be named "default"'],
  [{ ListenAddr: '' }, 400, 'invalid ListenAddr "": invalid empty address'],
])('init refuses %j', (body, status, message) => {
  const bench = Bench.bare(1, 0);
  expect(refusal(bench.send('manager1', 'POST', '/swarm/init', body))).toEqual([status, message]);
  expect(bench.send('manager1', 'HEAD', '/_ping').headers.get('swarm')).toBe('inactive');
});

test('join is refused by token, address and state', () => {
  const bench = Bench.assembled(1, 2);
  const again = bench.send('worker1', 'POST', '/swarm/join', {
    ...listen,
    RemoteAddrs: ['manager1'],
    JoinToken: 'x',
  });
  expect(refusal(again)[0]).toBe(503);
  bench.send('worker2', 'POST', '/swarm/leave');
  const join = (remote: readonly string[], JoinToken: string) =>
    refusal(bench.send('worker2', 'POST', '/swarm/join', { ...listen, RemoteAddrs: remote, JoinToken }));
  expect(join(['192.168.99.100:2377'], 'SWMTKN-1-a-b')).toEqual([500, 'invalid join token']);
  expect(join([], 'x')).toEqual([400, 'at least 1 RemoteAddr is required to join']);
  const { Worker } = bench.get<api.Swarm>('manager1', '/swarm').JoinTokens;
  const wrong = Worker.slice(0, -25) + '0'.repeat(25);
  expect(join(['192.168.99.100:2377'], wrong)).toEqual([
    400,
    'rpc error: code = InvalidArgument desc = A valid join token is necessary to join this cluster',
  ]);
  const from = bench.swarm.world.now;
  expect(join(['10.1.1.1'], Worker)[1]).toMatch(/^Timeout was reached before node joined\./);
  expect(bench.swarm.world.now - from).toBe(20_000_000);
});

test('D-E58 a rotation of the root ends with every node agreeing', () => {
  const bench = Bench.assembled(1, 1);
  const before = bench.get<api.Swarm>('manager1', '/swarm');
  const spec = { ...before.Spec, CAConfig: { ...before.Spec.CAConfig, ForceRotate: 1 } };
  expect(bench.send('manager1', 'POST', `/swarm/update?version=${before.Version.Index}`, spec).status).toBe(
    200,
  );
  const after = bench.get<api.Swarm>('manager1', '/swarm');
  expect(after.TLSInfo.TrustRoot).not.toBe(before.TLSInfo.TrustRoot);
  expect(after.RootRotationInProgress).toBe(false);
  for (const node of bench.get<readonly api.Node[]>('manager1', '/nodes')) {
    expect(node.Description.TLSInfo).toEqual(after.TLSInfo);
  }
  expect(after.JoinTokens.Worker.split('-')[2]).not.toBe(before.JoinTokens.Worker.split('-')[2]);
  expect(after.JoinTokens.Worker.split('-')[2]).toBe(after.JoinTokens.Manager.split('-')[2]);
});

test('tokens and keys rotate one by one, and the version is looked at', () => {
  const bench = Bench.assembled(1, 0);
  const before = bench.get<api.Swarm>('manager1', '/swarm');
  const update = (query: string) => bench.send('manager1', 'POST', `/swarm/update?${query}`, before.Spec);
  expect(refusal(update('version=x'))[1]).toBe(
    `invalid swarm version 'x': strconv.ParseUint: parsing "x": invalid syntax`,
  );
  expect(refusal(update('version=1&rotateWorkerToken=x'))).toEqual([
    400,
    'invalid value for rotateWorkerToken: x',
  ]);
  expect(refusal(update('version=1'))).toEqual([
    500,
    'rpc error: code = Unknown desc = update out of sequence',
  ]);
  expect(update(`version=${before.Version.Index}&rotateWorkerToken=true`).status).toBe(200);
  const { JoinTokens } = bench.get<api.Swarm>('manager1', '/swarm');
  expect(JoinTokens.Worker).not.toBe(before.JoinTokens.Worker);
  expect(JoinTokens.Manager).toBe(before.JoinTokens.Manager);
  const short = { ...before.Spec, CAConfig: { NodeCertExpiry: 60_000_000_000 } };
  const { Version } = bench.get<api.Swarm>('manager1', '/swarm');
  expect(refusal(bench.send('manager1', 'POST', `/swarm/update?version=${Version.Index}`, short))).toEqual([
    400,
    'rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s',
  ]);
});

test('D-E59 a locked manager says so, is unlocked by its key alone, and goes on', () => {
  const bench = Bench.bare(1, 0);
  bench.send('manager1', 'POST', '/swarm/init', { ...listen, AutoLockManagers: true });
  bench.swarm.advance(2_000_000);
  const { UnlockKey } = bench.get<api.UnlockKey>('manager1', '/swarm/unlockkey');
  expect(refusal(bench.send('manager1', 'POST', '/swarm/unlock', { UnlockKey }))).toEqual([
    409,
    'swarm is not locked',
  ]);
  bench.swarm.fault({ kind: 'crash', host: 'manager1' });
  bench.swarm.fault({ kind: 'restart', host: 'manager1' });
  expect(bench.get<api.Info>('manager1', '/info').Swarm.LocalNodeState).toBe('locked');
  expect(bench.send('manager1', 'HEAD', '/_ping').headers.get('swarm')).toBe('locked');
  expect(refusal(bench.send('manager1', 'GET', '/nodes'))).toEqual([
    503,
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
  ]);
  const unlock = (key: string) => bench.send('manager1', 'POST', '/swarm/unlock', { UnlockKey: key });
  expect(refusal(unlock('x'))).toEqual([400, 'invalid key string']);
  expect(refusal(unlock(`SWMKEY-1-${'A'.repeat(43)}`))).toEqual([
    401,
    'swarm could not be unlocked: invalid key provided',
  ]);
  expect(unlock(UnlockKey).status).toBe(200);
  bench.swarm.advance(15_000_000);
  expect(bench.get<api.Info>('manager1', '/info').Swarm.LocalNodeState).toBe('active');
  expect(bench.send('manager1', 'GET', '/nodes').status).toBe(200);
});

test('unlocking a worker is answered as any call for a manager', () => {
  const bench = Bench.assembled(1, 1);
  expect(refusal(bench.send('worker1', 'POST', '/swarm/unlock', { UnlockKey: 'x' }))[0]).toBe(503);
});

test('D-E60 the last manager leaves by force alone', () => {
  const bench = Bench.assembled(1, 0);
  const [status, message] = refusal(bench.send('manager1', 'POST', '/swarm/leave'));
  expect(status).toBe(503);
  expect(message).toMatch(/Use `--force` to ignore this message\. $/);
  expect(bench.send('manager1', 'POST', '/swarm/leave?force=1')).toMatchObject({ status: 200, text: '' });
  expect(refusal(bench.send('manager1', 'POST', '/swarm/leave'))).toEqual([
    503,
    'This node is not part of a swarm',
  ]);
});

test('a manager that has lost the others goes on alone when it is told to', () => {
  const bench = Bench.assembled(3, 1);
  bench.send('manager1', 'POST', '/configs/create', { Name: 'c', Data: 'aGk=' });
  bench.swarm.advance(2_000_000);
  bench.swarm.fault({ kind: 'crash', host: 'manager2' });
  bench.swarm.fault({ kind: 'crash', host: 'manager3' });
  bench.swarm.advance(30_000_000);
  expect(bench.send('manager1', 'GET', '/configs').status).toBe(500);
  const init = (host: string) =>
    bench.send(host, 'POST', '/swarm/init', { ...listen, ForceNewCluster: true });
  expect(refusal(init('worker1'))[0]).toBe(503);
  expect(init('manager1').status).toBe(200);
  expect(bench.get<readonly api.Config[]>('manager1', '/configs').map(({ Spec }) => Spec.Name)).toEqual([
    'c',
  ]);
  expect(bench.get<api.Info>('manager1', '/info').Swarm).toMatchObject({ Managers: 1, Error: '' });
});

test('D-E61 nodes that are in use are not removed', () => {
  const bench = Bench.assembled(3, 1);
  const nodes = bench.get<readonly api.Node[]>('manager1', '/nodes');
  const id = (name: string) => nodes.find(({ Description }) => Description.Hostname === name)?.ID;
  expect(refusal(bench.send('manager1', 'DELETE', '/nodes/worker1'))).toEqual([
    400,
    `rpc error: code = FailedPrecondition desc = node ${id('worker1')} is not down and can't be removed`,
  ]);
  expect(refusal(bench.send('manager1', 'DELETE', '/nodes/manager2?force=1'))).toEqual([
    400,
    `rpc error: code = FailedPrecondition desc = node ${id('manager2')} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
  ]);
  expect(bench.send('manager1', 'DELETE', '/nodes/worker1?force=1').status).toBe(200);
});

test('D-E62, D-E63 an update of a node replaces its whole spec', () => {
  const bench = Bench.assembled(1, 1);
  const node = () => bench.get<api.Node>('manager1', '/nodes/worker1');
  const update = (spec: api.NodeSpec) =>
    bench.send('manager1', 'POST', `/nodes/${node().ID}/update?version=${node().Version.Index}`, spec);
  expect(update({ Labels: { a: 'b' }, Role: 'worker', Availability: 'pause' }).status).toBe(200);
  expect(node().Spec).toEqual({ Labels: { a: 'b' }, Role: 'worker', Availability: 'pause' });
  expect(update({ Role: 'worker', Availability: 'active' }).status).toBe(200);
  expect(node().Spec).toEqual({ Labels: {}, Role: 'worker', Availability: 'active' });
  expect(refusal(update({ Role: 'boss' }))).toEqual([400, 'invalid Role: "boss"']);
  expect(refusal(update({ Availability: 'bogus' }))).toEqual([400, 'invalid Availability: "bogus"']);
  const manager = bench.get<api.Node>('manager1', '/nodes/manager1');
  const demotion = bench.send('manager1', 'POST', `/nodes/manager1/update?version=${manager.Version.Index}`, {
    Role: 'worker',
    Availability: 'active',
  });
  expect(refusal(demotion)).toEqual([
    400,
    'rpc error: code = FailedPrecondition desc = attempting to demote the last manager of the swarm',
  ]);
});

test('D-E64 a name wins over the beginning of an ID, which must have only one', () => {
  const bench = Bench.assembled(1, 0);
  const ids = Array.from({ length: 40 }, (_, i) => {
    const { text } = bench.send('manager1', 'POST', '/configs/create', { Name: `c${i}`, Data: 'aGk=' });
    const { ID }: { ID: string } = JSON.parse(text);
    return ID;
  });
  const first = ids.map((id) => id.slice(0, 1)).find((start, at, all) => all.indexOf(start) !== at) ?? '';
  const matching = ids.filter((id) => id.startsWith(first)).length;
  expect(refusal(bench.send('manager1', 'GET', `/configs/${first}`))).toEqual([
    400,
    `config ${first} is ambiguous (${matching} matches found)`,
  ]);
  bench.send('manager1', 'POST', '/configs/create', { Name: first, Data: 'aGk=' });
  expect(bench.get<api.Config>('manager1', `/configs/${first}`).Spec.Name).toBe(first);
  bench.send('manager1', 'POST', '/configs/create', { Name: ids[0], Data: 'aGk=' });
  expect(bench.get<api.Config>('manager1', `/configs/${ids[0]}`).Spec.Name).toBe('c0');
});

test('D-E65 a worker tells nothing of the cluster, and two managers bring a warning', () => {
  const bench = Bench.assembled(2, 1);
  const worker = bench.get<api.Info>('worker1', '/info').Swarm;
  expect(worker).toMatchObject({ LocalNodeState: 'active', ControlAvailable: false, Error: '' });
  expect([worker.Cluster, worker.Nodes]).toEqual([undefined, undefined]);
  expect(worker.RemoteManagers?.map(({ Addr }) => Addr)).toEqual([
    '192.168.99.100:2377',
    '192.168.99.101:2377',
  ]);
  const manager = bench.get<api.Info>('manager2', '/info');
  expect(manager.Swarm).toMatchObject({
    ControlAvailable: true,
    Nodes: 3,
    Managers: 2,
    NodeAddr: '192.168.99.101',
  });
  expect(manager.Warnings?.[0]).toMatch(/two-manager configuration/);
  expect('JoinTokens' in (manager.Swarm.Cluster ?? {})).toBe(false);
});
