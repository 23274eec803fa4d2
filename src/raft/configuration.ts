// Who the members are, and how a change turns one configuration into the next (paper §6, thesis chapter 4).
// Pure functions over sorted id lists: no log, no roles, no messages. Errors are fatal (R-R109): Raft
// proposes no change that cannot be applied.

import { assert } from './assert.ts';
import type { ConfigurationChange, Operation } from './entry.ts';

/** The members of a cluster. All lists are sorted ascending and without duplicates. */
export interface Configuration {
  /** The voters; in a joint configuration its incoming half. */
  readonly voters: readonly number[];
  /** The outgoing half of a joint configuration, otherwise empty. */
  readonly outgoing: readonly number[];
  /** Members that receive the log but do not vote. */
  readonly learners: readonly number[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  readonly learnersNext: readonly number[];
  /** The leader leaves the joint configuration by itself (R-R226). */
  readonly autoLeave: boolean;
}

/** A configuration without members: that of a node that waits to be contacted (R-R52). */
export const NO_MEMBERS: Configuration = {
  voters: [],
  outgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

/** A configuration made of voters alone. */
export function votersOnly(ids: readonly number[]): Configuration {
  return { ...NO_MEMBERS, voters: [...ids].sort((a, b) => a - b) };
}

/** Whether decisions need a majority of two halves (§6). */
export function isJoint(configuration: Configuration): boolean {
  return configuration.outgoing.length > 0;
}

/** Whether `id` votes, in either half. */
export function isVoter(configuration: Configuration, id: number): boolean {
  return configuration.voters.includes(id) || configuration.outgoing.includes(id);
}

/** All voters of both halves, ascending. */
export function allVoters(configuration: Configuration): number[] {
  return configuration.outgoing.reduce(withId, [...configuration.voters]);
}

/** All voters and learners, ascending. */
export function allMembers(configuration: Configuration): number[] {
  return configuration.learners.reduce(withId, allVoters(configuration));
}

/** Whether a change only leaves a joint configuration: nothing to do, automatic transition (R-R227). */
export function leavesJoint<D>(change: ConfigurationChange<D> | null): boolean {
  return change === null || (change.operations.length === 0 && change.transition === 'auto');
}

/** The configuration after a change. */
export interface ChangedConfiguration {
  readonly configuration: Configuration;
  /** Ids whose replication progress is forgotten, even if a later operation brought them back. */
  readonly forgotten: readonly number[];
}

/**
 * Applies a change (R-R227). Throws if the change does not fit: leaving what is not joint, anything else in
 * what is joint, more than one voter at once without a joint step, or no voter left.
 */
export function changeConfiguration<D>(
  from: Configuration,
  change: ConfigurationChange<D> | null,
): ChangedConfiguration {
  if (change === null || leavesJoint(change)) return { configuration: left(from), forgotten: [] };
  assert(!isJoint(from), 'a joint configuration can only be left');
  const joint = change.operations.length > 1 || change.transition !== 'auto';
  assert(!joint || from.voters.length > 0, 'a joint configuration needs a voter to start from');
  const start = joint
    ? { ...from, outgoing: from.voters, autoLeave: change.transition !== 'explicit' }
    : from;
  const changed = applyOperations(start, change.operations);
  const difference = symmetricDifference(from.voters, changed.configuration.voters);
  assert(joint || difference <= 1, 'more than one voter changed without a joint configuration');
  return changed;
}

function left(from: Configuration): Configuration {
  assert(isJoint(from), 'only a joint configuration can be left');
  const learners = from.learnersNext.reduce(withId, from.learners);
  return { ...NO_MEMBERS, voters: from.voters, learners };
}

function applyOperations(from: Configuration, operations: readonly Operation[]): ChangedConfiguration {
  let { voters, learners, learnersNext } = from;
  const { outgoing } = from;
  const forgotten: number[] = [];
  for (const { type, id } of operations) {
    if (id === 0 || type === 'update' || (type === 'add-learner' && learners.includes(id))) continue;
    voters = type === 'add-voter' ? withId(voters, id) : without(voters, id);
    learners = without(learners, id);
    learnersNext = without(learnersNext, id);
    if (type === 'add-learner' && outgoing.includes(id)) learnersNext = withId(learnersNext, id);
    else if (type === 'add-learner') learners = withId(learners, id);
    else if (type === 'remove' && !outgoing.includes(id)) forgotten.push(id);
  }
  assert(voters.length > 0, 'removed all voters');
  return { configuration: { ...from, voters, learners, learnersNext }, forgotten };
}

function withId(ids: readonly number[], id: number): number[] {
  return ids.includes(id) ? [...ids] : [...ids, id].sort((a, b) => a - b);
}

function without(ids: readonly number[], id: number): number[] {
  return ids.filter((other) => other !== id);
}

function symmetricDifference(a: readonly number[], b: readonly number[]): number {
  return a.filter((id) => !b.includes(id)).length + b.filter((id) => !a.includes(id)).length;
}
