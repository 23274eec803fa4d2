// Configs and secrets on the wire. The data of a secret is never shown.

import { fileSpec } from '../../model/defaults.ts';
import type { Config, Secret } from '../../model/objects.ts';
import type { FileSpec } from '../../model/spec.ts';
import type * as api from '../api.ts';
import { bytes, type Decoder, stringMap, struct, text } from '../decode.ts';
import { fromDriver, fromMap, toDriver, toMap, toMeta } from './common.ts';
import { driver } from './service-decoder.ts';

export function toConfig(config: Config, epoch: number): api.Config {
  const { name, labels, data, templating } = config.spec;
  return {
    ...toMeta(config, epoch),
    Spec: { Name: name, Labels: toMap(labels), Data: data, Templating: templating && toDriver(templating) },
  };
}

export function toSecret(secret: Secret, epoch: number): api.Secret {
  const { name, labels, driver: provider, templating } = secret.spec;
  return {
    ...toMeta(secret, epoch),
    Spec: {
      Name: name,
      Labels: toMap(labels),
      Driver: provider && toDriver(provider),
      Templating: templating && toDriver(templating),
    },
  };
}

export const configSpec: Decoder<api.ConfigSpec> = struct('swarm.ConfigSpec', (field) => ({
  Name: field('Name', text()),
  Labels: field('Labels', stringMap),
  Data: field('Data', bytes),
  Templating: field('Templating', driver),
}));

export const secretSpec: Decoder<api.SecretSpec> = struct('swarm.SecretSpec', (field) => ({
  Name: field('Name', text()),
  Labels: field('Labels', stringMap),
  Data: field('Data', bytes),
  Driver: field('Driver', driver),
  Templating: field('Templating', driver),
}));

export function fromFileSpec(spec: api.SecretSpec): FileSpec {
  const { Name = '', Labels, Data = '', Driver, Templating } = spec;
  return fileSpec({
    name: Name,
    labels: fromMap(Labels),
    data: Data,
    ...(Driver && { driver: fromDriver(Driver) }),
    ...(Templating && { templating: fromDriver(Templating) }),
  });
}
