// What the suites that hold recordings of SwarmKit have in common: where the file is, how what was found is compared with what was
// recorded, and how the result is printed.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

/** A fact that is not as recorded. */
export interface Difference {
  readonly what: string;
  readonly expected: unknown;
  readonly found: unknown;
}

export interface CaseResult {
  readonly name: string;
  readonly differences: readonly Difference[];
}

/** The content of the file that `variable` names in the environment, else of our copy of `file`. */
export function readOracle(variable: string, file: string): unknown {
  const path = process.env[variable] ?? fileURLToPath(new URL(`recordings/oracle/${file}`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Nothing when both are equal, or when nothing was recorded. Maps and objects are equal in any order. */
export function compare(what: string, expected: unknown, found: unknown): Difference[] {
  return expected === undefined || isDeepStrictEqual(expected, found) ? [] : [{ what, expected, found }];
}

/** What a case is called, also one that cannot be read. */
export function nameOf(recorded: unknown, otherwise: string): string {
  const named =
    typeof recorded === 'object' && recorded !== null && 'name' in recorded ? recorded.name : undefined;
  return typeof named === 'string' ? named : otherwise;
}

/** A case that cannot be read or replayed has failed, with the error as what was found. */
export function attempt(name: string, replay: () => readonly Difference[]): CaseResult {
  try {
    return { name, differences: replay() };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { name, differences: [{ what: 'the replay', expected: 'no error', found }] };
  }
}

/** Prints every failed case and the sum; true when there are cases and all have passed. */
export function report(
  print: (line: string) => void,
  suite: string,
  results: readonly CaseResult[],
): boolean {
  const failed = results.filter(({ differences }) => differences.length > 0);
  for (const { name, differences } of failed) {
    print(`${suite}: ${name}`);
    for (const { what, expected, found } of differences) {
      print(`  ${what}`);
      print(`    expected: ${show(expected)}`);
      print(`    found:    ${show(found)}`);
    }
  }
  print(`${suite}: ${results.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 && results.length > 0;
}

/** How often each key occurs. */
export function count(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

export function descending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => b - a);
}

export function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) => (item instanceof Map ? Object.fromEntries(item) : item)) ??
    'nothing'
  );
}
