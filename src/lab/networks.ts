// The networks that a service asks for by name.

import type { Client } from '../cluster/client.ts';
import { CallFailure } from '../model/failure.ts';
import type { ServiceSpec } from '../model/spec.ts';
import { Refusal } from './failure.ts';
import type { ServiceOptions } from './options.ts';

/** The spec with the networks of the options, looked up. @throws Refusal for one that does not exist */
export function withNetworks(spec: ServiceSpec, { networks }: ServiceOptions, client: Client): ServiceSpec {
  if (networks === undefined) return spec;
  const attachments = networks.map((name) => ({ target: networkId(name, client), aliases: [] }));
  return { ...spec, task: { ...spec.task, networks: attachments } };
}

function networkId(name: string, client: Client): string {
  try {
    return client.network(name).id;
  } catch (error) {
    if (!(error instanceof CallFailure) || error.code !== 'NotFound') throw error;
    throw new Refusal(`Error response from daemon: ${error.message}`);
  }
}
