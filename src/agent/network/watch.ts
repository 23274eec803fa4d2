// Looking after the nodes that requests go out to. In reality every node probes another every second, for ever (SWIM). Here a node does so
// only while requests go out from it: before the first it asks everybody, for what it missed meanwhile; after a minute without any it stops.

import { millisecond, minute, second } from '../../model/duration.ts';
import type { GossipMessage } from '../../model/traffic.ts';
import type { AgentContext } from '../context.ts';
import type { AgentState } from '../state.ts';
import { accuse, draw, learn, peersOf, recordsOf, syncWith, takePart } from './gossip.ts';
import type { Waiting } from './state.ts';

/** Half of the time between two probes of a node: then others are asked about it. */
const halfProbe = 500 * millisecond;
/** A node that is suspected is taken for failed after so long: SWIM's, with up to ten nodes. */
const suspicionTime = 4 * second;
/** How long a node may take to answer a greeting, and then others may take to say that it is there. */
const greetingTime = 200 * millisecond;
/** So many others are asked about a node that does not answer. */
const askedAbout = 3;
/** Failed nodes are tried again, ticks. */
const retryTicks = 20;
/** A node that is alive is synced with, ticks. */
const syncTicks = 60;
/** Without requests for so long, nobody is probed any more. */
const idleTime = minute;

/** True when a request may go out now, false when it is kept: it is handed back once this node knows who is there. */
export function whenKnown(context: AgentContext, state: AgentState, waiting: Waiting): boolean {
  const { network } = state;
  if (network.watch !== undefined) {
    network.watch.usedAt = context.now();
    return true;
  }
  if (network.greeting === undefined) greet(context, state);
  // There was nobody to ask.
  if (network.greeting === undefined) return true;
  network.greeting.waiting.push(waiting);
  return false;
}

function greet(context: AgentContext, state: AgentState): void {
  const { network } = state;
  takePart(context, state);
  const peers = peersOf(context, state);
  if (peers.length === 0) {
    startWatch(context, state);
    return;
  }
  const serving = peers.filter((host) => serves(state, host));
  network.greeting = {
    asked: new Set(peers),
    // Who knows of nobody turns to the managers.
    awaited: new Set(serving.length > 0 ? serving : peers),
    heard: false,
    relayed: false,
    timer: context.later(greetingTime, { kind: 'agent.network', what: 'greeting' }),
    waiting: [],
  };
  syncWith(context, state, peers);
}

function serves(state: AgentState, host: string): boolean {
  const record = state.network.nodes.get(host);
  return record !== undefined && record.state !== 'failed' && record.endpoints.length > 0;
}

/** What waited and may go out now. */
export function takeGossip(
  context: AgentContext,
  state: AgentState,
  from: string,
  message: GossipMessage,
): readonly Waiting[] {
  switch (message.kind) {
    case 'gossip.news':
      learn(context, state, message.records);
      return [];
    case 'gossip.sync':
      learn(context, state, message.records);
      context.send(from, { kind: 'gossip.synced', records: recordsOf(state) });
      return [];
    case 'gossip.synced':
      learn(context, state, message.records);
      return heardOf(context, state, from);
    case 'gossip.ping':
      context.send(from, { kind: 'gossip.pong', for: message.for });
      // This node has come up anew, and the other remembers what it was before.
      if (!state.network.nodes.has(from)) syncWith(context, state, [from]);
      return [];
    case 'gossip.pong':
      if (message.for === context.host) return heardOf(context, state, from);
      context.send(message.for, { kind: 'gossip.alive', about: from });
      return [];
    case 'gossip.ask':
      context.send(message.about, { kind: 'gossip.ping', for: from });
      return [];
    case 'gossip.alive':
      return heardOf(context, state, message.about);
  }
}

/** A node has been found alive. */
function heardOf(context: AgentContext, state: AgentState, host: string): readonly Waiting[] {
  const { watch, greeting } = state.network;
  watch?.silent.delete(host);
  watch?.suspected.delete(host);
  if (greeting === undefined) return [];
  greeting.heard = true;
  greeting.awaited.delete(host);
  // Those of whom it has just been heard for the first time.
  const fresh = peersOf(context, state).filter((peer) => serves(state, peer) && !greeting.asked.has(peer));
  for (const peer of fresh) {
    greeting.asked.add(peer);
    greeting.awaited.add(peer);
  }
  syncWith(context, state, fresh);
  return greeting.awaited.size > 0 ? [] : endGreeting(context, state);
}

/** Nobody waits longer for those who have not answered. */
export function greetingOver(context: AgentContext, state: AgentState): readonly Waiting[] {
  const { greeting } = state.network;
  if (greeting === undefined) return [];
  if (!greeting.relayed) {
    greeting.relayed = true;
    greeting.timer = context.later(greetingTime, { kind: 'agent.network', what: 'greeting' });
    askOthers(context, state, greeting.awaited);
    return [];
  }
  // Where nobody has answered the fault may be this node's own, or the way to everybody is long.
  if (greeting.heard) for (const host of greeting.awaited) accuse(context, state, host, 'failed');
  return endGreeting(context, state);
}

function endGreeting(context: AgentContext, state: AgentState): readonly Waiting[] {
  const { network } = state;
  if (network.greeting === undefined) return [];
  const { waiting, timer } = network.greeting;
  context.cancel(timer);
  network.greeting = undefined;
  startWatch(context, state);
  return waiting;
}

function startWatch(context: AgentContext, state: AgentState): void {
  state.network.watch = { usedAt: context.now(), ticks: 0, silent: new Set(), suspected: new Map() };
  context.later(halfProbe, { kind: 'agent.network', what: 'watch' });
}

/** Half a second of looking after others is over: those that serve something are probed at every second of these, and asked about in between. */
export function watchTick(context: AgentContext, state: AgentState): void {
  const { network } = state;
  const { watch } = network;
  if (watch === undefined) return;
  const now = context.now();
  if (now - watch.usedAt >= idleTime) {
    network.watch = undefined;
    return;
  }
  watch.ticks += 1;
  context.later(halfProbe, { kind: 'agent.network', what: 'watch' });
  if (watch.ticks % 2 === 0) askOthers(context, state, watch.silent);
  else probe(context, state, now);
  const peers = peersOf(context, state);
  const failed = (host: string) => network.nodes.get(host)?.state === 'failed';
  if (watch.ticks % retryTicks === 0) syncWith(context, state, peers.filter(failed));
  if (watch.ticks % syncTicks === 0) {
    syncWith(
      context,
      state,
      draw(
        context,
        peers.filter((host) => !failed(host)),
        1,
      ),
    );
  }
}

function probe(context: AgentContext, state: AgentState, now: number): void {
  const { watch } = state.network;
  if (watch === undefined) return;
  for (const host of peersOf(context, state)) {
    if (!serves(state, host)) {
      watch.silent.delete(host);
      watch.suspected.delete(host);
      continue;
    }
    if (watch.silent.has(host)) {
      accuse(context, state, host, 'suspected');
      const since = watch.suspected.get(host) ?? now;
      watch.suspected.set(host, since);
      if (now - since >= suspicionTime) {
        watch.silent.delete(host);
        watch.suspected.delete(host);
        accuse(context, state, host, 'failed');
        continue;
      }
    }
    watch.silent.add(host);
    context.send(host, { kind: 'gossip.ping', for: context.host });
  }
}

function askOthers(context: AgentContext, state: AgentState, silent: ReadonlySet<string>): void {
  if (silent.size === 0) return;
  const helpers = peersOf(context, state).filter(
    (host) => !silent.has(host) && state.network.nodes.get(host)?.state !== 'failed',
  );
  for (const about of silent) {
    for (const helper of draw(context, helpers, askedAbout))
      context.send(helper, { kind: 'gossip.ask', about });
  }
}
