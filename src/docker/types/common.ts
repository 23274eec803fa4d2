// Go's types that the objects of a swarm share.

import {
  bytes,
  embed,
  field,
  instant,
  int64,
  labels,
  optional,
  pointer,
  slice,
  struct,
  text,
  uint64,
} from './schema.ts';

export const version = struct('swarm.Version', [optional('Index', uint64)]);

export const meta = struct('swarm.Meta', [
  field('Version', version),
  field('CreatedAt', instant),
  field('UpdatedAt', instant),
]);

export const annotations = struct('swarm.Annotations', [optional('Name', text), field('Labels', labels)]);

export const driver = struct('swarm.Driver', [optional('Name', text), optional('Options', labels)]);

export const platform = struct('swarm.Platform', [optional('Architecture', text), optional('OS', text)]);

export const genericResource = struct('swarm.GenericResource', [
  optional(
    'NamedResourceSpec',
    pointer(struct('swarm.NamedGenericResource', [optional('Kind', text), optional('Value', text)])),
  ),
  optional(
    'DiscreteResourceSpec',
    pointer(struct('swarm.DiscreteGenericResource', [optional('Kind', text), optional('Value', int64)])),
  ),
]);

export const resources = struct('swarm.Resources', [
  optional('NanoCPUs', int64),
  optional('MemoryBytes', int64),
  optional('GenericResources', slice(genericResource)),
]);

export const tlsInfo = struct('swarm.TLSInfo', [
  optional('TrustRoot', text),
  optional('CertIssuerSubject', bytes),
  optional('CertIssuerPublicKey', bytes),
]);

export const topology = struct('swarm.Topology', [optional('Segments', labels)]);

/** What every object of a swarm begins with. */
export const identified = [field('ID', text), embed('Meta', meta)];
