// The facts of a replayed case, in the recordings' terms, drawn from the store and from all that was committed.

import { millisecond } from '../../../src/model/duration.ts';
import { isJob } from '../../../src/model/job.ts';
import type { Service, Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import type { Reader } from '../../../src/store/reader.ts';
import { count } from '../oracle.ts';
import type { Input } from './schema.ts';
import { act, createWorld, type World } from './world.ts';

/** The store at one moment, and how many tasks ran since the moment before. */
export type Check = ReturnType<typeof checkOf> & {
  /** How many there have been before. */
  readonly commits: number;
};

/** One task, from its creation on. */
export interface Life {
  readonly slot: string;
  readonly image: string;
  readonly by: string;
  readonly iteration: string;
  observed: string;
  desired: string;
  gone: boolean;
  /** As last stored. */
  last: Task;
}

/** A value from a time on, in milliseconds. */
export type Change<Value> = readonly [at: number, value: Value];

export interface Observation {
  readonly services: ReadonlyMap<string, ObservedService>;
  /** By service. */
  readonly updateStatus: ReadonlyMap<string, readonly Change<string>[]>;
  /** In order of creation. */
  readonly lives: readonly Life[];
  /** How many tasks are running: each change. */
  readonly running: readonly Change<number>[];
  /** The same after every commit. */
  readonly up: readonly Change<number>[];
  readonly checks: readonly Check[];
  readonly apiErrors: readonly string[];
}

export type ObservedService = ReturnType<typeof serviceOf>;

/** Runs the script, and looks before each action but the first, and at the end. */
export function observe(input: Input): Observation {
  const world = createWorld(input);
  const { stage, apiErrors } = world;
  const checks: Check[] = [];
  const look = (when: string) =>
    checks.push({ ...checkOf(stage.store, modes, when), commits: stage.commits.length });
  const modes = new Map<string, Service['spec']['mode']>();
  for (const [index, action] of input.actions.entries()) {
    stage.advance(action.at * millisecond - stage.now());
    if (index > 0) look(`before ${index}:${action.op}`);
    act(world, action, index);
    for (const { spec } of stage.store.list('service')) modes.set(spec.name, spec.mode);
  }
  stage.advance(input.end * millisecond - stage.now());
  look('end');
  const services = stage.store
    .list('service')
    .map((service) => [service.spec.name, serviceOf(world, service)] as const);
  return { services: new Map(services), checks, apiErrors, ...historyOf(world, modes) };
}

type Modes = ReadonlyMap<string, Service['spec']['mode']>;

function checkOf(store: Reader, modes: Modes, when: string) {
  const tasks = store.list('task');
  const running = tasks.filter(({ status }) => status.state === TaskState.Running);
  return {
    when,
    running: running.length,
    wanted: tasks.filter(({ desiredState }) => desiredState <= TaskState.Running).length,
    stored: tasks.length,
    runningByImage: count(running.map(imageOf)),
    runningByNode: count(running.map(({ nodeId }) => nodeId)),
    runningSlots: count(running.map((task) => slotOf(task, modes))),
    storedPerSlot: count(tasks.map((task) => slotOf(task, modes))),
    updateState: new Map(
      store
        .list('service')
        .flatMap(({ spec, updateStatus }) => (updateStatus ? [[spec.name, updateStatus.state]] : [])),
    ),
  };
}

/** `2`, or the node of a global task; of another service than `s` with its name, as in `t/2`. */
function slotOf({ serviceAnnotations: { name }, slot, nodeId }: Task, modes: Modes): string {
  const kind = modes.get(name)?.kind;
  const place = kind === 'global' || kind === 'global-job' ? nodeId : `${slot}`;
  return name === 's' ? place : `${name}/${place}`;
}

function imageOf({ spec }: Pick<Task, 'spec'>): string {
  return spec.container.image.replace(/^img:/, '');
}

function serviceOf({ versions }: World, service: Service) {
  const { id, spec, specVersion, previousSpec, previousSpecVersion = 0, updateStatus, jobStatus } = service;
  const describe = ({ task, mode }: Service['spec'], version: number) => ({
    image: imageOf({ spec: task }),
    replicas: mode.kind === 'replicated' ? mode.replicas : undefined,
    specVersionOf: versions.get(`${id}/${version}`)?.by,
  });
  return {
    spec: describe(spec, specVersion),
    previous: previousSpec && describe(previousSpec, previousSpecVersion),
    updateState: updateStatus?.state,
    startedAt: updateStatus?.startedAt !== undefined,
    completedAt: updateStatus?.completedAt !== undefined,
    jobIteration: isJob(spec.mode) ? jobStatus?.iteration : undefined,
  };
}

const letters: Readonly<Record<TaskState, string>> = {
  [TaskState.New]: 'n',
  [TaskState.Pending]: 'p',
  [TaskState.Assigned]: 'a',
  [TaskState.Accepted]: 'c',
  [TaskState.Preparing]: 'P',
  [TaskState.Ready]: 'r',
  [TaskState.Starting]: 's',
  [TaskState.Running]: 'R',
  [TaskState.Complete]: 'C',
  [TaskState.Shutdown]: 'S',
  [TaskState.Failed]: 'F',
  [TaskState.Rejected]: 'J',
  [TaskState.Remove]: 'X',
  [TaskState.Orphaned]: 'O',
};

/** Everything that was committed, told by task, by service and by the number of running tasks. */
function historyOf(
  { stage, versions }: World,
  modes: Modes,
): Pick<Observation, 'lives' | 'running' | 'up' | 'updateStatus'> {
  const lives = new Map<string, Life>();
  const running: Change<number>[] = [[0, 0]];
  const updateStatus = new Map<string, Change<string>[]>();
  const lastStatus = new Map<string, string>();
  let number = 0;

  function taskStored(task: Task): void {
    let life = lives.get(task.id);
    const before = life?.last;
    if (life === undefined) {
      life = {
        slot: slotOf(task, modes),
        image: imageOf(task),
        by: versions.get(`${task.serviceId}/${task.specVersion ?? 0}`)?.by ?? '',
        iteration: `${task.jobIteration ?? ''}`,
        observed: '',
        desired: '',
        gone: false,
        last: task,
      };
      lives.set(task.id, life);
    }
    if (before?.status.state !== task.status.state) life.observed += letters[task.status.state];
    if (before?.desiredState !== task.desiredState) life.desired += letters[task.desiredState];
    life.last = task;
  }

  const up: Change<number>[] = [];
  for (const { at, actions } of stage.commits) {
    const time = at / millisecond;
    for (const action of actions) {
      if (action.kind === 'task') {
        const life = lives.get(action.id);
        const ran = life !== undefined && !life.gone && isRunning(life.last);
        if (action.action !== 'remove') taskStored(action.after);
        else if (life !== undefined) life.gone = true;
        const runs = action.action !== 'remove' && isRunning(action.after);
        if (ran === runs) continue;
        number += runs ? 1 : -1;
        running.push([time, number]);
      } else if (action.kind === 'service' && action.action !== 'remove') {
        const { spec, updateStatus: status } = action.after;
        const told = status ? `${status.state}: ${status.message.replace(/task \w+$/, 'task <task>')}` : '-';
        if (told === (lastStatus.get(action.id) ?? '-')) continue;
        lastStatus.set(action.id, told);
        updateStatus.set(spec.name, [...(updateStatus.get(spec.name) ?? []), [time, told]]);
      }
    }
    up.push([time, number]);
  }
  return { lives: [...lives.values()], running, up, updateStatus };
}

function isRunning({ status }: Task): boolean {
  return status.state === TaskState.Running;
}
