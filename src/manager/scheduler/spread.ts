// How the tasks of a group are dealt out over the tree (R-S21, R-S22). The branch counts are not refreshed while placing, a request is not
// clamped to what remains, and the first sweep over a leaf never looks back: all three are SwarmKit's, and visible.

import type { Task } from '../../model/objects.ts';
import type { GenericResource } from '../../model/spec.ts';
import { type Demand, passes, type Tally } from './filter.ts';
import { activeOf, type NodeInfo, trackTask } from './nodes.ts';
import { type Branch, type Contender, compareNodes, isBetter } from './tree.ts';

/** A group while it is being placed. */
export interface Deal {
  readonly demand: Demand;
  readonly tally: Tally;
  readonly tasks: readonly Task[];
  /** What has been placed so far: a prefix of `tasks`, in order. */
  readonly placed: Placement[];
}

export interface Placement {
  readonly task: Task;
  readonly info: NodeInfo;
  readonly held: readonly GenericResource[];
}

/** Places up to `want` tasks in a part of the tree. @returns how many were placed; on inner levels it can be more than `want` */
export function spread(deal: Deal, branch: Branch, want: number): number {
  const { children } = branch;
  if (children.length === 0) return fill(deal, branch, want);
  const dead = new Set<Branch>();
  let placed = 0;
  let pool = branch.count;
  let changed = true;
  while (placed !== want && dead.size !== children.length && changed) {
    changed = false;
    const usable = children.length - dead.size;
    const total = pool + want - placed;
    const fair = Math.trunc(total / usable);
    let remainder = total % usable;
    for (const child of children) {
      if (dead.has(child)) continue;
      if (child.count > fair || (child.count === fair && remainder <= 0)) continue;
      changed = true;
      const ask = fair - child.count + (remainder > 0 ? 1 : 0);
      const got = spread(deal, child, ask);
      if (got < ask) {
        dead.add(child);
        pool -= child.count;
      } else if (remainder > 0) {
        remainder--;
      }
      placed += got;
    }
  }
  return placed;
}

/** Places up to `want` tasks on the candidates of a leaf. */
function fill(deal: Deal, leaf: Branch, want: number): number {
  const { demand, tally } = deal;
  if (leaf.used) {
    leaf.candidates = leaf.candidates.filter(({ info }) => passes(demand, info, tally));
    leaf.candidates.sort(compareNodes);
  }
  leaf.used = true;
  const nodes = leaf.candidates;
  const full = new Set<Contender>();
  let placed = 0;
  let at = 0;
  while (nodes.length > 0) {
    const task = deal.tasks[deal.placed.length];
    const contender = nodes[at % nodes.length];
    if (task === undefined || contender === undefined) break;
    const { info } = contender;
    deal.placed.push({ task, info, held: trackTask(info, task) });
    contender.serviceTasks = activeOf(info, demand.serviceId);
    placed++;
    if (placed === want) break;

    // First sweep: on to the next node once it is better than this one. After it: round and round.
    const next = at + 1 < nodes.length ? nodes[at + 1] : undefined;
    if (next === undefined || isBetter(next, contender)) at++;

    let skipped = 0;
    while (skipped < nodes.length && isFull(deal, nodes[at % nodes.length], full)) {
      at++;
      skipped++;
    }
    if (skipped === nodes.length) break;
  }
  return placed;
}

function isFull({ demand, tally }: Deal, contender: Contender | undefined, full: Set<Contender>): boolean {
  if (contender === undefined || full.has(contender)) return true;
  if (passes(demand, contender.info, tally)) return false;
  full.add(contender);
  return true;
}
