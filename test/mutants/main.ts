// npm run mutants -- raft [--sample N --by TEXT] [--only M-6,M-7] [--write]: plants the bugs of a catalogue one at a time and sees each of them
// caught. Ends with status 1 when one survives, when an anchor is not in its file exactly once, or when a judge finds fault with the sources.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.ts';
import { raftMutants } from './raft.ts';
import { checkAnchors, judge, type Result, sample, table } from './suite.ts';

const page = new URL('../../docs/mutants.md', import.meta.url);
const usage = 'npm run mutants -- raft [--sample N --by TEXT] [--only M-6,M-7] [--write]';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Options {
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
  if (positionals.join() !== 'raft') throw new Error('the one catalogue there is is raft');
  const { only, by, write } = values;
  if ((values.sample === undefined) !== (by === undefined))
    throw new Error('--sample and --by belong together');
  if (only !== undefined) return { mutants: only.split(',').map(withId), write: false };
  if (by === undefined) return { mutants: raftMutants, write };
  const count = Number(values.sample);
  if (!Number.isInteger(count) || count < 1) throw new Error('a sample is a number of mutants');
  return { mutants: sample(raftMutants, count, by), write: false };
}

function withId(id: string): Mutant {
  const found = raftMutants.find((mutant) => mutant.id === id);
  if (found === undefined) throw new Error(`there is no mutant ${id}`);
  return found;
}

function tell({ mutant, verdict }: Result): void {
  const caught = verdict.caughtBy === undefined ? 'SURVIVED' : mutant.judge;
  printRow(mutant.id, mutant.title, caught, String(verdict.seeds));
}

function printRow(id: string, title: string, caughtBy: string, seeds: string): void {
  print(`${id.padEnd(7)} ${title.padEnd(71)} ${caughtBy.padEnd(39)} ${seeds}`);
}

/** The page tells a full run: its table, which ends it, is replaced. */
function writePage(results: readonly Result[]): void {
  const [text = ''] = readFileSync(page, 'utf8').split('\n| mutant |');
  writeFileSync(page, `${text}\n${table(results)}\n`);
}

async function run({ mutants, write }: Options): Promise<boolean> {
  checkAnchors(raftMutants);
  printRow('mutant', 'title', 'caught by', 'seeds');
  const results = await judge(mutants, tell);
  const survived = results.filter(({ verdict }) => verdict.caughtBy === undefined).length;
  print(`${results.length - survived} caught, ${survived} survived`);
  if (write) writePage(results);
  return survived === 0;
}

try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  print(`${error instanceof Error ? error.message : error}\nusage: ${usage}`);
  process.exitCode = 1;
}
