// The schema of placement.json, as recordings/oracle/README.md has it, with its defaults filled in.

import { TaskState, taskStateName } from '../../../src/model/state.ts';
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

const taskState: Read<TaskState> = (value, at) => {
  const state = Object.values(TaskState).find((each) => taskStateName(each) === value);
  if (state === undefined) throw new SchemaError(at, 'a task state', value);
  return state;
};

export const readNode = closed((fields) => ({
  id: fields.get('id', text),
  host: fields.maybe('host', text),
  role: fields.or('role', oneOf('worker', 'manager'), 'worker'),
  labels: fields.or('labels', mapOf(text), new Map<string, string>()),
  engineLabels: fields.or('engineLabels', mapOf(text), new Map<string, string>()),
  os: fields.or('os', text, ''),
  arch: fields.or('arch', text, ''),
  cpu: fields.or('cpu', number, 0),
  mem: fields.or('mem', number, 0),
  generic: fields.or('generic', mapOf(number), new Map<string, number>()),
  named: fields.or('named', mapOf(texts), new Map<string, readonly string[]>()),
  addr: fields.or('addr', text, ''),
  avail: fields.or('avail', oneOf('active', 'pause', 'drain'), 'active'),
  state: fields.or('state', oneOf('ready', 'down', 'disconnected', 'unknown'), 'ready'),
  plugins: fields.or('plugins', texts, []),
  noDescription: fields.or('noDescription', flag, false),
}));

const readService = closed((fields) => ({
  id: fields.get('id', text),
  mode: fields.or('mode', oneOf('replicated', 'global'), 'replicated'),
  pending: fields.or('pending', number, 0),
  constraints: fields.or('constraints', texts, []),
  prefs: fields.or('prefs', texts, []),
  cpu: fields.or('cpu', number, 0),
  mem: fields.or('mem', number, 0),
  generic: fields.or('generic', mapOf(number), new Map<string, number>()),
  maxReplicas: fields.or('maxReplicas', number, 0),
  hostPorts: fields.or('hostPorts', texts, []),
  platforms: fields.or('platforms', texts, []),
  volumeDriver: fields.maybe('volumeDriver', text),
  logDriver: fields.maybe('logDriver', text),
}));

const readTasks = closed((fields) => ({
  svc: fields.get('svc', text),
  node: fields.get('node', text),
  n: fields.get('n', number),
  state: fields.or('state', taskState, TaskState.Running),
  desired: fields.or('desired', taskState, TaskState.Running),
}));

const readFailures = closed((fields) => ({
  svc: fields.get('svc', text),
  node: fields.get('node', text),
  n: fields.get('n', number),
}));

const readStep = closed((fields) => ({
  op: fields.get(
    'op',
    oneOf(
      'addNode',
      'setNode',
      'rmNode',
      'addPending',
      'rmTasks',
      'runTasks',
      'failTasks',
      'completeTasks',
      'stopTasks',
    ),
  ),
  svc: fields.or('svc', text, ''),
  node: fields.or('node', text, ''),
  n: fields.or('n', number, 0),
  set: fields.maybe('set', readNode),
}));

const readInput = closed((fields) => ({
  nodes: fields.or('nodes', listOf(readNode), []),
  services: fields.or('services', listOf(readService), []),
  tasks: fields.or('tasks', listOf(readTasks), []),
  failures: fields.or('failures', listOf(readFailures), []),
  steps: fields.or('steps', listOf(readStep), []),
}));

const readFeasible = open((fields) => ({
  ok: fields.or('ok', texts, []),
  rejectedBy: fields.or('rejectedBy', mapOf(text), new Map<string, string>()),
  constraintError: fields.maybe('constraintError', text),
}));

const counts = mapOf(number);
const numbers = listOf(number);

const readFacts = open((fields) => ({
  assigned: fields.maybe('assigned', number),
  pending: fields.maybe('pending', number),
  assignedRange: fields.maybe('assignedRange', numbers),
  perNode: fields.maybe('perNode', counts),
  byClass: fields.maybe('byClass', mapOf(numbers)),
  branches: [1, 2, 3, 4].map((depth) => ({
    depth,
    exact: fields.maybe(`branch${depth}`, counts),
    sorted: fields.maybe(`branch${depth}Sorted`, numbers),
  })),
  sorted: fields.maybe('sorted', numbers),
  pendingOn: fields.maybe('pendingOn', counts),
  err: fields.maybe('err', texts),
}));

export const readCase = closed((fields) => ({
  name: fields.get('name', text),
  family: fields.get('family', text),
  level: fields.get('level', text),
  input: fields.get('input', readInput),
  feasible: fields.or('feasible', mapOf(readFeasible), new Map<string, Feasible>()),
  phases: fields.get('phases', listOf(mapOf(readFacts))),
}));

/** An expression, its parse error if it has one, and the nodes that meet it. */
export const readRow = open((fields) => ({
  e: fields.get('e', text),
  err: fields.or('err', text, ''),
  match: fields.get('match', text),
}));

const unread = (value: unknown): unknown => value;

/** Cases and rows are read one by one, so that each fails alone. */
export const readFile = open((fields) => ({
  cases: fields.get('cases', listOf(unread)),
  constraints: fields.get(
    'constraints',
    open((table) => ({
      nodes: table.get('nodes', listOf(readNode)),
      rows: table.get('rows', listOf(unread)),
    })),
  ),
}));

export type RecordedNode = Of<typeof readNode>;
export type RecordedService = Of<typeof readService>;
export type PlacementCase = Of<typeof readCase>;
export type Step = Of<typeof readStep>;
export type Feasible = Of<typeof readFeasible>;
export type Facts = Of<typeof readFacts>;
