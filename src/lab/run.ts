// Runs a scenario in a world of its own, and says how it ended. Prints nothing.

import { assembleSwarm } from '../cluster/bootstrap.ts';
import { Swarm } from '../cluster/swarm.ts';
import type { SwarmTypes, SwarmWorld } from '../cluster/types.ts';
import { BrokenInvariant } from '../invariants/invariant.ts';
import { watchInvariants } from '../invariants/watch.ts';
import { createTrace } from '../sim/trace.ts';
import { WorldError } from '../sim/world.ts';
import { clusterShape } from './cluster.ts';
import { Refusal, ScenarioFailure } from './failure.ts';
import { Lab, type Limits } from './lab.ts';
import { duration } from './options.ts';
import type { Scenario } from './scenario.ts';
import { Story, type StoryLine } from './story.ts';
import { formatTime } from './time.ts';

export interface RunOptions {
  readonly seed: string;
  /** Told of every line of the story as it happens. */
  readonly tell?: (line: StoryLine) => void;
  /** Told of every line of the trace. */
  readonly trace?: (line: string) => void;
  /** Checks all invariants after every event. */
  readonly invariants?: boolean;
  /** Told of the world once the run is over, however it ended; not when there is none. */
  readonly over?: (world: SwarmWorld) => void;
}

export interface Outcome {
  readonly passed: boolean;
  /** Why it did not pass, in one or a few lines. */
  readonly failure: string | undefined;
  /** The stack of that failure, to find the place in the script; for failures of the scenario alone. */
  readonly stack: string | undefined;
  readonly seed: string;
  /** Virtual time at the end, microseconds. */
  readonly time: number;
  readonly events: number;
  readonly digest: string;
  /** Promises that held. */
  readonly promises: number;
}

const defaultTimeLimit = '24h';
const defaultEventLimit = 20_000_000;

/** Runs a scenario to its end. Whatever goes wrong is in the outcome. */
export function runScenario(scenario: Scenario, options: RunOptions): Outcome {
  let swarm: Swarm | undefined;
  let promises = 0;
  const story = options.tell && new Story(options.tell);
  const ended = (failure?: unknown): Outcome => ({
    passed: failure === undefined,
    failure: failure === undefined ? undefined : failureText(failure, swarm),
    stack: failure instanceof Error && !isOurDefect(failure) ? failure.stack : undefined,
    seed: options.seed,
    time: swarm?.world.now ?? 0,
    events: swarm?.world.handled ?? 0,
    digest: swarm?.world.digest ?? '',
    promises,
  });
  try {
    const limits: Limits = {
      time: duration('limits.time', scenario.limits?.time ?? defaultTimeLimit),
      events: scenario.limits?.events ?? defaultEventLimit,
    };
    const watchers = [
      ...(story ? [story] : []),
      ...(options.trace ? [createTrace<SwarmTypes>(options.trace)] : []),
    ];
    swarm = Swarm.create(options.seed, clusterShape(scenario.cluster), watchers);
    const { world } = swarm;
    if (options.invariants === true) watchInvariants(swarm);
    assembleSwarm(swarm);
    const lab = new Lab(swarm, limits, {
      say: (text) => story?.tell(world.now, 'say', '', text),
      told: (who, text) => story?.tell(world.now, 'raft', who, text),
      requested: (who, text) => story?.tell(world.now, 'request', who, text),
      kept: (promise) => {
        promises += 1;
        story?.tell(world.now, 'kept', '', promise);
      },
      typed: (host, command) => story?.tell(world.now, 'command', 'operator', `on ${host}: ${command}`),
      refused: (host, text) => story?.tell(world.now, 'trouble', host, text),
    });
    const result: unknown = scenario.script(lab);
    if (isThenable(result)) {
      // Its rejection would come after the run has ended, and be nobody's.
      result.then(undefined, () => {});
      throw new ScenarioFailure(
        'the script is async, but virtual time passes in the calls of the lab: write it without async and await',
      );
    }
    return ended();
  } catch (error) {
    return ended(error);
  } finally {
    if (swarm !== undefined) options.over?.(swarm.world);
  }
}

function isThenable(
  value: unknown,
): value is { readonly then: (resolved: undefined, rejected: () => void) => unknown } {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Nothing a script can do breaks the simulation or an invariant. */
function isOurDefect(failure: Error): boolean {
  return failure instanceof WorldError || failure instanceof BrokenInvariant;
}

/** A ScenarioFailure says itself when it was, if that matters. */
function failureText(failure: unknown, swarm: Swarm | undefined): string {
  if (failure instanceof ScenarioFailure) return failure.message;
  if (failure instanceof WorldError) {
    return `the simulation broke, which is a defect of swarmlab: ${failure.message}`;
  }
  const time = formatTime(swarm?.world.now ?? 0);
  if (failure instanceof BrokenInvariant) {
    const causes = swarm?.world.lastCauses.map((cause) => `\n  ${cause}`).join('') ?? '';
    return `at ${time}: an invariant is broken, which is a defect of swarmlab: ${failure.invariant}: ${failure.facts}${causes}`;
  }
  if (failure instanceof Refusal) return `at ${time}: a command was refused: ${failure.message}`;
  if (failure instanceof Error) return `at ${time}: the script threw ${failure.name}: ${failure.message}`;
  return `at ${time}: the script threw ${String(failure)}`;
}
