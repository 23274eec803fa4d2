// docker swarm update

import type { Swarm } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { abilitiesOf, fetchJson } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { bool } from '../flag.ts';
import { helpText } from '../help.ts';
import { specFlags } from '../swarm-flags.ts';
import { mergeSpec, updateSwarm } from '../swarm-spec.ts';
import { fetchUnlockKey, unlockText } from '../swarm-texts.ts';

export const swarmUpdate: Command = {
  name: 'update',
  usage: '[OPTIONS]',
  short: 'Update the swarm',
  arity: noArguments,
  swarm: 'manager',
  flags: [
    { name: 'autolock', kind: bool, usage: 'Change manager autolocking setting (true|false)' },
    ...specFlags,
  ],
  run,
};

function* run({ path, command, flags, client, host }: Invocation): Fiber<number> {
  if (flags.given.length === 0) {
    host.out(helpText(path, command, yield* abilitiesOf(client)));
    return 0;
  }
  const swarm = yield* fetchJson<Swarm>(client, '/swarm');
  const spec = mergeSpec(swarm.Spec, flags, host, swarm.TLSInfo.TrustRoot ?? '');
  yield* updateSwarm(client, swarm.Version.Index, spec);
  host.out('Swarm updated.\n');
  if (spec.EncryptionConfig.AutoLockManagers && !swarm.Spec.EncryptionConfig.AutoLockManagers) {
    const key = yield* fetchUnlockKey(client);
    host.out(unlockText(key));
  }
  return 0;
}
