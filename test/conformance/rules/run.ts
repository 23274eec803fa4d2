// The `rules` suite of `npm run conformance`: every rule and edge case of a reference is held somewhere. By a line that exists because of
// it, by a test, or by a row of docs/fidelity.md that says how far we go.

import type { Source } from '../../architecture/source.ts';
import { type Citation, citationsOf, readCiting } from './citations.ts';
import { type Reference, readReference } from './reference.ts';

/** How many places are printed for each. */
const shownPlaces = 3;

/** Checks the references of these names against the files of the project. */
export function runRules(print: (line: string) => void, names: readonly string[]): boolean {
  const citing = readCiting();
  const passed = names.map((name) => checkReference(print, readReference(name), citing));
  return passed.every((each) => each);
}

/** Prints where everything of a reference is held; false when something is held nowhere, or something is cited that is not there. */
export function checkReference(
  print: (line: string) => void,
  { name, titles }: Reference,
  citing: readonly Source[],
): boolean {
  const places = new Map<string, Citation[]>([...titles.keys()].map((id) => [id, []]));
  const prefixes = new Set([...titles.keys()].map(prefixOf));
  const unknown: Citation[] = [];
  for (const citation of citing.flatMap(citationsOf)) {
    const known = places.get(citation.id);
    if (known !== undefined) known.push(citation);
    else if (prefixes.has(prefixOf(citation.id))) unknown.push(citation);
  }
  let missing = 0;
  for (const [id, citations] of places) {
    if (citations.length === 0) missing += 1;
    const held = citations.length === 0 ? `NOWHERE: ${titles.get(id)}` : placesOf(citations);
    print(`${id.padEnd(7)} ${held}`);
  }
  for (const { id, path, line } of unknown) print(`${id.padEnd(7)} UNKNOWN: cited at ${path}:${line}`);
  print(`${name}: ${titles.size - missing} held, ${missing} missing, ${unknown.length} unknown`);
  return missing === 0 && unknown.length === 0 && titles.size > 0;
}

function prefixOf(id: string): string {
  return id.replace(/\d+b?$/, '');
}

function placesOf(citations: readonly Citation[]): string {
  const shown = citations.slice(0, shownPlaces).map(({ path, line }) => `${path}:${line}`);
  const more = citations.length - shown.length;
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '');
}
