// Runs scripts in swarms of their own, to their ends or to a moment, and hands back the swarm as it is then.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { assembleSwarm } from '../../../src/cluster/bootstrap.ts';
import { Swarm } from '../../../src/cluster/swarm.ts';
import { type ClusterRequest, clusterShape } from '../../../src/lab/cluster.ts';
import { explain } from '../../../src/lab/explain/explain.ts';
import type { Explanation, ExplanationLink } from '../../../src/lab/explain/explanation.ts';
import { ScenarioFailure } from '../../../src/lab/failure.ts';
import { Lab } from '../../../src/lab/lab.ts';
import { loadScenarios } from '../../../src/lab/load.ts';
import type { Scenario } from '../../../src/lab/scenario.ts';
import { hour } from '../../../src/model/duration.ts';

const events = 20_000_000;

function silent(): void {}

/** The swarm at the end of a script. */
export function play(cluster: ClusterRequest, script: (lab: Lab) => void, seed = '1'): Swarm {
  const swarm = Swarm.create(seed, clusterShape(cluster));
  assembleSwarm(swarm);
  script(labOf(swarm, 24 * hour));
  return swarm;
}

/** The swarm of a scenario when its virtual time is `time`, or at its end if that comes first. */
export function playUntil({ cluster, script }: Scenario, seed: string, time: number): Swarm {
  const swarm = Swarm.create(seed, clusterShape(cluster));
  assembleSwarm(swarm);
  try {
    script(labOf(swarm, time));
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
  }
  return swarm;
}

function labOf(swarm: Swarm, time: number): Lab {
  return new Lab(swarm, { time, events }, { say: silent, kept: silent, typed: silent, refused: silent });
}

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
