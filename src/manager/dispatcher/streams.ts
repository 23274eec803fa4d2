// The assignment streams: when a node is told of changes to its tasks (R-R175, R-R176). What it is told is in assignments.ts.

import { millisecond } from '../../model/duration.ts';
import type { CallError } from '../../model/messages.ts';
import { assert } from '../../sim/assert.ts';
import type { StoreEvent } from '../../store/event.ts';
import { createAssignmentSet, followPlace, followTask, nextAssignments } from './assignments.ts';
import type { DispatcherLeader } from './leader.ts';
import { type AssignmentStream, closeStream, findSession, type NodeSession, nextSequence } from './nodes.ts';
import type { Call, DispatcherState } from './state.ts';

/** Modifications are sent when so many have come together, or when none has come for so long (R-R176). */
const assignmentLimit = 100;
const assignmentQuiet = 100 * millisecond;

/** Opens the assignment stream of a session, in place of one it has, and sends all of the node's tasks. */
export function openAssignments(
  leader: DispatcherLeader,
  state: DispatcherState,
  route: readonly string[],
  { id, nodeId, sessionId }: Call<'dispatcher.assignments'>,
): CallError | undefined {
  const found = findSession(state.nodes, nodeId, sessionId);
  if ('error' in found) return found.error;
  const { session } = found;
  closeStream(leader, session);
  const set = createAssignmentSet(leader.store, nodeId);
  session.stream = { route, call: id, set, modifications: 0, timer: undefined };
  pushAssignments(leader, session);
  return undefined;
}

function pushAssignments(leader: DispatcherLeader, session: NodeSession): void {
  const { stream } = session;
  assert(stream !== undefined, 'assignments go out on an open stream');
  stream.modifications = 0;
  leader.reply(stream.route, {
    method: 'dispatcher.assignments',
    id: stream.call,
    sequence: nextSequence(session),
    assignments: nextAssignments(stream.set, leader.store),
  });
}

/** A task of some node has changed: one more modification to tell it of, perhaps. */
export function followAssignment(
  leader: DispatcherLeader,
  state: DispatcherState,
  event: StoreEvent & { readonly kind: 'task' },
): void {
  const { nodeId } = event.action === 'remove' ? event.before : event.after;
  const session = state.nodes.get(nodeId)?.session;
  const stream = session?.stream;
  if (session === undefined || stream === undefined || !followTask(stream.set, event)) return;
  modified(leader, session, stream, nodeId);
}

/** A volume has changed: the nodes that it is brought to or taken from hear of it. */
export function followVolume(
  leader: DispatcherLeader,
  state: DispatcherState,
  event: StoreEvent & { readonly kind: 'volume' },
): void {
  const places = [
    ...(event.action === 'create' ? [] : event.before.publish),
    ...(event.action === 'remove' ? [] : event.after.publish),
  ];
  for (const nodeId of new Set(places.map((place) => place.nodeId))) {
    const session = state.nodes.get(nodeId)?.session;
    const stream = session?.stream;
    if (session === undefined || stream === undefined) continue;
    const now = event.action === 'remove' ? undefined : event.after;
    if (followPlace(stream.set, event.id, now?.publish, nodeId)) modified(leader, session, stream, nodeId);
  }
}

function modified(
  leader: DispatcherLeader,
  session: NodeSession,
  stream: AssignmentStream,
  nodeId: string,
): void {
  stream.modifications += 1;
  if (stream.timer !== undefined) leader.cancel(stream.timer);
  stream.timer = undefined;
  if (stream.modifications >= assignmentLimit) pushAssignments(leader, session);
  else stream.timer = leader.later(assignmentQuiet, { kind: 'assign', nodeId });
}

/** 100 ms have passed without a modification. */
export function endQuiet(leader: DispatcherLeader, state: DispatcherState, nodeId: string): void {
  const session = state.nodes.get(nodeId)?.session;
  assert(session?.stream !== undefined, 'the timer of an assignment stream ends with it');
  session.stream.timer = undefined;
  pushAssignments(leader, session);
}
