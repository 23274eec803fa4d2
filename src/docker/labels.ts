// Labels as flags give them: `key=value`, or a key alone for an empty value.

import type { StringMap } from '../engine/api.ts';
import { compareText } from './human.ts';

/** In the order given. */
export function labelPairs(given: readonly string[]): ReadonlyArray<readonly [key: string, value: string]> {
  return given.map((text) => {
    const at = text.indexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
}

/** As the API takes them, with keys in ascending order; the last value of a key counts. */
export function labelMap(given: readonly string[]): StringMap {
  const pairs = new Map(labelPairs(given));
  return Object.fromEntries([...pairs].sort(([a], [b]) => compareText(a, b)));
}
