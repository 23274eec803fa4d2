// Where rules and edge cases are cited. In sources one by one; tests, and rows of the fidelity page that say what is simplified or absent,
// may also cite a range of them, `R-R119 to R-R123`, because there somebody answers for each.

import { readFileSync } from 'node:fs';
import { lineOf, readSources, type Source } from '../../architecture/source.ts';

/** A place that cites. */
export interface Citation {
  /** For instance `R-R76`, or of edge cases `E-21` (raft-cluster), `S-E64b` (scheduler), `O-E21` (orchestration), `D-E21` (docker-api-cli). */
  readonly id: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

const fidelity = 'docs/fidelity.md';
/** This suite and its test speak of citations without making any. */
const ownPath = 'test/conformance/rules';

/** A range may break across the lines of a comment. */
const range = /\b(R-[A-Z]|[SOD]-E|E-)(\d+)\s+(?:(?:\/\/|\*)\s*)?to\s+(?:(?:\/\/|\*)\s*)?\1(\d+)\b/g;
const single = /\b(?:(?:R-[A-Z]|[OD]-E|E-)\d+|S-E\d+b?)\b/g;

/** On the fidelity page, all but rows that admit a difference: what a row calls real must be held by a line or a test. */
const otherThanRow = /^(?!\|[^|]*\| (?:simplified|absent) \|).*$/gm;

/** All files that may cite. Paths are relative to the project's root, where this must run. */
export function readCiting(): Source[] {
  const tests = readSources('test').filter(({ path }) => !path.startsWith(ownPath));
  return [...readSources('src'), ...tests, { path: fidelity, text: readFileSync(fidelity, 'utf8') }];
}

/** What a file cites, in the order of its lines. */
export function citationsOf({ path, text: whole }: Source): Citation[] {
  const text = path === fidelity ? whole.replaceAll(otherThanRow, '') : whole;
  const found: { readonly id: string; readonly index: number }[] = [];
  const rest = text.replaceAll(
    range,
    (all: string, prefix: string, from: string, to: string, index: number) => {
      if (!path.startsWith('src/')) {
        for (let number = Number(from); number <= Number(to); number += 1) {
          found.push({ id: `${prefix}${number}`, index });
        }
      }
      return ' '.repeat(all.length);
    },
  );
  for (const { 0: id, index } of rest.matchAll(single)) found.push({ id, index });
  found.sort((a, b) => a.index - b.index);
  return found.map(({ id, index }) => ({ id, path, line: lineOf(text, index) }));
}
