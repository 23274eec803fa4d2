// The tower: each floor may import the floors under it, never one above. docs/architecture.md shows it to people.

import { posix } from 'node:path';
import { importsOf, type Source, type Violation } from './source.ts';

/** The floors of src/, from the ground up. Files that lie in src/ itself are floors of their own. */
export const floors: readonly string[] = [
  'sim',
  'raft',
  'model',
  'store',
  'manager',
  'agent',
  'cluster',
  'invariants',
  'engine',
  'docker',
  'lab',
  'check',
  'serve',
  'web',
  'index',
  'cli',
];

/** Floors that may import less than all under them. */
export const narrow: ReadonlyMap<string, readonly string[]> = new Map([
  // A step machine on its own.
  ['raft', []],
  // Managers and agents know each other only by the messages of model/.
  ['agent', ['sim', 'raft', 'model', 'store']],
  // The docker command speaks to an engine only, as the real one does.
  ['docker', ['sim', 'model', 'engine']],
]);

/** What anybody may import. */
const everyones = 'src/sim/assert.ts';

/** The packages that floors below lab/ may import, and the floors that may. */
const packagesBelowLab: ReadonlyMap<string, readonly string[]> = new Map([
  // Managers edit records in drafts.
  ['immer', ['store', 'manager']],
  ['seedrandom', ['sim']],
  // Compose files.
  ['yaml', ['docker']],
]);

export function floorOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.tsx?$/, '');
}

/** What of a source's imports the tower does not allow. */
export function towerViolations({ path, text }: Source): Violation[] {
  const floor = floorOf(path);
  const level = floors.indexOf(floor);
  if (level < 0) return [{ path, line: 1, what: `${floor} is no floor of the tower` }];
  return importsOf(text).flatMap(({ specifier, line }) => {
    const what = specifier.startsWith('.')
      ? refuseFile(floor, posix.join(posix.dirname(path), specifier))
      : level < floors.indexOf('lab') && packagesBelowLab.get(specifier)?.includes(floor) !== true
        ? `${floor} may not import ${specifier}`
        : undefined;
    return what === undefined ? [] : [{ path, line, what }];
  });
}

function refuseFile(floor: string, target: string): string | undefined {
  if (!target.startsWith('src/')) return `${floor} imports ${target}, which is not in src`;
  const other = floorOf(target);
  if (target === everyones || other === floor) return undefined;
  const allowed = narrow.get(floor);
  if (allowed !== undefined) return allowed.includes(other) ? undefined : `${floor} may not import ${other}`;
  const level = floors.indexOf(other);
  if (level < 0) return `${other} is no floor of the tower`;
  return level < floors.indexOf(floor) ? undefined : `${floor} may not import ${other}, a floor above it`;
}
