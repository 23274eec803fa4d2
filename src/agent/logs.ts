// What an agent tells a subscription of the log broker: the lines that its containers hold. It follows none.

import type { DispatcherReply, LogLine, LogRequest, TaskLog } from '../model/messages.ts';
import type { AgentContext } from './context.ts';
import { type AgentState, nextCall } from './state.ts';

type LogSubscription = Extract<DispatcherReply, { readonly method: 'dispatcher.subscription' }>;

/** Sends the lines to the manager that holds the session. No answer is waited for. */
export function publishLogs(
  context: AgentContext,
  state: AgentState,
  manager: string,
  { subscription, request }: LogSubscription,
): void {
  context.call(manager, {
    method: 'dispatcher.publish',
    id: nextCall(state),
    nodeId: context.nodeId,
    sessionId: state.sessionId,
    subscription,
    logs: readLogs(state, request),
  });
}

/** By the order in which the tasks came to the node. */
function readLogs(state: AgentState, request: LogRequest): TaskLog[] {
  const { kind, id } = request.of;
  const wanted = [...state.tasks.values()]
    .map(({ task }) => task)
    .filter((task) => (kind === 'service' ? task.serviceId : task.id) === id);
  return wanted.flatMap(({ id: taskId }) => {
    const lines = selectLines(state.containers.get(taskId)?.lines ?? [], request);
    return lines.length === 0 ? [] : [{ taskId, lines }];
  });
}

function selectLines(lines: readonly LogLine[], { tail, since }: LogRequest): readonly LogLine[] {
  // As the engine does: the last lines first, then those of them that are late enough.
  const last = tail === undefined ? lines : lines.slice(Math.max(lines.length - tail, 0));
  return last.filter(({ at }) => at >= since);
}
