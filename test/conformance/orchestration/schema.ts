// The schema of orchestration.json, as recordings/oracle/README.md has it, with its defaults filled in. Times are milliseconds.

import {
  closed,
  flag,
  listOf,
  mapOf,
  number,
  type Of,
  oneOf,
  open,
  type Read,
  SchemaError,
  text,
} from '../schema.ts';

const texts = listOf(text);
const numbers = listOf(number);
const counts = mapOf(number);
const labels = mapOf(text);

const readUpdate = closed((fields) => ({
  parallelism: fields.or('parallelism', number, 0),
  delay: fields.or('delay', number, 0),
  monitor: fields.maybe('monitor', number),
  failureAction: fields.or('failureAction', oneOf('pause', 'continue', 'rollback'), 'pause'),
  maxFailureRatio: fields.or('maxFailureRatio', number, 0),
  order: fields.or('order', oneOf('stop-first', 'start-first'), 'stop-first'),
}));

const readRestart = closed((fields) => ({
  condition: fields.or('condition', oneOf('none', 'on-failure', 'any'), 'none'),
  delay: fields.or('delay', number, 0),
  maxAttempts: fields.or('maxAttempts', number, 0),
  window: fields.maybe('window', number),
}));

/** A field that is absent keeps its value in an update. */
const readSpec = closed((fields) => ({
  image: fields.maybe('image', text),
  replicas: fields.maybe('replicas', number),
  mode: fields.maybe('mode', oneOf('replicated', 'global', 'replicated-job', 'global-job')),
  maxConcurrent: fields.maybe('maxConcurrent', number),
  totalCompletions: fields.maybe('totalCompletions', number),
  update: fields.maybe('update', readUpdate),
  rollback: fields.maybe('rollback', readUpdate),
  restart: fields.maybe('restart', readRestart),
  constraints: fields.maybe('constraints', texts),
  memReservation: fields.maybe('memReservation', number),
  labels: fields.maybe('labels', labels),
  containerLabels: fields.maybe('containerLabels', labels),
  forceUpdate: fields.maybe('forceUpdate', number),
  ports: fields.maybe('ports', numbers),
  maxReplicas: fields.maybe('maxReplicas', number),
}));

const readNode = closed((fields) => ({
  id: fields.get('id', text),
  labels: fields.or('labels', labels, new Map<string, string>()),
  mem: fields.maybe('mem', number),
}));

/** One number, or a list of them. */
const numberOrList: Read<readonly number[]> = (value, at) =>
  typeof value === 'number' ? [value] : numbers(value, at);

const readRule = closed((fields) => ({
  at: fields.get('at', oneOf('prepare', 'start', 'run')),
  after: fields.or('after', number, 0),
  code: fields.or('code', number, 0),
  image: fields.maybe('image', text),
  node: fields.maybe('node', text),
  slot: fields.maybe('slot', numberOrList),
  nth: fields.maybe('nth', numberOrList),
  times: fields.maybe('times', number),
}));

const readAction = closed((fields) => ({
  at: fields.get('at', number),
  op: fields.get(
    'op',
    oneOf(
      'create',
      'update',
      'rollback',
      'remove',
      'drain',
      'pause',
      'active',
      'down',
      'up',
      'disconnect',
      'connect',
      'labels',
      'resources',
      'rmNode',
      'addNode',
      'exit',
      'history',
      'leader',
    ),
  ),
  svc: fields.or('svc', text, 's'),
  spec: fields.maybe('spec', readSpec),
  node: fields.maybe('node', text),
  set: fields.maybe('set', readNode),
  code: fields.or('code', number, 0),
  image: fields.maybe('image', text),
  slot: fields.maybe('slot', number),
  n: fields.or('n', number, 0),
}));

const readInput = closed((fields) => ({
  nodes: fields.or('nodes', listOf(readNode), []),
  history: fields.or('history', number, 5),
  prepare: fields.or('prepare', number, 0),
  start: fields.or('start', number, 0),
  stop: fields.or('stop', number, 0),
  place: fields.or('place', labels, new Map<string, string>()),
  rules: fields.or('rules', listOf(readRule), []),
  actions: fields.get('actions', listOf(readAction)),
  end: fields.get('end', number),
  note: fields.maybe('note', text),
}));

/** An image, the replicas if the service has any, and the action that brought the spec. */
const readSpecFacts = open((fields) => ({
  image: fields.get('image', text),
  replicas: fields.maybe('replicas', number),
  specVersionOf: fields.maybe('specVersionOf', text),
}));

const readService = open((fields) => ({
  spec: fields.get('spec', readSpecFacts),
  previous: fields.maybe('previous', readSpecFacts),
  updateState: fields.maybe('updateState', text),
  startedAt: fields.or('startedAt', flag, false),
  completedAt: fields.or('completedAt', flag, false),
  jobIteration: fields.maybe('jobIteration', number),
}));

const readTask = open((fields) => ({
  img: fields.get('img', text),
  by: fields.get('by', text),
  iter: fields.or('iter', text, ''),
  msg: fields.maybe('msg', text),
  err: fields.or('err', text, ''),
  gone: fields.or('gone', flag, false),
  ...courseOf(fields.maybe('path', text), fields.maybe('obs', text), fields.maybe('des', text)),
}));

/** Observed and desired states, each in order of time: as they were recorded, or out of a path that has both. */
function courseOf(
  path: string | undefined,
  obs: string | undefined,
  des: string | undefined,
): { readonly obs: string; readonly des: string } {
  if (path === undefined) return { obs: obs ?? '', des: des ?? '' };
  const desired = [...path.matchAll(/\/(.)/g)].map(([, state]) => state);
  return { obs: path.replaceAll(/\/.|D/g, ''), des: desired.join('') };
}

const tasks = listOf(readTask);

/** `1 each`, or the number for each slot. */
const storedPerSlot: Read<'1 each' | ReadonlyMap<string, number>> = (value, at) =>
  value === '1 each' ? value : counts(value, at);

/** `1,3,2x2`: slots 1 and 3 have one task, slot 2 has two. */
const slotCounts: Read<ReadonlyMap<string, number>> = (value, at) => {
  const parts = text(value, at).split(',');
  return new Map(
    parts.map((part) => {
      const [, slot, times = '1'] = /^(.+?)(?:x(\d+))?$/.exec(part) ?? [];
      if (slot === undefined) throw new SchemaError(at, 'slots', value);
      return [slot, Number(times)];
    }),
  );
};

const readCheck = open((fields) => ({
  when: fields.get('when', text),
  running: fields.maybe('running', number),
  wanted: fields.maybe('wanted', number),
  stored: fields.maybe('stored', number),
  runningByImage: fields.maybe('runningByImage', counts),
  runningByNode: fields.maybe('runningByNode', counts),
  runningSlots: fields.maybe('runningSlots', slotCounts),
  storedPerSlot: fields.maybe('storedPerSlot', storedPerSlot),
  updateState: fields.maybe('updateState', labels),
  upMin: fields.maybe('upMin', number),
  upMax: fields.maybe('upMax', number),
}));

const readFacts = open((fields) => ({
  services: fields.or('services', mapOf(readService), new Map<string, ServiceFacts>()),
  updateStatus: fields.or('updateStatus', mapOf(texts), new Map<string, readonly string[]>()),
  updateStatusAtMs: fields.or('updateStatusAtMs', mapOf(numbers), new Map<string, readonly number[]>()),
  updateStatusSpreadMs: fields.or('updateStatusSpreadMs', number, 0),
  tasksCreated: fields.maybe('tasksCreated', number),
  tasksPerSlot: fields.maybe('tasksPerSlot', counts),
  tasksPerSlotSorted: fields.maybe('tasksPerSlotSorted', numbers),
  apiErrors: fields.or('apiErrors', texts, []),
  slots: fields.or(
    'slots',
    listOf(open((group) => ({ slots: group.get('slots', texts), tasks: group.get('tasks', tasks) }))),
    [],
  ),
  slotsAnyOrder: fields.maybe(
    'slotsAnyOrder',
    listOf(open((group) => ({ times: group.get('times', number), tasks: group.get('tasks', tasks) }))),
  ),
  running: fields.maybe('running', numbers),
  runningAtMs: fields.or('runningAtMs', numbers, []),
  runningSpreadMs: fields.or('runningSpreadMs', number, 0),
  checks: fields.or('checks', listOf(readCheck), []),
}));

export const readCase = open((fields) => ({
  name: fields.get('name', text),
  input: fields.get('input', readInput),
  facts: fields.get('facts', readFacts),
  unstable: fields.or('unstable', texts, []),
}));

/** Cases are read one by one, so that each fails alone. */
export const readFile = listOf((value: unknown): unknown => value);

export type OrchestrationCase = Of<typeof readCase>;
export type Input = Of<typeof readInput>;
export type Action = Of<typeof readAction>;
export type Rule = Of<typeof readRule>;
export type RecordedSpec = Of<typeof readSpec>;
export type RecordedNode = Of<typeof readNode>;
export type Facts = Of<typeof readFacts>;
export type ServiceFacts = Of<typeof readService>;
export type TaskFacts = Of<typeof readTask>;
export type CheckFacts = Of<typeof readCheck>;
