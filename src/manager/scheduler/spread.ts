// How the tasks of a group are dealt out over the tree (R-S21, R-S22). The branch counts are not refreshed while placing, a request is not
// clamped to what remains, and the first sweep over a leaf never looks back: all three are SwarmKit's, and visible.

import type { Task, TaskStatus } from '../../model/objects.ts';
import type { Decision } from './decision.ts';
import { type Demand, firstRejection, laterRejection, newTally, type Tally } from './filter.ts';
import { activeOf, type NodeInfo, trackTask } from './nodes.ts';
import { type Contender, type Contest, compareNodes, isBetter, rankNode } from './rank.ts';
import { type Branch, type Field, leafOf, type Tree, takeNext } from './tree.ts';
import { attachVolumes } from './volumes.ts';

/** A group while it is being placed. */
export interface Deal {
  readonly tree: Tree;
  readonly demand: Demand;
  readonly tasks: readonly Task[];
  /** What has been placed so far: a prefix of `tasks`, in order. */
  readonly placed: Decision[];
  /** What a placed task becomes. */
  readonly status: TaskStatus;
  /** The rejections since the first task was placed, or since the last test that a node passed after that. */
  readonly tally: Tally;
  /** Whether there are any. */
  tallied: boolean;
  /** Whether a node has passed a test since the first task was placed. */
  passed: boolean;
}

/** Places as many tasks of a group as it can. */
export function placeGroup(tree: Tree, demand: Demand, tasks: readonly Task[], status: TaskStatus): Deal {
  const deal: Deal = {
    tree,
    demand,
    tasks,
    placed: [],
    status,
    tally: newTally(),
    tallied: false,
    passed: false,
  };
  spread(deal, tree.root, tasks.length);
  return deal;
}

/**
 * The counters behind the explanation when tasks are left over (R-S24). SwarmKit tests nodes in order of ID before it places anything, and
 * not those that are no better than as many good ones as there are tasks; here this is made up for when somebody wants to know.
 */
export function tallyOf(
  { tree, demand, tasks, tally, passed }: Deal,
  { nodes }: Field,
  contest: Contest,
): Tally {
  if (passed) return tally;
  const taken = new Map(tree.taken.map((contender) => [contender.order, contender]));
  const best = new Map<Branch, Contender[]>();
  const before = newTally();
  for (const [order, info] of nodes.entries()) {
    const known = taken.get(order);
    const contender = known === undefined ? rankNode(info, order, contest) : asBefore(known);
    const leaf = leafOf(tree, order);
    const good = best.get(leaf) ?? [];
    const worst = good[tasks.length - 1];
    if (worst !== undefined && !isBetter(contender, worst)) continue;
    const rejection = contender.fits ? -1 : firstRejection(demand, info);
    if (rejection < 0) {
      before.fill(0);
      good.push(contender);
      good.sort(compareNodes);
      if (good.length > tasks.length) good.pop();
      best.set(leaf, good);
    } else {
      before[rejection] = (before[rejection] ?? 0) + 1;
    }
  }
  return before.map((nodesBefore, filter) => nodesBefore + (tally[filter] ?? 0));
}

function asBefore(contender: Contender): Contender {
  const { serviceTasks, totalTasks, gained } = contender;
  return { ...contender, serviceTasks: serviceTasks - gained, totalTasks: totalTasks - gained };
}

/** Places up to `want` tasks in a part of the tree. @returns how many were placed; on inner levels it can be more than `want` */
function spread(deal: Deal, branch: Branch, want: number): number {
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
  const { demand } = deal;
  if (leaf.used) reorder(deal, leaf);
  leaf.used = true;
  const full = new Set<Contender>();
  let placed = 0;
  let at = 0;
  for (;;) {
    const task = deal.tasks[deal.placed.length];
    const contender = candidate(deal, leaf, at);
    if (task === undefined || contender === undefined) break;
    const { info } = contender;
    const volumes = attachVolumes(demand.volumes, task, info.node);
    deal.placed.push({
      task,
      nodeId: info.node.id,
      status: deal.status,
      held: trackTask(info, task),
      volumes,
    });
    const serviceTasks = activeOf(info, demand.serviceId);
    contender.gained += serviceTasks - contender.serviceTasks;
    contender.serviceTasks = serviceTasks;
    contender.totalTasks = info.active;
    placed++;
    if (placed === want) break;

    // First sweep: on to the next node once it is better than this one. After it: round and round.
    const next = hasCandidate(deal, leaf, at + 1) ? leaf.candidates[at + 1] : undefined;
    if (next === undefined || isBetter(next, contender)) at++;

    let skipped = 0;
    while (isFull(deal, candidate(deal, leaf, at), full)) {
      at++;
      skipped++;
      if (skipped >= leaf.candidates.length && !hasCandidate(deal, leaf, leaf.candidates.length))
        return placed;
    }
  }
  return placed;
}

/** A leaf that gets tasks again goes on with those of its nodes that still fit, best first. */
function reorder(deal: Deal, leaf: Branch): void {
  while (hasCandidate(deal, leaf, leaf.candidates.length));
  leaf.candidates = leaf.candidates.filter(({ info }) => passes(deal, info));
  leaf.candidates.sort(compareNodes);
}

/** The candidate number `at`, counting round and round; undefined when there is none at all. */
function candidate(deal: Deal, leaf: Branch, at: number): Contender | undefined {
  return leaf.candidates[hasCandidate(deal, leaf, at) ? at : at % leaf.candidates.length];
}

/** Whether the leaf has more than `at` candidates; brings up those that are missing. No more count than there are tasks in the group. */
function hasCandidate({ tree, demand, tasks }: Deal, leaf: Branch, at: number): boolean {
  const { candidates } = leaf;
  if (at < candidates.length) return true;
  if (leaf.complete) return false;
  if (candidates.length === 0) tree.asked.push(leaf);
  while (candidates.length <= at && candidates.length < tasks.length) {
    const contender = takeNext(tree, leaf);
    if (contender === undefined) break;
    contender.fits = firstRejection(demand, contender.info) < 0;
    if (contender.fits) candidates.push(contender);
  }
  leaf.complete = candidates.length <= at;
  return !leaf.complete;
}

function isFull(deal: Deal, contender: Contender | undefined, full: Set<Contender>): boolean {
  if (contender === undefined || (full.size > 0 && full.has(contender))) return true;
  if (passes(deal, contender.info)) return false;
  full.add(contender);
  return true;
}

/** Tests a candidate again, on behalf of the explanation: a pass resets all counters (R-S24). */
function passes(deal: Deal, info: NodeInfo): boolean {
  const rejection = laterRejection(deal.demand, info);
  if (rejection < 0) {
    if (deal.tallied) deal.tally.fill(0);
    deal.tallied = false;
    deal.passed = true;
    return true;
  }
  deal.tallied = true;
  deal.tally[rejection] = (deal.tally[rejection] ?? 0) + 1;
  return false;
}
