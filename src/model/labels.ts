// Labels: pairs sorted by key, so that equal label sets are equal data whatever order a user gave them in.

import type { Labels } from './spec.ts';

/** Frozen from the start, as the store would freeze it. */
export const noLabels: Labels = Object.freeze([]);

/** Sorts pairs into labels; of two pairs with one key the later wins, as with repeated `--label` flags. */
export function makeLabels(pairs: Iterable<readonly [key: string, value: string]>): Labels {
  return [...new Map(pairs)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The value under `key`; undefined when there is no such label. Keys are case-sensitive. */
export function lookupLabel(labels: Labels, key: string): string | undefined {
  for (const pair of labels) if (pair[0] === key) return pair[1];
  return undefined;
}

/** The labels with `key` set to `value`. */
export function setLabel(labels: Labels, key: string, value: string): Labels {
  return makeLabels([...labels, [key, value]]);
}

/** The labels without `key`. */
export function removeLabel(labels: Labels, key: string): Labels {
  return labels.filter(([name]) => name !== key);
}
