// `swarmlab run FILE.sh` for the command line: one seed of it, or many. Part of the rim: streams, trace files, the wall clock.

import { closeSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { exitCodes, type RunFlags } from '../command.ts';
import { ScenarioFailure } from '../failure.ts';
import { complain, outcomeText, Progress, painter, print } from '../output.ts';
import { runScript, type ScriptOutcome } from './script.ts';

/** Runs a script, whose output is its own; what is said of the run goes to standard error. @returns bash's exit code, or 1 for many seeds */
export async function scriptCommand(file: string, flags: RunFlags): Promise<number> {
  try {
    return flags.seeds === undefined ? await runOnce(file, flags) : await runSeeds(file, flags.seeds, flags);
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    complain(error.message.startsWith(file) ? error.message : `${file}: ${error.message}`);
    return exitCodes.failed;
  }
}

async function runOnce(
  file: string,
  { seed, json = false, quiet = false, invariants = false, explain, trace }: RunFlags,
): Promise<number> {
  const descriptor = trace === undefined ? undefined : openTrace(trace);
  const begun = performance.now();
  const write = (stream: NodeJS.WriteStream) => (text: string) => {
    if (text !== '' && !quiet && !json) stream.write(text);
  };
  const outcome = await runScript(file, {
    seed,
    invariants,
    out: write(process.stdout),
    err: (text) => {
      if (text !== '') process.stderr.write(text);
    },
    ...(explain !== undefined && { explain }),
    ...(descriptor !== undefined && { trace: (line: string) => writeSync(descriptor, `${line}\n`) }),
  });
  if (descriptor !== undefined) closeSync(descriptor);
  const wall = performance.now() - begun;
  if (json) print(JSON.stringify({ file, ...summary(outcome, seed), wallMilliseconds: Math.round(wall) }));
  else complain(outcomeText(basename(file), summary(outcome, seed), wall, painter(process.stderr)));
  return outcome.exitCode;
}

async function runSeeds(
  file: string,
  seeds: readonly string[],
  { json = false, invariants = false }: RunFlags,
): Promise<number> {
  const progress = new Progress(seeds.length);
  const failed: string[] = [];
  let events = 0;
  const begun = performance.now();
  for (const [i, seed] of seeds.entries()) {
    let said = '';
    const outcome = await runScript(file, {
      seed,
      invariants,
      out: () => {},
      err: (text) => {
        said += text;
      },
    });
    events += outcome.events;
    if (outcome.exitCode !== 0) {
      failed.push(seed);
      if (!json)
        complain(`${basename(file)}, seed ${seed}: exit code ${outcome.exitCode}\n${said.trimEnd()}`);
      if (!json)
        complain(`  replay: swarmlab run ${file} --seed ${seed}${invariants ? ' --invariants' : ''}`);
    }
    progress.show(i + 1, failed.length);
  }
  progress.end();
  const wall = performance.now() - begun;
  const passed = seeds.length - failed.length;
  if (json) {
    print(
      JSON.stringify({
        file,
        seeds: seeds.length,
        passed,
        failed,
        events,
        wallMilliseconds: Math.round(wall),
      }),
    );
  } else {
    const verdict = painter(process.stdout)(
      failed.length === 0 ? 'green' : 'red',
      `${passed} passed, ${failed.length} failed`,
    );
    print(
      `${basename(file)}: ${seeds.length} seeds: ${verdict} (${(wall / 1000).toFixed(2)} s wall, ${events} events)`,
    );
  }
  return failed.length === 0 ? exitCodes.passed : exitCodes.failed;
}

function summary({ exitCode, ...outcome }: ScriptOutcome, seed: string) {
  return {
    ...outcome,
    seed,
    passed: exitCode === 0,
    failure: exitCode === 0 ? undefined : `exit code ${exitCode}`,
    stack: undefined,
  };
}

function openTrace(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new ScenarioFailure(`--trace ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
