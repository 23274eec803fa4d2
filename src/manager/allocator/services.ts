// The runtime endpoint of a service: published ports and virtual IPs (R-A20 to R-A25, R-A31 to R-A41).

import { castDraft } from 'immer';
import { defaultEndpointSpec } from '../../model/defaults.ts';
import type { Endpoint, Service } from '../../model/objects.ts';
import type { PortConfig } from '../../model/spec.ts';
import type { Transaction } from '../../store/transaction.ts';
import { freeAddresses, takeAddressOn } from './networks.ts';
import {
  freePorts,
  type HeldPort,
  hostPortsChanged,
  isHost,
  isIngress,
  portsMatch,
  reconcilePorts,
  takePort,
} from './ports.ts';
import type { AllocatorState, HeldAddress, HeldByService } from './state.ts';

/** The one reason for which a service is not parked (R-A24). */
export const ingressMissing = 'ingress network is missing';

const holdsNothing: HeldByService = { ports: [], virtualIps: [] };

/** Whether a service publishes a port in ingress mode. */
export function needsIngress({ spec }: Service): boolean {
  return spec.endpoint?.ports.some(isIngress) === true;
}

/** Whether a service has all it needs, so that its tasks can be allocated (R-A1, R-A22). */
export function isServiceAllocated(state: AllocatorState, service: Service): boolean {
  const { spec, endpoint } = service;
  const mode = spec.endpoint?.mode ?? defaultEndpointSpec.mode;
  const networks = spec.task.networks.map(({ target }) => target);
  const virtualIps = endpoint?.virtualIps ?? [];
  const holdsVirtualIps = (state.services.get(service.id)?.virtualIps.length ?? 0) > 0;
  if (mode === 'vip' && networks.length > 0) {
    if (!holdsVirtualIps) return false;
    if (!networks.every((id) => virtualIps.some(({ networkId }) => networkId === id))) return false;
  }
  for (const { networkId } of virtualIps) {
    if (networkId === state.ingressId && needsIngress(service)) {
      if (!holdsVirtualIps) return false;
    } else if (!networks.includes(networkId)) {
      return false;
    }
  }
  if (mode === 'dnsrr' && holdsVirtualIps) return false;
  const anyPorts = (spec.endpoint?.ports.length ?? 0) > 0 || (endpoint?.ports.length ?? 0) > 0;
  return !anyPorts || portsMatch(service);
}

/** Claims what the store says a service has (R-A7). */
export function restoreService(state: AllocatorState, { id, endpoint }: Service): void {
  if (endpoint === undefined) return;
  const ports = endpoint.ports
    .filter(
      (port) =>
        isIngress(port) && typeof takePort(state.ports, port.protocol, port.publishedPort) === 'number',
    )
    .map(held);
  const virtualIps = endpoint.virtualIps.flatMap(
    ({ networkId, addr }) => takeAddressOn(state, networkId, addr) ?? [],
  );
  state.services.set(id, { ports, virtualIps });
}

/**
 * Gives a service what it lacks, or follows a change of its host-mode ports.
 * @returns why it could not, in the words of the manager's log; undefined when nothing is missing
 */
export function allocateService(
  state: AllocatorState,
  service: Service,
  tx: Transaction,
): string | undefined {
  let endpoint: Endpoint | string;
  if (!isServiceAllocated(state, service)) endpoint = allocateEndpoint(state, service);
  else if (hostPortsChanged(service)) endpoint = replaceHostPorts(service);
  else return undefined;
  if (typeof endpoint === 'string') return endpoint;
  tx.update('service', service.id, (draft) => {
    draft.endpoint = castDraft(endpoint);
  });
  return undefined;
}

/** Frees all that a service holds. */
export function freeService(state: AllocatorState, serviceId: string): void {
  const { ports, virtualIps } = state.services.get(serviceId) ?? holdsNothing;
  freePorts(state.ports, ports);
  freeAddresses(state, virtualIps);
  state.services.delete(serviceId);
}

function allocateEndpoint(state: AllocatorState, service: Service): Endpoint | string {
  const wanted = service.spec.endpoint;
  let previous = service.endpoint;
  if (needsIngress(service) && state.ingressId === '') return ingressMissing;
  if (wanted === undefined && previous !== undefined) {
    freeService(state, service.id);
    state.deallocated = true;
    previous = undefined;
  }
  const ports = allocatePorts(state, service, previous?.ports ?? []);
  if (typeof ports === 'string') return ports;
  const virtualIps = allocateVirtualIps(state, service, previous?.virtualIps ?? []);
  if (virtualIps === undefined) {
    freeService(state, service.id);
    return 'could not find an available IP while allocating VIP';
  }
  return { spec: wanted ?? defaultEndpointSpec, ports, virtualIps };
}

/** All old ports are given back before the first new one is taken; if one cannot be had none is kept (R-A31). */
function allocatePorts(
  state: AllocatorState,
  { id, spec }: Service,
  previous: readonly PortConfig[],
): readonly PortConfig[] | string {
  const { ports: old, virtualIps } = state.services.get(id) ?? holdsNothing;
  freePorts(state.ports, old);
  const ports: PortConfig[] = [];
  for (const port of reconcilePorts(spec.endpoint?.ports ?? [], previous)) {
    if (!isIngress(port)) {
      ports.push(port);
      continue;
    }
    const publishedPort = takePort(state.ports, port.protocol, port.publishedPort);
    if (typeof publishedPort === 'string') {
      freePorts(state.ports, ports.filter(isIngress).map(held));
      state.services.set(id, { ports: [], virtualIps });
      return publishedPort;
    }
    ports.push({ ...port, publishedPort });
  }
  state.services.set(id, { ports: ports.filter(isIngress).map(held), virtualIps });
  return ports;
}

/** Those it has are kept, in place, if still wanted; new ones come behind them, ingress first (R-A20, R-A23). */
function allocateVirtualIps(
  state: AllocatorState,
  service: Service,
  previous: Endpoint['virtualIps'],
): readonly HeldAddress[] | undefined {
  const { ports, virtualIps: old } = state.services.get(service.id) ?? holdsNothing;
  const wanted = networksWithVirtualIp(state, service);
  freeAddresses(
    state,
    old.filter(({ networkId }) => !wanted.includes(networkId)),
  );
  const virtualIps = old.filter(({ networkId }) => wanted.includes(networkId));
  // The list grows in place: if an address cannot be had, what has been added is freed with the rest.
  state.services.set(service.id, { ports, virtualIps });
  for (const networkId of wanted) {
    if (virtualIps.some((virtualIp) => virtualIp.networkId === networkId)) continue;
    const before = previous.find((virtualIp) => virtualIp.networkId === networkId);
    const virtualIp = takeAddressOn(state, networkId, before?.addr ?? '');
    if (virtualIp === undefined) return undefined;
    virtualIps.push(virtualIp);
  }
  return [...virtualIps];
}

function networksWithVirtualIp(state: AllocatorState, service: Service): readonly string[] {
  if (service.spec.endpoint?.mode === 'dnsrr') return [];
  const networks = service.spec.task.networks.map(({ target }) => target);
  return needsIngress(service) ? [state.ingressId, ...networks] : networks;
}

/** Ingress ports and virtual IPs stay as they are (R-A41). */
function replaceHostPorts({ spec, endpoint }: Service): Endpoint {
  const others = (endpoint?.ports ?? []).filter((port) => !isHost(port));
  const host = (spec.endpoint?.ports ?? []).filter(isHost);
  return {
    spec: spec.endpoint ?? defaultEndpointSpec,
    ports: [...others, ...host],
    virtualIps: endpoint?.virtualIps ?? [],
  };
}

function held({ protocol, publishedPort }: PortConfig): HeldPort {
  return { protocol, port: publishedPort };
}
