// The routing mesh and the virtual IPs of a node: which container a request goes to, by what this node knows, one after another (IPVS, round
// robin), and on over the overlay network to the node that has it.

import { parseIpv4 } from '../../model/ip.ts';
import { isTerminal } from '../../model/state.ts';
import type {
  OverlayAnswer,
  OverlayRequest,
  PortRequest,
  Protocol,
  ServiceEndpoint,
} from '../../model/traffic.ts';
import { assert } from '../../sim/assert.ts';
import type { Container } from '../container.ts';
import type { AgentContext } from '../context.ts';
import type { AgentState } from '../state.ts';
import { withoutPrefix } from './endpoints.ts';
import { type Arrival, sendAnswer, serve } from './serve.ts';
import type { Waiting } from './state.ts';
import { whenKnown } from './watch.ts';

/** An endpoint with the node it is on. */
interface Backend {
  readonly host: string;
  readonly endpoint: ServiceEndpoint;
}

/** A request has come to a port of this machine: of a container here in host mode, or of the routing mesh. */
export function takeRequest(context: AgentContext, state: AgentState, request: PortRequest): void {
  const { id, route, client, port, protocol } = request;
  const container = onHostPort(state, port, protocol);
  if (container !== undefined) serve(context, state, container, { id, route, overlay: false, client });
  else sendOut(context, state, { to: 'port', id, route, client, port, protocol });
}

/** Sends a request to a service, once this node knows who is there. */
export function sendOut(context: AgentContext, state: AgentState, waiting: Waiting): void {
  if (whenKnown(context, state, waiting)) balance(context, state, waiting);
}

/** Picks a container for a request that goes out. Nobody listens at a port, or an address, of a service without any. */
export function balance(context: AgentContext, state: AgentState, waiting: Waiting): void {
  const { id, route, client } = waiting;
  const backend = next(state, backendsFor(state, waiting));
  if (backend === undefined) {
    sendAnswer(context, { id, route, overlay: false }, { kind: 'refused' });
    return;
  }
  const { endpoint } = backend;
  const { networkId, address } = endpoint;
  const port = waiting.to === 'port' ? targetPort(endpoint, waiting.port, waiting.protocol) : waiting.port;
  assert(port !== undefined, 'a request goes to a container of the service that publishes the port');
  // The container sees the address of the node that balances, not the client's.
  const seen = state.network.addresses.get(networkId) ?? client;
  carry(context, state, backend.host, { id, route, networkId, address, port, client: seen });
}

/** A request from a container here, straight to the address of another on the same network. Nobody has that address: no answer ever comes. */
export function sendTo(
  context: AgentContext,
  state: AgentState,
  request: Omit<OverlayRequest, 'kind'>,
): void {
  const host = hostOf(state, request.networkId, request.address);
  if (host !== undefined) carry(context, state, host, request);
}

function carry(
  context: AgentContext,
  state: AgentState,
  host: string,
  request: Omit<OverlayRequest, 'kind'>,
): void {
  if (host === context.host) deliver(context, state, request, false);
  else context.send(host, { kind: 'overlay.request', ...request, route: [...request.route, context.host] });
}

/** A request has come over the overlay network. */
export function takeOverlay(context: AgentContext, state: AgentState, request: OverlayRequest): void {
  deliver(context, state, request, true);
}

function deliver(
  context: AgentContext,
  state: AgentState,
  { id, route, networkId, address, client }: Omit<OverlayRequest, 'kind'>,
  overlay: boolean,
): void {
  const arrival: Arrival = { id, route, overlay, client };
  serve(context, state, withAddress(state, networkId, address), arrival);
}

/** An answer comes back over the overlay network: on to where the request came from. */
export function passAnswer(context: AgentContext, message: OverlayAnswer): void {
  const { id, route, answer } = message;
  // The client is on this very node.
  const back = route.length === 0 ? [context.host] : route;
  sendAnswer(context, { id, route: back, overlay: false }, answer);
}

function withAddress(state: AgentState, networkId: string, address: string): Container | undefined {
  for (const { task } of state.tasks.values()) {
    const attached = task.networks.some(
      ({ networkId: id, addresses: [own = ''] }) => id === networkId && withoutPrefix(own) === address,
    );
    if (attached && !isTerminal(task.status.state)) return state.containers.get(task.id);
  }
  return undefined;
}

/** The container that has a port of this machine in host mode, from its start on. */
function onHostPort(state: AgentState, port: number, protocol: Protocol): Container | undefined {
  for (const { task } of state.tasks.values()) {
    const container = state.containers.get(task.id);
    if (container?.phase !== 'running') continue;
    const ports = task.status.ports ?? task.endpoint?.ports ?? [];
    const bound = ports.some(
      (each) => each.publishMode === 'host' && each.publishedPort === port && each.protocol === protocol,
    );
    if (bound) return container;
  }
  return undefined;
}

function backendsFor(state: AgentState, waiting: Waiting): readonly Backend[] {
  if (waiting.to === 'service') {
    const { networkId, virtualIp } = waiting;
    return backends(state, (each) => each.networkId === networkId && each.virtualIp === virtualIp);
  }
  const { port, protocol } = waiting;
  const [first, ...rest] = backends(state, (each) => targetPort(each, port, protocol) !== undefined);
  if (first === undefined) return [];
  // While a port changes hands, old tasks of another service may still have it: it goes to one of the two.
  const { serviceId } = first.endpoint;
  return [first, ...rest.filter(({ endpoint }) => endpoint.serviceId === serviceId)];
}

function targetPort({ ports }: ServiceEndpoint, published: number, protocol: Protocol): number | undefined {
  return ports.find((port) => port.publishedPort === published && port.protocol === protocol)?.targetPort;
}

/** By address. */
function backends(state: AgentState, isOne: (endpoint: ServiceEndpoint) => boolean): readonly Backend[] {
  const found: Backend[] = [];
  for (const { host, state: standing, endpoints } of state.network.nodes.values()) {
    if (standing === 'failed') continue;
    for (const endpoint of endpoints) if (isOne(endpoint)) found.push({ host, endpoint });
  }
  return found.sort((a, b) => numeric(a.endpoint.address) - numeric(b.endpoint.address));
}

/** The one after that which was chosen last. */
function next(state: AgentState, all: readonly Backend[]): Backend | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const key = `${first.endpoint.networkId}/${first.endpoint.serviceId}`;
  const last = numeric(state.network.turns.get(key) ?? '');
  const chosen = all.find(({ endpoint }) => numeric(endpoint.address) > last) ?? first;
  state.network.turns.set(key, chosen.endpoint.address);
  return chosen;
}

function numeric(address: string): number {
  return parseIpv4(address) ?? -1;
}

/** The node that has a container with this address. */
export function hostOf(state: AgentState, networkId: string, address: string): string | undefined {
  return backends(state, (each) => each.networkId === networkId && each.address === address)[0]?.host;
}
