// Status reports: per task the newest that no manager has accepted yet (R-R181).

import { equalData } from '../model/equal.ts';
import type { TaskStatus } from '../model/objects.ts';
import { sendCall } from './calls.ts';
import type { AgentContext } from './context.ts';
import type { AgentState, OpenSession } from './state.ts';

/** A report equal to the queued one, or lower in state, is dropped. */
export function queueReport(state: AgentState, taskId: string, status: TaskStatus): void {
  const queued = state.reports.get(taskId);
  if (queued !== undefined && (equalData(queued, status) || queued.state > status.state)) return;
  state.reports.set(taskId, status);
}

/** After every registration the status of every task is reported again (R-R181). */
export function queueAllReports(state: AgentState): void {
  for (const [taskId, { task }] of state.tasks) queueReport(state, taskId, task.status);
}

/** Sends what is queued, if there is a session and no report is under way. */
export function sendReports(context: AgentContext, state: AgentState): void {
  const { session } = state;
  if (session.phase !== 'open' || session.report !== undefined || state.reports.size === 0) return;
  const statuses = new Map(state.reports);
  state.reports.clear();
  const updates = [...statuses].map(([taskId, status]) => ({ taskId, status }));
  const pending = sendCall(context, state, session.manager, (id) => ({
    method: 'dispatcher.report',
    id,
    nodeId: context.nodeId,
    sessionId: state.sessionId,
    updates,
  }));
  session.report = { ...pending, statuses };
}

/** The report under way has not been accepted: what nothing newer has replaced is queued again. */
export function requeueReports(state: AgentState, session: OpenSession): void {
  for (const [taskId, status] of session.report?.statuses ?? []) {
    if (state.tasks.has(taskId)) queueReport(state, taskId, status);
  }
  session.report = undefined;
}
