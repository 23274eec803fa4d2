// How `--x-add` and `--x-rm` change lists and maps of texts.

import type { StringMap } from '../../engine/api.ts';
import { compareText } from '../human.ts';
import { entriesOf, sortedMap, splitPair } from '../maps.ts';

/** What was there and what is added, without what is removed, in ascending order. */
export function updateSorted(
  current: readonly string[] | undefined,
  added: readonly string[],
  removed: readonly string[],
): readonly string[] {
  return [...(current ?? []), ...added].filter((text) => !removed.includes(text)).sort(compareText);
}

/** Keys are removed first, so that one that is removed and added is there. */
export function updateMap(
  current: StringMap | null | undefined,
  added: readonly string[],
  removedKeys: readonly string[],
): StringMap {
  const kept = entriesOf(current).filter(([key]) => !removedKeys.includes(key));
  return sortedMap([...kept, ...added.map(splitPair)]);
}

/** Variables keep their places; new ones come last. */
export function updateVariables(
  current: readonly string[] | undefined,
  added: readonly string[],
  removedNames: readonly string[],
): readonly string[] {
  const kept = (current ?? []).filter((variable) => !removedNames.includes(splitPair(variable)[0]));
  if (added.length === 0) return kept;
  return [...new Map([...kept, ...added].map((variable) => [splitPair(variable)[0], variable])).values()];
}
