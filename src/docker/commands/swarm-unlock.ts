// docker swarm unlock, docker swarm unlock-key

import type { Info, Swarm, UnlockKey } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson, send } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { bool } from '../flag.ts';
import { updateSwarm } from '../swarm-spec.ts';
import { fetchUnlockKey, unlockText } from '../swarm-texts.ts';

export const swarmUnlock: Command = {
  name: 'unlock',
  short: 'Unlock swarm',
  arity: noArguments,
  swarm: 'manager',
  run: unlock,
};

export const swarmUnlockKey: Command = {
  name: 'unlock-key',
  usage: '[OPTIONS]',
  short: 'Manage the unlock key',
  arity: noArguments,
  swarm: 'manager',
  flags: [
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only display token' },
    { name: 'rotate', kind: bool, usage: 'Rotate unlock key' },
  ],
  run: showKey,
};

function* unlock({ client, host }: Invocation): Fiber<number> {
  const info = yield* fetchJson<Info>(client, '/info');
  const state = info.Swarm.LocalNodeState;
  if (state === 'inactive') throw new CommandFailure('Error: This node is not part of a swarm');
  if (state !== 'locked') throw new CommandFailure('Error: swarm is not locked');
  const [line = ''] = host.stdin().split('\n');
  const body: UnlockKey = { UnlockKey: line.trim() };
  yield* send(client, { method: 'POST', path: '/swarm/unlock', body });
  return 0;
}

function* showKey({ flags, client, host }: Invocation): Fiber<number> {
  const quiet = flags.on('quiet');
  if (flags.on('rotate')) {
    const swarm = yield* fetchJson<Swarm>(client, '/swarm');
    if (!swarm.Spec.EncryptionConfig.AutoLockManagers) {
      throw new CommandFailure('cannot rotate because autolock is not turned on');
    }
    yield* updateSwarm(client, swarm.Version.Index, swarm.Spec, { unlockKey: true });
    if (!quiet) host.out('Successfully rotated manager unlock key.\n');
  }
  const key = yield* fetchUnlockKey(client);
  if (key === '') throw new CommandFailure('no unlock key is set');
  host.out(quiet ? `${key}\n` : unlockText(key));
  return 0;
}
