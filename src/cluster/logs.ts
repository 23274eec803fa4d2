// Streams of logs that somebody at this node reads: opened at the leader's broker, passed on as they come, and ended by either side. A
// stream of a real connection is whole or it breaks; here messages are lost one by one, so they are numbered, and a gap breaks it.

import { callManager } from '../manager/manager.ts';
import type { ControlReply, LinesReply } from '../model/calls.ts';
import { second } from '../model/duration.ts';
import type { CallError } from '../model/messages.ts';
import { answerError, type NodeContext, nextCall } from './identity.ts';
import type { NodeCommand, NodeMemory, OpenLogs } from './types.ts';

/** How long a stream may take to be opened, and one that does not follow to end (R-R207). */
const openLimit = 20 * second;

const broken: CallError = { code: 'Unavailable', message: 'transport is closing' };

/** Asks the leader, through this node's manager, which must be there. */
export function openLogs(
  context: NodeContext,
  memory: NodeMemory,
  { command, request }: Extract<NodeCommand, { readonly kind: 'node.logs' }>,
): void {
  const id = nextCall(memory);
  const limit = context.later(openLimit, { kind: 'node.logs-limit', call: id });
  memory.logs.set(id, { command, follow: request.follow, sequence: 0, leader: undefined, limit });
  send(context, memory, { method: 'logs', id, request });
}

/** Whoever reads the stream wants no more. */
export function closeLogs(context: NodeContext, memory: NodeMemory, command: number): void {
  for (const [id, stream] of memory.logs) {
    if (stream.command !== command) continue;
    forget(context, memory, id, stream);
    send(context, memory, { method: 'logs.close', id });
  }
}

/** More lines. Those of a stream that is closed mean that the broker does not know. */
export function takeLines(context: NodeContext, memory: NodeMemory, reply: LinesReply): void {
  const { id, sequence, logs } = reply;
  const stream = memory.logs.get(id);
  if (stream === undefined) {
    send(context, memory, { method: 'logs.close', id });
    return;
  }
  if (sequence <= stream.sequence) return;
  if (sequence > stream.sequence + 1) {
    breakStream(context, memory, id, stream);
    return;
  }
  stream.sequence = sequence;
  stream.leader ??= memory.manager?.raft.leader;
  if (stream.follow) context.cancel(stream.limit);
  if (logs.length > 0) context.note({ kind: 'lines', command: stream.command, logs });
}

/** The broker has ended a stream. False when the answer is to something else. */
export function logsAnswered(context: NodeContext, memory: NodeMemory, reply: ControlReply): boolean {
  const stream = memory.logs.get(reply.id);
  if (stream === undefined) return false;
  if (reply.method === 'control.failed') {
    forget(context, memory, reply.id, stream);
    answerError(context, stream.command, reply.error);
  } else if (reply.result.kind === 'logs' && reply.result.messages === stream.sequence) {
    forget(context, memory, reply.id, stream);
    const { warning } = reply.result;
    context.note({ kind: 'answer', command: stream.command, logs: { warning } });
  } else breakStream(context, memory, reply.id, stream);
  return true;
}

/** No answer has come in time. */
export function logsTimedOut(context: NodeContext, memory: NodeMemory, call: number): void {
  const stream = memory.logs.get(call);
  if (stream === undefined) return;
  memory.logs.delete(call);
  send(context, memory, { method: 'logs.close', id: call });
  answerError(context, stream.command, { code: 'DeadlineExceeded', message: 'context deadline exceeded' });
}

/** A stream breaks when its leader is no longer the one this node's manager knows, or there is no manager here any more. */
export function followLeader(context: NodeContext, memory: NodeMemory): void {
  for (const [id, stream] of memory.logs) {
    if (stream.leader !== undefined && stream.leader !== memory.manager?.raft.leader) {
      breakStream(context, memory, id, stream);
    }
  }
}

function breakStream(context: NodeContext, memory: NodeMemory, id: number, stream: OpenLogs): void {
  forget(context, memory, id, stream);
  answerError(context, stream.command, broken);
  send(context, memory, { method: 'logs.close', id });
}

function forget(context: NodeContext, memory: NodeMemory, id: number, stream: OpenLogs): void {
  memory.logs.delete(id);
  context.cancel(stream.limit);
}

function send(
  context: NodeContext,
  memory: NodeMemory,
  call: Extract<Parameters<typeof callManager>[2]['call'], { readonly method: 'logs' | 'logs.close' }>,
): void {
  if (memory.manager === undefined) return;
  callManager(context, memory.manager, { kind: 'call', route: [context.host], forwarded: false, call });
}
