// The networks of a stack as requests that create them.

import type { Ipam, NetworkCreateRequest } from '../../../engine/api.ts';
import { compareText } from '../../human.ts';
import { sortedMap } from '../../maps.ts';
import type { Config } from '../config.ts';
import { isOn, pairsAt, partAt, partsAt, textAt } from '../read.ts';
import type { Mapping } from '../value.ts';
import { isExternal, scopedName, stackLabels } from './namespace.ts';

/** The network of services that name none. */
export const defaultNetwork = 'default';
const defaultDriver = 'overlay';

export interface StackNetworks {
  /** In the order of their names. */
  readonly own: readonly NetworkCreateRequest[];
  /** Names of networks that must be there already, in their order. */
  readonly external: readonly string[];
}

/** The networks that services use; those that none uses are left aside, and those that only services name are taken for plain ones. */
export function convertNetworks(stack: string, config: Config): StackNetworks {
  const used = new Set([...config.services.values()].flatMap(networksOf));
  const own: NetworkCreateRequest[] = [];
  const external: string[] = [];
  for (const key of used) {
    const network: Mapping = config.networks.get(key) ?? new Map();
    if (isExternal(network)) external.push(textAt(network, 'name'));
    else own.push(convertNetwork(stack, key, network));
  }
  return {
    own: own.sort((a, b) => compareText(a.Name, b.Name)),
    external: external.sort(compareText),
  };
}

function networksOf(service: Mapping): readonly string[] {
  const networks = partAt(service, 'networks');
  return networks === undefined || networks.size === 0 ? [defaultNetwork] : [...networks.keys()];
}

function convertNetwork(stack: string, key: string, network: Mapping): NetworkCreateRequest {
  const options = pairsAt(network, 'driver_opts');
  return {
    Driver: textAt(network, 'driver') || defaultDriver,
    Scope: '',
    IPAM: convertIpam(partAt(network, 'ipam') ?? new Map()),
    Internal: isOn(network, 'internal'),
    Attachable: isOn(network, 'attachable'),
    Ingress: false,
    ConfigOnly: false,
    ConfigFrom: null,
    Options: options.length === 0 ? null : sortedMap(options),
    Labels: stackLabels(stack, pairsAt(network, 'labels')),
    Name: scopedName(stack, key, network),
  };
}

function convertIpam(ipam: Mapping): Ipam | null {
  const driver = textAt(ipam, 'driver');
  const pools = partsAt(ipam, 'config').map((pool) => ({ Subnet: textAt(pool, 'subnet') || undefined }));
  if (driver === '' && pools.length === 0) return null;
  return { Driver: driver, Options: null, Config: pools.length === 0 ? null : pools };
}
