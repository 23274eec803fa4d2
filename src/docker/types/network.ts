// Go's type network.Inspect.

import { field, instant, labels, map, optional, slice, struct, text, truth } from './schema.ts';

const ipamConfig = struct('network.IPAMConfig', [
  optional('Subnet', text),
  optional('IPRange', text),
  optional('Gateway', text),
  optional('AuxAddress', labels, 'AuxiliaryAddresses'),
]);

const endpoint = struct('network.EndpointResource', [
  field('Name', text),
  field('EndpointID', text),
  field('MacAddress', text),
  field('IPv4Address', text),
  field('IPv6Address', text),
]);

export const network = struct('network.Inspect', [
  field('Name', text),
  field('ID', text, 'Id'),
  field('Created', instant),
  field('Scope', text),
  field('Driver', text),
  field('EnableIPv4', truth),
  field('EnableIPv6', truth),
  field(
    'IPAM',
    struct('network.IPAM', [
      field('Driver', text),
      field('Options', labels),
      field('Config', slice(ipamConfig)),
    ]),
  ),
  field('Internal', truth),
  field('Attachable', truth),
  field('Ingress', truth),
  field('ConfigFrom', struct('network.ConfigReference', [field('Network', text)])),
  field('ConfigOnly', truth),
  field('Containers', map(endpoint)),
  field('Options', labels),
  field('Labels', labels),
  optional('Peers', slice(struct('network.PeerInfo', [field('Name', text), field('IP', text)]))),
]);
