// A node's place in its swarm: what of it is on the disk, the agent that lives by it, and the numbers of its calls.

import { type AgentRecord, type AgentState, bootAgent, startAgent } from '../agent/agent.ts';
import type { ManagerOptions } from '../manager/state.ts';
import { managerFiles } from '../manager/storage.ts';
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
  return (
    record.kind === 'task' || record.kind === 'log' || record.kind === 'image' || record.kind === 'managers'
  );
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
  memory.agentLife = nextLife(memory);
  memory.agent = bootAgent(agentContext, saved);
  startAgent(agentContext, memory.agent);
}

/** What the node is in its swarm, in memory and on its disk. */
export function setIdentity(context: NodeContext, memory: NodeMemory, identity: Identity): void {
  memory.identity = identity;
  context.replace(identityFile, [{ kind: 'node.identity', identity }]);
  context.sync({ kind: 'node.saved' });
}

/** The node belongs to no swarm any more: nothing of it is left in memory or on the disk. */
export function forgetSwarm(context: NodeContext, memory: NodeMemory): void {
  const agentFiles = context.files().filter((file) => file.startsWith(agentPrefix));
  for (const task of memory.agent?.tasks.keys() ?? []) agentFiles.push(`${agentPrefix}task/${task}`);
  for (const task of memory.agent?.containers.keys() ?? []) agentFiles.push(`${agentPrefix}log/${task}`);
  for (const image of memory.agent?.images.keys() ?? []) agentFiles.push(`${agentPrefix}image/${image}`);
  for (const file of new Set([
    identityFile,
    'node/lock',
    `${agentPrefix}managers`,
    ...managerFiles,
    ...agentFiles,
  ]))
    context.replace(file, []);
  context.sync({ kind: 'node.saved' });
  memory.identity = undefined;
  memory.manager = undefined;
  memory.agent = undefined;
  if (memory.joining !== undefined) context.cancel(memory.joining.timer);
  memory.joining = undefined;
  if (memory.renewal !== undefined) context.cancel(memory.renewal.timer);
  memory.renewal = undefined;
  memory.leaving = undefined;
  memory.locked = undefined;
  memory.lockKey = '';
}

/** The node has become part of a swarm: it says so on its disk, and its agent starts. */
export function enterSwarm(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  identity: Identity,
  managers: readonly string[],
): void {
  setIdentity(context, memory, identity);
  const agentContext = new HostAgentContext(context, config, memory, identity);
  const peers = managers.map((host) => ({ host, nodeId: '', weight: 1 }));
  const record: AgentRecord = { kind: 'managers', managers: peers };
  agentContext.save('managers', record);
  memory.agentLife = nextLife(memory);
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

/** How the next manager of this node is started. */
export function managerOptions(config: NodeConfig, memory: NodeMemory): ManagerOptions {
  return { preVote: config.raft.preVote, life: nextLife(memory) };
}

function nextLife(memory: NodeMemory): number {
  memory.lives += 1;
  return memory.lives;
}

/** A number for a call that no other of this node has. */
export function nextCall(memory: NodeMemory): number {
  memory.lastCall += 1;
  return memory.lastCall;
}
