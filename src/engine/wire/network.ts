// Networks of the swarm: as the API of networks shows them, as tasks carry them, and as they are asked for.

import { networkSpec } from '../../model/defaults.ts';
import type { Network } from '../../model/objects.ts';
import type { NetworkSpec } from '../../model/spec.ts';
import type * as api from '../api.ts';
import { bool, type Decoder, list, stringMap, struct, text } from '../decode.ts';
import { formatInstant } from '../time.ts';
import { fromMap, fromOptionalMap, toMap, toMeta, toOptionalMap, unlessEmpty, unlessZero } from './common.ts';

const vxlanOption = 'com.docker.network.driver.overlay.vxlanid_list';

export function driverOf({ driver }: NetworkSpec): string {
  return driver === '' ? 'overlay' : driver;
}

/** What the driver was given, and once it is allocated what it has. */
function driverOptions({ spec, ipam }: Network): api.StringMap {
  const vxlan = ipam === undefined ? [] : [[vxlanOption, String(ipam.vxlanId)] as const];
  return toMap(fromMap(Object.fromEntries([...(spec.options ?? []), ...vxlan])));
}

export function toNetwork(network: Network, epoch: number): api.Network {
  const { id, meta, spec, ipam } = network;
  const [wanted] = spec.subnets;
  const config = ipam && {
    Subnet: ipam.subnet,
    IPRange: unlessZero(wanted?.range),
    Gateway: unlessZero(ipam.gateway),
  };
  return {
    Name: spec.name,
    Id: id,
    Created: formatInstant(epoch + meta.createdAt),
    Scope: 'swarm',
    Driver: driverOf(spec),
    EnableIPv4: true,
    EnableIPv6: spec.ipv6 ?? false,
    IPAM: {
      Driver: spec.ipam?.name || 'default',
      Options: toOptionalMap(spec.ipam?.options) ?? null,
      Config: config === undefined ? null : [config],
    },
    Internal: spec.internal,
    Attachable: spec.attachable,
    Ingress: spec.ingress,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: null,
    Options: driverOptions(network),
    Labels: toOptionalMap(spec.labels) ?? null,
  };
}

export function toSwarmNetwork(network: Network, epoch: number): api.SwarmNetwork {
  const { spec, ipam } = network;
  const options: api.IpamOptions = { Driver: { Name: unlessZero(spec.ipam?.name) } };
  return {
    ...toMeta(network, epoch),
    Spec: {
      Name: spec.name,
      Labels: toMap(spec.labels),
      DriverConfiguration: { Name: driverOf(spec), Options: toOptionalMap(spec.options) },
      IPv6Enabled: unlessZero(spec.ipv6),
      Internal: unlessZero(spec.internal),
      Attachable: unlessZero(spec.attachable),
      Ingress: unlessZero(spec.ingress),
      IPAMOptions: {
        ...options,
        Configs: unlessEmpty(
          spec.subnets.map(({ subnet, gateway, range }) => ({
            Subnet: unlessZero(subnet),
            Range: unlessZero(range),
            Gateway: unlessZero(gateway),
          })),
        ),
      },
      Scope: 'swarm',
    },
    DriverState: { Name: driverOf(spec), Options: driverOptions(network) },
    IPAMOptions: {
      Driver: { Name: 'default' },
      Configs: ipam && [{ Subnet: ipam.subnet, Gateway: unlessZero(ipam.gateway) }],
    },
  };
}

const ipamConfig: Decoder<api.IpamConfig> = struct('network.IPAMConfig', (field) => ({
  Subnet: field('Subnet', text()),
  IPRange: field('IPRange', text()),
  Gateway: field('Gateway', text()),
  AuxiliaryAddresses: field('AuxiliaryAddresses', stringMap),
}));

const ipam: Decoder<api.Ipam> = struct('network.IPAM', (field) => ({
  Driver: field('Driver', text()) ?? '',
  Options: field('Options', stringMap) ?? null,
  Config: field('Config', list(ipamConfig)) ?? null,
}));

export const networkCreateRequest: Decoder<api.NetworkCreateRequest> = struct(
  'network.CreateRequest',
  (field) => ({
    Driver: field('Driver', text()) ?? '',
    Scope: field('Scope', text()) ?? '',
    EnableIPv4: field('EnableIPv4', bool),
    EnableIPv6: field('EnableIPv6', bool),
    IPAM: field('IPAM', ipam) ?? null,
    Internal: field('Internal', bool) ?? false,
    Attachable: field('Attachable', bool) ?? false,
    Ingress: field('Ingress', bool) ?? false,
    ConfigOnly: field('ConfigOnly', bool) ?? false,
    ConfigFrom:
      field(
        'ConfigFrom',
        struct('network.ConfigReference', (part) => ({ Network: part('Network', text()) ?? '' })),
      ) ?? null,
    Options: field('Options', stringMap) ?? null,
    Labels: field('Labels', stringMap) ?? null,
    Name: field('Name', text()) ?? '',
  }),
);

export function fromNetworkRequest(request: api.NetworkCreateRequest): NetworkSpec {
  const { IPAM } = request;
  const options = fromOptionalMap(request.Options ?? undefined);
  const ipamOptions = fromMap(IPAM?.Options);
  const named = IPAM !== null && IPAM.Driver !== '' && IPAM.Driver !== 'default';
  return networkSpec({
    name: request.Name,
    labels: fromMap(request.Labels),
    driver: request.Driver,
    ingress: request.Ingress,
    attachable: request.Attachable,
    internal: request.Internal,
    subnets: (IPAM?.Config ?? []).map(({ Subnet = '', Gateway = '', IPRange = '' }) => ({
      subnet: Subnet,
      gateway: Gateway,
      ...(IPRange !== '' && { range: IPRange }),
    })),
    ...(options && { options }),
    ...(request.EnableIPv6 && { ipv6: true }),
    ...((named || ipamOptions.length > 0) && { ipam: { name: IPAM?.Driver ?? '', options: ipamOptions } }),
  });
}
