// npm run mutants -- raft|services [--sample N --by TEXT] [--only M-6,M-7] [--write]: plants the bugs of a catalogue one at a time and sees
// each of them caught. Ends with status 1 when one survives, when an anchor is not in its file exactly once, or when a judge finds fault with the sources.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.ts';
import { raftMutants } from './raft.ts';
import { serviceMutants } from './services.ts';
import { checkAnchors, judge, type Result, replaceTable, sample, table } from './suite.ts';

const catalogues: ReadonlyMap<string, readonly Mutant[]> = new Map([
  ['raft', raftMutants],
  ['services', serviceMutants],
]);

const page = new URL('../../docs/mutants.md', import.meta.url);
const usage = 'npm run mutants -- raft|services [--sample N --by TEXT] [--only M-6,M-7] [--write]';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Options {
  /** The name of the catalogue. */
  readonly name: string;
  readonly catalogue: readonly Mutant[];
  /** Those of it that are to be planted. */
  readonly mutants: readonly Mutant[];
  readonly write: boolean;
}

/** @throws Error on what is not in the usage */
function readOptions(words: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      sample: { type: 'string' },
      by: { type: 'string' },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const name = positionals.join(' ');
  const catalogue = catalogues.get(name);
  if (catalogue === undefined) throw new Error(`the catalogues are ${[...catalogues.keys()].join(' and ')}`);
  const { only, by, write } = values;
  if ((values.sample === undefined) !== (by === undefined))
    throw new Error('--sample and --by belong together');
  const options = { name, catalogue, write: false };
  if (only !== undefined) {
    return { ...options, mutants: only.split(',').map((id) => withId(catalogue, id)) };
  }
  if (by === undefined) return { ...options, mutants: catalogue, write };
  const count = Number(values.sample);
  if (!Number.isInteger(count) || count < 1) throw new Error('a sample is a number of mutants');
  return { ...options, mutants: sample(catalogue, count, by) };
}

function withId(catalogue: readonly Mutant[], id: string): Mutant {
  const found = catalogue.find((mutant) => mutant.id === id);
  if (found === undefined) throw new Error(`there is no mutant ${id}`);
  return found;
}

function tell({ mutant, verdict }: Result): void {
  const caught = verdict.caughtBy === undefined ? 'SURVIVED' : mutant.judge;
  printRow(mutant.id, mutant.title, caught, String(verdict.seeds));
}

function printRow(id: string, title: string, caughtBy: string, seeds: string): void {
  print(`${id.padEnd(7)} ${title.padEnd(76)} ${caughtBy.padEnd(47)} ${seeds}`);
}

/** The page tells a full run. */
function writePage(name: string, results: readonly Result[]): void {
  const text = readFileSync(page, 'utf8');
  writeFileSync(page, replaceTable(text, `## The mutants of ${name}`, table(results)));
}

async function run({ name, catalogue, mutants, write }: Options): Promise<boolean> {
  checkAnchors(catalogue);
  printRow('mutant', 'title', 'caught by', 'seeds');
  const results = await judge(mutants, tell);
  const survived = results.filter(({ verdict }) => verdict.caughtBy === undefined).length;
  print(`${results.length - survived} caught, ${survived} survived`);
  if (write) writePage(name, results);
  return survived === 0;
}

try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  print(`${error instanceof Error ? error.message : error}\nusage: ${usage}`);
  process.exitCode = 1;
}
