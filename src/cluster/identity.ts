// A node's place in its swarm: what of it is on the disk, the agent that lives by it, and the numbers of its calls.

import { type AgentRecord, type AgentState, bootAgent, startAgent } from '../agent/agent.ts';
import type { CallError } from '../model/messages.ts';
import type { Context } from '../sim/context.ts';
import { agentPrefix, HostAgentContext } from './agent-context.ts';
import type { Identity, NodeConfig, NodeMemory, SwarmTypes } from './types.ts';

export type NodeContext = Context<SwarmTypes>;

const identityFile = 'node/identity';

/** What this node is in a swarm, from its disk; undefined when it is in none. */
export function readIdentity(context: NodeContext): Identity | undefined {
  const [stored] = context.read(identityFile).records;
  return stored?.kind === 'node.identity' ? stored.identity : undefined;
}

function isAgentRecord(record: SwarmTypes['record']): record is AgentRecord {
  return record.kind === 'task' || record.kind === 'image' || record.kind === 'managers';
}

/** The agent goes on from its own database. */
export function resumeAgent(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  identity: Identity,
): void {
  const saved = new Map<string, AgentRecord>();
  for (const file of context.files()) {
    if (!file.startsWith(agentPrefix)) continue;
    const record = context.read(file).records.find(isAgentRecord);
    if (record !== undefined) saved.set(file.slice(agentPrefix.length), record);
  }
  const agentContext = new HostAgentContext(context, config, memory, identity);
  memory.agent = bootAgent(agentContext, saved);
  startAgent(agentContext, memory.agent);
}

/** The node has become part of a swarm: it says so on its disk, and its agent starts. */
export function enterSwarm(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  identity: Identity,
  managers: readonly string[],
): void {
  memory.identity = identity;
  context.replace(identityFile, [{ kind: 'node.identity', identity }]);
  const agentContext = new HostAgentContext(context, config, memory, identity);
  const peers = managers.map((host) => ({ host, nodeId: '', weight: 1 }));
  const record: AgentRecord = { kind: 'managers', managers: peers };
  agentContext.save('managers', record);
  memory.agent = bootAgent(agentContext, new Map([['managers', record]]));
  startAgent(agentContext, memory.agent);
}

/** Does something with the agent, if the node has one. */
export function withAgent(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  act: (agentContext: HostAgentContext, agent: AgentState) => void,
): void {
  const { agent, identity } = memory;
  if (agent === undefined || identity === undefined) return;
  act(new HostAgentContext(context, config, memory, identity), agent);
}

export const alreadyInSwarm: CallError = {
  code: 'Unavailable',
  message:
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
};

export function answerError(context: NodeContext, command: number, error: CallError): void {
  context.note({ kind: 'answer', command, error });
}

/** A number for a call that no other of this node has. */
export function nextCall(memory: NodeMemory): number {
  memory.lastCall += 1;
  return memory.lastCall;
}
