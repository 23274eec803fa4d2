// What the inspect commands print: each object by a template, or all of them as one array of JSON (reference 0.5).

import type { Fiber } from '../engine/fiber.ts';
import { CommandFailure, failureText } from './failure.ts';
import { compactJson, indentJson } from './indent.ts';
import type { DockerHost } from './process.ts';
import { execute } from './template/evaluate.ts';
import { isFunction } from './template/functions.ts';
import { encodeJson } from './template/json.ts';
import { parseTemplate, type Template, TemplateError } from './template/parse.ts';
import { readRawJson } from './template/raw-json.ts';
import type { GoValue } from './template/value.ts';

/** The exit code of some commands for a template that cannot be parsed; others end with 1 (reference 0.3). */
export const badTemplate = 64;

/** What was found for one argument. */
export interface Inspected {
  readonly value: GoValue;
  /** The engine's own bytes, shown instead of the value when no template asks for fields; some commands have none. */
  readonly raw: string | undefined;
}

/**
 * Inspects one thing after the other and prints what was found.
 * @param badTemplateCode the exit code for a template that cannot be parsed
 * @throws CommandFailure at the end, with the failures of all arguments
 */
export function* inspectAll(
  references: readonly string[],
  format: string,
  host: DockerHost,
  find: (reference: string) => Fiber<Inspected>,
  badTemplateCode = 1,
): Fiber<number> {
  const template = format === '' || format === 'json' ? undefined : parseFormat(format, badTemplateCode);
  const found: Inspected[] = [];
  const failures: string[] = [];
  let printed = '';
  for (const reference of references) {
    try {
      const inspected = yield* find(reference);
      found.push(inspected);
      if (template !== undefined) printed += `${show(template, inspected)}\n`;
    } catch (error) {
      failures.push(failureText(error));
    }
  }
  if (template !== undefined) host.out(printed === '' ? '\n' : printed);
  else host.out(showAll(found, format === 'json'));
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}

/** @throws CommandFailure */
export function parseFormat(format: string, exitCode: number, name = ''): Template {
  try {
    return parseTemplate(format, isFunction, name);
  } catch (error) {
    if (error instanceof TemplateError) {
      throw new CommandFailure(`template parsing error: ${error.message}`, exitCode);
    }
    throw error;
  }
}

/** A template looks at the value first, and at the engine's own JSON when that has no such field. */
function show(template: Template, { value, raw }: Inspected): string {
  try {
    return execute(template, value);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    if (raw === undefined) throw new CommandFailure(`template parsing error: ${error.message}`);
  }
  try {
    return execute(template, readRawJson(raw), { strict: true });
  } catch (error) {
    if (error instanceof TemplateError) throw new CommandFailure(`template parsing error: ${error.message}`);
    throw error;
  }
}

function showAll(found: readonly Inspected[], compact: boolean): string {
  if (found.length === 0) return '[]\n';
  const raws = found.flatMap(({ raw }) => (raw === undefined ? [] : [raw.trim()]));
  const parts = raws.length > 0 ? raws : found.map(({ value }) => encodeJson(value, true));
  const array = `[${parts.join(',')}]`;
  return `${compact ? compactJson(array) : indentJson(array)}\n`;
}

/** Prints things in a form of their own; nothing at all when one of them is not found. */
export function* prettyAll(
  references: readonly string[],
  host: DockerHost,
  show: (reference: string) => Fiber<string>,
): Fiber<number> {
  let printed = '';
  for (const reference of references) printed += yield* show(reference);
  host.out(printed);
  return 0;
}
