// The two requests that change a service. Before they are sent its image gets a tag, and what a registry knows of it: digest and platforms.

import type {
  Distribution,
  Platform,
  ServiceCreateResponse,
  ServiceSpec,
  ServiceUpdateResponse,
} from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { ParseFailure } from '../../model/failure.ts';
import { familiarImage, type ImageReference, parseImage, withDefaultTag } from '../../model/image.ts';
import { isOlder } from '../abilities.ts';
import { abilitiesOf, type Client, call, parseAnswer, type Query, textOf } from '../client.ts';
import { CommandFailure, DaemonError } from '../failure.ts';
import { specForm } from './form.ts';

/** The first API version that can be asked for an image's digest. */
const firstWithDigests = '1.30';

export interface SendOptions {
  /** What `--with-registry-auth` makes of the client's credentials; the header is left out when it is undefined. */
  readonly auth: string | undefined;
  /** Ask a registry for the image's digest. */
  readonly query: boolean;
}

export interface Created {
  readonly id: string;
  readonly warnings: readonly string[];
}

export function* createService(client: Client, spec: ServiceSpec, options: SendOptions): Fiber<Created> {
  const { sent, warning } = yield* resolveImage(client, spec, options);
  const text = yield* post(client, '/services/create', {}, sent, options);
  const { ID, Warnings } = parseAnswer<ServiceCreateResponse>(text);
  return { id: ID, warnings: [...(Warnings ?? []), ...warning] };
}

/** @param service its whole identifier, and the version that was read @returns warnings */
export function* updateService(
  client: Client,
  { id, version }: { readonly id: string; readonly version: number },
  spec: ServiceSpec,
  options: SendOptions & { readonly authFrom?: string; readonly rollback?: string },
): Fiber<readonly string[]> {
  const { sent, warning } = yield* resolveImage(client, spec, options);
  const query = {
    registryAuthFrom: options.authFrom,
    rollback: options.rollback,
    version: String(version),
  };
  const text = yield* post(client, `/services/${id}/update`, query, sent, options);
  const { Warnings } = parseAnswer<ServiceUpdateResponse>(text);
  return [...(Warnings ?? []), ...warning];
}

function* post(
  client: Client,
  path: string,
  query: Query,
  spec: ServiceSpec,
  { auth }: SendOptions,
): Fiber<string> {
  const request = { method: 'POST', path, query, body: spec, headers: authHeaders(auth) } as const;
  return yield* textOf(yield* call(client, request));
}

function* resolveImage(
  client: Client,
  spec: ServiceSpec,
  { query, auth }: SendOptions,
): Fiber<{ readonly sent: ServiceSpec; readonly warning: readonly string[] }> {
  const given = spec.TaskTemplate.ContainerSpec?.Image ?? '';
  const named = readImage(given);
  const image = named === undefined ? given : familiarImage(withDefaultTag(named));
  const tagged = withImage(spec, image, undefined);
  if (!query || isOlder((yield* abilitiesOf(client)).version, firstWithDigests)) {
    return { sent: tagged, warning: [] };
  }
  const found = yield* inspectDistribution(client, image, auth);
  if (found === undefined) return { sent: tagged, warning: [digestWarning(image)] };
  const pinned = withDigest(image, found.Descriptor.digest);
  return { sent: withImage(spec, pinned, platformsOf(found)), warning: [] };
}

/** Undefined when the registry does not say, for whatever reason: the service is made without a digest then (reference 2.5). */
function* inspectDistribution(
  client: Client,
  image: string,
  auth: string | undefined,
): Fiber<Distribution | undefined> {
  if (image === '') return undefined;
  try {
    const path = `/distribution/${image}/json`;
    const response = yield* call(client, { method: 'GET', path, headers: authHeaders(auth) });
    return parseAnswer<Distribution>(yield* textOf(response));
  } catch (error) {
    if (error instanceof DaemonError || error instanceof CommandFailure) return undefined;
    throw error;
  }
}

function withImage(
  spec: ServiceSpec,
  image: string,
  platforms: readonly Platform[] | undefined,
): ServiceSpec {
  const { ContainerSpec: container, Placement: placement } = spec.TaskTemplate;
  return specForm({
    ...spec,
    TaskTemplate: {
      ...spec.TaskTemplate,
      ContainerSpec: { ...container, Image: image },
      Placement: platforms === undefined ? placement : { ...placement, Platforms: platforms },
    },
  });
}

/** An image that has a digest keeps it: with two it would be none. */
function withDigest(image: string, digest: string): string {
  const pinned = readImage(`${image}@${digest}`);
  return pinned === undefined ? image : familiarImage(pinned);
}

/** Undefined when the registry names none. ARM comes in variants that nodes do not tell apart, so it is not asked for. */
function platformsOf({ Platforms }: Distribution): readonly Platform[] | undefined {
  const platforms = (Platforms ?? []).map(({ architecture, os }) => ({
    Architecture: architecture.toLowerCase() === 'arm' ? undefined : architecture,
    OS: os,
  }));
  return platforms.length === 0 ? undefined : platforms;
}

function readImage(text: string): ImageReference | undefined {
  try {
    return parseImage(text);
  } catch (error) {
    if (error instanceof ParseFailure) return undefined;
    throw error;
  }
}

function authHeaders(auth: string | undefined): ReadonlyMap<string, string> {
  return new Map(auth === undefined ? [] : [['x-registry-auth', auth]]);
}

function digestWarning(image: string): string {
  return `image ${image} could not be accessed on a registry to record
its digest. Each node will access ${image} independently,
possibly leading to different nodes running different
versions of the image.
`;
}
