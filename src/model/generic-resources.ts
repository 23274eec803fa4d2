// Lists of generic resources as a daemon's option names them, and as a container's environment does (R-G8, R-G9).

import { ParseFailure } from './failure.ts';
import type { GenericResource } from './spec.ts';

/**
 * Reads what a node offers: `gpu=2` is an amount, `fpga=x,fpga=y` are names.
 * @throws ParseFailure with the daemon's text
 */
export function parseGenericResources(text: string): readonly GenericResource[] {
  const values = new Map<string, string[]>();
  for (const term of text.split(',')) {
    const [key = '', value, ...more] = term.trim().split('=');
    if (value === undefined || more.length > 0) {
      throw wrong(`incorrect term ${term.trim()}, missing '=' or malformed expression`);
    }
    const kind = key.trim();
    values.set(kind, [...(values.get(kind) ?? []), value.trim()]);
  }
  return [...values].flatMap(([kind, each]) => resourcesOf(kind, each));
}

function resourcesOf(kind: string, values: readonly string[]): GenericResource[] {
  const [only = ''] = values;
  if (values.length === 1 && isInteger(only)) {
    const value = Number(only);
    if (value < 0) throw wrong(`cannot ask for negative resource ${kind}`);
    return [{ kind, value }];
  }
  if (values.some(isInteger)) {
    throw wrong(`mixed discrete and named resources in expression '${kind}=[${values.join(' ')}]'`);
  }
  return values.map((named) => ({ kind, named }));
}

function isInteger(text: string): boolean {
  return /^[+-]?[0-9]+$/.test(text) && Number.isSafeInteger(Number(text));
}

function wrong(what: string): ParseFailure {
  return new ParseFailure(`could not parse GenericResource: ${what}`);
}

/** What a container finds in its environment of the resources that its task holds: `DOCKER_RESOURCE_GPU=2`, by kind. */
export function resourceVariables(held: readonly GenericResource[]): readonly string[] {
  const kinds = new Map<string, string[]>();
  for (const resource of held) {
    const value = 'named' in resource ? resource.named : String(resource.value);
    kinds.set(resource.kind, [...(kinds.get(resource.kind) ?? []), value]);
  }
  return [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, values]) => `DOCKER_RESOURCE_${kind.toUpperCase()}=${values.join(',')}`);
}
