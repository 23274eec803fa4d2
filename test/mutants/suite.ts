// The suite: which mutants run, what the judges say of them, and the table of the results.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Verdict } from './judge.ts';
import { MutantLoader } from './load.ts';
import { type Mutant, plant } from './mutant.ts';

const root = resolve(import.meta.dirname, '../..');
const judgesFile = '/test/mutants/judges.ts';

/** What became of one mutant. */
export interface Result {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

/** @throws Error when an anchor is not in its file exactly once */
export function checkAnchors(mutants: readonly Mutant[]): void {
  for (const mutant of mutants) plant(mutant, readFileSync(resolve(root, mutant.file), 'utf8'));
}

/** `count` of the mutants, drawn by `text`: the same ones for the same text, others for another. */
export function sample(mutants: readonly Mutant[], count: number, text: string): Mutant[] {
  const digest = ({ id }: Mutant): string => createHash('sha256').update(`${text} ${id}`).digest('hex');
  const chosen = new Set([...mutants].sort((a, b) => (digest(a) < digest(b) ? -1 : 1)).slice(0, count));
  return mutants.filter((mutant) => chosen.has(mutant));
}

/**
 * Plants the mutants one after the other, each in sources loaded anew. First the judges see the sources as they are.
 * @throws Error when a judge finds fault with them, or when a mutant cannot run
 */
export async function judge(mutants: readonly Mutant[], tell: (result: Result) => void): Promise<Result[]> {
  const loader = await MutantLoader.open();
  try {
    await judgeSources(loader, mutants);
    const results: Result[] = [];
    for (const mutant of mutants) {
      const judges = await loader.judges(judgesFile, mutant);
      const result = { mutant, verdict: named(judges, mutant.judge)(mutant.within) };
      tell(result);
      results.push(result);
    }
    return results;
  } finally {
    await loader.close();
  }
}

/** Every judge that is needed, on the sources as they are, with the most seeds any mutant gives it. */
async function judgeSources(loader: MutantLoader, mutants: readonly Mutant[]): Promise<void> {
  const seeds = new Map<string, number>();
  for (const { judge: name, within } of mutants) seeds.set(name, Math.max(within, seeds.get(name) ?? 0));
  const judges = await loader.judges(judgesFile, undefined);
  for (const [name, count] of seeds) {
    const { seeds: seed, caughtBy } = named(judges, name)(count);
    if (caughtBy !== undefined)
      throw new Error(`${name}, seed ${seed}, on sources without a mutant: ${caughtBy}`);
  }
}

function named<J>(judges: Readonly<Record<string, J>>, name: string): J {
  const found = judges[name];
  if (found === undefined) throw new Error(`there is no judge ${name}`);
  return found;
}

/** The results as a table in Markdown. */
export function table(results: readonly Result[]): string {
  const rows = results.map(({ mutant, verdict }) => {
    const caught =
      verdict.caughtBy === undefined ? '**survived**' : `\`${mutant.judge}\`: ${cell(verdict.caughtBy)}`;
    return `| ${mutant.id} | ${mutant.title} | ${caught} | ${verdict.seeds} of ${mutant.within} |`;
  });
  return ['| mutant | what it gets wrong | caught by | seeds |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}

/**
 * The page with `rows` in the place of the first table below a heading.
 * @throws Error when the heading is not there exactly once, or no table follows
 */
export function replaceTable(page: string, heading: string, rows: string): string {
  const parts = page.split(`${heading}\n`);
  const [before = '', section = ''] = parts;
  const found = /(?:^\|.*\n)+/m.exec(section);
  if (parts.length !== 2 || found === null) throw new Error(`the page has no table below "${heading}"`);
  const after = section.slice(found.index + found[0].length);
  return `${before}${heading}\n${section.slice(0, found.index)}${rows}\n${after}`;
}

/** The first line of what a judge found; the numbers of a run are not the point. */
function cell(finding: string): string {
  const [line = ''] = finding.split('\n');
  const text = line.length > 100 ? `${line.slice(0, 97)}...` : line;
  return text.replaceAll('|', '\\|');
}
