// Maps of texts as the API writes them: JSON objects with their keys in ascending order.

import type { StringMap } from '../engine/api.ts';
import { compareText } from './human.ts';

export function sortedMap(pairs: Iterable<readonly [key: string, value: string]>): StringMap {
  return Object.fromEntries([...new Map(pairs)].sort(([a], [b]) => compareText(a, b)));
}

/** The entries of a map that may not be there, in ascending order of their keys. */
export function entriesOf(
  map: StringMap | null | undefined,
): readonly (readonly [key: string, value: string])[] {
  return Object.entries(map ?? {}).sort(([a], [b]) => compareText(a, b));
}

/** The two sides of `key=value`; a text without `=` is a key with an empty value. */
export function splitPair(text: string): readonly [key: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** What texts `key=value` say; of two with one key the later wins. */
export function pairsOf(texts: readonly string[]): Map<string, string> {
  return new Map(texts.map(splitPair));
}
