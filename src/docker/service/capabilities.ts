// `--cap-add` and `--cap-drop`: which Linux capabilities a service's containers gain and lose.

import { compareText } from '../human.ts';

export interface Capabilities {
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

/** Every capability there is. */
const all = 'ALL';
/** Forgets what was added or dropped before. */
const reset = 'RESET';

/** What a new service asks for: adding beats dropping, of a list with `ALL` nothing else is left. */
export function newCapabilities(added: readonly string[], dropped: readonly string[]): Capabilities {
  const add = listed(named(added));
  return { add, drop: listed(named(dropped)).filter((name) => !add.includes(name)) };
}

/**
 * What a service asks for after an update. A capability that was dropped is not dropped any more when it is added, and must be added again
 * to be added; the other way round likewise. Adding beats dropping.
 */
export function updatedCapabilities(
  current: Capabilities,
  added: readonly string[],
  dropped: readonly string[],
): Capabilities {
  const toAdd = named(added);
  const toDrop = named(dropped);
  const add = toAdd.delete(reset) ? new Set<string>() : named(current.add);
  const drop = toDrop.delete(reset) ? new Set<string>() : named(current.drop);
  for (const capability of toDrop) {
    if (toAdd.has(capability)) continue;
    if (!add.delete(capability)) drop.add(capability);
  }
  for (const capability of toAdd) {
    if (!drop.delete(capability)) add.add(capability);
  }
  return { add: listed(add), drop: listed(drop) };
}

function named(texts: readonly string[]): Set<string> {
  return new Set(texts.map(normalise));
}

function normalise(text: string): string {
  const name = text.trim().toUpperCase();
  return name === all || name === reset || name.startsWith('CAP_') ? name : `CAP_${name}`;
}

function listed(names: ReadonlySet<string>): readonly string[] {
  if (names.has(all)) return [all];
  return [...names].filter((name) => name !== reset).sort(compareText);
}
