// Which of two nodes is better for a task (R-S14), and a heap of nodes that hands out the best first.

import { activeOf, failuresThatDownRank, type NodeInfo, recentFailures } from './nodes.ts';

/** For whom nodes are compared: one version of one service, at one time. */
export interface Contest {
  readonly serviceId: string;
  readonly failureKey: string;
  readonly now: number;
}

/**
 * A node with its rank in a contest. The keys are copied, most significant first, because they are compared far more often than they
 * change, and because a heap needs keys that stand still.
 */
export interface Contender {
  readonly info: NodeInfo;
  /** Failures as far as they count: fewer than five are as good as none. */
  failures: number;
  /** Active tasks of the service on the node. */
  serviceTasks: number;
  /** Active tasks on the node. */
  totalTasks: number;
  /** The place of its ID among all nodes: of equal nodes the one with the lower ID comes first (reference, section 8). */
  readonly order: number;
  /** How much of the two counts is the work of the group that is being placed. */
  gained: number;
  /** Whether the node could take a task of the group before the first was placed, as far as anybody has asked. */
  fits: boolean;
}

/** All nodes with their ranks. `nodes` come in ascending order of ID. */
export function rankNodes(nodes: Iterable<NodeInfo>, contest: Contest): Contender[] {
  return Array.from(nodes, (info, order) => rankNode(info, order, contest));
}

/** One node with its rank. */
export function rankNode(info: NodeInfo, order: number, { serviceId, failureKey, now }: Contest): Contender {
  return {
    info,
    failures: countingFailures(info, failureKey, now),
    serviceTasks: activeOf(info, serviceId),
    totalTasks: info.active,
    order,
    gained: 0,
    fits: false,
  };
}

/** Failures of a service version on a node, 0 unless there are enough to put it behind the others. */
function countingFailures(info: NodeInfo, failureKey: string, now: number): number {
  const failures = recentFailures(info, failureKey, now);
  return failures < failuresThatDownRank ? 0 : failures;
}

/** True when `a` is strictly better than `b` (R-S14). Resources never take part. */
export function isBetter(a: Contender, b: Contender): boolean {
  if (a.failures !== b.failures) return a.failures < b.failures;
  if (a.serviceTasks !== b.serviceTasks) return a.serviceTasks < b.serviceTasks;
  return a.totalTasks < b.totalTasks;
}

/** Best first, and no two alike. */
export function compareNodes(a: Contender, b: Contender): number {
  return (
    a.failures - b.failures ||
    a.serviceTasks - b.serviceTasks ||
    a.totalTasks - b.totalTasks ||
    a.order - b.order
  );
}

/** A binary heap: nobody is before the one above. */
export type Heap = Contender[];

/** Puts the contenders of an array into the order of a heap. */
export function heapify(heap: Heap): void {
  for (let at = (heap.length >>> 1) - 1; at >= 0; at--) {
    const contender = heap[at];
    if (contender !== undefined) sink(heap, at, contender);
  }
}

export function push(heap: Heap, contender: Contender): void {
  let at = heap.length;
  heap.push(contender);
  while (at > 0) {
    const parent = (at - 1) >>> 1;
    const above = heap[parent];
    if (above === undefined || compareNodes(above, contender) < 0) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = contender;
}

/** Takes out the best. */
export function pop(heap: Heap): Contender | undefined {
  const best = heap[0];
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) sink(heap, 0, last);
  return best;
}

/** Lets `contender` down from `at` to where it belongs. */
export function sink(heap: Heap, from: number, contender: Contender): void {
  let at = from;
  for (;;) {
    let below = 2 * at + 1;
    let better = heap[below];
    if (better === undefined) break;
    const right = heap[below + 1];
    if (right !== undefined && compareNodes(right, better) < 0) {
      below++;
      better = right;
    }
    if (compareNodes(contender, better) < 0) break;
    heap[at] = better;
    at = below;
  }
  heap[at] = contender;
}
