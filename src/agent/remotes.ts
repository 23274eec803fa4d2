// Which manager an agent turns to (R-R187).

import type { ManagerPeer } from '../model/messages.ts';
import type { AgentContext } from './context.ts';
import type { AgentState } from './state.ts';

/** What a manager gains when it is listed, and loses when a session with it ends or cannot be opened. */
const observation = 10;
const maxWeight = 256;
/** Chances are counted in thousandths of a weight; every candidate has one at least. */
const chancesPerWeight = 1_000;

/** The host of the manager to talk to; undefined when none is known. */
export function chooseManager(context: AgentContext, state: AgentState): string | undefined {
  if (context.runsManager()) return context.host;
  let total = 0;
  for (const { weight } of state.remotes.values()) total += chancesOf(weight);
  if (total === 0) return undefined;
  let drawn = context.random(`manager-choice/${context.host}`, total);
  for (const [host, { weight }] of state.remotes) {
    drawn -= chancesOf(weight);
    if (drawn < 0) return host;
  }
  return undefined;
}

function chancesOf(weight: number): number {
  return Math.max(0, weight) * chancesPerWeight + 1;
}

/** The managers have been listed: those that are not are forgotten. */
export function learnManagers(state: AgentState, managers: readonly ManagerPeer[]): void {
  const old = new Map(state.remotes);
  state.remotes.clear();
  for (const peer of managers) {
    const weight = observe(old.get(peer.host)?.weight ?? 0, observation);
    state.remotes.set(peer.host, { peer, weight });
  }
}

/** The list as it is kept on the disk. */
export function knownManagers(state: AgentState): readonly ManagerPeer[] {
  return [...state.remotes.values()].map(({ peer }) => peer);
}

/** A session with a manager has ended, or could not be opened. */
export function blameManager(state: AgentState, host: string): void {
  const remote = state.remotes.get(host);
  if (remote !== undefined) {
    state.remotes.set(host, { ...remote, weight: observe(remote.weight, -observation) });
  }
}

function observe(old: number, observed: number): number {
  return Math.min(maxWeight, Math.max(-maxWeight, Math.ceil((observed + old) / 2)));
}
