// The data plane of a node, driven by events: gossip, requests and answers, and requests that containers here send.

import { parseIpv4 } from '../../model/ip.ts';
import type { Node } from '../../model/objects.ts';
import type { GossipMessage, PortAnswer, TrafficMessage } from '../../model/traffic.ts';
import { unreachable } from '../../sim/assert.ts';
import type { AgentContext, NetworkMoment } from '../context.ts';
import type { AgentState } from '../state.ts';
import { areOwn, ownEndpoints, takesPart, withoutPrefix } from './endpoints.ts';
import { balance, passAnswer, sendOut, sendTo, takeOverlay, takeRequest } from './forward.ts';
import { announce, passOn } from './gossip.ts';
import { locate, resolveName } from './names.ts';
import { closeEnded, served } from './serve.ts';
import type { Waiting } from './state.ts';
import { greetingOver, takeGossip, watchTick } from './watch.ts';

/** To be called after whatever may have changed the containers: others learn what serves here and what no longer does. */
export function containersChanged(context: AgentContext, state: AgentState): void {
  closeEnded(context, state);
  const own = state.network.nodes.get(context.host);
  if (own === undefined ? !takesPart(state) : areOwn(state, own.endpoints)) return;
  announce(context, state, ownEndpoints(state));
}

/** What managers say of this node has come: its addresses (R-A50). */
export function nodeChanged(state: AgentState, node: Node): void {
  const { addresses } = state.network;
  addresses.clear();
  for (const {
    networkId,
    addresses: [address],
  } of node.attachments) {
    if (address !== undefined) addresses.set(networkId, withoutPrefix(address));
  }
}

export function takeNetworkMessage(
  context: AgentContext,
  state: AgentState,
  from: string,
  message: GossipMessage | Exclude<TrafficMessage, PortAnswer>,
): void {
  switch (message.kind) {
    case 'request':
      takeRequest(context, state, message);
      break;
    case 'overlay.request':
      takeOverlay(context, state, message);
      break;
    case 'overlay.answered':
      passAnswer(context, message);
      break;
    default:
      goOn(context, state, takeGossip(context, state, from, message));
  }
}

export function networkMoment(context: AgentContext, state: AgentState, moment: NetworkMoment): void {
  switch (moment.what) {
    case 'news':
      passOn(context, state);
      break;
    case 'watch':
      watchTick(context, state);
      break;
    case 'greeting':
      goOn(context, state, greetingOver(context, state));
      break;
    case 'served':
      served(context, state, moment.key);
      break;
    default:
      unreachable(moment);
  }
}

function goOn(context: AgentContext, state: AgentState, waiting: readonly Waiting[]): void {
  for (const request of waiting) balance(context, state, request);
}

/** A request of a container here. Its answer comes to this host as a `PortAnswer`. */
export interface ContainerRequest {
  readonly id: number;
  readonly taskId: string;
  /** A name or an IPv4 address. */
  readonly to: string;
  readonly port: number;
}

/** A container here sends a request. @returns false when the name does not resolve, or the container does not run */
export function requestFrom(context: AgentContext, state: AgentState, request: ContainerRequest): boolean {
  const task = state.tasks.get(request.taskId)?.task;
  if (task === undefined || state.containers.get(request.taskId)?.phase !== 'running') return false;
  const { id, to, port } = request;
  const isAddress = parseIpv4(to) !== undefined;
  const found = isAddress ? locate(state, task, to) : resolveName(state, task, to);
  // Nobody has the address: what is sent there gets lost.
  if (found === undefined) return isAddress;
  const { networkId, addresses, virtual } = found;
  // A client takes the first address of an answer, and the answer is shuffled.
  const drawn = addresses.length > 1 ? context.random(`names/${context.host}`, addresses.length) : 0;
  const address = addresses[drawn] ?? to;
  const attached = task.networks.find((each) => each.networkId === networkId);
  const client = withoutPrefix(attached?.addresses[0] ?? '');
  const route = [context.host];
  if (virtual)
    sendOut(context, state, { to: 'service', id, route, client, networkId, virtualIp: address, port });
  else sendTo(context, state, { id, route, client, networkId, address, port });
  return true;
}
