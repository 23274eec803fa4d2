// The references that the project follows, as far as the project needs them: the number of every rule and edge case, and a few words each.

import { readFileSync } from 'node:fs';

/** A reference: what is numbered in it, by number, in its order. */
export interface Reference {
  readonly name: string;
  readonly titles: ReadonlyMap<string, string>;
}

/** References by name; each has a file of that name beside this one. */
export const references: readonly string[] = ['raft-cluster', 'scheduler', 'orchestration', 'docker-api-cli'];

/** Reads the reference of that name. */
export function readReference(name: string): Reference {
  const titles: Record<string, string> = JSON.parse(
    readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'),
  );
  return { name, titles: new Map(Object.entries(titles)) };
}
