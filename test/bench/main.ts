// npm run bench [-- SUITE ... --strict]: compiled as users get it, runs the named suites, or all, and prints what they measured. Machines
// differ and are busy, so a missed budget fails the run only with --strict.

import type { BenchRow } from './heap.ts';
import { benchInvariants } from './invariants.ts';
import { benchRaft } from './raft.ts';
import { benchScale } from './scale.ts';
import { benchScheduler } from './scheduler.ts';
import { benchServe } from './serve.ts';
import { benchSwarm } from './swarm.ts';
import { benchWorld } from './world.ts';

/** The suites, in the order in which they run. */
const suites: ReadonlyMap<string, () => Promise<BenchRow[]>> = new Map([
  ['world', benchWorld],
  ['raft', benchRaft],
  ['scheduler', benchScheduler],
  ['swarm', benchSwarm],
  ['serve', benchServe],
  ['scale', benchScale],
  ['invariants', benchInvariants],
]);

const args = process.argv.slice(2);
const strict = args.includes('--strict');
const chosen = args.filter((arg) => arg !== '--strict');
const unknown = chosen.filter((name) => !suites.has(name));
if (unknown.length > 0) {
  process.stderr.write(`no such suite: ${unknown.join(', ')}; there are: ${[...suites.keys()].join(', ')}\n`);
  process.exit(2);
}

const rows: BenchRow[] = [];
for (const [name, run] of suites) {
  if (chosen.length === 0 || chosen.includes(name)) rows.push(...(await run()));
}
process.stdout.write(table(rows));
if (strict && rows.some((row) => !row.met)) process.exitCode = 1;

/** The rows in aligned columns. */
function table(rows: readonly BenchRow[]): string {
  const lines = [
    ['BENCHMARK', 'FIGURE', 'RATIO', 'BUDGET', 'MET'],
    ...rows.map((row) => [row.name, row.figure, row.ratio, row.budget, row.met ? 'yes' : 'NO']),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
