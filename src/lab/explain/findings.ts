// What each filter of the scheduler finds of a node, with the numbers, and what would have to change for it to let the task through. The
// filters themselves decide; here it is put into words.

import { type Demand, type FilterName, filterNames, rejections } from '../../manager/scheduler/filter.ts';
import { enough } from '../../manager/scheduler/generic.ts';
import { activeOf, type NodeInfo } from '../../manager/scheduler/nodes.ts';
import { type Constraint, ConstraintError, parseConstraints } from '../../model/constraint.ts';
import { lookupLabel, removeLabel, setLabel } from '../../model/labels.ts';
import type { Task } from '../../model/objects.ts';
import type { GenericResource, Platform } from '../../model/spec.ts';
import type { FilterCheck } from './explanation.ts';

/** What filters look at: a task and a node. A remedy makes another of it, in which the filter lets the task through. */
export interface Match {
  readonly task: Task;
  readonly info: NodeInfo;
}

/** What a filter found. */
export interface Finding {
  readonly filter: FilterName;
  readonly verdict: FilterCheck['verdict'];
  /** Everything it compares. */
  readonly text: string;
  /** Why it rejects the node, in few words. */
  readonly reason: string;
  /** What would have to change, in words and in fact. Empty where nothing can. */
  readonly remedies: readonly { readonly what: string; readonly change: (match: Match) => Match }[];
}

/** A finding, but for what it is of. */
type Found = Pick<Finding, 'text' | 'reason' | 'remedies'>;

/** What every filter finds, in pipeline order. `holders` names the tasks that hold a host port of the node. */
export function findingsOf(
  match: Match,
  demand: Demand,
  holders: (port: string) => string,
): readonly Finding[] {
  const rejecting = new Set(rejections(demand, match.info));
  return filterNames.map((filter): Finding => {
    const found = findingOf(filter, match, demand, holders);
    if (found === undefined) return { filter, verdict: 'off', text: '', reason: '', remedies: [] };
    return { filter, verdict: rejecting.has(filter) ? 'rejects' : 'passes', ...found };
  });
}

/** Undefined when the task asks nothing of this filter. */
function findingOf(
  filter: FilterName,
  match: Match,
  demand: Demand,
  holders: (port: string) => string,
): Found | undefined {
  const { task, info } = match;
  switch (filter) {
    case 'ready':
      return readiness(info);
    case 'resources':
      return demand.reservations === undefined ? undefined : room(match);
    case 'plugins':
      return demand.plugins === undefined ? undefined : plugins(demand, demand.plugins, info);
    case 'constraints': {
      if (demand.constraints.length === 0) return undefined;
      const broken = demand.constraints.filter((constraint) =>
        rejections({ ...demand, constraints: [constraint] }, info).includes('constraints'),
      );
      const all = demand.constraints.map((constraint) => {
        const actual = broken.includes(constraint) ? actualText(constraint, info) : '';
        return `${constraintText(constraint)}${actual}`;
      });
      return {
        text: all.join(', '),
        reason: broken.map((constraint) => `constraint ${constraintText(constraint)}`).join(' and '),
        remedies: broken.map(constraintRemedy),
      };
    }
    case 'platform': {
      const { platforms } = demand;
      const [first] = platforms;
      if (first === undefined) return undefined;
      const wanted = platforms.map(platformText).join(' or ');
      const has = info.node.description?.platform;
      return {
        text: `needs ${wanted}, is ${has === undefined ? 'of no known platform' : platformText(has)}`,
        reason: `platform ${has === undefined ? 'unknown' : platformText(has)}`,
        remedies: [{ what: `platform ${platformText(first)}`, change: (other) => onPlatform(other, first) }],
      };
    }
    case 'host ports': {
      if (demand.hostPorts.length === 0) return undefined;
      const taken = demand.hostPorts.filter((port) => info.hostPorts.has(port));
      const held = taken.map((port) => `${port} is held by ${holders(port)}`);
      return {
        text: `needs ${demand.hostPorts.join(', ')}; ${held.length === 0 ? 'free' : held.join(', ')}`,
        reason: 'host port in use',
        remedies: taken.map((port) => ({
          what: `port ${port} free`,
          change: (other) => withoutPort(other, port),
        })),
      };
    }
    case 'max replicas': {
      const { maxReplicas, serviceId } = demand;
      if (maxReplicas === 0) return undefined;
      const has = activeOf(info, serviceId);
      const name = task.serviceAnnotations.name;
      return {
        text: `at most ${maxReplicas} of ${name}, has ${has}`,
        reason: `has ${has}, limit ${maxReplicas}`,
        remedies: [
          {
            what: `fewer than ${maxReplicas} of ${name}`,
            change: (other) => withTasks(other, serviceId, maxReplicas - 1),
          },
        ],
      };
    }
    case 'volumes':
      return demand.volumes === undefined ? undefined : volumes(demand, demand.volumes, info);
  }
}

function readiness({ node }: NodeInfo): Found {
  const { state } = node.status;
  const { availability } = node.spec;
  return {
    text: `is ${state} and ${availability}`,
    reason: state === 'ready' ? availability : state,
    remedies: [
      ...(state === 'ready'
        ? []
        : [
            {
              what: 'status ready',
              change: (match: Match) =>
                withNode(match, { status: { ...match.info.node.status, state: 'ready' } }),
            },
          ]),
      ...(availability === 'active'
        ? []
        : [
            {
              what: 'availability active',
              change: (match: Match) =>
                withNode(match, { spec: { ...match.info.node.spec, availability: 'active' } }),
            },
          ]),
    ],
  };
}

/** Each plugin is asked for alone, so that the filter itself says which are missing. */
function plugins(demand: Demand, wanted: NonNullable<Demand['plugins']>, info: NodeInfo): Found | undefined {
  const none = { volumeDrivers: [], networkDrivers: [], logDriver: '' };
  const { volumeDrivers, networkDrivers, logDriver } = wanted;
  const all = [
    ...volumeDrivers.map((name) => ({ type: 'Volume', name, alone: { ...none, volumeDrivers: [name] } })),
    ...networkDrivers.map((name) => ({ type: 'Network', name, alone: { ...none, networkDrivers: [name] } })),
    ...(logDriver === '' ? [] : [{ type: 'Log', name: logDriver, alone: { ...none, logDriver } }]),
  ];
  if (all.length === 0) return undefined;
  const missing = all.filter(({ alone }) =>
    rejections({ ...demand, plugins: alone }, info).includes('plugins'),
  );
  const text = (some: typeof all) =>
    some.map(({ type, name }) => `${type.toLowerCase()} plugin ${name}`).join(' and ');
  return {
    text: `needs ${text(all)}${missing.length === 0 ? '' : `, has no ${text(missing)}`}`,
    reason: `no ${text(missing)}`,
    remedies: missing.map((plugin) => ({
      what: text([plugin]),
      change: (match) => withPlugin(match, { type: plugin.type, name: plugin.name }),
    })),
  };
}

/** Each mount is looked at alone. The filter wants one of them, and so there may be some that do not fit on a node that passes (R-S43). */
function volumes(demand: Demand, wanted: NonNullable<Demand['volumes']>, info: NodeInfo): Found {
  const unfit = wanted.mounts.filter((mount) =>
    rejections({ ...demand, volumes: { ...wanted, mounts: [mount] } }, info).includes('volumes'),
  );
  const names = (mounts: readonly { readonly source: string }[]) =>
    mounts.map(({ source }) => source).join(' and ');
  return {
    text: `needs volume ${names(wanted.mounts)}${unfit.length === 0 ? '' : `, and ${names(unfit)} does not fit`}`,
    reason: `no volume ${names(unfit)}`,
    remedies: [],
  };
}

/** CPU, memory and generic resources: what is asked for, and what is short though nobody asks. */
function room({ task, info }: Match): Found {
  const wanted = task.spec.reservations;
  const scarce = [
    {
      unit: cpuUnit,
      needs: wanted.nanoCpus,
      free: info.nanoCpus,
      give: (more: number) => (match: Match) => withFree(match, { nanoCpus: match.info.nanoCpus + more }),
    },
    {
      unit: memoryUnit,
      needs: wanted.memoryBytes,
      free: info.memoryBytes,
      give: (more: number) => (match: Match) =>
        withFree(match, { memoryBytes: match.info.memoryBytes + more }),
    },
  ].filter(({ needs, free }) => needs > 0 || free < needs);
  const short = scarce.filter(({ needs, free }) => free < needs);
  const missing = wanted.generic.filter((resource) => !enough(info.generic, [resource]));
  const needs = [
    ...scarce.map(({ unit: [name, size], needs: amount }) => `${decimal(amount / size)} ${name}`),
    ...wanted.generic.map(genericText),
  ];
  const free = [
    ...scarce.map(({ unit: [name, size], free: amount }) => `${decimal(amount / size)} ${name}`),
    ...wanted.generic.map(({ kind }) => freeText(info.generic, kind)),
  ];
  return {
    text: `needs ${needs.join(' and ')}, ${free.join(' and ')} free`,
    reason: [
      ...short.map(({ unit, needs: amount, free: left }) => `${portionText(left, amount, unit)} unreserved`),
      ...missing.map((resource) => `no ${genericText(resource)}`),
    ].join(' and '),
    remedies: [
      ...short.map(({ unit: [name, size], needs: amount, free: left, give }) => ({
        what: `${Math.ceil(((amount - left) / size) * 100) / 100} ${name} more free`,
        change: give(amount - left),
      })),
      ...missing.map((resource) => ({
        what: `${genericText(resource)} free`,
        change: (match: Match) =>
          withFree(match, {
            generic: [...match.info.generic.filter(({ kind }) => kind !== resource.kind), resource],
          }),
      })),
    ],
  };
}

function constraintText({ key, operator, value }: Constraint): string {
  return `${key}${operator}${value}`;
}

/** What a label or a role is instead. */
function actualText({ field, label }: Constraint, { node }: NodeInfo): string {
  if (field === 'role') return ` (is ${node.role})`;
  if (field !== 'node label' && field !== 'engine label') return '';
  const labels = field === 'node label' ? node.spec.labels : (node.description?.engineLabels ?? []);
  const value = lookupLabel(labels, label);
  return value === undefined ? ` (no ${label})` : ` (${label} is ${value})`;
}

/** A label can be given and taken away. Nobody becomes another node: of the rest the constraint itself must go. */
function constraintRemedy(constraint: Constraint): Finding['remedies'][number] {
  const { field, label, operator, value } = constraint;
  if (field === 'node label') {
    const equal = operator === '==';
    return {
      what: equal ? `label ${label}=${value}` : `no label ${label}=${value}`,
      change: (match) => {
        const { spec } = match.info.node;
        const labels = equal ? setLabel(spec.labels, label, value) : removeLabel(spec.labels, label);
        return withNode(match, { spec: { ...spec, labels } });
      },
    };
  }
  const role = operator === '==' ? value : value === 'manager' ? 'worker' : 'manager';
  if (field === 'role' && (role === 'manager' || role === 'worker')) {
    return { what: `role ${role}`, change: (match) => withNode(match, { role }) };
  }
  const text = constraintText(constraint);
  return { what: `no constraint ${text}`, change: (match) => withoutConstraint(match, text) };
}

function withoutConstraint({ task, info }: Match, text: string): Match {
  const { placement } = task.spec;
  const constraints = placement.constraints.filter((expression) => textOf(expression) !== text);
  return { task: { ...task, spec: { ...task.spec, placement: { ...placement, constraints } } }, info };
}

function textOf(expression: string): string {
  try {
    return parseConstraints([expression]).map(constraintText).join();
  } catch (error) {
    if (error instanceof ConstraintError) return expression;
    throw error;
  }
}

function withNode({ task, info }: Match, change: Partial<NodeInfo['node']>): Match {
  return { task, info: { ...info, node: { ...info.node, ...change } } };
}

function withFree({ task, info }: Match, change: Partial<NodeInfo>): Match {
  return { task, info: { ...info, ...change } };
}

function withoutPort({ task, info }: Match, port: string): Match {
  return { task, info: { ...info, hostPorts: new Set([...info.hostPorts].filter((each) => each !== port)) } };
}

/** A node that runs so many tasks of a service, and as many others as before. */
export function withTasks({ task, info }: Match, serviceId: string, tasks: number): Match {
  const active = info.active - activeOf(info, serviceId) + tasks;
  return {
    task,
    info: { ...info, active, activeByService: new Map(info.activeByService).set(serviceId, tasks) },
  };
}

function withPlugin(match: Match, plugin: { readonly type: string; readonly name: string }): Match {
  const { description } = match.info.node;
  if (description === undefined) return match;
  return withNode(match, { description: { ...description, plugins: [...description.plugins, plugin] } });
}

function onPlatform(match: Match, platform: Platform): Match {
  const { description } = match.info.node;
  if (description === undefined) return match;
  return withNode(match, { description: { ...description, platform } });
}

function platformText({ os, architecture }: Platform): string {
  return `${os || 'any'}/${architecture || 'any'}`;
}

function genericText(resource: GenericResource): string {
  return `${resource.kind}=${'value' in resource ? resource.value : resource.named}`;
}

/** `gpu=1`, `no gpu`; of a set how many. */
function freeText(offer: readonly GenericResource[], kind: string): string {
  const free = offer.filter((resource) => resource.kind === kind);
  const [first] = free;
  if (first === undefined) return `no ${kind}`;
  return `${kind}=${'value' in first ? first.value : free.length}`;
}

/** A unit of resources, and how much of it is one. */
type Unit = readonly [name: string, size: number];

export const cpuUnit: Unit = ['CPU', 1e9];

export const memoryUnit: Unit = ['MiB', 2 ** 20];

/** `0.3 of 0.5 CPU`. */
function portionText(free: number, wanted: number, [name, size]: Unit): string {
  return `${decimal(free / size)} of ${decimal(wanted / size)} ${name}`;
}

/** With two decimals at most. */
export function decimal(value: number): string {
  return String(Math.round(value * 100) / 100);
}
