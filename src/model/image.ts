// Image references: what a user writes (`nginx`, `registry:5000/team/app:1.2@sha256:...`) and the parts it stands for.

import { ParseFailure } from './failure.ts';

export interface ImageReference {
  /** Registry host, with port if there is one; `docker.io` when the user names none. */
  readonly domain: string;
  /** Repository on that host; Docker Hub's own images are under `library/`. */
  readonly path: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits, or another algorithm. */
  readonly digest?: string;
}

const hub = 'docker.io';
const hubLibrary = 'library/';
const domainPattern =
  /^(?:\[[a-fA-F0-9:]+\]|(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)(?::[0-9]+)?$/;
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestPattern = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
/** Digits of a digest whose algorithm is known. */
const digestLengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);
const longestPath = 255;

/**
 * Reads a reference as Docker does, filling in the host and `library/` where a user may leave them out; tag and digest stay as they are.
 * @throws ParseFailure `invalid reference format` and what Docker adds to it
 */
export function parseImage(text: string): ImageReference {
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw new ParseFailure(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const { domain, rest } = splitDomain(text);
  const [beforeDigest = '', digest, ...more] = rest.split('@');
  const colon = beforeDigest.indexOf(':');
  const path = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  if (path !== path.toLowerCase()) {
    throw new ParseFailure(`invalid reference format: repository name (${path}) must be lowercase`);
  }
  if (
    more.length > 0 ||
    !domainPattern.test(domain) ||
    !pathPattern.test(path) ||
    (tag !== undefined && !tagPattern.test(tag)) ||
    (digest !== undefined && !isDigest(digest))
  ) {
    throw new ParseFailure('invalid reference format');
  }
  if (path.length > longestPath) {
    throw new ParseFailure(`repository name must not be more than ${longestPath} characters`);
  }
  return { domain, path, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** The whole reference: `docker.io/library/nginx:latest`. */
export function canonicalImage({ domain, path, tag, digest }: ImageReference): string {
  return `${domain}/${path}${suffix(tag, digest)}`;
}

/** The short form users know: `nginx:latest`. */
export function familiarImage({ domain, path, tag, digest }: ImageReference): string {
  return `${familiarName(domain, path)}${suffix(tag, digest)}`;
}

/** The reference with the tag `latest` when it has neither tag nor digest. */
export function withDefaultTag(image: ImageReference): ImageReference {
  return image.tag === undefined && image.digest === undefined ? { ...image, tag: 'latest' } : image;
}

function suffix(tag: string | undefined, digest: string | undefined): string {
  return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function familiarName(domain: string, path: string): string {
  if (domain !== hub) return `${domain}/${path}`;
  const short = path.startsWith(hubLibrary) ? path.slice(hubLibrary.length) : path;
  return short.includes('/') ? path : short;
}

/** The part before the first slash is a host if it could not be the name of a user: it has a dot, a colon or a capital, or is `localhost`. */
function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const named = slash >= 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  const domain = !named || first === 'index.docker.io' ? hub : first;
  const rest = named ? text.slice(slash + 1) : text;
  return { domain, rest: domain === hub && !rest.includes('/') ? hubLibrary + rest : rest };
}

function isDigest(text: string): boolean {
  if (!digestPattern.test(text)) return false;
  const colon = text.indexOf(':');
  const length = digestLengths.get(text.slice(0, colon));
  const digits = text.slice(colon + 1);
  return length === undefined || (digits.length === length && !/[A-F]/.test(digits));
}
