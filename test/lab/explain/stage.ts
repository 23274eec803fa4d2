// Runs scripts to their ends or to a moment, and hands back the world as it is then.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SwarmWorld } from '../../../src/cluster/types.ts';
import type { ClusterRequest } from '../../../src/lab/cluster.ts';
import { explain } from '../../../src/lab/explain/explain.ts';
import type { Explanation, ExplanationLink } from '../../../src/lab/explain/explanation.ts';
import { RunRecord } from '../../../src/lab/explain/record.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { loadScenarios } from '../../../src/lab/load.ts';
import { type Outcome, runScenario } from '../../../src/lab/run.ts';
import type { Scenario } from '../../../src/lab/scenario.ts';
import type { Reader } from '../../../src/store/reader.ts';

/** The world at the end of a script. @throws Error when the script fails */
export function play(
  cluster: ClusterRequest,
  script: (lab: Lab) => void,
  seed = '1',
): { readonly world: SwarmWorld } {
  const { outcome, world } = run({ title: 'test', cluster, script }, seed);
  if (!outcome.passed) throw new Error(outcome.failure);
  return { world };
}

/** The world of a scenario when its virtual time is `time` microseconds, or at its end if that comes first. */
export function playUntil(scenario: Scenario, seed: string, time: number): { readonly world: SwarmWorld } {
  return run({ ...scenario, limits: { time: `${time}us` } }, seed);
}

function run(scenario: Scenario, seed: string): { readonly outcome: Outcome; readonly world: SwarmWorld } {
  let ended: SwarmWorld | undefined;
  const outcome = runScenario(scenario, {
    seed,
    over: (world) => {
      ended = world;
    },
  });
  if (ended === undefined) throw new Error(outcome.failure);
  return { outcome, world: ended };
}

/** What the most advanced manager has committed. */
export function reader({ world }: { readonly world: SwarmWorld }): Reader {
  const state = RunRecord.of(world).state();
  if (state === undefined) throw new Error('no manager runs');
  return state;
}

/** Options of a service. */
export const onWorkers = { constraints: ['node.role==worker'] };

/** Why `subject` is as it is at the end of a script. */
export function explained(
  cluster: ClusterRequest,
  script: (lab: Lab) => void,
  subject: string,
  seed = '1',
): Explanation {
  return explain(play(cluster, script, seed).world, subject);
}

/** All shipped scenarios. */
export function shippedScenarios(): readonly Scenario[] {
  const folder = new URL('../../../sim-scenarios/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return files.sort().flatMap((name) => loadScenarios(fileURLToPath(new URL(name, folder))));
}

/** The sentences of a chain. */
export function sentences({ chain }: Explanation): readonly string[] {
  return chain.map(({ sentence }) => sentence);
}

/** The link whose sentence matches. */
export function linkOf({ chain }: Explanation, pattern: RegExp): ExplanationLink {
  const link = chain.find(({ sentence }) => pattern.test(sentence));
  if (link === undefined) throw new Error(`no link ${pattern} in ${JSON.stringify(chain, undefined, 1)}`);
  return link;
}
