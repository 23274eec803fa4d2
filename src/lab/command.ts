// `swarmlab run`: one scenario with its story, or many seeds of it. Part of the rim: files, streams and the wall clock.

import { closeSync, openSync, writeSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import process from 'node:process';
import { ScenarioFailure } from './failure.ts';
import { loadScenario } from './load.ts';
import { complain, outcomeText, Progress, painter, print, storyText } from './output.ts';
import { placeIn } from './place.ts';
import { type Outcome, runScenario } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { StoryLine } from './story.ts';

export interface RunFlags {
  readonly seed: string;
  readonly seeds?: readonly string[];
  readonly trace?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Exit codes of the command. */
export const exitCodes = { passed: 0, failed: 1, usage: 2 } as const;

/** Runs a scenario file. @returns the exit code */
export async function runCommand(file: string, flags: RunFlags): Promise<number> {
  let scenario: Scenario;
  try {
    scenario = await loadScenario(file);
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    complain(error.message);
    return exitCodes.failed;
  }
  return flags.seeds === undefined
    ? runOne(file, scenario, flags)
    : runMany(file, scenario, flags.seeds, flags);
}

function runOne(file: string, scenario: Scenario, { seed, trace, json, quiet }: RunFlags): number {
  const paint = painter(process.stdout);
  const tell = (line: StoryLine) => print(json ? JSON.stringify(line) : storyText(line, paint));
  if (!json && !quiet) print(paint('bold', scenario.title));
  const sink = trace === undefined ? undefined : openTrace(trace);
  if (sink instanceof Error) {
    complain(`--trace ${trace}: ${sink.message}`);
    return exitCodes.failed;
  }
  const begun = performance.now();
  const outcome = runScenario(scenario, {
    seed,
    ...(!quiet && { tell }),
    ...(sink && { trace: sink.write }),
  });
  const wall = performance.now() - begun;
  sink?.close();
  if (!json && !quiet) print('');
  if (json) print(JSON.stringify({ ...summary(file, outcome), wallMilliseconds: Math.round(wall) }));
  else print(outcomeText(basename(file), outcome, wall, paint));
  if (outcome.passed) return exitCodes.passed;
  complain(painter(process.stderr)('red', whyFailed(file, outcome)));
  return exitCodes.failed;
}

/** Runs many seeds, and names those that fail with the command that replays each. */
function runMany(file: string, scenario: Scenario, seeds: readonly string[], { json }: RunFlags): number {
  const progress = new Progress(seeds.length);
  const failures: Outcome[] = [];
  let events = 0;
  const begun = performance.now();
  for (const [i, seed] of seeds.entries()) {
    const outcome = runScenario(scenario, { seed });
    events += outcome.events;
    if (!outcome.passed) failures.push(outcome);
    progress.show(i + 1, failures.length);
  }
  const wall = performance.now() - begun;
  progress.end();
  if (json) {
    print(
      JSON.stringify({
        file,
        seeds: seeds.length,
        passed: seeds.length - failures.length,
        failed: failures.map((outcome) => summary(file, outcome)),
        events,
        wallMilliseconds: Math.round(wall),
      }),
    );
    return failures.length === 0 ? exitCodes.passed : exitCodes.failed;
  }
  for (const outcome of failures) {
    complain(`seed ${outcome.seed}: ${whyFailed(file, outcome)}`);
    complain(`  replay: swarmlab run ${file} --seed ${outcome.seed}`);
  }
  const paint = painter(process.stdout);
  const count = `${seeds.length - failures.length} passed, ${failures.length} failed`;
  const verdict = paint(failures.length === 0 ? 'green' : 'red', count);
  print(
    `${basename(file)}: ${seeds.length} seeds: ${verdict} (${(wall / 1000).toFixed(2)} s wall, ${events} events)`,
  );
  return failures.length === 0 ? exitCodes.passed : exitCodes.failed;
}

function summary(file: string, { stack: _, ...outcome }: Outcome): object {
  return { file, ...outcome };
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
