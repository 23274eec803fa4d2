// Writes of users: versions, names, sizes, and what becomes of them while leadership is handed over.

import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { fileSpec, networkSpec, serviceSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import { assembled, record, refusal } from '../scene.ts';
import { crash, managerAt, nodeOf, restart, until, unwatched } from './scene.ts';

const outOfSequence = 'Unknown: update out of sequence';

describe('versions', () => {
  it('E-106: a record has the commit index before its entry, and is changed by whoever has seen it', () => {
    const swarm = assembled(3, 0);
    const { log } = managerAt(swarm, 'manager1').raft;
    const committed = log.committed;
    const client = new Client(swarm, 'manager1');
    const id = client.createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 0 }));
    const entry = log.entries.find(({ index }) => index === committed + 1);
    expect(entry).toMatchObject({
      data: { actions: [{ kind: 'service', after: { meta: { version: committed } } }] },
    });
    swarm.advance(5 * second);
    const { meta, spec } = client.service(id);
    const update = (labels: string) =>
      swarm.ask('manager1', {
        method: 'service.update',
        serviceId: id,
        version: meta.version,
        spec: { ...spec, labels: makeLabels([['round', labels]]) },
      });
    const before = log.committed;
    update('first');
    expect(client.service(id).meta.version).toBe(before);
    expect(refusal(() => update('second'))).toBe(outOfSequence);
  });

  it('E-112: an update does not mind a change of another record that overtakes it', () => {
    const swarm = assembled(3, 0);
    const client = new Client(swarm, 'manager1');
    const id = client.createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 0 }));
    swarm.advance(5 * second);
    const { meta, spec } = client.service(id);
    const overtaking = swarm.type('manager1', {
      kind: 'node.call',
      call: { method: 'network.create', spec: networkSpec({ name: 'other' }) },
    });
    const update = { method: 'service.update', serviceId: id, version: meta.version } as const;
    const labels = (value: string) => makeLabels([['round', value]]);
    const first = swarm.type('manager1', {
      kind: 'node.call',
      call: { ...update, spec: { ...spec, labels: labels('first') } },
    });
    const loser = swarm.type('manager1', {
      kind: 'node.call',
      call: { ...update, spec: { ...spec, labels: labels('second') } },
    });
    swarm.advance(second);
    expect(swarm.answerTo(overtaking)).toMatchObject({ reply: { method: 'control.done' } });
    expect(swarm.answerTo(first)).toMatchObject({ reply: { method: 'control.done' } });
    expect(swarm.answerTo(loser)).toMatchObject({
      reply: { method: 'control.failed', error: { message: 'update out of sequence' } },
    });
    expect(client.service(id).spec.labels).toEqual(labels('first'));
  });
});

describe('names', () => {
  it('E-111: of services are one whatever their case', () => {
    const client = new Client(assembled(1, 0), 'manager1');
    client.createService(serviceSpec({ name: 'web', image: 'nginx' }));
    expect(refusal(() => client.createService(serviceSpec({ name: 'Web', image: 'nginx' })))).toBe(
      'AlreadyExists: name conflicts with an existing object: service Web already exists',
    );
  });

  it('E-111: of nodes need not differ; such a name is ambiguous', () => {
    const swarm = assembled(1, 1);
    const client = new Client(swarm, 'manager1');
    const { worker } = client.cluster().joinTokens;
    swarm.leave('worker1', false);
    swarm.join('worker1', 'manager1', worker);
    swarm.advance(5 * second);
    expect(refusal(() => client.node('worker1'))).toBe(
      'InvalidArgument: node worker1 is ambiguous (2 matches found)',
    );
    expect(refusal(() => client.node('nobody'))).toBe('NotFound: node nobody not found');
  });
});

describe('sizes', () => {
  it('E-110: 1 572 864 bytes are taken, one more is refused and leaves nothing', () => {
    const limit = 1_572_864;
    const swarm = unwatched(1, 0);
    const create = (name: string, length: number) =>
      swarm.ask('manager1', {
        method: 'config.create',
        spec: fileSpec({ name, data: 'dGV4dA==', labels: makeLabels([['story', 'x'.repeat(length)]]) }),
      });
    const bytesOfLast = () => {
      const entry = managerAt(swarm, 'manager1').raft.log.entries.at(-1);
      return entry?.kind === 'normal' && entry.data?.kind === 'transaction' ? entry.data.bytes : 0;
    };
    swarm.advance(5 * second);
    create('a', 1_000_000);
    const overhead = bytesOfLast() - 1_000_000;
    expect(overhead).toBeGreaterThan(0);
    create('b', limit - overhead);
    expect(bytesOfLast()).toBe(limit);
    expect(refusal(() => create('c', limit - overhead + 1))).toBe(
      "Unknown: raft: raft message is too large and can't be sent",
    );
    expect(
      swarm
        .state()
        ?.list('config')
        .map(({ spec }) => spec.name)
        .sort(),
    ).toEqual(['a', 'b']);
  });
});

describe('a part of the leader', () => {
  it('R-R8: that would write too much writes nothing, and the leader goes on', () => {
    const swarm = unwatched(1, 0);
    const client = new Client(swarm, 'manager1');
    // It fits as a service, but not as a task of it, which carries the labels as well.
    const labels = makeLabels([['story', 'x'.repeat(1_572_864 - 150)]]);
    client.createService(serviceSpec({ name: 'epic', image: 'nginx', labels }));
    swarm.advance(30 * second);
    expect(swarm.leader()).toBe('manager1');
    expect(client.list('task')).toEqual([]);
    swarm.ask('manager1', { method: 'network.create', spec: networkSpec({ name: 'other' }) });
    expect(swarm.state()?.findByName('network', 'other')).toBeDefined();
  });
});

describe('while leadership is handed over', () => {
  /** manager1 is demoted, and whom it hands over to dies: for 10 ticks nothing is taken (R-R34). */
  function handingOver(): Swarm {
    const swarm = assembled(5, 1);
    swarm.advance(second);
    const { id: nodeId, meta, spec } = new Client(swarm, 'manager1').node('manager1');
    const change = { version: meta.version, spec: { ...spec, role: 'worker' } } as const;
    swarm.type('manager1', { kind: 'node.call', call: { method: 'node.update', nodeId, ...change } });
    const { raft, members } = managerAt(swarm, 'manager1');
    until(swarm, 'it hands over', () => raft.transferTarget !== 0, second);
    crash(swarm, members.get(raft.transferTarget)?.host ?? '');
    return swarm;
  }

  it('R-R34: writes are dropped, and taken again afterwards', () => {
    const swarm = handingOver();
    const create = (name: string) =>
      swarm.ask('manager1', { method: 'network.create', spec: networkSpec({ name }) });
    expect(refusal(() => create('dropped'))).toBe('Unknown: raft proposal dropped');
    swarm.advance(60 * second);
    expect(swarm.state()?.findByName('network', 'dropped')).toBeUndefined();
    expect(swarm.leader()).toBeDefined();
    expect(swarm.leader()).not.toBe('manager1');
  });

  it('R-R34: so is the registration of a node, which comes again', () => {
    const swarm = handingOver();
    const refusals = record(swarm, ({ to, body }) =>
      to === 'worker1' && body.kind === 'reply' && body.reply.method === 'dispatcher.error'
        ? body.reply.error.message
        : undefined,
    );
    crash(swarm, 'worker1');
    swarm.setAddress('worker1', '192.168.99.200');
    restart(swarm, 'worker1');
    swarm.advance(9 * second);
    expect(managerAt(swarm, 'manager1').raft.role).toBe('leader');
    expect(refusals.map(({ kept }) => kept)).toContain('raft proposal dropped');
    until(swarm, 'another leads', () => swarm.leader() !== 'manager1', 60 * second);
    until(swarm, 'it is ready', () => nodeOf(swarm, 'worker1')?.status.state === 'ready', 20 * second);
  });
});
