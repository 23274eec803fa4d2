// How a script says what an image does, in few words; unsaid parts simply work.

import { second } from '../model/duration.ts';
import type { ImageBehaviour, ScriptedLine } from '../model/image-behaviour.ts';
import type { Platform } from '../model/spec.ts';
import { ScenarioFailure } from './failure.ts';
import { duration } from './options.ts';

export interface ImageScript {
  /** What is in it: a tag that comes to mean another content has another digest from then on. */
  readonly content?: string;
  /**
   * How long a pull takes (`3s`), or why it fails: `missing` (no such tag), `denied` (no such repository), `private` (denied to all
   * who send no credentials), any other text as it is.
   */
  readonly pull?: string;
  /** What it is built for, such as `linux/amd64`; default everything. */
  readonly platforms?: readonly string[];
  /** How long the container takes to start (`500ms`). */
  readonly start?: string;
  /** The start fails with this text. */
  readonly startError?: string;
  /** The program ends by itself, or the kernel kills it for want of memory. */
  readonly exits?:
    | { readonly after: string; readonly code: number }
    | { readonly after: string; readonly outOfMemory: true };
  /** What its health check sees: never healthy, or healthy from some time after the start, until some other. */
  readonly health?: 'never' | { readonly after: string; readonly until?: string };
  /** How it takes SIGTERM: how long it needs (`3s`), or `ignores`, and is killed after the grace period. */
  readonly stop?: string;
  /** How it answers requests: from when on (`after`, since it runs), how long each takes (`in`), and how many per cent of them fail with a 500. */
  readonly serves?: { readonly after?: string; readonly in?: string; readonly errorPercent?: number };
  /** What the program writes: a line some time after it runs (`0s`), or a line every so often. */
  readonly logs?: readonly LogScript[];
}

export type LogScript = ({ readonly after: string } | { readonly every: string }) & {
  readonly line: string;
  /** Where it writes; default standard output. */
  readonly to?: 'stdout' | 'stderr';
};

/** The check of an image that a script gave a health. */
const ownCheck = {
  test: ['CMD-SHELL', 'check'],
  interval: 5 * second,
  timeout: 5 * second,
  retries: 3,
  startPeriod: 0,
  startInterval: 5 * second,
};

export function imageBehaviour(script: ImageScript): ImageBehaviour {
  const { content, pull, platforms, start, startError, exits, health, stop, serves, logs } = script;
  return {
    ...(content !== undefined && { content }),
    ...(pull !== undefined && { pull: pullBehaviour(pull) }),
    ...(platforms && { platforms: platforms.map(platform) }),
    ...(start !== undefined && { start: { kind: 'time', time: duration('start', start) } as const }),
    ...(startError !== undefined && { start: { kind: 'error', text: startError } as const }),
    ...(exits && { run: runBehaviour(exits) }),
    ...(health !== undefined && { healthCheck: ownCheck, health: healthBehaviour(health) }),
    ...(stop !== undefined && { stop: stopBehaviour(stop) }),
    ...(serves && { serves: serveBehaviour(serves) }),
    ...(logs && { logs: logs.map(scriptedLine) }),
  };
}

function platform(text: string): Platform {
  const [os = '', architecture = '', ...rest] = text.split('/');
  if (architecture === '' || rest.length > 0) {
    throw new ScenarioFailure(`a platform must be like linux/amd64, not ${JSON.stringify(text)}`);
  }
  return { os, architecture };
}

function runBehaviour(exits: NonNullable<ImageScript['exits']>): NonNullable<ImageBehaviour['run']> {
  const after = duration('exits.after', exits.after);
  return 'code' in exits ? { kind: 'exit', after, code: exits.code } : { kind: 'out-of-memory', after };
}

function pullBehaviour(pull: string): NonNullable<ImageBehaviour['pull']> {
  if (pull === 'missing') return { kind: 'unknown' };
  if (pull === 'denied' || pull === 'private') return { kind: pull };
  if (/^\d/.test(pull)) return { kind: 'time', time: duration('pull', pull) };
  return { kind: 'error', text: pull };
}

function healthBehaviour(health: NonNullable<ImageScript['health']>): NonNullable<ImageBehaviour['health']> {
  if (health === 'never') return { kind: 'never' };
  return {
    kind: 'passes',
    after: duration('health.after', health.after),
    ...(health.until !== undefined && { until: duration('health.until', health.until) }),
  };
}

function stopBehaviour(stop: string): NonNullable<ImageBehaviour['stop']> {
  if (stop === 'ignores') return { kind: 'ignore' };
  return { kind: 'exit', after: duration('stop', stop), code: 0 };
}

function serveBehaviour({
  after,
  in: time,
  errorPercent = 0,
}: NonNullable<ImageScript['serves']>): NonNullable<ImageBehaviour['serves']> {
  if (!(errorPercent >= 0 && errorPercent <= 100)) {
    throw new ScenarioFailure(`serves.errorPercent must be from 0 to 100, not ${errorPercent}`);
  }
  return {
    ...(after !== undefined && { after: duration('serves.after', after) }),
    ...(time !== undefined && { time: duration('serves.in', time) }),
    fails: { num: Math.round(errorPercent * 10), den: 1_000 },
  };
}

function scriptedLine(script: LogScript): ScriptedLine {
  const { line: text, to: stream = 'stdout' } = script;
  if (text.includes('\n')) throw new ScenarioFailure('logs: a line has no line breaks; give several lines');
  if ('after' in script) {
    const after = duration('logs.after', script.after);
    if (after < 0) throw new ScenarioFailure(`logs.after must not be negative, not ${script.after}`);
    return { kind: 'once', after, stream, text };
  }
  const every = duration('logs.every', script.every);
  if (every <= 0) throw new ScenarioFailure(`logs.every must be more than nothing, not ${script.every}`);
  return { kind: 'every', every, stream, text };
}
