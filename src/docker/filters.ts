// What `--filter` means on the wire: a map from keys to the values that match.

import { compareText } from './human.ts';

/** Values by key, as the API takes them. */
export type Filters = ReadonlyMap<string, ReadonlySet<string>>;
export type MutableFilters = Map<string, Set<string>>;

/** @param given texts that the filter kind accepts: `label=a=b`; keys are lower-cased, both sides trimmed */
export function readFilters(given: readonly string[]): MutableFilters {
  const filters: MutableFilters = new Map();
  for (const text of given) {
    if (text === '') continue;
    const at = text.indexOf('=');
    const key = text.slice(0, at).trim().toLowerCase();
    addFilter(filters, key, text.slice(at + 1).trim());
  }
  return filters;
}

export function addFilter(filters: MutableFilters, key: string, value: string): void {
  const values = filters.get(key) ?? new Set();
  filters.set(key, values.add(value));
}

/** The value of a query's `filters`; undefined when there are none. Keys and values are in ascending order. */
export function encodeFilters(filters: Filters): string | undefined {
  if (filters.size === 0) return undefined;
  const object = [...filters]
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, values]) => {
      const members = [...values].sort(compareText).map((value) => `${encode(value)}:true`);
      return `${encode(key)}:{${members.join(',')}}`;
    });
  return `{${object.join(',')}}`;
}

/** Go's JSON escapes what HTML gives a meaning to. */
function encode(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}
