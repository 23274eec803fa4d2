// How nodes learn who serves what: each tells of its own containers, and others pass it on, round by round, without any manager. In the
// manner of libnetwork's NetworkDB over SWIM. Nothing is sent while there is no news. A node takes part from its first container that is
// attached to a network, or its first request, on.

import { millisecond } from '../../model/duration.ts';
import { equalData } from '../../model/equal.ts';
import type { GossipMessage, NodeEndpoints, ServiceEndpoint } from '../../model/traffic.ts';
import { assert } from '../../sim/assert.ts';
import type { AgentContext } from '../context.ts';
import type { AgentState } from '../state.ts';

/** Between rounds of news. */
const roundTime = 200 * millisecond;
/** So many nodes hear of the news in a round. */
const fanOut = 3;
/** News is passed on in so many rounds for each digit of the number of nodes. */
const roundsPerDigit = 4;

/** The endpoints of this node have changed, perhaps: then others are told. The first time it makes itself known to everybody. */
export function announce(
  context: AgentContext,
  state: AgentState,
  endpoints: readonly ServiceEndpoint[],
): void {
  const { nodes } = state.network;
  const own = nodes.get(context.host);
  if (own !== undefined && equalData(own.endpoints, endpoints)) return;
  nodes.set(context.host, {
    host: context.host,
    version: (own?.version ?? 0) + 1,
    state: 'alive',
    endpoints,
  });
  if (own === undefined) syncWith(context, state, peersOf(context, state));
  spread(context, state, context.host);
}

/** Takes part without serving anything: others tell it the news from now on. */
export function takePart(context: AgentContext, state: AgentState): void {
  if (!state.network.nodes.has(context.host)) announce(context, state, []);
}

/** Everybody else this node knows of, failed or not: whom it has heard of, and the managers. In a fixed order. */
export function peersOf(context: AgentContext, state: AgentState): readonly string[] {
  const hosts = new Set([...state.network.nodes.keys(), ...state.remotes.keys()]);
  hosts.delete(context.host);
  return [...hosts].sort((a, b) => (a < b ? -1 : 1));
}

export function syncWith(context: AgentContext, state: AgentState, hosts: readonly string[]): void {
  const records = recordsOf(state);
  for (const host of hosts) context.send(host, { kind: 'gossip.sync', records });
}

export function recordsOf(state: AgentState): readonly NodeEndpoints[] {
  return [...state.network.nodes.values()];
}

/** Takes what others know. What is new to this node is passed on. */
export function learn(context: AgentContext, state: AgentState, records: readonly NodeEndpoints[]): void {
  for (const record of records) {
    const known = state.network.nodes.get(record.host);
    if (record.host === context.host) refute(context, state, record);
    else if (known === undefined || isNewer(record, known)) {
      state.network.nodes.set(record.host, record);
      spread(context, state, record.host);
    }
  }
}

const badness = { alive: 0, suspected: 1, failed: 2 } as const;

function isNewer(record: NodeEndpoints, known: NodeEndpoints): boolean {
  return (
    record.version > known.version ||
    (record.version === known.version && badness[record.state] > badness[known.state])
  );
}

/** Others tell of this node what is not so, or is of an earlier life: it outbids them. */
function refute(context: AgentContext, state: AgentState, told: NodeEndpoints): void {
  const own = state.network.nodes.get(context.host);
  const { version = 0, endpoints = [] } = own ?? {};
  if (told.version < version) return;
  if (told.version === version && told.state === 'alive' && equalData(told.endpoints, endpoints)) return;
  state.network.nodes.set(context.host, {
    host: context.host,
    version: told.version + 1,
    state: 'alive',
    endpoints,
  });
  spread(context, state, context.host);
}

/**
 * This node has found that another does not answer. A suspicion reaches the suspected as well, which outbids it if it can. Once one has failed,
 * what it serves no longer counts, here and soon everywhere.
 */
export function accuse(
  context: AgentContext,
  state: AgentState,
  host: string,
  verdict: 'suspected' | 'failed',
): void {
  const known = state.network.nodes.get(host);
  if (known === undefined || badness[known.state] >= badness[verdict]) return;
  assert(host !== context.host, 'a node does not fail in its own eyes');
  state.network.nodes.set(host, { ...known, state: verdict });
  if (verdict === 'failed') context.note({ kind: 'network.gave-up', node: host });
  spread(context, state, host);
}

function spread(context: AgentContext, state: AgentState, host: string): void {
  const { network } = state;
  network.news.set(host, roundsPerDigit * String(network.nodes.size).length);
  network.newsTimer ??= context.later(roundTime, { kind: 'agent.network', what: 'news' });
}

/** A round: some nodes hear of all that is new. */
export function passOn(context: AgentContext, state: AgentState): void {
  const { network } = state;
  network.newsTimer = undefined;
  const records: NodeEndpoints[] = [];
  for (const [host, rounds] of network.news) {
    const record = network.nodes.get(host);
    assert(record !== undefined, 'news is of a node that is known');
    records.push(record);
    if (rounds > 1) network.news.set(host, rounds - 1);
    else network.news.delete(host);
  }
  const message: GossipMessage = { kind: 'gossip.news', records };
  const alive = peersOf(context, state).filter((host) => network.nodes.get(host)?.state !== 'failed');
  for (const host of draw(context, alive, fanOut)) context.send(host, message);
  if (network.news.size > 0) {
    network.newsTimer = context.later(roundTime, { kind: 'agent.network', what: 'news' });
  }
}

/** So many of the hosts, by chance; all of them when there are no more. */
export function draw(context: AgentContext, hosts: readonly string[], count: number): readonly string[] {
  if (hosts.length <= count) return hosts;
  const left = [...hosts];
  const drawn: string[] = [];
  while (drawn.length < count)
    drawn.push(...left.splice(context.random(`gossip/${context.host}`, left.length), 1));
  return drawn;
}
