// Autolock (R-R153): a manager's disk is encrypted with the swarm's unlock key, so a node that comes up again takes no part in anything
// until somebody gives it the key. Here the key lies on the disk beside what it locks; only the waiting is real.

import type { CallError } from '../model/messages.ts';
import { answerError, type NodeContext } from './identity.ts';
import type { NodeMemory } from './types.ts';

const lockFile = 'node/lock';

/** What a locked node answers to everything that needs a manager (R-R208). */
export const lockedError: CallError = {
  code: 'Unavailable',
  message:
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
};

/** The key this disk is locked with; undefined when it is not. */
export function readLock(context: NodeContext): string | undefined {
  const [stored] = context.read(lockFile).records;
  return stored?.kind === 'node.lock' ? stored.key : undefined;
}

/** To be asked after whatever a manager did: the disk follows the key of the cluster object. */
export function followLock(context: NodeContext, memory: NodeMemory): void {
  const cluster = memory.manager?.store.tables.cluster.values().next().value;
  if (cluster === undefined || cluster.unlockKey === memory.lockKey) return;
  memory.lockKey = cluster.unlockKey;
  writeLock(context, cluster.unlockKey);
}

/** Only managers are locked: a node that has the certificate of a worker comes up by itself again. */
export function unlockForGood(context: NodeContext, memory: NodeMemory): void {
  if (memory.lockKey === '') return;
  memory.lockKey = '';
  writeLock(context, '');
}

/** Locks the disk with a key, or unlocks it for good with an empty one. */
function writeLock(context: NodeContext, key: string): void {
  context.replace(lockFile, key === '' ? [] : [{ kind: 'node.lock', key }]);
  context.sync({ kind: 'node.saved' });
}

/** `docker swarm unlock`: true when the key fits and the node may go on (R-R215). */
export function tryKey(
  context: NodeContext,
  memory: NodeMemory,
  { command, key }: { readonly command: number; readonly key: string },
): boolean {
  if (memory.locked === undefined) {
    answerError(context, command, { code: 'AlreadyExists', message: 'swarm is not locked' });
    return false;
  }
  if (!/^SWMKEY-1-[A-Za-z0-9+/]{43}$/.test(key)) {
    answerError(context, command, { code: 'InvalidArgument', message: 'invalid key string' });
    return false;
  }
  if (key !== memory.locked) {
    const message = 'swarm could not be unlocked: invalid key provided';
    answerError(context, command, { code: 'Unauthenticated', message });
    return false;
  }
  memory.locked = undefined;
  return true;
}
