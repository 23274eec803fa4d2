// Runs a script in a swarm of its own, and hands back the swarm as it is then.

import { assembleSwarm } from '../../../src/cluster/bootstrap.ts';
import { Swarm } from '../../../src/cluster/swarm.ts';
import { type ClusterRequest, clusterShape } from '../../../src/lab/cluster.ts';
import { Lab } from '../../../src/lab/lab.ts';
import { hour } from '../../../src/model/duration.ts';

/** Enough for every script. */
const limits = { time: 24 * hour, events: 20_000_000 };

export function play(cluster: ClusterRequest, script: (lab: Lab) => void, seed = '1'): Swarm {
  const swarm = Swarm.create(seed, clusterShape(cluster));
  assembleSwarm(swarm);
  const silent = () => {};
  script(new Lab(swarm, limits, { say: silent, kept: silent, typed: silent, refused: silent }));
  return swarm;
}
