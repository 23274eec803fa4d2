// docker events

import type { Event } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { formatInstantPadded } from '../../engine/time.ts';
import { call, parseAnswer } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { eventFormatFlag, filterFlag } from '../common-flags.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { string } from '../flag.ts';
import { badTemplate } from '../inspect.ts';
import { eachLine } from '../lines.ts';
import { entriesOf } from '../maps.ts';
import { execute } from '../template/evaluate.ts';
import { isFunction } from '../template/functions.ts';
import { parseTemplate, type Template, TemplateError } from '../template/parse.ts';
import { readTimestamp } from '../timestamp.ts';
import { eventMessage } from '../types/event.ts';

export const events: Command = {
  name: 'events',
  usage: '[OPTIONS]',
  short: 'Get real time events from the server',
  spellings: 'docker system events, docker events',
  arity: noArguments,
  flags: [
    filterFlag,
    eventFormatFlag,
    { name: 'since', kind: string, usage: 'Show all events created since timestamp' },
    { name: 'until', kind: string, usage: 'Stream events until this timestamp' },
  ],
  run,
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  const template = readTemplate(flags.text('format'));
  const at = (name: string): string | undefined =>
    flags.text(name) === '' ? undefined : readTimestamp(flags.text(name), host.now());
  const query = {
    filters: encodeFilters(readFilters(flags.list('filter'))),
    since: at('since'),
    until: at('until'),
  };
  const response = yield* call(client, { method: 'GET', path: '/events', query });
  yield* eachLine(response, (line) => {
    host.out(`${template === undefined ? eventLine(line) : show(template, line)}\n`);
  });
  return 0;
}

/** Undefined for the form that docker prints of itself. @throws CommandFailure, also for fields that no event has */
function readTemplate(format: string): Template | undefined {
  if (format === '') return undefined;
  try {
    const template = parseTemplate(format === 'json' ? '{{json .}}' : format, isFunction);
    execute(template, eventMessage.decode({}));
    return template;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CommandFailure(`Error parsing format: ${error.message}`, badTemplate);
  }
}

function show(template: Template, line: string): string {
  try {
    return execute(template, eventMessage.decode(parseAnswer(line)));
  } catch (error) {
    if (error instanceof TemplateError) throw new CommandFailure(error.message);
    throw error;
  }
}

/** `2026-11-23T08:57:22.525000000Z service create <id> (name=web)` */
function eventLine(line: string): string {
  const { Type, Action, Actor, time, timeNano } = parseAnswer<Event>(line);
  // Engines of a lab know microseconds; a number holds no more digits than those.
  const moment = timeNano ? Math.round(timeNano / 1_000) : time * 1_000_000;
  const attributes = entriesOf(Actor.Attributes).map(([key, value]) => `${key}=${value}`);
  const details = attributes.length === 0 ? '' : ` (${attributes.join(', ')})`;
  return `${formatInstantPadded(moment)} ${Type} ${Action} ${Actor.ID}${details}`;
}
