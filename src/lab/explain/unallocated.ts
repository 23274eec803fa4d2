// Why a task is still new: the allocator has not dealt with it, and says so nowhere but in its log. What it lacks may be its own address,
// or something that its service lacks.

import { takeAddress } from '../../manager/allocator/addresses.ts';
import type { AllocatorState } from '../../manager/allocator/allocator.ts';
import { firstDynamicPort, isIngress, lastDynamicPort } from '../../manager/allocator/ports.ts';
import { needsIngress } from '../../manager/allocator/services.ts';
import type { Service, Task } from '../../model/objects.ts';
import { causesOf } from './causes.ts';
import { chainOf, count, type Explanation, type ExplanationLink, listOf } from './explanation.ts';
import { type Change, managerOn, type RunRecord } from './record.ts';

export function explainNew(record: RunRecord, task: Task, last: Change<'task'>): Explanation {
  const name = record.taskName(task);
  const links = causesOf(record, last);
  const leader = record.leader();
  const allocator = leader && managerOn(record.world, leader[0])?.leadership?.reactors?.allocator;
  const lack = allocator && lackOf(record, allocator, task);
  if (lack === undefined) {
    return {
      subject: name,
      line: `${name} is new: the allocator has not looked at it yet.`,
      chain: chainOf(links),
      rule: {
        text: 'Every task passes through the allocator, with networks or without.',
        tag: 'src',
        reference: 'R-A1',
      },
      next: allocator === undefined ? 'Nothing, until a manager leads.' : 'The allocator looks at it.',
    };
  }
  const missing: ExplanationLink = {
    at: record.world.now,
    actor: 'allocator',
    sentence: lack.sentence,
    facts: {},
    event: record.last.seq,
  };
  return {
    subject: name,
    line: `${name} is new: the allocator has ${lack.what}.`,
    chain: chainOf([...links, missing]),
    rule: {
      text: 'The allocator tries again when something is given back, or after five minutes.',
      tag: 'src',
      reference: 'R-A3',
    },
    next: lack.next,
    youCan: lack.youCan,
  };
}

/** What the allocator lacks. */
interface Lack {
  /** After "the allocator has". */
  readonly what: string;
  readonly sentence: string;
  readonly next: string;
  readonly youCan: string;
}

const untilAddress = {
  next: 'Nothing, until an address is freed: nodes and the scheduler have no part in it.',
  youCan: 'Remove what holds addresses there, or use a larger subnet.',
};

/** What keeps the allocator from a task that it has looked at; undefined when it has not, or lacks nothing. */
function lackOf(record: RunRecord, allocator: AllocatorState, task: Task): Lack | undefined {
  if (!allocator.parkedTasks.has(task.id)) return undefined;
  const service = record.state()?.get('service', task.serviceId);
  const problem = allocator.parkedServices.get(task.serviceId);
  if (service !== undefined && problem !== undefined)
    return lackOfService(record, allocator, service, problem);
  const name = record.taskName(task);
  // The one lack for which a service is not parked (R-A24).
  if (service !== undefined && needsIngress(service) && allocator.ingressId === '') {
    return {
      what: `no ingress network for ${service.spec.name}`,
      sentence: `The allocator needs an ingress network for the ports of ${service.spec.name}, and has allocated none.`,
      next: 'Nothing, until there is one and the service is updated.',
      youCan: 'Create an ingress network whose subnet is free.',
    };
  }
  const full = shortNetworks(record, allocator, networksOf(allocator, task, service));
  if (full.length === 0) return undefined;
  return {
    what: `no address for it on ${count(full.length, 'network')}`,
    sentence: `The allocator needs an address for ${name} on ${listOf(full)}, and has none.`,
    ...untilAddress,
  };
}

/** A service without its ports or virtual IPs keeps all its new tasks waiting (R-A1, R-A31). */
function lackOfService(
  record: RunRecord,
  allocator: AllocatorState,
  service: Service,
  problem: string,
): Lack {
  const { name } = service.spec;
  const taken = takenPorts(record, allocator, service);
  const [first] = taken;
  if (first !== undefined) {
    return {
      what: `no port ${first.port} for ${name}, since ${first.holder} has it`,
      sentence: `The allocator needs ${listOf(taken.map(({ port }) => port))} for ${name}, and ${first.holder} has ${first.port}.`,
      next: `Nothing, until ${first.holder} gives the port back.`,
      youCan: `Publish another port, or remove ${first.holder}.`,
    };
  }
  if (problem === 'no bit available') {
    return {
      what: `no automatic port left for ${name}`,
      sentence: `The allocator needs a port of ${firstDynamicPort} to ${lastDynamicPort} for ${name}, and all are taken.`,
      next: 'Nothing, until a service gives one back.',
      youCan: 'Publish a port outside of that range.',
    };
  }
  const wanted = service.spec.task.networks.map(({ target }) => target);
  const networks = needsIngress(service) ? [allocator.ingressId, ...wanted] : wanted;
  return {
    what: `no virtual IP for ${name}`,
    sentence: `The allocator needs a virtual IP for ${name} on ${listOf(shortNetworks(record, allocator, networks))}, and has none.`,
    ...untilAddress,
  };
}

/** The fixed ports of a service that other services hold. */
function takenPorts(
  record: RunRecord,
  allocator: AllocatorState,
  service: Service,
): readonly { readonly port: string; readonly holder: string }[] {
  const fixed = (service.spec.endpoint?.ports ?? []).filter(
    (port) => isIngress(port) && port.publishedPort !== 0,
  );
  return fixed.flatMap(({ protocol, publishedPort }) => {
    for (const [id, { ports }] of allocator.services) {
      const holds = ports.some((held) => held.protocol === protocol && held.port === publishedPort);
      const holder = record.state()?.get('service', id)?.spec.name;
      if (id !== service.id && holds && holder !== undefined) {
        return [{ port: `${protocol}/${publishedPort}`, holder }];
      }
    }
    return [];
  });
}

/** The networks that a task is to have an address on (R-A8). */
function networksOf(allocator: AllocatorState, task: Task, service: Service | undefined): readonly string[] {
  const wanted = task.spec.networks.map(({ target }) => target);
  return service !== undefined && needsIngress(service) ? [allocator.ingressId, ...wanted] : wanted;
}

/** Those of the networks that have no address left, or no subnet. */
function shortNetworks(
  record: RunRecord,
  allocator: AllocatorState,
  networks: readonly string[],
): readonly string[] {
  return networks.flatMap((id) => {
    const network = record.state()?.get('network', id);
    if (network === undefined) return [];
    const known = allocator.networks.get(id);
    const { name } = network.spec;
    if (known === undefined) return [`${name} (without a subnet)`];
    if (known.space === undefined) return [];
    const isFull = takeAddress({ ...known.space, taken: new Set(known.space.taken) }) === undefined;
    return isFull ? [`${name} (${network.ipam?.subnet})`] : [];
  });
}
