// The updater: replaces the out-of-date tasks of one service, some slots at a time, watches what it made, and
// pauses or rolls back when too much of it fails (orchestration reference, section 5). A state machine over
// plain data, moved by store events, timers and its own jobs; what a worker does to one slot is in lane.ts.

import { defaultUpdateConfig, defaultUpdateMonitor } from '../../model/defaults.ts';
import { second } from '../../model/duration.ts';
import { equalData } from '../../model/equal.ts';
import type { Service } from '../../model/objects.ts';
import type { UpdateConfig } from '../../model/spec.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import { assert } from '../../sim/assert.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Leader } from '../leader.ts';
import type { StartJob, StartTimer } from './delay.ts';
import { isDirty } from './dirty.ts';
import type { Slot } from './slot.ts';
import { writeCompleted, writePaused, writeRollback, writeUpdating } from './status.ts';

/** One worker's turn with one slot. Plain data. */
export interface Lane {
  phase:
    | 'queued' // for the writer
    | 'parked' // the task it brings up is in its delayed start
    | 'coming up' // the new task may run and does not yet
    | 'stopping old' // start-first: the new task runs; queued for the writer again
    | 'done' // the slot is dealt with
    | 'resting'; // for the delay of the update config
  /** The task the lane brings up: one it made, or one it found parked in the slot. */
  taskId: string;
  /** The first state at or beyond running in which the task was seen. */
  seen?: TaskState;
  restTimer?: number;
}

/** An updater at work. Plain data. */
export interface Update {
  /** Tells this updater from earlier ones of the same service. */
  readonly id: number;
  /** The service as it was when the updater started: what it works towards. */
  readonly service: Service;
  readonly config: UpdateConfig;
  readonly rollingBack: boolean;
  /** The dirty slots, as they were when the updater started (R-O76). */
  readonly slots: readonly Slot[];
  phase:
    | 'beginning' // queued for the writer
    | 'feeding' // hands out slots and judges failures
    | 'draining' // all slots are handed out, or no more will be; failures queue up (R-O89)
    | 'watching' // for late failures
    | 'ending'; // queued for the writer
  /** Index of the next slot to hand out. */
  next: number;
  /** Workers without a slot. */
  idle: number;
  /** Slots in progress, by index in `slots`. */
  readonly lanes: Map<number, Lane>;
  /** From parked tasks to the lanes that wait for their start. */
  readonly gates: Map<string, number>;
  /**
   * Tasks made by this updater; the time is when they were seen up. Only these can fail the update (R-O86).
   */
  readonly made: Map<string, { readonly lane: number; upAt?: number }>;
  /** Tasks that have ended and have not been judged yet, in order. */
  ended: string[];
  readonly failed: Set<string>;
  /** How long after it was seen up a task's end counts as a failure. */
  window: number;
  /** The failure action has been decided and is queued for the writer. */
  acting: boolean;
  /** The failure action ends this update: no slot is handed out any more. */
  stopped: boolean;
  watchTimer?: number;
}

/** The updaters of one orchestrator. Plain data. */
export interface Updates {
  /** By service. */
  readonly active: Map<string, Update>;
  /** Services whose updater has something to look at. */
  readonly stirred: Set<string>;
  nextId: number;
}

interface OfUpdate {
  readonly serviceId: string;
  readonly update: number;
}

export type UpdateTimer =
  | (OfUpdate & { readonly kind: 'rest'; readonly lane: number })
  | (OfUpdate & { readonly kind: 'watch' });

export type LaneJob = OfUpdate & { readonly kind: 'update slot' | 'stop old'; readonly lane: number };
export type StatusJob = OfUpdate &
  (
    | { readonly kind: 'begin' | 'complete' }
    | { readonly kind: 'pause' | 'roll back'; readonly message: string }
  );

export type UpdateLeader = Leader<UpdateTimer | StartTimer, LaneJob | StatusJob | StartJob>;

export function createUpdates(): Updates {
  return { active: new Map(), stirred: new Set(), nextId: 0 };
}

/**
 * Brings `slots` up to date with `service`. An updater already working towards the same spec goes on
 * undisturbed, any other is cancelled; what it has begun stays as it is (R-O104, R-O105,
 * R-O106).
 * @param slots the occupied slots, in the order in which to update them (R-O75)
 */
export function startUpdate(
  leader: UpdateLeader,
  updates: Updates,
  reader: Reader,
  service: Service,
  slots: readonly Slot[],
): void {
  const active = updates.active.get(service.id);
  if (active !== undefined) {
    if (equalData(active.service.spec, service.spec)) return;
    cancelUpdate(leader, updates, active);
  }
  const state = service.updateStatus?.state;
  if (state === 'paused' || state === 'rollback_paused') return;
  // Several tasks make a slot dirty even if each of them is clean (R-O79).
  const dirty = slots.filter(
    (slot) => slot.length > 1 || slot.some((task) => isDirty(reader, service, task)),
  );
  if (dirty.length === 0 && state !== 'updating' && state !== 'rollback_started') return;

  const rollingBack = state === 'rollback_started';
  // Of the spec now in force, also when that is the one being restored (R-O73).
  const config = (rollingBack ? service.spec.rollback : service.spec.update) ?? defaultUpdateConfig;
  const update: Update = {
    id: updates.nextId++,
    service,
    config,
    rollingBack,
    slots: dirty,
    phase: 'beginning',
    next: 0,
    idle: config.parallelism === 0 ? dirty.length : config.parallelism,
    lanes: new Map(),
    gates: new Map(),
    made: new Map(),
    ended: [],
    failed: new Set(),
    window: config.monitor ?? defaultUpdateMonitor,
    acting: false,
    stopped: false,
  };
  updates.active.set(service.id, update);
  if (dirty.length === 0) {
    end(leader, update);
  } else if (state === undefined) {
    leader.request({ kind: 'begin', ...of(update) });
  } else {
    update.phase = 'feeding';
    updates.stirred.add(service.id);
  }
}

/** Notes what concerns an updater; `settleUpdates` acts on it. */
export function watchUpdates(leader: UpdateLeader, updates: Updates, event: StoreEvent): void {
  if (event.kind === 'service' && event.action === 'remove') {
    // SwarmKit lets it run, and everything it still does fails for lack of the service (R-O34).
    const orphaned = updates.active.get(event.id);
    if (orphaned !== undefined) cancelUpdate(leader, updates, orphaned);
  }
  if (event.kind !== 'task' || event.action !== 'update') return;
  const { id, serviceId, status } = event.after;
  if (status.state < TaskState.Running) return;
  const update = updates.active.get(serviceId);
  const made = update?.made.get(id);
  if (update === undefined || made === undefined) return;
  updates.stirred.add(serviceId);
  // A good end is an end (R-O84, R-O87).
  if (isTerminal(status.state) && update.config.failureAction !== 'continue') update.ended.push(id);
  const lane = update.lanes.get(made.lane);
  if (lane === undefined || lane.seen !== undefined) return;
  lane.seen = status.state;
  if (lane.phase === 'coming up') cameUp(leader, updates, update, made.lane, lane, status.state);
}

/** A delayed start is over, by start or because its task is gone: the lane that waited for it goes on. */
export function openGate(leader: UpdateLeader, updates: Updates, serviceId: string, taskId: string): void {
  const update = updates.active.get(serviceId);
  const index = update?.gates.get(taskId);
  if (update === undefined || index === undefined) return;
  update.gates.delete(taskId);
  const lane = update.lanes.get(index);
  assert(lane?.phase === 'parked', 'a gate belongs to a lane that waits for it');
  if (!update.made.has(taskId)) {
    finishLane(leader, updates, update, index, lane);
  } else if (lane.seen !== undefined) {
    // It has ended while it was parked; this is noticed only now (O-E92).
    cameUp(leader, updates, update, index, lane, lane.seen);
  } else {
    lane.phase = 'coming up';
  }
}

/**
 * Lets every updater that has something to look at take its next steps. To be called when no events are left
 * to note.
 */
export function settleUpdates(leader: UpdateLeader, updates: Updates): void {
  for (const serviceId of updates.stirred) {
    const update = updates.active.get(serviceId);
    if (update !== undefined) settle(leader, updates, update);
  }
  updates.stirred.clear();
}

export function fireUpdateTimer(leader: UpdateLeader, updates: Updates, timer: UpdateTimer): void {
  const update = updateOf(updates, timer);
  if (update === undefined) return;
  if (timer.kind === 'watch') {
    if (update.phase === 'watching') end(leader, update);
  } else {
    freeLane(updates, update, timer.lane);
  }
}

export function writeStatusJob(updates: Updates, job: StatusJob, tx: Transaction): void {
  const update = updateOf(updates, job);
  if (update === undefined) return;
  switch (job.kind) {
    case 'begin':
      writeUpdating(tx, job.serviceId);
      update.phase = 'feeding';
      updates.stirred.add(job.serviceId);
      return;
    case 'pause':
      writePaused(tx, job.serviceId, job.message);
      acted(updates, update);
      return;
    case 'roll back':
      writeRollback(tx, job.serviceId, job.message);
      acted(updates, update);
      return;
    case 'complete':
      writeCompleted(tx, job.serviceId);
      // Before the reconcile which this write leads to, so that one can start a new updater (R-O96).
      updates.active.delete(job.serviceId);
  }
}

/** The updater a timer or job was meant for, if it still is at work. */
export function updateOf(updates: Updates, { serviceId, update: id }: OfUpdate): Update | undefined {
  const update = updates.active.get(serviceId);
  return update?.id === id ? update : undefined;
}

/**
 * The lane has dealt with its slot. The delay is served after every slot, the last and failed ones too
 * (R-O78).
 */
export function finishLane(
  leader: UpdateLeader,
  updates: Updates,
  update: Update,
  index: number,
  lane: Lane,
): void {
  if (update.config.delay === 0) {
    freeLane(updates, update, index);
    return;
  }
  lane.phase = 'resting';
  lane.restTimer = leader.later(update.config.delay, { kind: 'rest', ...of(update), lane: index });
}

function freeLane(updates: Updates, update: Update, index: number): void {
  update.lanes.delete(index);
  update.idle += 1;
  updates.stirred.add(update.service.id);
}

/**
 * The new task of a lane runs, or has ended without (R-O80). With start-first a running one now takes the
 * place of the old.
 */
function cameUp(
  leader: UpdateLeader,
  updates: Updates,
  update: Update,
  index: number,
  lane: Lane,
  state: TaskState,
): void {
  const made = update.made.get(lane.taskId);
  if (made !== undefined) made.upAt = leader.now();
  if (update.config.order === 'start-first' && state === TaskState.Running) {
    lane.phase = 'stopping old';
    leader.request({ kind: 'stop old', ...of(update), lane: index });
  } else {
    finishLane(leader, updates, update, index, lane);
  }
}

function settle(leader: UpdateLeader, updates: Updates, update: Update): void {
  if (update.phase === 'feeding') {
    // Failures come before the next slot when both are there at one moment (orchestration reference, 11.2).
    if (judge(leader, update)) update.phase = 'draining';
    else handOut(leader, update);
  }
  if (update.phase === 'draining' && update.lanes.size === 0 && !update.acting) {
    if (update.stopped) {
      cancelUpdate(leader, updates, update);
      return;
    }
    const { delay } = update.config;
    // A task made before such a delay could never be judged within the monitor period alone (R-O85, R-O94).
    if (delay >= update.window) update.window = delay + second;
    update.phase = 'watching';
    update.watchTimer = leader.later(update.window, { kind: 'watch', ...of(update) });
  }
  if (update.phase === 'watching' && judge(leader, update)) {
    if (update.stopped) update.phase = 'draining';
    else end(leader, update);
  }
}

function handOut(leader: UpdateLeader, update: Update): void {
  while (update.idle > 0 && update.next < update.slots.length) {
    const index = update.next++;
    update.idle -= 1;
    update.lanes.set(index, { phase: 'queued', taskId: '' });
    leader.request({ kind: 'update slot', ...of(update), lane: index });
  }
  if (update.next === update.slots.length) update.phase = 'draining';
}

/**
 * Judges the tasks that have ended, in order, until one calls for the failure action (R-O85, R-O88, R-O89).
 * @returns true when the action has been taken
 */
function judge(leader: UpdateLeader, update: Update): boolean {
  while (update.ended.length > 0 && !update.stopped) {
    const taskId = update.ended.shift();
    if (taskId !== undefined && fails(update, taskId, leader.now())) {
      update.failed.add(taskId);
      // 32-bit floats, strictly greater (R-O88).
      const ratio = Math.fround(update.failed.size / update.slots.length);
      if (ratio > Math.fround(update.config.maxFailureRatio)) {
        act(leader, update, taskId);
        return true;
      }
    }
  }
  return false;
}

function fails(update: Update, taskId: string, now: number): boolean {
  if (update.failed.has(taskId)) return false;
  const upAt = update.made.get(taskId)?.upAt;
  return upAt === undefined || now - upAt <= update.window;
}

/** Takes the failure action of an update, or of a rollback (R-O90). */
function act(leader: UpdateLeader, update: Update, taskId: string): void {
  update.acting = true;
  const because = `due to failure or early termination of task ${taskId}`;
  if (update.config.failureAction === 'pause') {
    update.stopped = true;
    leader.request({ kind: 'pause', ...of(update), message: `update paused ${because}` });
  } else if (update.rollingBack) {
    // Never two rollbacks in a row. SwarmKit forgets to stop here, and completes what it has paused (R-O91).
    leader.request({ kind: 'pause', ...of(update), message: `rollback paused ${because}` });
  } else {
    update.stopped = true;
    leader.request({ kind: 'roll back', ...of(update), message: `update rolled back ${because}` });
  }
}

/** The failure action has been written: a stopped updater may leave once its lanes are empty. */
function acted(updates: Updates, update: Update): void {
  update.acting = false;
  updates.stirred.add(update.service.id);
}

/** The updater has nothing more to do; the status says so next. */
function end(leader: UpdateLeader, update: Update): void {
  if (update.watchTimer !== undefined) leader.cancel(update.watchTimer);
  update.phase = 'ending';
  leader.request({ kind: 'complete', ...of(update) });
}

function cancelUpdate(leader: UpdateLeader, updates: Updates, update: Update): void {
  if (update.watchTimer !== undefined) leader.cancel(update.watchTimer);
  for (const { restTimer } of update.lanes.values()) {
    if (restTimer !== undefined) leader.cancel(restTimer);
  }
  updates.active.delete(update.service.id);
}

function of(update: Update): OfUpdate {
  return { serviceId: update.service.id, update: update.id };
}
