// A node begins a swarm of its own, or goes on alone with what it had; and what it says while it is in none, or no manager of one.

import { initManager, restartAlone } from '../manager/manager.ts';
import { defaultListenPort } from '../model/defaults.ts';
import { formatId } from '../model/ids.ts';
import type { CallError } from '../model/messages.ts';
import { alreadyInSwarm, answerError, enterSwarm, managerOptions, type NodeContext } from './identity.ts';
import { lockedError } from './lock.ts';
import type { Identity, NodeCommand, NodeConfig, NodeMemory } from './types.ts';

const notInSwarm =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';
const notManager =
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.";

const notReady =
  'This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.';

/** `docker swarm init` (R-R112, R-R113). */
export function initSwarm(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  { command, seed }: Extract<NodeCommand, { readonly kind: 'node.init' }>,
): void {
  if (memory.identity !== undefined || memory.locked !== undefined) {
    answerError(context, command, memory.locked === undefined ? alreadyInSwarm : lockedError);
    return;
  }
  const nodeId = formatId((bound) => context.random('ids', bound));
  const addr = `${config.addr}:${defaultListenPort}`;
  const member = { nodeId, host: context.host, addr };
  const options = managerOptions(config, memory);
  memory.manager = initManager(context, member, seed === undefined ? options : { ...options, seed });
  const identity: Identity = { nodeId, role: 'manager' };
  enterSwarm(context, config, memory, identity, [context.host]);
  context.note({ kind: 'answer', command, joined: identity });
}

/** `docker swarm init --force-new-cluster`: this manager alone goes on with what was committed (R-R113, R-R150). */
export function forceNewCluster(
  context: NodeContext,
  config: NodeConfig,
  memory: NodeMemory,
  command: number,
): void {
  const { manager, identity } = memory;
  if (manager === undefined || identity === undefined) {
    answerError(context, command, notManagerError(memory));
    return;
  }
  memory.manager = restartAlone(context, manager, managerOptions(config, memory));
  context.note({ kind: 'answer', command, joined: identity });
}

/** Why this node cannot be asked (R-R208). */
export function notManagerError(memory: NodeMemory): CallError {
  if (memory.locked !== undefined) return lockedError;
  const { identity, joining } = memory;
  if (identity?.role === 'manager' || joining?.certificate?.role === 'manager') {
    return { code: 'Unavailable', message: notReady };
  }
  const message = identity === undefined && joining === undefined ? notInSwarm : notManager;
  return { code: 'Unavailable', message };
}
