// Puts a swarm together as an operator would: init on the first manager, join everywhere else, then the labels.

import { second } from '../model/duration.ts';
import { makeLabels } from '../model/labels.ts';
import { assert } from '../sim/assert.ts';
import { Client } from './client.ts';
import type { Swarm } from './swarm.ts';

/** How long a healthy swarm may take to have all its nodes ready. */
const readyLimit = 60 * second;
/** For what follows from a node being ready, such as its address on the ingress network: a command would meet a record that is changing. */
const settleTime = second;

/** All machines become one swarm; ends when every node is ready and has its labels. */
export function assembleSwarm(swarm: Swarm): void {
  const machines = [
    ...swarm.machines.filter(({ role }) => role === 'manager'),
    ...swarm.machines.filter(({ role }) => role === 'worker'),
  ];
  const [first, ...others] = machines;
  assert(first?.role === 'manager', 'a swarm begins with a manager');
  swarm.init(first.name);
  const client = new Client(swarm, first.name);
  const tokens = client.cluster().joinTokens;
  for (const { name, role } of others) swarm.join(name, first.name, tokens[role]);
  const ready = swarm.runUntil(() => {
    const nodes = swarm.state()?.list('node') ?? [];
    return nodes.length === machines.length && nodes.every(({ status }) => status.state === 'ready');
  }, readyLimit);
  assert(ready, 'every node of a healthy swarm becomes ready');
  swarm.advance(settleTime);
  for (const { name, labels } of machines) {
    if (labels === undefined) continue;
    client.updateNode(name, (spec) => ({ ...spec, labels: makeLabels([...spec.labels, ...labels]) }));
  }
}
