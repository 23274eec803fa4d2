// Service discovery: what the engine's own name server answers a container, from what its node knows.

import { parseIpv4 } from '../../model/ip.ts';
import type { Task } from '../../model/objects.ts';
import type { ServiceEndpoint } from '../../model/traffic.ts';
import type { AgentState } from '../state.ts';
import { ingressOf } from './endpoints.ts';

/** The addresses of a name, on the first network of the task that knows it. */
export interface Resolved {
  readonly networkId: string;
  /** In ascending order; the real server shuffles them. Never empty. */
  readonly addresses: readonly string[];
  /** The one address is virtual: a whole service is behind it. */
  readonly virtual: boolean;
}

/**
 * Resolves a service's name or alias to its virtual IP, or in mode dnsrr to the addresses of its tasks; and `tasks.NAME` always to those. Only
 * tasks that serve count. Undefined when no network of the task knows the name.
 */
export function resolveName(state: AgentState, task: Task, name: string): Resolved | undefined {
  const ofTasks = name.startsWith('tasks.');
  const wanted = ofTasks ? name.slice('tasks.'.length) : name;
  for (const networkId of ownNetworks(task)) {
    const found = known(state, networkId).filter(
      ({ serviceName, aliases }) => serviceName === wanted || aliases.includes(wanted),
    );
    const [first] = found;
    if (first === undefined) continue;
    const virtual = !ofTasks && first.virtualIp !== '';
    const addresses = virtual ? [first.virtualIp] : found.map(({ address }) => address);
    return {
      networkId,
      addresses: addresses.sort((a, b) => (parseIpv4(a) ?? 0) - (parseIpv4(b) ?? 0)),
      virtual,
    };
  }
  return undefined;
}

/** What an address means to a task: which network it is on, and whether it is virtual. Undefined when it is on none of the task's. */
export function locate(state: AgentState, task: Task, address: string): Resolved | undefined {
  for (const networkId of ownNetworks(task)) {
    const on = known(state, networkId);
    const virtual = on.some(({ virtualIp }) => virtualIp === address);
    if (virtual || on.some((endpoint) => endpoint.address === address)) {
      return { networkId, addresses: [address], virtual };
    }
  }
  return undefined;
}

/** Those that the service was attached to: nobody finds anybody on ingress. */
function ownNetworks(task: Task): readonly string[] {
  return task.networks.map(({ networkId }) => networkId).filter((id) => id !== ingressOf(task));
}

function known(state: AgentState, networkId: string): readonly ServiceEndpoint[] {
  const found: ServiceEndpoint[] = [];
  for (const { state: standing, endpoints } of state.network.nodes.values()) {
    if (standing !== 'failed')
      found.push(...endpoints.filter((endpoint) => endpoint.networkId === networkId));
  }
  return found;
}
