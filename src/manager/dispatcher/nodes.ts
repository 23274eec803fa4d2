// The nodes a dispatcher knows: who has a session, who is awaited, and the timers that end their grace (R-R156 to R-R169).
// Nothing here writes to the store or answers a call.

import { hour, millisecond, second } from '../../model/duration.ts';
import type { CallError, DispatcherReply } from '../../model/messages.ts';
import type { AssignmentSet } from './assignments.ts';
import type { DispatcherLeader } from './leader.ts';

/** Periods are drawn from [period - jitter, period + jitter) (R-R158). */
export const periodJitter = 500 * millisecond;
/** A node with a session may be silent for so many periods, one that a new leader awaits for more (R-R155, R-R156). */
export const graceNormal = 3;
export const graceUnknown = 6;
/** So many registrations of a known node are taken ... */
export const registrationLimit = 3;
/** ... until more than this has passed since the last that was (R-R162). */
export const registrationPeriod = 8 * second;
/** A node down for so long loses its tasks (R-R172). */
export const orphanTimeout = 24 * hour;

/** An open assignment stream. */
export interface AssignmentStream {
  readonly route: readonly string[];
  readonly call: number;
  readonly set: AssignmentSet;
  /** Since the last message. */
  modifications: number;
  /** Runs while there are modifications. */
  timer: number | undefined;
}

export interface NodeSession {
  readonly id: string;
  /** The session call: where further session messages go. */
  readonly route: readonly string[];
  readonly call: number;
  /** How many messages have been pushed on its streams. */
  sequence: number;
  stream: AssignmentStream | undefined;
}

/** Plain data. */
export interface KnownNode {
  /** Absent: the node is awaited since this manager began to lead. */
  session: NodeSession | undefined;
  /** Registrations counted since the counter last restarted, and when the last was accepted. */
  registrations: number;
  acceptedAt: number | undefined;
  /** Ends the grace; absent while a registration waits to be written. */
  timer: number | undefined;
}

/**
 * Counts a registration of a known node (R-R162). A node that is not known is not counted: it gets one more than the others.
 * @returns the refusal, if it is one too many
 */
export function countRegistration(known: KnownNode, nodeId: string, now: number): CallError | undefined {
  if (known.acceptedAt === undefined || now - known.acceptedAt > registrationPeriod) known.registrations = 0;
  known.registrations += 1;
  if (known.registrations > registrationLimit) {
    return { code: 'Unavailable', message: `node ${nodeId} exceeded rate limit count of registrations` };
  }
  known.acceptedAt = now;
  return undefined;
}

/** The session a call claims to be of, or why it is not (R-R164). */
export function findSession(
  nodes: ReadonlyMap<string, KnownNode>,
  nodeId: string,
  sessionId: string,
): { readonly known: KnownNode; readonly session: NodeSession } | { readonly error: CallError } {
  const known = nodes.get(nodeId);
  if (known === undefined) return { error: { code: 'NotFound', message: 'node not registered' } };
  const { session } = known;
  if (session === undefined || session.id !== sessionId) {
    return { error: { code: 'InvalidArgument', message: 'session invalid' } };
  }
  return { known, session };
}

/** A new heartbeat period for a node, microseconds. A period set below the jitter can come out as none at all, never as less. */
export function drawPeriod(leader: DispatcherLeader, period: number, nodeId: string): number {
  return Math.max(0, period - periodJitter + leader.random(`heartbeat/${nodeId}`, 2 * periodJitter));
}

/** Starts the grace of a node anew: `grace` drawn periods. Returns the period drawn. */
export function restartGrace(
  leader: DispatcherLeader,
  known: KnownNode,
  nodeId: string,
  period: number,
  grace: number,
): number {
  stopGrace(leader, known);
  const drawn = drawPeriod(leader, period, nodeId);
  known.timer = leader.later(grace * drawn, { kind: 'expire', nodeId });
  return drawn;
}

export function stopGrace(leader: DispatcherLeader, known: KnownNode): void {
  if (known.timer !== undefined) leader.cancel(known.timer);
  known.timer = undefined;
}

/** Ends a session: nothing more is pushed, no timer of its streams runs. */
export function endSession(leader: DispatcherLeader, known: KnownNode): void {
  if (known.session !== undefined) closeStream(leader, known.session);
  known.session = undefined;
}

export function closeStream(leader: DispatcherLeader, session: NodeSession): void {
  const { stream } = session;
  if (stream?.timer !== undefined) leader.cancel(stream.timer);
  session.stream = undefined;
}

/** The number of the next message on the streams of a session. */
export function nextSequence(session: NodeSession): number {
  session.sequence += 1;
  return session.sequence;
}

/** Refuses a call. */
export function refuse(
  leader: DispatcherLeader,
  route: readonly string[],
  id: number,
  error: CallError,
): void {
  const reply: DispatcherReply = { method: 'dispatcher.error', id, error };
  leader.reply(route, reply);
}
