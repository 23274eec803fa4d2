// `swarmlab run FILE.sh`: a bash script in a world of its own. Part of the rim: reads the disk, prints, measures the wall time.

import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Fiber } from '../../engine/fiber.ts';
import { hour } from '../../model/duration.ts';
import { brokenText } from '../broken.ts';
import { explain } from '../explain/explain.ts';
import { explanationText } from '../explain/text.ts';
import { ScenarioFailure } from '../failure.ts';
import { OutOfTime } from '../fibers.ts';
import { type Beginning, Session } from '../session.ts';
import { formatTime } from '../time.ts';
import { createBash, refuseChance } from './bash.ts';
import { copyFolder } from './folder.ts';
import { ScriptFiles } from './script-files.ts';

export interface ScriptOptions {
  readonly seed: string;
  readonly invariants?: boolean;
  readonly trace?: (line: string) => void;
  /** What to explain once the script has ended. */
  readonly explain?: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** How a script ended. */
export interface ScriptOutcome {
  /** As bash gives it. */
  readonly exitCode: number;
  /** Virtual time at the end, microseconds. */
  readonly time: number;
  readonly events: number;
  readonly digest: string;
  /** What `lab expect` found as expected. */
  readonly promises: number;
}

/** Virtual time that a script may take; what waits for ever is stopped then. */
const timeLimit = 24 * hour;
/** Where a script finds the files of its folder. */
const place = '/lab';

/** What a script begins with, unless it says otherwise with `lab cluster`. */
const ordinary: Omit<Beginning, 'seed'> = { cluster: { managers: 3, workers: 3 }, fresh: false };

/** Runs the script of a file to its end. @throws ScenarioFailure when there is no such file, or it asks for chance that is not ours */
export async function runScript(file: string, options: ScriptOptions): Promise<ScriptOutcome> {
  const path = resolve(file);
  const script = readScript(file, path);
  refuseChance(script);
  const { out, err, seed, invariants = false, trace } = options;
  const session = new Session({ ...ordinary, seed }, { invariants, ...(trace && { trace }) });
  const files = new ScriptFiles(place, out, err);
  copyFolder(dirname(path), files, place);
  const abort = new AbortController();
  let fatal: unknown;
  const bash = createBash({
    session,
    files,
    cwd: place,
    run: async (fiber) => {
      try {
        return drive(session, fiber);
      } catch (error) {
        // What a command may say of itself it has said. The script cannot go on after this.
        fatal = error;
        abort.abort();
        throw error;
      }
    },
    interrupted: () => false,
    out,
    err,
  });
  const result = await bash.exec(script, { rawScript: true, signal: abort.signal });
  files.flush();
  out(result.stdout);
  if (fatal === undefined) err(result.stderr);
  else err(`${file}: ${failureText(fatal, session)}\n`);
  let exitCode = fatal === undefined ? result.exitCode : 1;
  if (fatal === undefined && options.explain !== undefined)
    exitCode ||= tellWhy(session, options.explain, options);
  const { now: time, handled: events, digest } = session.swarm.world;
  return { exitCode, time, events, digest, promises: session.kept };
}

function readScript(file: string, path: string): string {
  try {
    if (statSync(path).isFile()) return readFileSync(path, 'utf8');
  } catch {
    // Said below.
  }
  throw new ScenarioFailure(`${file}: there is no such file`);
}

/** Runs the world until the fiber has ended, as fast as it goes. */
function drive<R>(session: Session, fiber: Fiber<R>): R {
  const task = session.fibers.start(fiber);
  while (task.end === undefined) {
    if (session.fibers.step(timeLimit) || task.end !== undefined) continue;
    task.cancel();
    throw new OutOfTime('stopped, for the script has used all its virtual time, 24 hours');
  }
  if ('error' in task.end) throw task.end.error;
  return task.end.result;
}

function tellWhy(session: Session, subject: string, { out, err }: ScriptOptions): number {
  try {
    out(`\n${explanationText(explain(session.swarm.world, subject))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    err(`--explain ${subject}: ${error.message}\n`);
    return 1;
  }
}

function failureText(error: unknown, session: Session): string {
  if (error instanceof OutOfTime) return `at ${formatTime(session.swarm.world.now)}: ${error.message}`;
  const text = brokenText(error, session);
  if (text === undefined) throw error;
  return text;
}
