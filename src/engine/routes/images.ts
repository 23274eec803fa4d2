// Images: what a name stands for at the registry, those on this machine, and pulls. Also the credentials for them, which nobody checks.

import { ParseFailure } from '../../model/failure.ts';
import { canonicalImage, familiarImage, parseImage, withDefaultTag } from '../../model/image.ts';
import { imageName } from '../../model/image-behaviour.ts';
import { assert } from '../../sim/assert.ts';
import type * as api from '../api.ts';
import { readBody } from '../body.ts';
import { type Decoder, struct, text } from '../decode.ts';
import { RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import { matchesLabels, matchesPrefix, parseFilters, valuesFor } from '../filters.ts';
import { hexOf } from '../hash.ts';
import type { Stream } from '../http.ts';
import { encodeJson } from '../json.ts';
import { configOf, type Engine, memoryOf, order } from '../node.ts';
import { type Call, json, type Reply, type Route } from '../route.ts';
import { formatInstant } from '../time.ts';
import { goArchitecture } from '../version.ts';

export const imageRoutes: readonly Route[] = [
  { method: 'GET', path: '/distribution/{*}/json', handle: distribution },
  { method: 'GET', path: '/images/json', handle: list },
  { method: 'POST', path: '/images/create', handle: pull },
  { method: 'GET', path: '/images/{*}/json', handle: inspect },
  { method: 'POST', path: '/auth', handle: login },
];

/** @throws RequestFailure 400 `invalid reference format` */
function checkReference(image: string): void {
  try {
    parseImage(image);
  } catch (error) {
    if (error instanceof ParseFailure) throw new RequestFailure(400, error.message);
    throw error;
  }
}

function* distribution(engine: Engine, { request, params: [image = ''] }: Call): Fiber<Reply> {
  checkReference(image);
  const auth = request.headers.get('x-registry-auth') ?? '';
  const answer = yield* order(engine, { kind: 'node.look-up', image, auth });
  if ('error' in answer) throw registryRefused(answer.error.message);
  assert('image' in answer, 'a look-up is answered with an image');
  const { digest, platforms } = answer.image;
  const found: api.Distribution = {
    Descriptor: { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: 1_609 },
    Platforms: platforms.map(({ architecture, os }) => ({ architecture: goArchitecture(architecture), os })),
  };
  return json(found);
}

/** By what the registry says: the client shows none of it. */
function registryRefused(message: string): RequestFailure {
  if (message.startsWith('pull access denied')) return new RequestFailure(403, message);
  return new RequestFailure(message.startsWith('manifest for') ? 404 : 500, message);
}

/** The images of this machine by name, in ascending order. */
function imagesHere(engine: Engine): readonly (readonly [name: string, digest: string])[] {
  const images = [...(memoryOf(engine).agent?.images.entries() ?? [])];
  return images.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The ID of an image's configuration, which its digest decides. */
function imageId(digest: string): string {
  return `sha256:${hexOf(digest, 64)}`;
}

function repositoryOf(name: string): string {
  const { domain, path } = parseImage(name);
  return familiarImage({ domain, path });
}

function list(engine: Engine, { query }: Call): Reply {
  const filters = parseFilters(query);
  const references = valuesFor(filters, 'reference');
  const images = imagesHere(engine).filter(
    ([name]) =>
      (references.length === 0 || references.some((each) => name === each || repositoryOf(name) === each)) &&
      matchesLabels(filters, 'label', []) &&
      matchesPrefix(filters, 'dangling', 'false'),
  );
  const containers = [...(memoryOf(engine).agent?.tasks.values() ?? [])];
  const summaries = images.map(([name, digest]): api.ImageSummary => {
    const users = containers.filter(({ task }) => imageName(task.spec.container.image) === name);
    return {
      Containers: users.length,
      Created: Math.floor(engine.epoch() / 1_000_000),
      Id: imageId(digest),
      Labels: null,
      ParentId: '',
      RepoDigests: [`${repositoryOf(name)}@${digest}`],
      RepoTags: name.includes('@') ? [] : [name],
      SharedSize: -1,
      Size: 0,
    };
  });
  return json(summaries);
}

function inspect(engine: Engine, { params: [key = ''] }: Call): Reply {
  const found = imagesHere(engine).find(([name, digest]) => isMeant(key, name, digest));
  if (found === undefined) throw new RequestFailure(404, `No such image: ${key}`);
  const [name, digest] = found;
  const { platform } = configOf(engine).description;
  return json({
    Id: imageId(digest),
    RepoTags: name.includes('@') ? [] : [name],
    RepoDigests: [`${repositoryOf(name)}@${digest}`],
    Parent: '',
    Comment: '',
    Created: formatInstant(engine.epoch()),
    DockerVersion: '',
    Author: '',
    Config: {},
    Architecture: goArchitecture(platform.architecture),
    Os: platform.os,
    Size: 0,
    GraphDriver: { Data: null, Name: 'overlay2' },
    RootFS: { Type: 'layers' },
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
  });
}

/** An image is known by its name, by its name and digest, and by its ID or the beginning of that. */
function isMeant(key: string, name: string, digest: string): boolean {
  const id = imageId(digest);
  if (id === key || (/^[0-9a-f]{4,}$/.test(key) && id.startsWith(`sha256:${key}`))) return true;
  try {
    const reference = parseImage(key);
    if (reference.digest !== undefined && reference.digest !== digest) return false;
    return (
      imageName(key) === name || (reference.digest === digest && repositoryOf(key) === repositoryOf(name))
    );
  } catch (error) {
    if (error instanceof ParseFailure) return false;
    throw error;
  }
}

function pull(engine: Engine, { request, query }: Call): Reply {
  const image = query.get('fromImage') ?? '';
  if (image === '') throw new RequestFailure(501, 'images are pulled from the registry alone');
  const tag = query.get('tag') ?? '';
  const wanted = tag === '' ? image : `${image}${tag.includes(':') ? '@' : ':'}${tag}`;
  checkReference(wanted);
  if (memoryOf(engine).agent === undefined) {
    throw new RequestFailure(501, 'a machine that is in no swarm keeps no images here');
  }
  const name = familiarImage(withDefaultTag(parseImage(wanted)));
  const auth = request.headers.get('x-registry-auth') ?? '';
  return { status: 200, type: 'application/json', body: progressOf(engine, name, auth) };
}

/** One JSON object a line: what is pulled, and how that ended. */
function progressOf(engine: Engine, name: string, auth: string): Stream {
  let stage: 'begun' | 'waiting' | 'ended' = 'begun';
  const line = (progress: api.PullProgress): string => `${encodeJson(progress)}\r\n`;
  return {
    *next(): Fiber<Uint8Array | undefined> {
      if (stage === 'ended') return undefined;
      const reference = parseImage(name);
      if (stage === 'begun') {
        stage = 'waiting';
        const from = canonicalImage({ domain: reference.domain, path: reference.path });
        const status = `Pulling from ${from.slice(from.indexOf('/') + 1)}`;
        return new TextEncoder().encode(line({ status, id: reference.tag ?? reference.digest }));
      }
      const had = memoryOf(engine).agent?.images.has(imageName(name)) === true;
      const answer = yield* order(engine, { kind: 'node.pull', image: name, auth });
      stage = 'ended';
      if ('error' in answer) {
        const { message } = answer.error;
        return new TextEncoder().encode(line({ errorDetail: { message }, error: message }));
      }
      assert('image' in answer, 'a pull is answered with an image');
      const done = had ? `Image is up to date for ${name}` : `Downloaded newer image for ${name}`;
      const lines = [`Digest: ${answer.image.digest}`, `Status: ${done}`].map((status) => line({ status }));
      return new TextEncoder().encode(lines.join(''));
    },
    close: () => {
      stage = 'ended';
    },
  };
}

const authConfig: Decoder<api.AuthConfig> = struct('registry.AuthConfig', (field) => ({
  username: field('username', text()),
  password: field('password', text()),
  auth: field('auth', text()),
  email: field('email', text()),
  serveraddress: field('serveraddress', text()),
  identitytoken: field('identitytoken', text()),
  registrytoken: field('registrytoken', text()),
}));

/** Whoever names themselves gets in: nothing here is secret. */
function login(_engine: Engine, { request }: Call): Reply {
  const { username = '', password = '', identitytoken = '' } = readBody(request, authConfig);
  if (identitytoken === '' && (username === '' || password === '')) {
    throw new RequestFailure(401, 'unauthorized: incorrect username or password');
  }
  const response: api.AuthResponse = { IdentityToken: '', Status: 'Login Succeeded' };
  return json(response);
}
