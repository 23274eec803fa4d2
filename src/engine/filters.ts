// Filters of lists (reference 2.6): which keys there are, which values each has, and how records match them.

import { ParseFailure } from '../model/failure.ts';
import { makeLabels } from '../model/labels.ts';
import type { Labels } from '../model/spec.ts';
import { RequestFailure } from './failure.ts';
import { parseJson } from './parse.ts';
import type { Query } from './query.ts';

/** Values by key, in the order given; of one key any may match. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/**
 * The `filters` of a request: `{"label":{"a=b":true}}`, or the old form `{"label":["a=b"]}`.
 * @throws RequestFailure 400 for anything else
 */
export function parseFilters(query: Query): Filters {
  const text = query.get('filters') ?? '';
  const filters = new Map<string, readonly string[]>();
  if (text === '') return filters;
  try {
    const value = parseJson(text);
    if (!(value instanceof Map)) throw new ParseFailure('not an object');
    for (const [key, values] of value) filters.set(key, valuesOf(values));
  } catch (error) {
    if (error instanceof ParseFailure) throw new RequestFailure(400, 'invalid filter');
    throw error;
  }
  return filters;
}

function valuesOf(value: unknown): readonly string[] {
  if (value instanceof Map) {
    const entries: [unknown, unknown][] = [...value];
    const values = entries.flatMap(([key, on]) => (on === true ? [key] : on === false ? [] : [undefined]));
    return values.map(asText);
  }
  if (Array.isArray(value)) return value.map(asText);
  throw new ParseFailure('neither an object nor a list');
}

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new ParseFailure('not text');
  return value;
}

/** @throws RequestFailure 400 `invalid filter 'x'` for a key that is none of these */
export function acceptFilters(filters: Filters, accepted: readonly string[]): void {
  for (const key of filters.keys()) {
    if (!accepted.includes(key)) throw new RequestFailure(400, `invalid filter '${key}'`);
  }
}

/** The values of a key; none when it is not filtered by. */
export function valuesFor(filters: Filters, key: string): readonly string[] {
  return filters.get(key) ?? [];
}

/** True when the key is not filtered by, or a value is the beginning of one of the texts. */
export function matchesPrefix(filters: Filters, key: string, ...texts: readonly string[]): boolean {
  const values = valuesFor(filters, key);
  return values.length === 0 || values.some((value) => texts.some((text) => text.startsWith(value)));
}

export function matchesExactly(filters: Filters, key: string, ...texts: readonly string[]): boolean {
  const values = valuesFor(filters, key);
  return values.length === 0 || values.some((value) => texts.includes(value));
}

/** All labels asked for must be there; of two values for one key the last counts, and an empty value asks for the key alone. */
export function matchesLabels(filters: Filters, key: string, labels: Labels): boolean {
  const wanted = makeLabels(
    valuesFor(filters, key).map((value) => {
      const equals = value.indexOf('=');
      return equals < 0
        ? ([value, ''] as const)
        : ([value.slice(0, equals), value.slice(equals + 1)] as const);
    }),
  );
  return wanted.every(([name, value]) =>
    labels.some(([present, content]) => present === name && (value === '' || content === value)),
  );
}
