// docker swarm join

import type { Info, SwarmJoinRequest } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson, send } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { type Flag, string } from '../flag.ts';
import { nodeAddress, readListenAddress } from '../swarm-flags.ts';

/** How a node shows itself to the others. */
export const advertiseFlags: readonly Flag[] = [
  {
    name: 'advertise-addr',
    kind: string,
    usage: 'Advertised address (format: "<ip|interface>[:port]")',
  },
  {
    name: 'availability',
    kind: string,
    usage: 'Availability of the node ("active", "pause", "drain")',
    initial: 'active',
  },
  {
    name: 'data-path-addr',
    kind: string,
    usage: 'Address or interface to use for data path traffic (format: "<ip|interface>")',
    version: '1.31',
  },
  {
    name: 'listen-addr',
    kind: nodeAddress,
    usage: 'Listen address (format: "<ip|interface>[:port]")',
    initial: '0.0.0.0:2377',
  },
];

export const swarmJoin: Command = {
  name: 'join',
  usage: '[OPTIONS] HOST:PORT',
  short: 'Join a swarm as a node and/or manager',
  arity: exactly(1),
  flags: [...advertiseFlags, { name: 'token', kind: string, usage: 'Token for entry into the swarm' }],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const request: SwarmJoinRequest = {
    ListenAddr: readListenAddress(flags.text('listen-addr')),
    AdvertiseAddr: flags.text('advertise-addr'),
    DataPathAddr: flags.text('data-path-addr'),
    RemoteAddrs: args,
    JoinToken: flags.text('token'),
    Availability: flags.changed('availability') ? readAvailability(flags.text('availability')) : '',
  };
  yield* send(client, { method: 'POST', path: '/swarm/join', body: request });
  const info = yield* fetchJson<Info>(client, '/info');
  host.out(`This node joined a swarm as a ${info.Swarm.ControlAvailable ? 'manager' : 'worker'}.\n`);
  return 0;
}

/** @throws CommandFailure */
export function readAvailability(given: string): string {
  const availability = given.toLowerCase();
  if (['active', 'pause', 'drain'].includes(availability)) return availability;
  throw new CommandFailure(
    `invalid availability ${JSON.stringify(given)}, only active, pause and drain are supported`,
  );
}
