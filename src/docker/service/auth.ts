// What `--with-registry-auth` sends: the client's credentials for the registry of an image.

import type { ServiceSpec } from '../../engine/api.ts';
import { encodeBase64 } from '../../model/base64.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseImage } from '../../model/image.ts';
import type { Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import type { DockerConfig } from '../process.ts';

/** The name of Docker Hub among credentials. */
const hubCredentials = 'https://index.docker.io/v1/';

/** What a service's image needs, if it is to be sent. @throws CommandFailure for what is no image */
export function authOf({ TaskTemplate }: ServiceSpec, { flags, host }: Invocation): string | undefined {
  if (!flags.on('with-registry-auth')) return undefined;
  return registryAuth(TaskTemplate.ContainerSpec?.Image ?? '', host.config);
}

/** The value of `X-Registry-Auth`: URL-safe base64 of JSON, `{}` without credentials. @throws CommandFailure for what is no image */
export function registryAuth(image: string, { credentials }: DockerConfig): string {
  const registry = registryOf(image);
  const credential = credentials.get(registry);
  const sent =
    credential === undefined
      ? {}
      : { username: credential.username, password: credential.password, serveraddress: registry };
  return encodeBase64(JSON.stringify(sent)).replaceAll('+', '-').replaceAll('/', '_');
}

function registryOf(image: string): string {
  try {
    const { domain } = parseImage(image);
    return domain === 'docker.io' ? hubCredentials : domain;
  } catch (error) {
    if (error instanceof ParseFailure) throw new CommandFailure(error.message);
    throw error;
  }
}
