// How images behave: a script in place of the program in them. Plain data, given from outside. An image without a script simply works:
// it is pulled in a second or three, starts in some 100 ms, runs for ever and stops quickly when told to.

import { millisecond, second } from './duration.ts';
import { familiarImage, parseImage, withDefaultTag } from './image.ts';
import type { LogStream } from './messages.ts';
import type { HealthCheck, Platform } from './spec.ts';

/** All durations are microseconds. Absent parts behave like those of an unknown image. */
export interface ImageBehaviour {
  /** What is in it: under one tag, another content is another image, with a digest of its own. Absent: what its name alone decides. */
  readonly content?: string;
  readonly pull?:
    | { readonly kind: 'time'; readonly time: number }
    /** No such repository, or one that the credentials do not open. */
    | { readonly kind: 'denied' }
    /** A repository that any credentials open: who sends none is told the same as if there were no such repository. */
    | { readonly kind: 'private' }
    /** The repository is there, the tag is not. */
    | { readonly kind: 'unknown' }
    | { readonly kind: 'error'; readonly text: string };
  /** Platforms the image is built for; absent: every one. */
  readonly platforms?: readonly Platform[];
  /** From the start of a container until its program runs, or why it never does. */
  readonly start?:
    | { readonly kind: 'time'; readonly time: number }
    | { readonly kind: 'error'; readonly text: string };
  /** What the program does when left alone; `after` counts from when it runs. */
  readonly run?:
    | { readonly kind: 'forever' }
    | { readonly kind: 'exit'; readonly after: number; readonly code: number }
    /** The kernel kills it for want of memory. */
    | { readonly kind: 'out-of-memory'; readonly after: number };
  /** The image's own check (`HEALTHCHECK`); a service's replaces it. */
  readonly healthCheck?: HealthCheck;
  /**
   * What a health check sees: from `after` (since the program runs) until `until` it passes. Before, it fails at once; later the program hangs,
   * and the check fails by its timeout.
   */
  readonly health?:
    | { readonly kind: 'never' }
    | { readonly kind: 'passes'; readonly after: number; readonly until?: number };
  /**
   * What the program does at its stop signal. Absent: it exits with 0 shortly after; but once its health check has found it hung, it ignores
   * the signal and is killed.
   */
  readonly stop?:
    | { readonly kind: 'exit'; readonly after: number; readonly code: number }
    | { readonly kind: 'ignore' };
  /**
   * How it answers requests: it takes them from `after` (since the program runs) on, needs `time` for each, and fails so many of them with an
   * error. Absent: at once, 2 ms, none.
   */
  readonly serves?: {
    readonly after?: number;
    readonly time?: number;
    readonly fails?: { readonly num: number; readonly den: number };
  };
  /** What the program writes; times count from when it runs. */
  readonly logs?: readonly ScriptedLine[];
}

export type ScriptedLine =
  | { readonly kind: 'once'; readonly after: number; readonly stream: LogStream; readonly text: string }
  /** Again and again, first after `every`, which is more than 0. */
  | { readonly kind: 'every'; readonly every: number; readonly stream: LogStream; readonly text: string };

/** What a program writes next, having written last at `past` (-1 before its first line); undefined when it is silent from then on. */
export function nextOutput(
  logs: readonly ScriptedLine[],
  past: number,
): { readonly at: number; readonly lines: readonly ScriptedLine[] } | undefined {
  const due = logs.map((line) => ({ at: nextTime(line, past), line })).filter(({ at }) => at > past);
  if (due.length === 0) return undefined;
  const first = due.reduce((least, { at }) => Math.min(least, at), Number.MAX_SAFE_INTEGER);
  return { at: first, lines: due.filter(({ at }) => at === first).map(({ line }) => line) };
}

function nextTime(line: ScriptedLine, past: number): number {
  return line.kind === 'once' ? line.after : line.every * (Math.floor(Math.max(past, 0) / line.every) + 1);
}

/** Durations of an unknown image are drawn from [least, least + spread). */
export interface DrawnTime {
  readonly least: number;
  readonly spread: number;
}
export const defaultPullTime: DrawnTime = { least: second, spread: 2 * second };
export const defaultStartTime: DrawnTime = { least: 100 * millisecond, spread: 400 * millisecond };
export const defaultStopTime: DrawnTime = { least: 50 * millisecond, spread: 200 * millisecond };

/** A duration drawn with `random`, a uniform draw from [0, bound). */
export function drawTime(time: DrawnTime, random: (bound: number) => number): number {
  return time.least + random(time.spread);
}

/** The scripts in force: for all nodes, and for single ones, which win. Keys are image names as `imageName` gives them. */
export interface ImageBehaviours {
  readonly everywhere: Map<string, ImageBehaviour>;
  /** By host. */
  readonly onHost: Map<string, Map<string, ImageBehaviour>>;
}

export function createBehaviours(): ImageBehaviours {
  return { everywhere: new Map(), onHost: new Map() };
}

/** A copy that can be changed without touching the original. */
export function copyBehaviours({ everywhere, onHost }: ImageBehaviours): ImageBehaviours {
  return {
    everywhere: new Map(everywhere),
    onHost: new Map([...onHost].map(([host, own]) => [host, new Map(own)])),
  };
}

/** Scripts an image on every node, or on `host` alone. Containers that exist keep the script they were made with. */
export function setBehaviour(
  behaviours: ImageBehaviours,
  image: string,
  behaviour: ImageBehaviour,
  host?: string,
): void {
  if (host === undefined) {
    behaviours.everywhere.set(imageName(image), behaviour);
    return;
  }
  const own = behaviours.onHost.get(host) ?? new Map<string, ImageBehaviour>();
  own.set(imageName(image), behaviour);
  behaviours.onHost.set(host, own);
}

export function behaviourOf(behaviours: ImageBehaviours, host: string, image: string): ImageBehaviour {
  const name = imageName(image);
  return behaviours.onHost.get(host)?.get(name) ?? behaviours.everywhere.get(name) ?? {};
}

/**
 * The name users know an image by, one for all ways to write it: `nginx`, `docker.io/library/nginx` and `nginx:latest@sha256:...` are
 * all `nginx:latest`. A reference by digest without a tag keeps the digest.
 * @throws ParseFailure for what is no image reference; services with such are refused
 */
export function imageName(image: string): string {
  const { domain, path, tag, digest } = withDefaultTag(parseImage(image));
  return familiarImage({ domain, path, ...(tag === undefined ? { digest: digest ?? '' } : { tag }) });
}

/** The repository's part of an image name. */
export function repositoryOf(image: string): string {
  const { domain, path } = parseImage(image);
  return familiarImage({ domain, path });
}

/** The host that serves an image. */
export function registryOf(image: string): string {
  const { domain } = parseImage(image);
  return domain === 'docker.io' ? 'registry-1.docker.io' : domain;
}
