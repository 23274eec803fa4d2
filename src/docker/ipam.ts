// The address management that `network create` asks for: which ranges, gateways and reserved addresses go with which subnet.

import type { IpamConfig } from '../engine/api.ts';
import { cidrContains, parseCidr, parseIp } from '../model/ip.ts';
import { CommandFailure } from './failure.ts';

export interface IpamRequest {
  readonly subnets: readonly string[];
  readonly ranges: readonly string[];
  readonly gateways: readonly string[];
  /** Names of hosts and their addresses. */
  readonly reserved: ReadonlyMap<string, string>;
}

/** @throws CommandFailure for what belongs to no subnet, or to one that has it already */
export function readIpam({ subnets, ranges, gateways, reserved }: IpamRequest): IpamConfig[] {
  if (subnets.length < ranges.length || subnets.length < gateways.length) {
    throw new CommandFailure('every ip-range or gateway must have a corresponding subnet');
  }
  const configs = new Map<string, IpamConfig>();
  for (const subnet of subnets) {
    for (const other of configs.keys()) {
      if (contains(other, subnet) || contains(subnet, other)) {
        throw new CommandFailure('multiple overlapping subnet configuration is not supported');
      }
    }
    configs.set(subnet, { Subnet: subnet });
  }
  const add = (what: string, address: string, merge: (config: IpamConfig) => IpamConfig): void => {
    const subnet = subnets.find((candidate) => contains(candidate, address));
    const config = subnet === undefined ? undefined : configs.get(subnet);
    if (subnet === undefined || config === undefined) {
      throw new CommandFailure(`no matching subnet for ${what} ${address}`);
    }
    configs.set(subnet, merge(config));
  };
  for (const range of ranges) {
    add('range', range, (config) => {
      if (config.IPRange === undefined) return { ...config, IPRange: range };
      const both = `(${range}, ${config.IPRange})`;
      throw new CommandFailure(
        `cannot configure multiple ranges ${both} on the same subnet (${config.Subnet})`,
      );
    });
  }
  for (const gateway of gateways) {
    add('gateway', gateway, (config) => {
      if (config.Gateway === undefined) return { ...config, Gateway: gateway };
      const both = `(${gateway}, ${config.Gateway})`;
      throw new CommandFailure(
        `cannot configure multiple gateways ${both} for the same subnet (${config.Subnet})`,
      );
    });
  }
  for (const [name, address] of reserved) {
    add('aux-address', address, (config) => ({
      ...config,
      AuxiliaryAddresses: { ...config.AuxiliaryAddresses, [name]: address },
    }));
  }
  return [...configs.values()].map((config) => ({
    Subnet: config.Subnet,
    IPRange: config.IPRange,
    Gateway: config.Gateway,
    AuxiliaryAddresses: config.AuxiliaryAddresses,
  }));
}

/** @param other an address, or a subnet that stands for its first one @throws CommandFailure for a subnet that is none */
function contains(subnet: string, other: string): boolean {
  const outer = parseCidr(subnet);
  if (outer === undefined) throw new CommandFailure(`invalid subnet: invalid CIDR address: ${subnet}`);
  const address = parseIp(other) ?? parseCidr(other)?.ip;
  return address !== undefined && cidrContains(outer, address);
}
