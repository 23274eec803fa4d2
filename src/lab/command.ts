// `swarmlab run`: the scenarios of a file with their stories, or many seeds of them. Part of the rim: files, streams, the wall clock.

import { closeSync, openSync, writeSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import process from 'node:process';
import type { SwarmWorld } from '../cluster/types.ts';
import { explain } from './explain/explain.ts';
import type { Explanation } from './explain/explanation.ts';
import { explanationText } from './explain/text.ts';
import { ScenarioFailure } from './failure.ts';
import { loadScenarios } from './load.ts';
import { complain, outcomeText, Progress, painter, print } from './output.ts';
import { placeIn } from './place.ts';
import { type Outcome, runScenario } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { StoryLine } from './story.ts';
import { storyText } from './story-text.ts';

export interface RunFlags {
  readonly seed: string;
  readonly seeds?: readonly string[];
  readonly trace?: string;
  /** What to explain once the run is over; for one seed. */
  readonly explain?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly invariants?: boolean;
}

/** Exit codes of the command. */
export const exitCodes = { passed: 0, failed: 1, usage: 2 } as const;

/** Failures told in full; the others by their seed alone. */
const mostTold = 20;

/** A scenario of a file. */
interface Entry {
  /** The file's name; with a number where the file has several: `quorum-loss.ts 2/4`. */
  readonly name: string;
  readonly scenario: Scenario;
}

/** Runs the scenarios of a file. @returns the exit code */
export function runCommand(file: string, flags: RunFlags): number {
  let scenarios: readonly Scenario[];
  try {
    scenarios = loadScenarios(file);
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    complain(error.message);
    return exitCodes.failed;
  }
  const count = scenarios.length;
  const entries = scenarios.map((scenario, i) => ({
    name: `${basename(file)}${count === 1 ? '' : ` ${i + 1}/${count}`}`,
    scenario,
  }));
  return flags.seeds === undefined
    ? runOnce(file, entries, flags)
    : runSeeds(file, entries, flags.seeds, flags);
}

/** Runs each scenario with one seed. */
function runOnce(file: string, entries: readonly Entry[], flags: RunFlags): number {
  const sink = flags.trace === undefined ? undefined : openTrace(flags.trace);
  if (sink instanceof Error) {
    complain(`--trace ${flags.trace}: ${sink.message}`);
    return exitCodes.failed;
  }
  const passed = entries.map((entry, i) => {
    if (i > 0 && !flags.json && !flags.quiet) print('');
    return runOne(file, entry, flags, sink?.write);
  });
  sink?.close();
  return passed.every((each) => each) ? exitCodes.passed : exitCodes.failed;
}

/** @returns whether it passed */
function runOne(
  file: string,
  { name, scenario }: Entry,
  { seed, json, quiet, invariants = false, explain: subject }: RunFlags,
  trace: ((line: string) => void) | undefined,
): boolean {
  const paint = painter(process.stdout);
  const tell = (line: StoryLine) => print(json ? JSON.stringify(line) : storyText(line, paint));
  if (!json && !quiet) print(paint('bold', scenario.title));
  let explanation: Explanation | Error | undefined;
  const begun = performance.now();
  const outcome = runScenario(scenario, {
    seed,
    invariants,
    ...(!quiet && { tell }),
    ...(trace && { trace }),
    ...(subject !== undefined && {
      over: (world: SwarmWorld) => {
        explanation = explainOrWhyNot(world, subject);
      },
    }),
  });
  const wall = performance.now() - begun;
  if (!json && !quiet) print('');
  if (json) {
    print(JSON.stringify({ ...summary(file, scenario, outcome), wallMilliseconds: Math.round(wall) }));
  } else print(outcomeText(name, outcome, wall, paint));
  if (!outcome.passed) complain(painter(process.stderr)('red', whyFailed(file, outcome)));
  if (explanation instanceof Error) complain(`--explain ${subject}: ${explanation.message}`);
  else if (explanation !== undefined) {
    print(json ? JSON.stringify({ explanation }) : `\n${explanationText(explanation)}`);
  }
  return outcome.passed && !(explanation instanceof Error);
}

/** A run that broke cannot be made again to its end, and not every subject exists. */
function explainOrWhyNot(world: SwarmWorld, subject: string): Explanation | Error {
  try {
    return explain(world, subject);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** Runs many seeds, and names those that fail with the command that replays each. */
function runSeeds(
  file: string,
  entries: readonly Entry[],
  seeds: readonly string[],
  { json, invariants = false }: RunFlags,
): number {
  const progress = new Progress(entries.length * seeds.length);
  const failures: { readonly entry: Entry; readonly outcome: Outcome }[] = [];
  let runs = 0;
  let events = 0;
  const begun = performance.now();
  for (const seed of seeds) {
    for (const entry of entries) {
      const outcome = runScenario(entry.scenario, { seed, invariants });
      runs += 1;
      events += outcome.events;
      if (!outcome.passed) failures.push({ entry, outcome });
      progress.show(runs, failures.length);
    }
  }
  const wall = performance.now() - begun;
  progress.end();
  const passed = runs - failures.length;
  if (json) {
    const failed = failures.map(({ entry, outcome }) => summary(file, entry.scenario, outcome));
    const wallMilliseconds = Math.round(wall);
    print(JSON.stringify({ file, seeds: seeds.length, runs, passed, failed, events, wallMilliseconds }));
  } else {
    for (const { entry, outcome } of failures.slice(0, mostTold)) {
      complain(`${entry.name}, seed ${outcome.seed}: ${whyFailed(file, outcome)}`);
      complain(`  replay: swarmlab run ${file} --seed ${outcome.seed}${invariants ? ' --invariants' : ''}`);
    }
    const untold = failures.slice(mostTold).map(({ outcome }) => outcome.seed);
    if (untold.length > 0)
      complain(`and ${untold.length} more, with seeds ${[...new Set(untold)].join(',')}`);
    const paint = painter(process.stdout);
    const verdict = paint(
      failures.length === 0 ? 'green' : 'red',
      `${passed} passed, ${failures.length} failed`,
    );
    const what = `${seeds.length} seeds${runs === seeds.length ? '' : `, ${runs} runs`}`;
    print(`${basename(file)}: ${what}: ${verdict} (${(wall / 1000).toFixed(2)} s wall, ${events} events)`);
  }
  return failures.length === 0 ? exitCodes.passed : exitCodes.failed;
}

function summary(file: string, { title }: Scenario, { stack: _, ...outcome }: Outcome): object {
  return { file, title, ...outcome };
}

/** The failure, with the place in the script where there is one. */
function whyFailed(file: string, outcome: Outcome): string {
  const place = placeIn(resolve(file), outcome.stack);
  return `${file}${place === undefined ? '' : `:${place}`}: ${outcome.failure}`;
}

function openTrace(path: string): { write: (line: string) => void; close: () => void } | Error {
  try {
    const descriptor = openSync(path, 'w');
    return {
      write: (line) => writeSync(descriptor, `${line}\n`),
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
