// The tree of placement preferences with the nodes at its leaves (R-S16), as one pass uses it for all of its groups. Lives within a pass.
// What a group costs depends on its tasks and on the nodes that run its service already, not on how many nodes there are: at each leaf the
// nodes without tasks of the service wait in a heap that is kept from group to group, the others in one that lasts for a contest.

import { afterPrefix, engineLabelPrefix, nodeLabelPrefix } from '../../model/constraint.ts';
import { lookupLabel, noLabels } from '../../model/labels.ts';
import type { Node } from '../../model/objects.ts';
import { assert } from '../../sim/assert.ts';
import { type Demand, mayFit, standingKey } from './filter.ts';
import type { NodeInfo } from './nodes.ts';
import { type Contender, type Contest, type Heap, heapify, pop, push, rankNode, sink } from './rank.ts';

export interface Branch {
  readonly parent: Branch | undefined;
  /** Active tasks of the service on all nodes of the branch, fit or not, when the group came. Not kept up to date meanwhile (R-S21). */
  count: number;
  /** By label value; undefined at a leaf. */
  byValue: Map<string, Branch> | undefined;
  /** The same in ascending order of the values; empty at a leaf. */
  children: readonly Branch[];
  /**
   * At a leaf: nodes without counting failures and without tasks of the service, save those that never fit. Some may have got other tasks
   * since they were put here, or be among the busy by now.
   */
  readonly idle: Heap;
  /** At a leaf: the other nodes. All of them are worse than any idle one. */
  readonly busy: Heap;
  /** At a leaf: the nodes that fit, best first, as far as the group has asked; at most as many as it has tasks. */
  candidates: Contender[];
  /** No more candidates will come. */
  complete: boolean;
  /** Whether tasks of the group have been given to this leaf before. */
  used: boolean;
}

export interface Tree {
  readonly root: Branch;
  /** The leaf of each node, by its order. */
  readonly leaves: readonly Branch[];
  /** Whether each node is among the busy, by its order; and the orders of those that are. */
  readonly isBusy: boolean[];
  readonly busy: number[];
  /** What the contest keeps out of the idle heaps. */
  readonly away: Contender[];
  /** What the group has taken out of the heaps, and the leaves that it has asked. */
  readonly taken: Contender[];
  readonly asked: Branch[];
}

/** What a pass knows of all nodes. */
export interface Field {
  /** In ascending order of ID. */
  readonly nodes: readonly NodeInfo[];
  /** Where the services of the pass have active tasks: orders of nodes by service. */
  readonly homes: ReadonlyMap<string, Set<number>>;
  /** Where service versions have failed lately: orders of nodes by `failureKey`. */
  readonly failures: ReadonlyMap<string, readonly number[]>;
  /** By their preferences and by what is asked of the nodes themselves. */
  readonly trees: Map<string, Tree>;
  /** The tree whose heaps and counts are at present those of a contest. */
  entered: { readonly tree: Tree; readonly contest: Contest } | undefined;
}

interface Preference {
  readonly of: 'node' | 'engine';
  readonly label: string;
}

/** Surveys the nodes, which come in ascending order of ID, for a pass over tasks of `services`. */
export function surveyNodes(infos: Iterable<NodeInfo>, services: Iterable<string>): Field {
  const nodes = [...infos];
  const homes = new Map<string, Set<number>>();
  for (const serviceId of services) homes.set(serviceId, new Set());
  const failures = new Map<string, number[]>();
  for (const [order, info] of nodes.entries()) {
    if (info.activeByService.size < homes.size) {
      for (const serviceId of info.activeByService.keys()) homes.get(serviceId)?.add(order);
    } else {
      for (const [serviceId, orders] of homes) if (info.activeByService.has(serviceId)) orders.add(order);
    }
    for (const key of info.failures.keys()) {
      const orders = failures.get(key);
      if (orders === undefined) failures.set(key, [order]);
      else orders.push(order);
    }
  }
  return { nodes, homes, failures, trees: new Map(), entered: undefined };
}

/** So many trees are kept. Each is as large as the cluster, and every service of a pass may ask for one of its own. */
const mostTrees = 16;

/** The tree for some spread preferences and a demand, with the heaps and counts of a contest. */
export function enterTree(field: Field, spread: readonly string[], demand: Demand, contest: Contest): Tree {
  const { entered } = field;
  // A descriptor can be any text, so its length goes before it.
  let key = standingKey(demand);
  for (const descriptor of spread) key += `${descriptor.length}:${descriptor}`;
  let tree = field.trees.get(key);
  if (tree === undefined) {
    if (field.trees.size >= mostTrees) field.trees.clear();
    tree = growTree(field.nodes, spread.flatMap(parsePreference), demand);
    field.trees.set(key, tree);
  }
  // Heaps and counts are kept up to date from group to group of one contest, so tasks that come alone have nothing to set up.
  if (entered?.tree !== tree || entered.contest.failureKey !== contest.failureKey) {
    if (entered !== undefined) endContest(entered.tree);
    beginContest(field, tree, contest);
    field.entered = { tree, contest };
  }
  return tree;
}

/** The next best node of a leaf, fit or not; undefined when the group has had them all. */
export function takeNext(tree: Tree, leaf: Branch): Contender | undefined {
  const contender = takeIdle(tree, leaf) ?? pop(leaf.busy);
  if (contender !== undefined) tree.taken.push(contender);
  return contender;
}

/** Ends the placing of a group: counts and heaps take up what it has changed. */
export function settleGroup({ homes }: Field, tree: Tree, { serviceId }: Contest): void {
  const home = homes.get(serviceId);
  assert(home !== undefined, 'the services of a pass are known from its start');
  for (const contender of tree.taken) {
    const { order } = contender;
    const leaf = leafOf(tree, order);
    count(leaf, contender.gained);
    contender.gained = 0;
    contender.fits = false;
    if (contender.serviceTasks === 0 && contender.failures === 0) {
      push(leaf.idle, contender);
      continue;
    }
    push(leaf.busy, contender);
    home.add(order);
    if (tree.isBusy[order] === true) continue;
    tree.isBusy[order] = true;
    tree.busy.push(order);
    tree.away.push(contender);
  }
  tree.taken.length = 0;
  for (const leaf of tree.asked) {
    leaf.candidates = [];
    leaf.complete = false;
    leaf.used = false;
  }
  tree.asked.length = 0;
}

export function leafOf(tree: Tree, order: number): Branch {
  const leaf = tree.leaves[order];
  assert(leaf !== undefined, 'every node has a leaf');
  return leaf;
}

/** What is at the top of an idle heap may be out of date: its tasks only grow in number, so it has to go down, never up. */
function takeIdle(tree: Tree, { idle }: Branch): Contender | undefined {
  for (;;) {
    const best = idle[0];
    if (best === undefined) return undefined;
    const { active } = best.info;
    if (best.totalTasks !== active) {
      best.totalTasks = active;
      sink(idle, 0, best);
      continue;
    }
    pop(idle);
    if (tree.isBusy[best.order] !== true) return best;
    tree.away.push(best);
  }
}

function beginContest({ nodes, homes, failures }: Field, tree: Tree, contest: Contest): void {
  for (const order of homes.get(contest.serviceId) ?? []) addBusy(nodes, tree, order, contest);
  for (const order of failures.get(contest.failureKey) ?? []) {
    if (tree.isBusy[order] !== true) addBusy(nodes, tree, order, contest);
  }
}

function addBusy(nodes: readonly NodeInfo[], tree: Tree, order: number, contest: Contest): void {
  const info = nodes[order];
  assert(info !== undefined, 'an order is that of a node');
  const contender = rankNode(info, order, contest);
  if (contender.serviceTasks === 0 && contender.failures === 0) return;
  tree.isBusy[order] = true;
  tree.busy.push(order);
  const leaf = leafOf(tree, order);
  push(leaf.busy, contender);
  count(leaf, contender.serviceTasks);
}

function endContest(tree: Tree): void {
  for (const order of tree.busy) {
    tree.isBusy[order] = false;
    const leaf = leafOf(tree, order);
    leaf.busy.length = 0;
    for (let at: Branch | undefined = leaf; at !== undefined; at = at.parent) at.count = 0;
  }
  tree.busy.length = 0;
  for (const contender of tree.away) {
    contender.failures = 0;
    contender.serviceTasks = 0;
    contender.totalTasks = contender.info.active;
    push(leafOf(tree, contender.order).idle, contender);
  }
  tree.away.length = 0;
}

function count(leaf: Branch, more: number): void {
  if (more === 0) return;
  for (let at: Branch | undefined = leaf; at !== undefined; at = at.parent) at.count += more;
}

function growTree(nodes: readonly NodeInfo[], preferences: readonly Preference[], demand: Demand): Tree {
  const root = grow(undefined);
  const leaves: Branch[] = [];
  for (const [order, info] of nodes.entries()) {
    let at = root;
    for (const preference of preferences) at = childOf(at, labelValue(info.node, preference));
    leaves.push(at);
    // They would stay without tasks and so come first each time.
    if (!mayFit(demand, info)) continue;
    at.idle.push({
      info,
      failures: 0,
      serviceTasks: 0,
      totalTasks: info.active,
      order,
      gained: 0,
      fits: false,
    });
  }
  finish(root);
  return {
    root,
    leaves,
    isBusy: leaves.map(() => false),
    busy: [],
    away: [],
    taken: [],
    asked: [],
  };
}

function grow(parent: Branch | undefined): Branch {
  return {
    parent,
    count: 0,
    byValue: undefined,
    children: [],
    idle: [],
    busy: [],
    candidates: [],
    complete: false,
    used: false,
  };
}

function childOf(parent: Branch, value: string): Branch {
  const known = parent.byValue?.get(value);
  if (known !== undefined) return known;
  const child = grow(parent);
  parent.byValue ??= new Map();
  parent.byValue.set(value, child);
  return child;
}

function finish(branch: Branch): void {
  if (branch.byValue === undefined) {
    heapify(branch.idle);
    return;
  }
  const entries = [...branch.byValue].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  branch.children = entries.map(([, child]) => child);
  for (const child of branch.children) finish(child);
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
  const labels = of === 'node' ? node.spec.labels : (node.description?.engineLabels ?? noLabels);
  return lookupLabel(labels, label) ?? '';
}
