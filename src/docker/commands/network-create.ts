// docker network create

import type { NetworkCreateRequest, NetworkCreateResponse } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { postJson } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { bool, labels, map, string, strings } from '../flag.ts';
import { readIpam } from '../ipam.ts';
import { pairsOf, sortedMap } from '../maps.ts';

export const networkCreate: Command = {
  name: 'create',
  usage: '[OPTIONS] NETWORK',
  short: 'Create a network',
  arity: exactly(1),
  flags: [
    {
      name: 'attachable',
      kind: bool,
      usage: 'Enable manual container attachment',
      version: '1.25',
    },
    {
      name: 'aux-address',
      kind: map,
      usage: 'Auxiliary IPv4 or IPv6 addresses used by Network driver',
      initial: 'map[]',
    },
    {
      name: 'config-from',
      kind: string,
      usage: 'The network from which to copy the configuration',
      version: '1.30',
    },
    {
      name: 'config-only',
      kind: bool,
      usage: 'Create a configuration only network',
      version: '1.30',
    },
    {
      name: 'driver',
      shorthand: 'd',
      kind: string,
      usage: 'Driver to manage the Network',
      initial: 'bridge',
    },
    { name: 'gateway', kind: strings, usage: 'IPv4 or IPv6 Gateway for the master subnet' },
    { name: 'ingress', kind: bool, usage: 'Create swarm routing-mesh network', version: '1.29' },
    { name: 'internal', kind: bool, usage: 'Restrict external access to the network' },
    { name: 'ip-range', kind: strings, usage: 'Allocate container ip from a sub-range' },
    { name: 'ipam-driver', kind: string, usage: 'IP Address Management Driver', initial: 'default' },
    { name: 'ipam-opt', kind: map, usage: 'Set IPAM driver specific options', initial: 'map[]' },
    {
      name: 'ipv4',
      kind: bool,
      usage: 'Enable or disable IPv4 address assignment',
      initial: 'true',
    },
    { name: 'ipv6', kind: bool, usage: 'Enable or disable IPv6 address assignment' },
    { name: 'label', kind: labels, usage: 'Set metadata on a network' },
    {
      name: 'opt',
      shorthand: 'o',
      kind: map,
      usage: 'Set driver specific options',
      initial: 'map[]',
    },
    { name: 'scope', kind: string, usage: "Control the network's scope", version: '1.30' },
    {
      name: 'subnet',
      kind: strings,
      usage: 'Subnet in CIDR format that represents a network segment',
    },
  ],
  run,
};

function* run({ args: [name = ''], flags, client, host }: Invocation): Fiber<number> {
  const ipam = readIpam({
    subnets: flags.slice('subnet'),
    ranges: flags.slice('ip-range'),
    gateways: flags.slice('gateway'),
    reserved: pairsOf(flags.list('aux-address')),
  });
  const from = flags.text('config-from');
  const request: NetworkCreateRequest = {
    Driver: flags.text('driver'),
    Scope: flags.text('scope'),
    EnableIPv4: flags.changed('ipv4') ? flags.on('ipv4') : undefined,
    EnableIPv6: flags.changed('ipv6') ? flags.on('ipv6') : undefined,
    IPAM: {
      Driver: flags.text('ipam-driver'),
      Options: sortedMap(pairsOf(flags.list('ipam-opt'))),
      Config: ipam,
    },
    Internal: flags.on('internal'),
    Attachable: flags.on('attachable'),
    Ingress: flags.on('ingress'),
    ConfigOnly: flags.on('config-only'),
    ConfigFrom: from === '' ? null : { Network: from },
    Options: sortedMap(pairsOf(flags.list('opt'))),
    Labels: sortedMap(pairsOf(flags.list('label'))),
    Name: name,
  };
  const { Id: id } = yield* postJson<NetworkCreateResponse>(client, '/networks/create', request);
  host.out(`${id}\n`);
  return 0;
}
