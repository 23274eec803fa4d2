// What may befall an allocator, step by step: services, tasks and leaders come and go. fast-check draws the steps.

import fc from 'fast-check';
import { allocatorReactor } from '../../../src/manager/allocator/allocator.ts';
import { portConfig } from '../../../src/model/defaults.ts';
import { TaskState } from '../../../src/model/state.ts';
import { makeNetwork, makeNode, makeService, makeTask } from '../fixtures.ts';
import { createStage, type Stage } from '../stage.ts';

export type Step =
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

/** One network with room for many, and one for few. */
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

export const steps = fc.array(step, { maxLength: 40 });

function endpoint(count: number, fixed: number) {
  const automatic = Array.from({ length: count }, (_, index) => portConfig({ targetPort: 1000 + index }));
  const own = fixed === 0 ? [] : [portConfig({ targetPort: 80, publishedPort: fixed })];
  return { mode: 'vip' as const, ports: [...own, ...automatic] };
}

function pick<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % Math.max(1, items.length)];
}

/** Does one step. What it is about may not be there: then nothing happens. */
export function take(stage: Stage, drawn: Step): void {
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

/** An allocator with networks to give addresses of, and one node. */
export function start(): Stage {
  return createStage({ allocator: allocatorReactor }, (tx) => {
    tx.create('network', makeNetwork({ id: 'ingress', ingress: true }));
    tx.create('network', makeNetwork({ id: 'big' }));
    tx.create('network', makeNetwork({ id: 'small', subnets: [{ subnet: '10.5.0.0/29', gateway: '' }] }));
    tx.create('node', makeNode({ id: 'n' }));
  });
}

/** What is given to two, and what a pending task lacks; a line each. */
export function defects({ store }: Stage): string[] {
  const living = store.list('task').filter(({ status }) => status.state <= TaskState.Running);
  const attachments = [
    ...living.map(({ networks }) => networks),
    ...store.list('node').map((node) => node.attachments),
  ];
  const allocated = store.list('service').flatMap(({ endpoint: runtime }) => runtime ?? []);
  const addresses = [
    ...store.list('network').map(({ id, ipam }) => `${id} ${ipam?.gateway}`),
    ...attachments
      .flat()
      .flatMap(({ networkId, addresses: own }) => own.map((addr) => `${networkId} ${addr.split('/')[0]}`)),
    ...allocated
      .flatMap(({ virtualIps }) => virtualIps)
      .map(({ networkId, addr }) => `${networkId} ${addr.split('/')[0]}`),
  ];
  // A service that could not be given its new ports shows those it no longer holds (R-A31): look at the others.
  const settled = store
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
  const incomplete = living.filter(
    ({ status, networks }) =>
      status.state === TaskState.Pending && networks.some(({ addresses: own }) => own.length !== 1),
  );
  return [
    ...twice(addresses).map((address) => `address ${address} is given to two`),
    ...twice(published).map((port) => `port ${port} is given to two`),
    ...incomplete.map(({ id }) => `task ${id} is pending without an address`),
  ];
}

function twice<Item>(items: readonly Item[]): Item[] {
  return items.filter((item, index) => items.indexOf(item) !== index);
}
