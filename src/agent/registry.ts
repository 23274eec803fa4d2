// The registry host: answers pulls after the time their images take, or with the reason why not. It keeps no images, only which are missing.

import { decodeBase64 } from '../model/base64.ts';
import { ParseFailure } from '../model/failure.ts';
import { parseImage } from '../model/image.ts';
import {
  defaultPullTime,
  drawTime,
  type ImageBehaviour,
  imageName,
  registryOf,
  repositoryOf,
} from '../model/image-behaviour.ts';
import type {
  LookedUpMessage,
  LookUpMessage,
  PullMessage,
  PullReplyMessage,
  PullStartedMessage,
} from '../model/messages.ts';
import type { Platform } from '../model/spec.ts';

/** Plain data. Whoever scripts the world changes it. */
export interface RegistryState {
  /** No request is taken while it is down. */
  down: boolean;
  /** Names of images (as `imageName` gives them) that are not there: the whole repository (`denied`), or the tag alone (`unknown`). */
  readonly missing: Map<string, 'denied' | 'unknown'>;
}

/** The layers of a pull have been sent. */
export interface RegistryTimer {
  readonly kind: 'registry.done';
  readonly to: string;
  readonly pull: PullMessage;
}

export interface RegistryContext {
  /** Hands `timer` back after `delay` microseconds of the registry's clock. */
  later(delay: number, timer: RegistryTimer): number;
  /** A draw from the named stream, uniform in [0, bound). */
  random(stream: string, bound: number): number;
  /** Sends an answer over the network. */
  send(to: string, message: PullStartedMessage | PullReplyMessage): void;
  /** The script of an image on a host. */
  behaviour(host: string, image: string): ImageBehaviour;
}

export function bootRegistry(): RegistryState {
  return { down: false, missing: new Map() };
}

/** Takes a pull of the host `from`. */
export function handlePull(
  context: RegistryContext,
  state: RegistryState,
  from: string,
  pull: PullMessage,
): void {
  const { id, image } = pull;
  const behaviour = context.behaviour(from, image);
  const error = pullError(state, behaviour, pull);
  if (error !== '') {
    context.send(from, { kind: 'registry.pulled', id, image, error, digest: '' });
    return;
  }
  const time =
    behaviour.pull?.kind === 'time'
      ? behaviour.pull.time
      : drawTime(defaultPullTime, (bound) => context.random(`pull/${from}`, bound));
  context.send(from, { kind: 'registry.pulling', id, image, time });
  context.later(time, { kind: 'registry.done', to: from, pull });
}

/** What there is of an image, or why there is nothing. `behaviour` is its script for the host that asks. */
export function answerLookUp(
  state: RegistryState,
  behaviour: ImageBehaviour,
  lookUp: LookUpMessage,
): LookedUpMessage {
  const { id, image } = lookUp;
  const error = absence(state, behaviour, lookUp);
  if (error !== '') return { kind: 'registry.looked-up', id, error, digest: '', platforms: [] };
  const { platforms = [], content } = behaviour;
  return { kind: 'registry.looked-up', id, digest: imageDigest(image, content), platforms };
}

/** A pull has taken its time. A registry that has gone down meanwhile breaks it off. */
export function handleRegistryTimer(
  context: RegistryContext,
  state: RegistryState,
  { to, pull: { id, image } }: RegistryTimer,
): void {
  const end: Pick<PullReplyMessage, 'error' | 'digest'> = state.down
    ? { error: 'unexpected EOF', digest: '' }
    : { digest: imageDigest(image, context.behaviour(to, image).content) };
  context.send(to, { kind: 'registry.pulled', id, image, ...end });
}

/** The text the daemon makes of a refusal; empty when the pull is fine. */
function pullError(state: RegistryState, behaviour: ImageBehaviour, pull: PullMessage): string {
  const error = absence(state, behaviour, pull);
  if (error !== '') return error;
  if (behaviour.platforms !== undefined && !runsOn(behaviour.platforms, pull.platform)) {
    const { os, architecture } = pull.platform;
    return `no matching manifest for ${os}/${imageArchitecture(architecture)} in the manifest list entries`;
  }
  return '';
}

/** Why there is no such image for who asks; empty when there is. */
function absence(
  state: RegistryState,
  behaviour: ImageBehaviour,
  { image, auth }: LookUpMessage | PullMessage,
): string {
  const name = imageName(image);
  if (state.down) return `Get "https://${registryOf(name)}/v2/": dial tcp: connect: connection refused`;
  if (behaviour.pull?.kind === 'error') return behaviour.pull.text;
  const kind = behaviour.pull?.kind === 'time' ? undefined : behaviour.pull?.kind;
  const missing = kind ?? state.missing.get(name);
  if (missing === 'denied' || (missing === 'private' && !hasCredentials(auth))) {
    const reason = 'denied: requested access to the resource is denied';
    return `pull access denied for ${repositoryOf(name)}, repository does not exist or may require 'docker login': ${reason}`;
  }
  if (missing === 'unknown') return `manifest for ${name} not found: manifest unknown: manifest unknown`;
  return '';
}

/**
 * Whether a value of `X-Registry-Auth` (URL-safe base 64 of JSON) says who asks. A client that is not logged in sends an object without
 * names; what cannot be read is nobody's, as for the daemon.
 */
function hasCredentials(auth: string): boolean {
  try {
    const sent: unknown = JSON.parse(decodeBase64(auth.replaceAll('-', '+').replaceAll('_', '/')));
    if (typeof sent !== 'object' || sent === null) return false;
    return (
      ('username' in sent && sent.username !== '') || ('identitytoken' in sent && sent.identitytoken !== '')
    );
  } catch (error) {
    if (error instanceof ParseFailure || error instanceof SyntaxError) return false;
    throw error;
  }
}

function runsOn(platforms: readonly Platform[], node: Platform): boolean {
  return platforms.some(
    ({ architecture, os }) =>
      (os === '' || os === node.os) &&
      (architecture === '' || imageArchitecture(architecture) === imageArchitecture(node.architecture)),
  );
}

/** Images name architectures as Go does, nodes as their kernel does. */
function imageArchitecture(architecture: string): string {
  if (architecture === 'x86_64') return 'amd64';
  if (architecture === 'aarch64' || architecture === 'arm64') return 'arm64/v8';
  return architecture;
}

/** The digest of an image: the reference's own, else one that its name decides, and its content where it is scripted. */
export function imageDigest(image: string, content?: string): string {
  const { digest: own } = parseImage(image);
  if (own !== undefined) return own;
  const name = `${imageName(image)}${content === undefined ? '' : `/${content}`}`;
  let digest = 'sha256:';
  for (let part = 0; part < 8; part++) digest += fnv1a(`${part}/${name}`).toString(16).padStart(8, '0');
  return digest;
}

/** The 32-bit FNV-1a hash of a text's UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
