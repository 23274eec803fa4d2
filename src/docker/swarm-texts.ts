// What several commands of the swarm print: how to join, how to unlock.

import type { Info, Node, Swarm, UnlockKey } from '../engine/api.ts';
import type { Fiber } from '../engine/fiber.ts';
import { type Client, fetchJson } from './client.ts';
import { CommandFailure, failureText } from './failure.ts';
import type { DockerHost } from './process.ts';

/** How to join, for one role. Nothing for a node that is no manager. */
export function* printJoinCommand(
  client: Client,
  host: DockerHost,
  nodeId: string,
  role: 'worker' | 'manager',
): Fiber<void> {
  const node = yield* fetchJson<Node>(client, `/nodes/${nodeId}`);
  const swarm = yield* fetchJson<Swarm>(client, '/swarm');
  const { ManagerStatus: status } = node;
  if (status === undefined) return;
  const token = role === 'worker' ? swarm.JoinTokens.Worker : swarm.JoinTokens.Manager;
  host.out(
    `To add a ${role} to this swarm, run the following command:\n\n    docker swarm join --token ${token} ${status.Addr ?? ''}\n\n`,
  );
}

/** The id of the node whose engine was asked. */
export function* ownNodeId(client: Client): Fiber<string> {
  const info = yield* fetchJson<Info>(client, '/info');
  return info.Swarm.NodeID;
}

/** @throws CommandFailure */
export function* fetchUnlockKey(client: Client): Fiber<string> {
  try {
    return (yield* fetchJson<UnlockKey>(client, '/swarm/unlockkey')).UnlockKey;
  } catch (error) {
    throw new CommandFailure(`could not fetch unlock key: ${failureText(error)}`);
  }
}

/** Nothing for a swarm without a key. */
export function unlockText(key: string): string {
  if (key === '') return '';
  return `To unlock a swarm manager after it restarts, run the \`docker swarm unlock\`
command and provide the following key:

    ${key}

Remember to store this key in a password manager, since without it you
will not be able to restart the manager.
`;
}
