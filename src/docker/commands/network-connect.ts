// docker network connect, docker network disconnect

import { send } from '../client.ts';
import { type Command, exactly } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { bool, int, list, string, strings } from '../flag.ts';
import { pairsOf, sortedMap } from '../maps.ts';
import { objectPath } from '../object-path.ts';

export const networkConnect: Command = {
  name: 'connect',
  usage: '[OPTIONS] NETWORK CONTAINER',
  short: 'Connect a container to a network',
  arity: exactly(2),
  flags: [
    { name: 'alias', kind: strings, usage: 'Add network-scoped alias for the container' },
    { name: 'driver-opt', kind: strings, usage: 'driver options for the network' },
    {
      name: 'gw-priority',
      kind: int,
      usage: 'Highest gw-priority provides the default gateway. Accepts positive and negative values.',
    },
    { name: 'ip', kind: string, usage: 'IPv4 address (e.g., "172.30.100.104")' },
    { name: 'ip6', kind: string, usage: 'IPv6 address (e.g., "2001:db8::33")' },
    { name: 'link', kind: list, usage: 'Add link to another container' },
    { name: 'link-local-ip', kind: strings, usage: 'Add a link-local address for the container' },
  ],
  *run({ args: [network = '', container = ''], flags, client }) {
    const options = flags.slice('driver-opt');
    if (options.some((option) => !option.includes('='))) {
      throw new CommandFailure('invalid key/value pair format in driver options');
    }
    const links = flags.list('link');
    const linkLocal = flags.slice('link-local-ip');
    const endpoint = {
      IPAMConfig: {
        IPv4Address: flags.text('ip') || undefined,
        IPv6Address: flags.text('ip6') || undefined,
        LinkLocalIPs: linkLocal.length === 0 ? undefined : linkLocal,
      },
      Links: links.length === 0 ? null : links,
      Aliases: flags.slice('alias'),
      MacAddress: '',
      DriverOpts: sortedMap(pairsOf(options)),
      GwPriority: flags.number('gw-priority'),
      NetworkID: '',
      EndpointID: '',
      Gateway: '',
      IPAddress: '',
      IPPrefixLen: 0,
      IPv6Gateway: '',
      GlobalIPv6Address: '',
      GlobalIPv6PrefixLen: 0,
      DNSNames: null,
    };
    const body = { Container: container, EndpointConfig: endpoint };
    yield* send(client, { method: 'POST', path: `${objectPath('network', network)}/connect`, body });
    return 0;
  },
};

export const networkDisconnect: Command = {
  name: 'disconnect',
  usage: '[OPTIONS] NETWORK CONTAINER',
  short: 'Disconnect a container from a network',
  arity: exactly(2),
  flags: [
    {
      name: 'force',
      shorthand: 'f',
      kind: bool,
      usage: 'Force the container to disconnect from a network',
    },
  ],
  *run({ args: [network = '', container = ''], flags, client }) {
    const body = { Container: container, Force: flags.on('force') };
    yield* send(client, { method: 'POST', path: `${objectPath('network', network)}/disconnect`, body });
    return 0;
  },
};
