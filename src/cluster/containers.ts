// What an operator does to the containers of a machine. The agent finds out what has become of its tasks.

import {
  type AgentState,
  hangTask,
  killTask,
  removeContainer,
  signalTask,
  stopTask,
} from '../agent/agent.ts';
import type { AgentContext } from '../agent/context.ts';
import { unreachable } from '../sim/assert.ts';
import type { NodeCommand } from './types.ts';

/** What is done to the container of a task by hand. */
export function handleContainer(
  context: AgentContext,
  agent: AgentState,
  command: Extract<NodeCommand, { readonly taskId: string }>,
): void {
  const { taskId } = command;
  switch (command.kind) {
    case 'node.kill':
      killTask(context, agent, taskId);
      return;
    case 'node.signal':
      signalTask(context, agent, taskId, command.signal);
      return;
    case 'node.stop':
      stopTask(context, agent, taskId, command.signal, command.grace);
      return;
    case 'node.remove-container':
      removeContainer(context, agent, taskId);
      return;
    case 'node.hang':
      hangTask(context, agent, taskId);
      return;
    default:
      unreachable(command);
  }
}
