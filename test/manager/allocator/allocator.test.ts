// The allocator as the rest of a manager sees it: what it writes and when (scheduler reference, section 4).

import { describe, expect, test } from 'vitest';
import { allocatorReactor, retryInterval } from '../../../src/manager/allocator/allocator.ts';
import { portConfig } from '../../../src/model/defaults.ts';
import { minute } from '../../../src/model/duration.ts';
import type { NetworkSpec, PortConfig } from '../../../src/model/spec.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import {
  type Fresh,
  makeCluster,
  makeFile,
  makeNetwork,
  makeNode,
  makeService,
  makeTask,
  type ServiceFields,
  type TaskFields,
} from '../fixtures.ts';
import { createStage, type Stage } from '../stage.ts';

const subnets = (subnet: string): Partial<NetworkSpec> => ({ subnets: [{ subnet, gateway: '' }] });
const on = (...targets: readonly string[]) => ({
  networks: targets.map((target) => ({ target, aliases: [] })),
});
const publish = (...ports: readonly (Partial<PortConfig> & { readonly targetPort: number })[]) => ({
  ports: ports.map(portConfig),
});

function addNetwork(tx: Transaction, id: string, spec: Partial<NetworkSpec> = {}): void {
  tx.create('network', makeNetwork({ id, ...spec }));
}

function addService(tx: Transaction, fields: ServiceFields): Fresh<'service'> {
  const service = makeService(fields);
  tx.create('service', service);
  return service;
}

function addTask(tx: Transaction, id: string, service: Fresh<'service'>, fields: Partial<TaskFields> = {}) {
  const status = { message: 'created' };
  tx.create('task', makeTask({ id, service, state: TaskState.New, status, ...fields }));
}

/** A swarm with a cluster object, an ingress network and whatever `more` adds. */
function start(more: (tx: Transaction) => void = () => {}): Stage {
  return createStage({ allocator: allocatorReactor }, (tx) => {
    tx.create('cluster', makeCluster());
    addNetwork(tx, 'ingress', { ingress: true });
    more(tx);
  });
}

function end(tx: Transaction, id: string): void {
  tx.update('task', id, (draft) => {
    draft.status.state = TaskState.Shutdown;
  });
}

const subnetOf = (stage: Stage, id: string) => stage.store.get('network', id)?.ipam?.subnet;
const addressesOf = (stage: Stage, id: string) =>
  stage.store.get('task', id)?.networks.flatMap(({ addresses }) => addresses);
const stateOf = (stage: Stage, id: string) => stage.store.get('task', id)?.status.state;
const portsOf = (stage: Stage, id: string) =>
  stage.store.get('service', id)?.endpoint?.ports.map(({ publishedPort }) => publishedPort);
const virtualIpsOf = (stage: Stage, id: string) =>
  stage.store.get('service', id)?.endpoint?.virtualIps.map(({ addr }) => addr);
const attachmentsOf = (stage: Stage, id: string) =>
  stage.store.get('node', id)?.attachments.flatMap(({ addresses }) => addresses);

describe('tasks (R-A1 to R-A3, R-A5, R-A6)', () => {
  test('with nothing to allocate become pending on the commit that brings them', () => {
    const stage = start();
    stage.write((tx) => addTask(tx, 't', addService(tx, { id: 'web' })));
    expect(stage.store.get('task', 't')?.status).toEqual({
      state: TaskState.Pending,
      message: 'pending task scheduling',
      err: '',
      timestamp: 0,
    });
    expect(stage.store.get('service', 'web')?.endpoint).toBeUndefined();
  });

  test('get their networks, addresses and a copy of the endpoint, also when they are to be shut down', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    stage.write((tx) => {
      const web = addService(tx, {
        id: 'web',
        task: on('net'),
        endpoint: publish({ targetPort: 80 }),
      });
      addTask(tx, 't', web, { desiredState: TaskState.Shutdown });
    });
    const task = stage.store.get('task', 't');
    expect(task?.networks).toEqual([
      { networkId: 'ingress', addresses: ['10.0.0.3/24'], aliases: [] },
      { networkId: 'net', addresses: ['10.0.1.3/24'], aliases: [] },
    ]);
    expect(task?.status.state).toBe(TaskState.Pending);
    expect(task?.endpoint).toEqual(stage.store.get('service', 'web')?.endpoint);
  });

  test('a network that is named in the spec and not in the store is left out (S-E82)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    const web = { id: 'web', task: on('gone', 'net'), endpoint: { mode: 'dnsrr' } } as const;
    stage.write((tx) => addTask(tx, 't', addService(tx, web)));
    expect([addressesOf(stage, 't'), stateOf(stage, 't')]).toEqual([['10.0.1.2/24'], TaskState.Pending]);
  });

  test('of a service that is not in the store are not tried again (R-A5)', () => {
    const stage = start();
    stage.write((tx) => addTask(tx, 't', makeService({ id: 'web' })));
    stage.advance(retryInterval + 1);
    stage.write((tx) => addService(tx, { id: 'web' }));
    expect(stateOf(stage, 't')).toBe(TaskState.New);
    stage.write((tx) =>
      tx.update('task', 't', (draft) => {
        draft.desiredState = TaskState.Shutdown;
      }),
    );
    expect(stateOf(stage, 't')).toBe(TaskState.Pending);
  });

  test('on a network that comes later wait for something to be given back, or for five minutes (S-E82)', () => {
    const stage = start();
    const networks = [{ networkId: 'net', addresses: [], aliases: [] }];
    stage.write((tx) => addTask(tx, 't', addService(tx, { id: 'web' }), { networks }));
    stage.write((tx) => addNetwork(tx, 'net'));
    expect(stage.store.get('task', 't')?.status).toMatchObject({ message: 'created', err: '' });
    stage.advance(5 * minute);
    stage.write((tx) => tx.create('secret', makeFile('s1')));
    expect(stateOf(stage, 't')).toBe(TaskState.New);
    stage.advance(1);
    stage.write((tx) => tx.create('secret', makeFile('s2')));
    expect(stateOf(stage, 't')).toBe(TaskState.Pending);
    expect(addressesOf(stage, 't')).toEqual(['10.0.1.2/24']);
  });

  test('replacements get higher addresses until the leader changes (S-E75)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    const web = makeService({ id: 'web', task: on('net') });
    stage.write((tx) => {
      tx.create('service', web);
      addTask(tx, 't1', web);
      addTask(tx, 't2', web);
    });
    expect([virtualIpsOf(stage, 'web'), addressesOf(stage, 't1'), addressesOf(stage, 't2')]).toEqual([
      ['10.0.1.2/24'],
      ['10.0.1.3/24'],
      ['10.0.1.4/24'],
    ]);
    stage.write((tx) => end(tx, 't1'));
    stage.write((tx) => addTask(tx, 't3', web));
    expect(addressesOf(stage, 't3')).toEqual(['10.0.1.5/24']);
    stage.restart();
    stage.write((tx) => addTask(tx, 't4', web));
    expect(addressesOf(stage, 't4')).toEqual(['10.0.1.3/24']);
  });

  test('out of addresses: parked, and woken by the commit that frees one (S-E81, R-A17)', () => {
    const stage = start((tx) => addNetwork(tx, 'net', subnets('10.5.0.0/29')));
    const web = makeService({ id: 'web', task: on('net') });
    stage.write((tx) => {
      tx.create('service', web);
      for (const id of ['t1', 't2', 't3', 't4', 't5']) addTask(tx, id, web);
    });
    expect([addressesOf(stage, 't4'), stateOf(stage, 't5')]).toEqual([['10.5.0.6/29'], TaskState.New]);
    stage.write((tx) => end(tx, 't2'));
    expect(stateOf(stage, 't5')).toBe(TaskState.Pending);
    expect(addressesOf(stage, 't5')).toEqual(['10.5.0.4/29']);
  });
});

describe('networks (R-A10 to R-A14)', () => {
  test('automatic subnets: ingress first, the lowest free one, freed ones at once (S-E72)', () => {
    const stage = start((tx) => {
      addNetwork(tx, 'a');
      addNetwork(tx, 'b');
    });
    expect(stage.store.get('network', 'ingress')?.ipam).toEqual({
      subnet: '10.0.0.0/24',
      gateway: '10.0.0.1',
      vxlanId: 4096,
    });
    expect([subnetOf(stage, 'a'), subnetOf(stage, 'b')]).toEqual(['10.0.1.0/24', '10.0.2.0/24']);
    stage.write((tx) => tx.remove('network', 'a'));
    stage.write((tx) => addNetwork(tx, 'c'));
    expect(stage.store.get('network', 'c')?.ipam).toMatchObject({ subnet: '10.0.1.0/24', vxlanId: 4099 });
  });

  test('given subnets are kept clear of (S-E73), and must not overlap', () => {
    const stage = start((tx) => addNetwork(tx, 'mine', subnets('10.0.1.0/24')));
    stage.write((tx) => addNetwork(tx, 'auto'));
    expect(subnetOf(stage, 'auto')).toBe('10.0.2.0/24');
    stage.write((tx) => addNetwork(tx, 'clash', subnets('10.0.2.128/25')));
    expect(subnetOf(stage, 'clash')).toBeUndefined();
    stage.write((tx) => tx.remove('network', 'auto'));
    expect(subnetOf(stage, 'clash')).toBe('10.0.2.128/25');
  });

  test('a given gateway is used and not handed out', () => {
    const stage = start((tx) =>
      addNetwork(tx, 'net', { subnets: [{ subnet: '10.5.0.0/24', gateway: '10.5.0.2' }] }),
    );
    stage.write((tx) => addTask(tx, 't', addService(tx, { id: 'web', task: on('net') })));
    expect(stage.store.get('network', 'net')?.ipam?.gateway).toBe('10.5.0.2');
    expect([virtualIpsOf(stage, 'web'), addressesOf(stage, 't')]).toEqual([['10.5.0.1/24'], ['10.5.0.3/24']]);
  });

  test('the pool of the cluster, also for ingress (S-E74)', () => {
    const stage = createStage({ allocator: allocatorReactor }, (tx) => {
      tx.create('cluster', { ...makeCluster(), defaultAddressPool: ['10.20.0.0/16'], subnetSize: 26 });
      addNetwork(tx, 'a');
      addNetwork(tx, 'z-ingress', { ingress: true });
    });
    expect([subnetOf(stage, 'z-ingress'), subnetOf(stage, 'a')]).toEqual(['10.20.0.0/26', '10.20.0.64/26']);
  });

  test('node-local ones have no subnet and give no addresses (R-A10)', () => {
    const stage = start((tx) => addNetwork(tx, 'host', { driver: 'host' }));
    stage.write((tx) => addTask(tx, 't', addService(tx, { id: 'web', task: on('host') })));
    expect([subnetOf(stage, 'host'), virtualIpsOf(stage, 'web'), addressesOf(stage, 't')]).toEqual([
      undefined,
      [''],
      [],
    ]);
    expect(stateOf(stage, 't')).toBe(TaskState.Pending);
  });
});

describe('endpoints (R-A20 to R-A25)', () => {
  const setSpec = (tx: Transaction, fields: Partial<ServiceFields>) =>
    tx.update('service', 'web', (draft) => {
      const { endpoint, task } = structuredClone(makeService({ id: 'web', ...fields }).spec);
      if (endpoint === undefined) delete draft.spec.endpoint;
      else Object.assign(draft.spec, { endpoint });
      Object.assign(draft.spec, { task });
    });

  test('one virtual IP per network, ingress first (S-E76)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    stage.write((tx) =>
      addService(tx, { id: 'web', task: on('net'), endpoint: publish({ targetPort: 80 }) }),
    );
    expect(virtualIpsOf(stage, 'web')).toEqual(['10.0.0.2/24', '10.0.1.2/24']);
    expect(portsOf(stage, 'web')).toEqual([30_000]);
  });

  test('dnsrr with a host port: an endpoint without virtual IPs (S-E76)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    const host = publish({ targetPort: 80, publishedPort: 8080, publishMode: 'host' });
    stage.write((tx) => addService(tx, { id: 'web', task: on('net'), endpoint: { mode: 'dnsrr', ...host } }));
    expect([virtualIpsOf(stage, 'web'), portsOf(stage, 'web')]).toEqual([[], [8080]]);
  });

  test('dnsrr without ports: no endpoint, but tasks go on (R-A22); vip to dnsrr and back (R-A21)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    stage.write((tx) =>
      addTask(tx, 't', addService(tx, { id: 'web', task: on('net'), endpoint: { mode: 'dnsrr' } })),
    );
    expect([stage.store.get('service', 'web')?.endpoint, stateOf(stage, 't')]).toEqual([
      undefined,
      TaskState.Pending,
    ]);
    stage.write((tx) => setSpec(tx, { task: on('net'), endpoint: { mode: 'vip' } }));
    expect(virtualIpsOf(stage, 'web')).toEqual(['10.0.1.3/24']);
    stage.write((tx) => setSpec(tx, { task: on('net'), endpoint: { mode: 'dnsrr' } }));
    expect(virtualIpsOf(stage, 'web')).toEqual([]);
  });

  test('what comes later is appended, what is no longer wanted goes (R-A20, R-A23)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    stage.write((tx) => addService(tx, { id: 'web', task: on('net') }));
    stage.write((tx) => setSpec(tx, { task: on('net'), endpoint: publish({ targetPort: 80 }) }));
    expect(virtualIpsOf(stage, 'web')).toEqual(['10.0.1.2/24', '10.0.0.2/24']);
    stage.write((tx) => setSpec(tx, { task: on('net'), endpoint: publish() }));
    expect(virtualIpsOf(stage, 'web')).toEqual(['10.0.1.2/24']);
    stage.write((tx) => setSpec(tx, { task: on('net'), endpoint: publish({ targetPort: 80 }) }));
    expect(virtualIpsOf(stage, 'web')).toEqual(['10.0.1.2/24', '10.0.0.3/24']);
  });

  test('an endpoint spec that is gone: all is released and virtual IPs are given anew (R-A25)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    stage.write((tx) =>
      addService(tx, { id: 'web', task: on('net'), endpoint: publish({ targetPort: 80 }) }),
    );
    stage.write((tx) => setSpec(tx, { task: on('net') }));
    expect([virtualIpsOf(stage, 'web'), portsOf(stage, 'web')]).toEqual([['10.0.1.3/24'], []]);
  });

  test('a missing ingress network parks nothing (R-A24)', () => {
    const stage = createStage({ allocator: allocatorReactor });
    stage.write((tx) =>
      addTask(tx, 't', addService(tx, { id: 'web', endpoint: publish({ targetPort: 80 }) })),
    );
    stage.write((tx) => addNetwork(tx, 'ingress', { ingress: true }));
    stage.advance(retryInterval + 1);
    stage.write((tx) => tx.create('secret', makeFile('s')));
    expect([portsOf(stage, 'web'), stateOf(stage, 't')]).toEqual([undefined, TaskState.New]);
    stage.restart();
    expect([portsOf(stage, 'web'), stateOf(stage, 't')]).toEqual([[30_000], TaskState.Pending]);
  });

  test('more ports than before: fresh automatic ones; as many: the same (S-E78)', () => {
    const stage = start();
    stage.write((tx) => addService(tx, { id: 'web', endpoint: publish({ targetPort: 80 }) }));
    stage.write((tx) => setSpec(tx, { endpoint: publish({ targetPort: 80 }, { targetPort: 81 }) }));
    expect(portsOf(stage, 'web')).toEqual([30_001, 30_002]);
    stage.write((tx) => setSpec(tx, { endpoint: publish({ targetPort: 80 }, { targetPort: 82 }) }));
    expect(portsOf(stage, 'web')).toEqual([30_001, 30_003]);
  });

  test('a port that slipped past the checks: parked until the other service is gone (S-E80)', () => {
    const stage = start();
    const fixed = publish({ targetPort: 80, publishedPort: 8080 });
    stage.write((tx) => {
      addService(tx, { id: 'a', endpoint: fixed });
      addTask(tx, 't', addService(tx, { id: 'b', endpoint: fixed }));
    });
    expect([portsOf(stage, 'a'), portsOf(stage, 'b')]).toEqual([[8080], undefined]);
    expect(stage.store.get('task', 't')?.status).toMatchObject({ state: TaskState.New, err: '' });
    stage.write((tx) => tx.remove('service', 'a'));
    expect([portsOf(stage, 'b'), stateOf(stage, 't')]).toEqual([[8080], TaskState.Pending]);
  });

  test('host-mode ports are taken from nobody, and 0 stays 0 (R-A40)', () => {
    const stage = start();
    const host = (publishedPort: number) => publish({ targetPort: 80, publishedPort, publishMode: 'host' });
    stage.write((tx) => {
      addService(tx, { id: 'a', endpoint: host(8080) });
      addService(tx, { id: 'b', endpoint: host(8080) });
      addService(tx, { id: 'c', endpoint: publish({ targetPort: 80, publishedPort: 8080 }) });
      addService(tx, { id: 'd', endpoint: host(0) });
    });
    expect(['a', 'b', 'c', 'd'].map((id) => portsOf(stage, id))).toEqual([[8080], [8080], [8080], [0]]);
  });

  test('fixed to automatic changes nothing, not even the remembered spec (S-E84, R-A34)', () => {
    const stage = start();
    stage.write((tx) =>
      addService(tx, { id: 'web', endpoint: publish({ targetPort: 80, publishedPort: 8080 }) }),
    );
    const before = stage.store.get('service', 'web')?.endpoint;
    stage.write((tx) => setSpec(tx, { endpoint: publish({ targetPort: 80 }) }));
    expect(stage.store.get('service', 'web')?.endpoint).toBe(before);
  });

  test('a changed host port is followed; tasks keep the copy they have (S-E85, R-A41)', () => {
    const stage = start();
    const host = (publishedPort: number) =>
      publish({ targetPort: 80, publishedPort, publishMode: 'host' }, { targetPort: 81 });
    stage.write((tx) => addTask(tx, 't', addService(tx, { id: 'web', endpoint: host(8000) })));
    stage.write((tx) => setSpec(tx, { endpoint: host(9000) }));
    expect(portsOf(stage, 'web')).toEqual([30_000, 9000]);
    expect(stage.store.get('task', 't')?.endpoint?.ports[0]?.publishedPort).toBe(8000);
    stage.write((tx) => setSpec(tx, { endpoint: host(0) }));
    expect(portsOf(stage, 'web')).toEqual([30_000, 9000]);
  });

  test('a new leader hands out nothing that is in use (R-A7)', () => {
    const stage = start((tx) => addNetwork(tx, 'net'));
    const web = { task: on('net'), endpoint: publish({ targetPort: 80 }) };
    stage.write((tx) => {
      tx.create('node', makeNode({ id: 'n' }));
      addTask(tx, 't', addService(tx, { id: 'web', ...web }));
    });
    const before = stage.commits.length;
    stage.restart();
    expect(stage.commits).toHaveLength(before);
    stage.write((tx) => addTask(tx, 't2', addService(tx, { id: 'web2', ...web })));
    expect(portsOf(stage, 'web2')).toEqual([30_001]);
    expect([virtualIpsOf(stage, 'web2'), addressesOf(stage, 't2')]).toEqual([
      ['10.0.0.5/24', '10.0.1.4/24'],
      ['10.0.0.6/24', '10.0.1.5/24'],
    ]);
  });
});

describe('nodes (R-A50 to R-A52)', () => {
  test('a fresh sequence on the ingress network (R-A52)', () => {
    const stage = start((tx) => tx.create('node', makeNode({ id: 'm', role: 'manager' })));
    stage.write((tx) => tx.create('node', makeNode({ id: 'w1' })));
    stage.write((tx) => tx.create('node', makeNode({ id: 'w2' })));
    stage.write((tx) =>
      addTask(tx, 't', addService(tx, { id: 'web', endpoint: publish({ targetPort: 80 }) })),
    );
    expect(['m', 'w1', 'w2'].map((id) => attachmentsOf(stage, id))).toEqual([
      ['10.0.0.2/24'],
      ['10.0.0.3/24'],
      ['10.0.0.4/24'],
    ]);
    expect([virtualIpsOf(stage, 'web'), addressesOf(stage, 't')]).toEqual([['10.0.0.5/24'], ['10.0.0.6/24']]);
  });

  test('one address per overlay network, kept while a task of the node uses it (S-E83)', () => {
    const stage = start((tx) => {
      addNetwork(tx, 'net');
      tx.create('node', makeNode({ id: 'n' }));
    });
    const web = makeService({ id: 'web', task: on('net') });
    const assign = (tx: Transaction, id: string) =>
      tx.update('task', id, (draft) => {
        draft.nodeId = 'n';
        draft.status.state = TaskState.Assigned;
      });
    stage.write((tx) => {
      tx.create('service', web);
      addTask(tx, 't1', web);
      addTask(tx, 't2', web);
    });
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24']);
    stage.write((tx) => assign(tx, 't1'));
    stage.write((tx) => assign(tx, 't2'));
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24', '10.0.1.5/24']);
    stage.write((tx) => end(tx, 't1'));
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24', '10.0.1.5/24']);
    stage.write((tx) => tx.remove('task', 't2'));
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24']);
  });

  test('a preassigned task counts once its networks are filled', () => {
    const stage = start((tx) => {
      addNetwork(tx, 'net');
      tx.create('node', makeNode({ id: 'n' }));
    });
    stage.write((tx) => addTask(tx, 't', addService(tx, { id: 'web', task: on('net') }), { nodeId: 'n' }));
    expect(addressesOf(stage, 't')).toEqual(['10.0.1.3/24']);
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24', '10.0.1.4/24']);
  });

  test('a network that is deleted leaves all nodes; a new ingress reaches a node at its next event (R-A51)', () => {
    const stage = start((tx) => tx.create('node', makeNode({ id: 'n' })));
    stage.write((tx) => tx.remove('network', 'ingress'));
    expect(attachmentsOf(stage, 'n')).toEqual([]);
    stage.write((tx) => addNetwork(tx, 'ingress2', { ingress: true }));
    expect(attachmentsOf(stage, 'n')).toEqual([]);
    stage.write((tx) =>
      tx.update('node', 'n', (draft) => {
        draft.status.message = 'hello';
      }),
    );
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24']);
  });

  test('no address left for a node: tried again at the next event of one of its tasks (S-E81)', () => {
    const stage = start((tx) => {
      addNetwork(tx, 'net', subnets('10.5.0.0/29'));
      tx.create('node', makeNode({ id: 'n' }));
    });
    const web = makeService({ id: 'web', task: on('net') });
    stage.write((tx) => {
      tx.create('service', web);
      for (const id of ['t1', 't2', 't3', 't4']) addTask(tx, id, web, { nodeId: 'n' });
    });
    expect(addressesOf(stage, 't4')).toEqual(['10.5.0.6/29']);
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24']);
    stage.write((tx) => end(tx, 't1'));
    expect(attachmentsOf(stage, 'n')).toEqual(['10.0.0.2/24', '10.5.0.3/29']);
  });
});
