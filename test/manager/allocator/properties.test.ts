// What must hold however services, tasks and leaders come and go: nothing is given to two, and everything comes from where it should.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocatorReactor } from '../../../src/manager/allocator/allocator.ts';
import { portConfig } from '../../../src/model/defaults.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNetwork, makeNode, makeService, makeTask } from '../fixtures.ts';
import { createStage, type Stage } from '../stage.ts';

type Step =
  | {
      readonly kind: 'service';
      readonly networks: readonly string[];
      readonly ports: number;
      readonly fixed: number;
    }
  | { readonly kind: 'ports'; readonly of: number; readonly ports: number; readonly fixed: number }
  | { readonly kind: 'task'; readonly of: number; readonly node: boolean }
  | { readonly kind: 'assign' | 'end' | 'remove' | 'removeService'; readonly of: number }
  | { readonly kind: 'restart' };

const networkIds = ['big', 'small'];
const which = fc.nat(20);
const ports = { ports: fc.nat(2), fixed: fc.constantFrom(0, 0, 80, 30_001) };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('service'), networks: fc.subarray(networkIds), ...ports }),
  fc.record({ kind: fc.constant('ports'), of: which, ...ports }),
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('task'), of: which, node: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('assign', 'end', 'remove', 'removeService'), of: which }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart') }) },
);

function endpoint(count: number, fixed: number) {
  const automatic = Array.from({ length: count }, (_, index) => portConfig({ targetPort: 1000 + index }));
  const own = fixed === 0 ? [] : [portConfig({ targetPort: 80, publishedPort: fixed })];
  return { mode: 'vip' as const, ports: [...own, ...automatic] };
}

function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % Math.max(1, items.length)];
}

function take(stage: Stage, drawn: Step): void {
  if (drawn.kind === 'restart') {
    stage.restart();
    return;
  }
  stage.write((tx) => {
    if (drawn.kind === 'service') {
      const task = { networks: drawn.networks.map((target) => ({ target, aliases: [] })) };
      const spec = endpoint(drawn.ports, drawn.fixed);
      tx.create(
        'service',
        makeService({ id: stage.newId(), name: `s${stage.now()}.${stage.newId()}`, task, endpoint: spec }),
      );
      return;
    }
    const service = pick(tx.list('service'), drawn.of);
    const task = pick(tx.list('task'), drawn.of);
    if (service !== undefined) {
      if (drawn.kind === 'ports') {
        tx.update('service', service.id, (draft) => {
          draft.spec.endpoint = endpoint(drawn.ports, drawn.fixed);
        });
      } else if (drawn.kind === 'task') {
        const nodeId = drawn.node ? 'n' : '';
        tx.create('task', makeTask({ id: stage.newId(), service, state: TaskState.New, nodeId }));
      } else if (drawn.kind === 'removeService') {
        tx.remove('service', service.id);
      }
    }
    if (task === undefined) return;
    if (drawn.kind === 'remove') tx.remove('task', task.id);
    if (drawn.kind === 'end' || (drawn.kind === 'assign' && task.status.state === TaskState.Pending)) {
      tx.update('task', task.id, (draft) => {
        draft.nodeId = 'n';
        draft.status.state = drawn.kind === 'end' ? TaskState.Failed : TaskState.Assigned;
      });
    }
  });
}

test('no address and no port belongs to two', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const stage = createStage({ allocator: allocatorReactor }, (tx) => {
        tx.create('network', makeNetwork({ id: 'ingress', ingress: true }));
        tx.create('network', makeNetwork({ id: 'big' }));
        tx.create('network', makeNetwork({ id: 'small', subnets: [{ subnet: '10.5.0.0/29', gateway: '' }] }));
        tx.create('node', makeNode({ id: 'n' }));
      });
      for (const drawn of steps) {
        take(stage, drawn);
        const living = stage.store.list('task').filter(({ status }) => status.state <= TaskState.Running);
        const attachments = [
          ...living.map(({ networks }) => networks),
          ...stage.store.list('node').map((node) => node.attachments),
        ];
        const allocated = stage.store.list('service').flatMap(({ endpoint: runtime }) => runtime ?? []);
        const addresses = [
          ...stage.store.list('network').map(({ id, ipam }) => `${id} ${ipam?.gateway}`),
          ...attachments
            .flat()
            .flatMap(({ networkId, addresses: own }) =>
              own.map((addr) => `${networkId} ${addr.split('/')[0]}`),
            ),
          ...allocated
            .flatMap(({ virtualIps }) => virtualIps)
            .map(({ networkId, addr }) => `${networkId} ${addr.split('/')[0]}`),
        ];
        expect(new Set(addresses).size).toBe(addresses.length);
        // A service that could not be given its new ports shows those it no longer holds (R-A31): look at the others.
        const settled = stage.store
          .list('service')
          .filter(
            ({ spec, endpoint: runtime }) =>
              spec.endpoint?.ports.length === runtime?.ports.length &&
              spec.endpoint?.ports.every(
                (port) =>
                  port.publishedPort === 0 ||
                  runtime?.ports.some((own) => own.publishedPort === port.publishedPort),
              ),
          );
        const published = settled.flatMap(
          ({ endpoint: runtime }) => runtime?.ports.map((port) => port.publishedPort) ?? [],
        );
        expect(new Set(published).size).toBe(published.length);
        for (const task of living.filter(({ status }) => status.state === TaskState.Pending)) {
          for (const { addresses: own } of task.networks) expect(own).toHaveLength(1);
        }
      }
    }),
  );
});
