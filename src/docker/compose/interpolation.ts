// Variables in a compose file's values: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`, `${NAME?error}`; `$$` is
// a dollar. Keys are left alone. Where a number or a truth value belongs, what a variable made is read as one.

import { quote } from '../../model/quote.ts';
import { CommandFailure } from '../failure.ts';
import { readBoolean, readFloat, readInteger } from './cast.ts';
import { isMapping, isSequence, type Mapping, sortedEntries, type Value } from './value.ts';

export type Variables = ReadonlyMap<string, string>;

/** A template that cannot be filled in; the text is what the complaint quotes. */
class BadTemplate extends Error {
  override readonly name = 'BadTemplate';
}

const reference = /\$(?:(\$)|([_a-z][_a-z0-9]*(?::?[-?][^}]*)?)|\{([_a-z][_a-z0-9]*(?::?[-?][^}]*)?)\}|)/gi;

/** @throws CommandFailure that names the place */
export function interpolate(file: Mapping, variables: Variables): Mapping {
  const walk = (value: Value, path: readonly string[]): Value => {
    if (typeof value === 'string') return interpolateText(value, path, variables);
    if (isSequence(value)) return value.map((item) => walk(item, [...path, '[]']));
    if (!isMapping(value)) return value;
    return new Map(sortedEntries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return new Map(sortedEntries(file).map(([key, value]) => [key, walk(value, [key])]));
}

function interpolateText(text: string, path: readonly string[], variables: Variables): Value {
  const place = path.join('.');
  let filled: string;
  try {
    filled = substitute(text, variables);
  } catch (error) {
    if (!(error instanceof BadTemplate)) throw error;
    throw new CommandFailure(
      `invalid interpolation format for ${place}: ${quote(error.message)}; ` +
        'you may need to escape any $ with another $',
    );
  }
  if (filled === text) return text;
  const cast = castFor(path);
  if (cast === undefined) return filled;
  const value = cast(filled);
  if (typeof value === 'object' && value !== null && 'problem' in value) {
    throw new CommandFailure(
      `error while interpolating ${place}: failed to cast to expected type: ${value.problem}`,
    );
  }
  return value;
}

/** @throws BadTemplate */
function substitute(text: string, variables: Variables): string {
  // The last reference alone decides whether all were right: one that can be filled in makes up for any before it.
  let problem: string | undefined;
  const filled = text.replace(reference, (_, escaped?: string, named?: string, braced?: string) => {
    if (escaped !== undefined) return escaped;
    const name = named ?? braced;
    if (name === undefined) {
      problem = text;
      return '';
    }
    const result = look(name, variables);
    problem = typeof result === 'string' ? undefined : result.problem;
    return typeof result === 'string' ? result : '';
  });
  if (problem !== undefined) throw new BadTemplate(problem);
  return filled;
}

/** The operators in the order they are looked for, whichever stands first in the text. */
const operators = [
  { sign: ':-', required: false, emptyCounts: false },
  { sign: '-', required: false, emptyCounts: true },
  { sign: ':?', required: true, emptyCounts: false },
  { sign: '?', required: true, emptyCounts: true },
] as const;

function look(text: string, variables: Variables): string | { readonly problem: string } {
  for (const { sign, required, emptyCounts } of operators) {
    const at = text.indexOf(sign);
    if (at < 0) continue;
    const name = text.slice(0, at);
    const rest = text.slice(at + sign.length);
    const value = variables.get(name);
    if (value !== undefined && (value !== '' || emptyCounts)) return value;
    return required ? { problem: `required variable ${name} is missing a value: ${rest}` } : rest;
  }
  return variables.get(text) ?? '';
}

type Cast = typeof readInteger | typeof readBoolean | typeof readFloat;

/** Where numbers and truth values belong; `*` is any key, `[]` any item. */
const casts: readonly (readonly [string, Cast])[] = [
  ['services.*.configs.[].mode', readInteger],
  ['services.*.secrets.[].mode', readInteger],
  ['services.*.healthcheck.retries', readInteger],
  ['services.*.healthcheck.disable', readBoolean],
  ['services.*.deploy.replicas', readInteger],
  ['services.*.deploy.update_config.parallelism', readInteger],
  ['services.*.deploy.update_config.max_failure_ratio', readFloat],
  ['services.*.deploy.rollback_config.parallelism', readInteger],
  ['services.*.deploy.rollback_config.max_failure_ratio', readFloat],
  ['services.*.deploy.restart_policy.max_attempts', readInteger],
  ['services.*.deploy.placement.max_replicas_per_node', readInteger],
  ['services.*.ports.[].target', readInteger],
  ['services.*.ports.[].published', readInteger],
  ['services.*.ulimits.*', readInteger],
  ['services.*.ulimits.*.hard', readInteger],
  ['services.*.ulimits.*.soft', readInteger],
  ['services.*.oom_score_adj', readInteger],
  ['services.*.privileged', readBoolean],
  ['services.*.read_only', readBoolean],
  ['services.*.stdin_open', readBoolean],
  ['services.*.tty', readBoolean],
  ['services.*.volumes.[].read_only', readBoolean],
  ['services.*.volumes.[].volume.nocopy', readBoolean],
  ['networks.*.external', readBoolean],
  ['networks.*.internal', readBoolean],
  ['networks.*.attachable', readBoolean],
  ['volumes.*.external', readBoolean],
  ['secrets.*.external', readBoolean],
  ['configs.*.external', readBoolean],
];

const castsByPattern = casts.map(([pattern, cast]) => ({ pattern: pattern.split('.'), cast }));

function castFor(path: readonly string[]): Cast | undefined {
  return castsByPattern.find(
    ({ pattern }) =>
      pattern.length === path.length && pattern.every((part, i) => part === '*' || part === path[i]),
  )?.cast;
}
