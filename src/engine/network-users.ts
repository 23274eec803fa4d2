// Who is on a network: this node's containers, and with `verbose` the services of the swarm.

import type { Task } from '../model/objects.ts';
import { isTerminal } from '../model/state.ts';
import type * as api from './api.ts';
import { hexOf } from './hash.ts';
import { type Engine, memoryOf, type Tables } from './node.ts';
import { taskName } from './wire/task.ts';

/** This node's containers on a network. */
export function containersOn(engine: Engine, networkId: string): Record<string, api.EndpointResource> {
  const { agent } = memoryOf(engine);
  const found = [...(agent?.tasks.values() ?? [])].flatMap(({ task }) => {
    const container = agent?.containers.get(task.id);
    const attachment = task.networks.find((each) => each.networkId === networkId);
    if (container?.phase !== 'running' || attachment === undefined) return [];
    const [address = ''] = attachment.addresses;
    const endpoint: api.EndpointResource = {
      Name: taskName(task),
      EndpointID: hexOf(`${container.id}/${networkId}`, 64),
      MacAddress: macOf(address),
      IPv4Address: address,
      IPv6Address: '',
    };
    return [[container.id, endpoint] as const];
  });
  return Object.fromEntries(found);
}

/** The hardware address is made of the IP address. */
function macOf(address: string): string {
  const bytes = (address.split('/')[0] ?? '')
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'));
  return `02:42:${bytes.join(':')}`;
}

/** The network with the services on it, their tasks, and the nodes those are on. */
export function inDetail(network: api.Network, { service, task, node }: Tables): api.Network {
  const here = task.filter(
    ({ networks, status }) =>
      networks.some(({ networkId }) => networkId === network.Id) && !isTerminal(status.state),
  );
  const nodes = node.filter(({ id }) => here.some(({ nodeId }) => nodeId === id));
  const services = service.flatMap(({ id, spec, endpoint }) => {
    const own = here.filter(({ serviceId }) => serviceId === id);
    if (own.length === 0) return [];
    const virtualIp = endpoint?.virtualIps.find(({ networkId }) => networkId === network.Id)?.addr ?? '';
    const info: api.NetworkServiceInfo = {
      VIP: virtualIp.split('/')[0] ?? '',
      Ports: [],
      LocalLBIndex: 256,
      Tasks: own.map((each) => ({
        Name: taskName(each),
        EndpointID: hexOf(`${each.id}/${network.Id}`, 64),
        EndpointIP: addressOn(each, network.Id),
        Info: { 'Host IP': nodes.find((host) => host.id === each.nodeId)?.status.addr ?? '' },
      })),
    };
    return [[spec.name, info] as const];
  });
  return {
    ...network,
    Peers: nodes.map(({ id, status }) => ({ Name: hexOf(id, 16).slice(0, 12), IP: status.addr })),
    Services: Object.fromEntries(services),
  };
}

function addressOn({ networks }: Task, networkId: string): string {
  const [address = ''] = networks.find((each) => each.networkId === networkId)?.addresses ?? [];
  return address.split('/')[0] ?? '';
}
