// Compares what the scheduler did with the recorded facts (recordings/oracle/README.md, 1.2 and 1.3). Observations that prove nothing
// (`range`, `outcomes`, `errObserved`) are left out.

import { ConstraintError, matches, parseConstraints } from '../../../src/model/constraint.ts';
import { lookupLabel } from '../../../src/model/labels.ts';
import { compare, count, type Difference, descending } from '../oracle.ts';
import { nodeRecord, unstored } from './records.ts';
import type { Facts, Feasible, PlacementCase, RecordedNode } from './schema.ts';
import { createWorld, type World } from './world.ts';

/** Replays a case, and compares every fact that it has. */
export function replayCase(recorded: PlacementCase): Difference[] {
  const { input, feasible, phases } = recorded;
  const world = createWorld(recorded);
  const differences = [...feasible].flatMap(([id, facts]) => compareFeasible(recorded, world, id, facts));
  world.place();
  for (const [phase, facts] of phases.entries()) {
    const step = input.steps[phase - 1];
    if (step !== undefined) world.take(step);
    for (const [id, expected] of facts) {
      const where = `phase ${phase}, service ${id}`;
      differences.push(
        ...comparePhase(recorded, world, id, expected).map((each) => ({
          ...each,
          what: `${where}: ${each.what}`,
        })),
      );
    }
  }
  return [...differences, ...compare('phases', 1 + input.steps.length, phases.length)];
}

/** The names the recordings have for the filters. */
const filters = {
  ready: 'Ready',
  resources: 'Resource',
  plugins: 'Plugin',
  constraints: 'Constraint',
  platform: 'Platform',
  'host ports': 'HostPort',
  'max replicas': 'MaxReplicas',
  volumes: 'Volumes',
} as const;

function compareFeasible(
  { input }: PlacementCase,
  world: World,
  id: string,
  expected: Feasible,
): Difference[] {
  const ok: string[] = [];
  const rejectedBy = new Map<string, string>();
  for (const { nodeId, failing } of world.judge(id)) {
    const [first] = failing;
    if (first === undefined) ok.push(nodeId);
    else rejectedBy.set(nodeId, filters[first]);
  }
  const constraints = input.services.find((service) => service.id === id)?.constraints ?? [];
  return [
    ...compare(`feasible for ${id}`, expected.ok.toSorted(), ok.toSorted()),
    ...compare(`rejected for ${id}`, expected.rejectedBy, rejectedBy),
    ...compare(`constraint error of ${id}`, expected.constraintError ?? '', constraintError(constraints)),
  ];
}

/** Empty for constraints that are valid. */
export function constraintError(constraints: readonly string[]): string {
  try {
    parseConstraints(constraints);
    return '';
  } catch (error) {
    if (error instanceof ConstraintError) return error.message;
    throw error;
  }
}

/** The IDs of the nodes that meet the expression, separated by blanks; none when it is invalid. */
export function meeting(expression: string, nodes: readonly RecordedNode[]): string {
  if (constraintError([expression]) !== '') return '';
  const constraints = parseConstraints([expression]);
  return nodes
    .filter((node) => matches(constraints, { ...nodeRecord(node), meta: unstored }))
    .map(({ id }) => id)
    .join(' ');
}

function comparePhase(recorded: PlacementCase, world: World, id: string, expected: Facts): Difference[] {
  const placed = world.placed(id);
  const waiting = world.waiting(id);
  const perNode = count(placed.map(({ nodeId }) => nodeId));
  const [least = 0, most = Infinity] = expected.assignedRange ?? [];
  const errors = waiting.map(({ nodeId, status }) =>
    nodeId === '' ? status.err : `${nodeId}: ${status.err}`,
  );
  // Where it was not determined how many wait, it may be that none does, and says nothing.
  const tells = expected.pending !== undefined || waiting.length > 0;
  return [
    ...compare('assigned', expected.assigned, placed.length),
    ...compare('pending', expected.pending, waiting.length),
    ...(placed.length < least || placed.length > most
      ? [{ what: 'assigned, at least and at most', expected: [least, most], found: placed.length }]
      : []),
    ...compare('perNode', expected.perNode, perNode),
    ...compare('sorted', expected.sorted, descending(perNode.values())),
    ...[...(expected.byClass ?? [])].flatMap(([nodes, counts]) => {
      const found = descending(nodes.split(',').map((node) => perNode.get(node) ?? 0));
      return compare(`class ${nodes}`, counts, found);
    }),
    ...expected.branches.flatMap(({ depth, exact, sorted }) => {
      if (exact === undefined && sorted === undefined) return [];
      const found = perBranch(recorded, world, id, depth, perNode);
      return [
        ...compare(`branch${depth}`, withoutZeros(exact), found),
        ...compare(`branch${depth}Sorted`, sorted, descending(found.values())),
      ];
    }),
    ...compare('pendingOn', expected.pendingOn, count(waiting.map(({ nodeId }) => nodeId))),
    ...compare('err', tells ? expected.err?.toSorted() : undefined, [...new Set(errors)].sort()),
  ];
}

function withoutZeros(
  counts: ReadonlyMap<string, number> | undefined,
): ReadonlyMap<string, number> | undefined {
  return counts && new Map([...counts].filter(([, number]) => number > 0));
}

/** Placed tasks per value of the first preferences, as many as `depth`; those that name no label are no level. */
function perBranch(
  { input }: PlacementCase,
  world: World,
  id: string,
  depth: number,
  perNode: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const prefs = input.services.find((service) => service.id === id)?.prefs ?? [];
  const levels = prefs.flatMap((pref) => {
    const [, kind, label] = /^(node|engine)\.labels\.(.+)$/i.exec(pref) ?? [];
    return kind === undefined || label === undefined
      ? []
      : [{ ofEngine: kind.toLowerCase() === 'engine', label }];
  });
  const counts = new Map<string, number>();
  for (const [nodeId, placed] of perNode) {
    const node = world.stage.store.get('node', nodeId);
    const branch = levels
      .slice(0, depth)
      .map(({ ofEngine, label }) => {
        const labels = ofEngine ? node?.description?.engineLabels : node?.spec.labels;
        return lookupLabel(labels ?? [], label) ?? '';
      })
      .join('|');
    counts.set(branch, (counts.get(branch) ?? 0) + placed);
  }
  return counts;
}
