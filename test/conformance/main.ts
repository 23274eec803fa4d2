// npm run conformance -- SUITE...: replays what others recorded. Without a suite, all of them.

import { runRaft } from './raft/run.ts';

/** Runs a suite, prints its result line by line, and returns whether it passed. */
type Suite = (print: (line: string) => void) => boolean;

const SUITES = new Map<string, Suite>([['raft', runRaft]]);

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const chosen = process.argv.length > 2 ? process.argv.slice(2) : [...SUITES.keys()];
let passed = true;
for (const name of chosen) {
  const suite = SUITES.get(name);
  if (suite === undefined) {
    print(`no suite ${name}; there are: ${[...SUITES.keys()].join(', ')}`);
    passed = false;
  } else if (!suite(print)) {
    passed = false;
  }
}
process.exitCode = passed ? 0 : 1;
