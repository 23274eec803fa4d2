// What the prune commands share.

import { bool, type Flag, filter } from './flag.ts';

/** @param example a filter, for help */
export function pruneFlags(example: string): readonly Flag[] {
  return [
    { name: 'filter', kind: filter, usage: `Provide filter values (e.g. "${example}")`, version: '1.25' },
    { name: 'force', shorthand: 'f', kind: bool, usage: 'Do not prompt for confirmation', version: '1.25' },
  ];
}

/** A title over the names of what was removed; nothing when nothing was. */
export function deletedText(title: string, names: readonly string[] | null): string {
  if (names === null || names.length === 0) return '';
  return `${title}:\n${names.map((name) => `${name}\n`).join('')}\n`;
}
