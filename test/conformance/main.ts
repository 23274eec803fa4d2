// npm run conformance -- [SUITE [PART...]]...: holds the project against what others recorded and wrote down. Without a suite, all of them;
// without a part, all of the suite's.

import { dockerParts, runDocker } from './docker/run.ts';
import { runOrchestration } from './orchestration/run.ts';
import { runPlacement } from './placement/run.ts';
import { runRaft } from './raft/run.ts';
import { references } from './rules/reference.ts';
import { runRules } from './rules/run.ts';

interface Suite {
  /** What the suite can be asked for by name. */
  readonly parts: readonly string[];
  /** Runs the parts, prints the result line by line, and returns whether it passed. */
  run(print: (line: string) => void, parts: readonly string[]): boolean | Promise<boolean>;
}

const SUITES = new Map<string, Suite>([
  ['raft', { parts: [], run: runRaft }],
  ['placement', { parts: [], run: runPlacement }],
  ['orchestration', { parts: [], run: runOrchestration }],
  ['docker', { parts: dockerParts(), run: runDocker }],
  ['rules', { parts: references, run: runRules }],
]);

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The suites that the words of the command line name, each with its parts; undefined when a word is neither. */
function choose(words: readonly string[]): (readonly [suite: Suite, parts: string[]])[] | undefined {
  const chosen: [Suite, string[]][] = [];
  for (const word of words) {
    const suite = SUITES.get(word);
    const last = chosen.at(-1);
    // Some parts are named like suites: `rules orchestration`.
    if (last?.[0].parts.includes(word)) last[1].push(word);
    else if (suite !== undefined) chosen.push([suite, []]);
    else return undefined;
  }
  return chosen;
}

const chosen = choose(process.argv.length > 2 ? process.argv.slice(2) : [...SUITES.keys()]);
if (chosen === undefined) {
  const suites = [...SUITES].map(([name, { parts }]) => [name, ...parts].join(' '));
  print(`There are these suites, each with its parts: ${suites.join('; ')}`);
  process.exitCode = 1;
} else {
  const passed: boolean[] = [];
  for (const [suite, parts] of chosen) {
    passed.push(await suite.run(print, parts.length > 0 ? parts : suite.parts));
  }
  process.exitCode = passed.every((each) => each) ? 0 : 1;
}
