// Lines of logs as `docker service logs` prints them: who wrote them, and what.

import type { Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { quote } from '../../model/quote.ts';
import { type Client, fetchJson } from '../client.ts';
import { CommandFailure } from '../failure.ts';
import { compareText, shortId } from '../human.ts';
import { createNames } from '../tasks.ts';

export interface LineOptions {
  readonly timestamps: boolean;
  readonly details: boolean;
  readonly resolve: boolean;
  readonly taskIds: boolean;
  readonly wholeIds: boolean;
  /** Digits of the greatest slot: shorter ones are padded. */
  readonly slotDigits: number;
}

/** What an engine says of each line, under these names, when it is asked for details. */
const origin = {
  node: 'com.docker.swarm.node.id',
  service: 'com.docker.swarm.service.id',
  task: 'com.docker.swarm.task.id',
} as const;

/** Makes a line of a frame's text: `[<timestamp> ]<details> <message>`. @throws CommandFailure for what has no origin */
export function createLineWriter(client: Client, options: LineOptions): (text: string) => Fiber<string> {
  const names = createNames(client, options.resolve);
  const writers = new Map<string, string>();

  function* writerOf(node: string, service: string, task: string): Fiber<string> {
    const key = [node, service, task].join(' ');
    const known = writers.get(key);
    if (known !== undefined) return known;
    const nodeName = yield* names.node(node);
    const serviceName = yield* names.service(service);
    const { ID, Slot = 0 } = yield* fetchJson<Task>(client, `/tasks/${task}`);
    const id = options.taskIds ? `.${options.wholeIds ? ID : shortId(ID)}` : '';
    const padding = ' '.repeat(Math.max(0, options.slotDigits - String(Slot).length));
    const writer = `${serviceName}.${Slot}${id}@${nodeName}${padding}`;
    writers.set(key, writer);
    return writer;
  }

  return function* (text) {
    const [, timestamp, context, message] =
      (options.timestamps ? /^([^ ]*) ([^ ]*) (.*)$/s : /^()([^ ]*) (.*)$/s).exec(text) ?? [];
    if (context === undefined || message === undefined) {
      throw new CommandFailure(`invalid context in log message: ${text}`);
    }
    const details = readDetails(context);
    const node = takeOrigin(details, 'node');
    const service = takeOrigin(details, 'service');
    const task = takeOrigin(details, 'task');
    const writer = yield* writerOf(node, service, task);
    const told = options.details ? `${shownDetails(details, '=', ',')} ` : '';
    return `${options.timestamps ? `${timestamp} ` : ''}${writer}    | ${told}${message}`;
  };
}

function takeOrigin(details: Map<string, string>, what: keyof typeof origin): string {
  const id = details.get(origin[what]);
  if (id === undefined) {
    throw new CommandFailure(`missing ${what} id in details: map[${shownDetails(details, ':', ' ')}]`);
  }
  details.delete(origin[what]);
  return id;
}

/** `k=v` pairs between commas, escaped as in URLs. */
function readDetails(text: string): Map<string, string> {
  return new Map(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      if (at < 0) throw new CommandFailure('invalid details format');
      return [decodeDetail(pair.slice(0, at)), decodeDetail(pair.slice(at + 1))];
    }),
  );
}

function decodeDetail(text: string): string {
  const [wrong] = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text) ?? [];
  if (wrong !== undefined) throw new CommandFailure(`invalid URL escape ${quote(wrong)}`);
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function shownDetails(details: ReadonlyMap<string, string>, is: string, and: string): string {
  return [...details]
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${key}${is}${value}`)
    .join(and);
}
