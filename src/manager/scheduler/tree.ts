// Which of two nodes is better, and the tree of placement preferences with the best nodes at its leaves (R-S14, R-S16).
// A tree lives for the placing of one group.

import { afterPrefix, engineLabelPrefix, nodeLabelPrefix } from '../../model/constraint.ts';
import { lookupLabel } from '../../model/labels.ts';
import type { Node, Task } from '../../model/objects.ts';
import { type Demand, passes, type Tally } from './filter.ts';
import { activeOf, failuresThatDownRank, type NodeInfo, recentFailures } from './nodes.ts';

/** For whom nodes are compared: one version of one service, at one time. */
export interface Contest {
  readonly serviceId: string;
  readonly failureKey: string;
  readonly now: number;
}

/** A node with its rank in a contest. The keys are worked out once, because they are compared far more often than they change. */
export interface Contender {
  readonly info: NodeInfo;
  /** Failures as far as they count: fewer than five are as good as none. */
  failures: number;
  /** Active tasks of the service on the node. */
  serviceTasks: number;
}

export interface Branch {
  /** Active tasks of the service on all nodes of the branch, fit or not, when the tree was built. Not kept up to date (R-S21). */
  count: number;
  /** By label value, ascending; empty at a leaf. */
  children: Branch[];
  /** At a leaf: nodes that fit, best first, at most as many as there are tasks in the group. */
  candidates: Contender[];
  /** Whether tasks have been given to this leaf before. */
  used: boolean;
}

/** A branch while it grows: its children by label value. */
interface Growing {
  readonly branch: Branch;
  readonly byValue: Map<string, Growing>;
}

interface Preference {
  readonly of: 'node' | 'engine';
  readonly label: string;
}

/** The nodes with their ranks. */
export function rankNodes(nodes: Iterable<NodeInfo>, contest: Contest): Contender[] {
  return Array.from(nodes, (info) => {
    const failures = recentFailures(info, contest.failureKey, contest.now);
    return {
      info,
      failures: failures < failuresThatDownRank ? 0 : failures,
      serviceTasks: activeOf(info, contest.serviceId),
    };
  });
}

/** True when `a` is strictly better than `b` (R-S14). Resources never take part. */
export function isBetter(a: Contender, b: Contender): boolean {
  if (a.failures !== b.failures) return a.failures < b.failures;
  if (a.serviceTasks !== b.serviceTasks) return a.serviceTasks < b.serviceTasks;
  return a.info.active < b.info.active;
}

/** Best first; of equal nodes the one with the lower ID (reference, section 8). */
export function compareNodes(a: Contender, b: Contender): number {
  if (isBetter(a, b)) return -1;
  if (isBetter(b, a)) return 1;
  return a.info.node.id < b.info.node.id ? -1 : 1;
}

/** Builds the tree for a group of `size` tasks. `nodes` come in ascending order of ID. */
export function buildTree(
  nodes: readonly Contender[],
  { spec }: Task,
  size: number,
  demand: Demand,
  tally: Tally,
): Branch {
  const preferences = spec.placement.spread.flatMap(parsePreference);
  const root = grow();
  for (const contender of nodes) {
    let at = root;
    at.branch.count += contender.serviceTasks;
    for (const preference of preferences) {
      at = childOf(at, labelValue(contender.info.node, preference));
      at.branch.count += contender.serviceTasks;
    }
    offer(at.branch.candidates, contender, size, demand, tally);
  }
  return finish(root);
}

function grow(): Growing {
  return { branch: { count: 0, children: [], candidates: [], used: false }, byValue: new Map() };
}

function childOf({ byValue }: Growing, value: string): Growing {
  const known = byValue.get(value);
  if (known !== undefined) return known;
  const child = grow();
  byValue.set(value, child);
  return child;
}

function finish({ branch, byValue }: Growing): Branch {
  const entries = [...byValue].sort(([a], [b]) => (a < b ? -1 : 1));
  branch.children = entries.map(([, child]) => finish(child));
  return branch;
}

/** Adds a node that fits to a leaf; to a full leaf only in the place of a worse one. One that is not better is not even tested. */
function offer(
  candidates: Contender[],
  contender: Contender,
  size: number,
  demand: Demand,
  tally: Tally,
): void {
  const worst = candidates[candidates.length - 1];
  const full = candidates.length >= size;
  if (full && (worst === undefined || !isBetter(contender, worst))) return;
  if (!passes(demand, contender.info, tally)) return;
  if (full) candidates.pop();
  // Nodes come in order of ID, so behind all that are not worse is the right place.
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = candidates[middle];
    if (other !== undefined && isBetter(contender, other)) high = middle;
    else low = middle + 1;
  }
  candidates.splice(low, 0, contender);
}

/** Anything but a spread over a node or engine label adds no level. */
function parsePreference(descriptor: string): readonly Preference[] {
  const nodeLabel = afterPrefix(descriptor, nodeLabelPrefix);
  if (nodeLabel !== undefined) return [{ of: 'node', label: nodeLabel }];
  const engineLabel = afterPrefix(descriptor, engineLabelPrefix);
  if (engineLabel !== undefined) return [{ of: 'engine', label: engineLabel }];
  return [];
}

/** A missing label is as good as an empty one. */
function labelValue(node: Node, { of, label }: Preference): string {
  const labels = of === 'node' ? node.spec.labels : (node.description?.engineLabels ?? []);
  return lookupLabel(labels, label) ?? '';
}
