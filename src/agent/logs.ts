// What an agent tells the subscriptions of the log broker: the lines that its containers hold, and to those that follow what is written
// from then on. Subscriptions belong to the session they came in.

import type { DispatcherReply, LogLine, LogRequest, TaskLog } from '../model/messages.ts';
import type { Task } from '../model/objects.ts';
import type { Labels } from '../model/spec.ts';
import type { Container } from './container.ts';
import type { AgentContext } from './context.ts';
import { type AgentState, nextCall } from './state.ts';

/** A subscription that follows. Plain data. */
export interface FollowedLogs {
  readonly request: LogRequest;
  /** How many messages it has been sent. */
  parts: number;
  /** By task ID, how much of what the container has ever written has been dealt with. */
  readonly told: Map<string, number>;
}

/** Sends the lines to the manager that holds the session. No answer is waited for. */
export function publishLogs(
  context: AgentContext,
  state: AgentState,
  manager: string,
  { subscription, request }: Extract<DispatcherReply, { readonly method: 'dispatcher.subscription' }>,
): void {
  const told = new Map<string, number>();
  const logs: TaskLog[] = [];
  // By the order in which the tasks came to the node.
  for (const { task } of state.tasks.values()) {
    const container = state.containers.get(task.id);
    if (container === undefined || !isConcerned(task, request)) continue;
    told.set(task.id, container.written);
    const lines = selectLines(container.lines, request);
    if (lines.length > 0) logs.push(taskLog(context, task, container, lines));
  }
  const followed: FollowedLogs = { request, parts: 0, told };
  if (request.follow) state.followed.set(subscription, followed);
  if (!request.follow || logs.length > 0) publish(context, state, manager, subscription, followed, logs);
}

/** A container has written, perhaps: those who follow it are told. */
export function tellFollowers(context: AgentContext, state: AgentState, container: Container): void {
  const { session } = state;
  const task = state.tasks.get(container.taskId)?.task;
  if (state.followed.size === 0 || session.phase !== 'open' || task === undefined) return;
  for (const [subscription, followed] of state.followed) {
    const { request, told } = followed;
    if (!isConcerned(task, request)) continue;
    const fresh = container.written - (told.get(task.id) ?? 0);
    told.set(task.id, container.written);
    const lines = wantedOf(container.lines.slice(Math.max(container.lines.length - fresh, 0)), request);
    if (fresh === 0 || lines.length === 0) continue;
    const logs = [taskLog(context, task, container, lines)];
    publish(context, state, session.manager, subscription, followed, logs);
  }
}

function publish(
  context: AgentContext,
  state: AgentState,
  manager: string,
  subscription: number,
  followed: FollowedLogs,
  logs: readonly TaskLog[],
): void {
  followed.parts += 1;
  context.call(manager, {
    method: 'dispatcher.publish',
    id: nextCall(state),
    nodeId: context.nodeId,
    sessionId: state.sessionId,
    subscription,
    part: followed.parts,
    logs,
    last: !followed.request.follow,
  });
}

function isConcerned(task: Task, { of: { kind, id } }: LogRequest): boolean {
  return (kind === 'service' ? task.serviceId : task.id) === id;
}

function selectLines(lines: readonly LogLine[], request: LogRequest): readonly LogLine[] {
  const { tail } = request;
  // As the engine does: the last lines of all first, then those of them that are of the stream and late enough.
  const last = tail === undefined ? lines : lines.slice(Math.max(lines.length - tail, 0));
  return wantedOf(last, request);
}

function wantedOf(lines: readonly LogLine[], { streams, since }: LogRequest): readonly LogLine[] {
  return lines.filter(({ at, stream }) => at >= since && streams.includes(stream));
}

function taskLog(
  { nodeId }: AgentContext,
  task: Task,
  container: Container,
  lines: readonly LogLine[],
): TaskLog {
  return { taskId: task.id, serviceId: task.serviceId, nodeId, details: detailsOf(task, container), lines };
}

/** The container labels and variables that the options `labels` and `env` of the log driver name, by key. */
export function detailsOf({ spec, logDriver }: Task, { env }: Container): Labels {
  const options = logDriver?.options ?? [];
  const named = (option: string): readonly string[] =>
    options.find(([key]) => key === option)?.[1].split(',') ?? [];
  const variables = env.map((text): readonly [string, string] => {
    const at = text.indexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  const labels = spec.container.labels.filter(([key]) => named('labels').includes(key));
  const details = new Map([...labels, ...variables.filter(([key]) => named('env').includes(key))]);
  return [...details].sort(([a], [b]) => (a < b ? -1 : 1));
}
