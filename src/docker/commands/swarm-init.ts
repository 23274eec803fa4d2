// docker swarm init. What it prints when all went well is R-R216, as of its neighbours.

import type { SwarmInitRequest, SwarmSpec } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, postJson } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { CommandFailure, DaemonError } from '../failure.ts';
import { bool, uint32 } from '../flag.ts';
import { addressPools, readListenAddress, readPools, specFlags } from '../swarm-flags.ts';
import { mergeSpec } from '../swarm-spec.ts';
import { fetchUnlockKey, printJoinCommand, unlockText } from '../swarm-texts.ts';
import { advertiseFlags, readAvailability } from './swarm-join.ts';

export const swarmInit: Command = {
  name: 'init',
  usage: '[OPTIONS]',
  short: 'Initialize a swarm',
  arity: noArguments,
  flags: [
    ...advertiseFlags,
    {
      name: 'autolock',
      kind: bool,
      usage: 'Enable manager autolocking (requiring an unlock key to start a stopped manager)',
    },
    {
      name: 'data-path-port',
      kind: uint32,
      usage:
        'Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.',
      version: '1.40',
    },
    {
      name: 'default-addr-pool',
      kind: addressPools,
      usage: 'default address pool in CIDR format',
      initial: '[]',
      version: '1.39',
    },
    {
      name: 'default-addr-pool-mask-length',
      kind: uint32,
      usage: 'default address pool subnet mask length',
      initial: '24',
      version: '1.39',
    },
    { name: 'force-new-cluster', kind: bool, usage: 'Force create a new cluster from current state' },
    ...specFlags,
  ],
  run,
};

/** Zero values, for which the engine has defaults. */
const emptySpec: SwarmSpec = {
  Labels: null,
  Orchestration: {},
  Raft: { ElectionTick: 0, HeartbeatTick: 0 },
  Dispatcher: {},
  CAConfig: {},
  TaskDefaults: {},
  EncryptionConfig: { AutoLockManagers: false },
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const autolock = flags.on('autolock');
  const request: SwarmInitRequest = {
    ListenAddr: readListenAddress(flags.text('listen-addr')),
    AdvertiseAddr: flags.text('advertise-addr'),
    DataPathAddr: flags.text('data-path-addr'),
    DataPathPort: flags.number('data-path-port'),
    ForceNewCluster: flags.on('force-new-cluster'),
    Spec: mergeSpec(emptySpec, flags, host, ''),
    AutoLockManagers: autolock,
    Availability: flags.changed('availability') ? readAvailability(flags.text('availability')) : '',
    DefaultAddrPool: readPools(flags.list('default-addr-pool')),
    SubnetSize: flags.number('default-addr-pool-mask-length'),
  };
  const nodeId = yield* initialize(client, request);
  host.out(`Swarm initialized: current node (${nodeId}) is now a manager.\n\n`);
  yield* printJoinCommand(client, host, nodeId, 'worker');
  host.out(
    "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.\n",
  );
  if (autolock) host.out(unlockText(yield* fetchUnlockKey(client)));
  return 0;
}

function* initialize(client: Client, request: SwarmInitRequest): Fiber<string> {
  try {
    return yield* postJson<string>(client, '/swarm/init', request);
  } catch (error) {
    if (error instanceof DaemonError && addressUnknown.test(error.message)) {
      throw new CommandFailure(`${error.message} - specify one with --advertise-addr`);
    }
    throw error;
  }
}

const addressUnknown = /could not choose an IP address to advertise|could not find the system's IP address/;
