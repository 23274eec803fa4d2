// Status reports: per task the newest that no manager has accepted yet (R-R181). A local status never goes back, so the newest is the highest.
// Reports that were under way when a session ended need no care: after each registration everything is reported again.

import { sendCall } from './calls.ts';
import type { AgentContext } from './context.ts';
import type { AgentState } from './state.ts';

/** After every registration the status of every task is reported again (R-R181). */
export function queueAllReports(state: AgentState): void {
  for (const [taskId, { task }] of state.tasks) state.reports.set(taskId, task.status);
}

/** Sends what is queued, if there is a session and no report is under way. */
export function sendReports(context: AgentContext, state: AgentState): void {
  const { session } = state;
  if (session.phase !== 'open' || session.report !== undefined) return;
  if (state.reports.size + state.unpublished.size === 0) return;
  const updates = [...state.reports].map(([taskId, status]) => ({ taskId, status }));
  const unpublished = [...state.unpublished].sort((a, b) => (a < b ? -1 : 1));
  state.reports.clear();
  state.unpublished.clear();
  session.report = sendCall(context, state, session.manager, (id) => ({
    method: 'dispatcher.report',
    id,
    nodeId: context.nodeId,
    sessionId: state.sessionId,
    updates,
    ...(unpublished.length > 0 && { unpublished }),
  }));
}
