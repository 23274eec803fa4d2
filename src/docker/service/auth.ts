// What `--with-registry-auth` sends: the client's credentials for the registry of an image.

import { encodeBase64 } from '../../model/base64.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseImage } from '../../model/image.ts';
import { CommandFailure } from '../failure.ts';
import type { DockerConfig } from '../process.ts';

/** The name of Docker Hub among credentials. */
const hubCredentials = 'https://index.docker.io/v1/';

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
