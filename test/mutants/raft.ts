// The catalogue of planted bugs of Raft and the managers, dispatcher, agents and store that stand on it: every
// mutant names the judge that must catch it.

import { elections } from './catalogue/elections.ts';
import { managers } from './catalogue/managers.ts';
import { members } from './catalogue/members.ts';
import { nodes } from './catalogue/nodes.ts';
import { replication } from './catalogue/replication.ts';
import type { Mutant } from './mutant.ts';

/** In the order of the catalogue. */
export const raftMutants: readonly Mutant[] = [
  ...elections,
  ...replication,
  ...members,
  ...managers,
  ...nodes,
].sort((a, b) => numberOf(a) - numberOf(b));

function numberOf({ id }: Mutant): number {
  return Number(id.slice('M-'.length));
}
