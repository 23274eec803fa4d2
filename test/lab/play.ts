// Small scenarios for tests: run, with everything that is told of them.

import type { ClusterRequest } from '../../src/lab/cluster.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { type Outcome, runScenario } from '../../src/lab/run.ts';
import type { StoryLine } from '../../src/lab/story.ts';

export interface Play {
  readonly outcome: Outcome;
  /** The story from the first line that the script caused. */
  readonly lines: readonly StoryLine[];
  /** Those lines, as `who text`. */
  readonly texts: readonly string[];
}

/** Runs a script against a cluster. Its failure, if any, is in the outcome. */
export function play(cluster: ClusterRequest, script: (lab: Lab) => void, seed = '1'): Play {
  const lines: StoryLine[] = [];
  let begun = 0;
  const scenario = {
    title: 'test',
    cluster,
    script(lab: Lab) {
      begun = lines.length;
      script(lab);
    },
    limits: { time: '2h', events: 200_000 },
  };
  const outcome = runScenario(scenario, { seed, tell: (line) => lines.push(line) });
  const own = lines.slice(begun);
  return { outcome, lines: own, texts: own.map(({ who, text }) => `${who} ${text}`.trim()) };
}

/** The failure of a script; throws when it did not fail. */
export function failureOf(cluster: ClusterRequest, script: (lab: Lab) => void): string {
  const { failure } = play(cluster, script).outcome;
  if (failure === undefined) throw new Error('the script passed');
  return failure;
}

/** Runs a script that must pass. */
export function passes(cluster: ClusterRequest, script: (lab: Lab) => void): Play {
  const result = play(cluster, script);
  if (result.outcome.failure !== undefined) throw new Error(result.outcome.failure);
  return result;
}
