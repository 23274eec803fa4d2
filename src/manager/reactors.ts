// The parts of a leader, as one table: their types, and the order in which they start and are told of changes (R-R24).

import {
  type AllocatorJob,
  type AllocatorState,
  type AllocatorTimer,
  allocatorReactor,
} from './allocator/allocator.ts';
import { type ControlJob, type ControlState, type ControlTimer, controlReactor } from './control/control.ts';
import {
  type DispatcherJob,
  type DispatcherState,
  type DispatcherTimer,
  dispatcherReactor,
} from './dispatcher/dispatcher.ts';
import type { Reactor } from './leader.ts';
import { type RolesJob, type RolesState, type RolesTimer, rolesReactor } from './membership/roles.ts';
import {
  type EnforcerJob,
  type EnforcerState,
  type EnforcerTimer,
  enforcerReactor,
} from './orchestrator/enforcer.ts';
import { type GlobalJob, type GlobalState, type GlobalTimer, globalReactor } from './orchestrator/global.ts';
import { type JobsJob, type JobsState, type JobsTimer, jobsReactor } from './orchestrator/jobs.ts';
import { type ReaperJob, type ReaperState, type ReaperTimer, reaperReactor } from './orchestrator/reaper.ts';
import {
  type ReplicatedJob,
  type ReplicatedState,
  type ReplicatedTimer,
  replicatedReactor,
} from './orchestrator/replicated.ts';
import {
  type SchedulerJob,
  type SchedulerState,
  type SchedulerTimer,
  schedulerReactor,
} from './scheduler/scheduler.ts';
import {
  type VolumeEnforcerJob,
  type VolumeEnforcerState,
  type VolumeEnforcerTimer,
  volumeEnforcerReactor,
} from './volumes/enforcer.ts';
import { type VolumesJob, type VolumesState, type VolumesTimer, volumesReactor } from './volumes/volumes.ts';

interface States {
  control: ControlState;
  dispatcher: DispatcherState;
  allocator: AllocatorState;
  scheduler: SchedulerState;
  enforcer: EnforcerState;
  volumeEnforcer: VolumeEnforcerState;
  reaper: ReaperState;
  replicated: ReplicatedState;
  global: GlobalState;
  jobs: JobsState;
  roles: RolesState;
  volumes: VolumesState;
}
interface Timers {
  control: ControlTimer;
  dispatcher: DispatcherTimer;
  allocator: AllocatorTimer;
  scheduler: SchedulerTimer;
  enforcer: EnforcerTimer;
  volumeEnforcer: VolumeEnforcerTimer;
  reaper: ReaperTimer;
  replicated: ReplicatedTimer;
  global: GlobalTimer;
  jobs: JobsTimer;
  roles: RolesTimer;
  volumes: VolumesTimer;
}
interface Jobs {
  control: ControlJob;
  dispatcher: DispatcherJob;
  allocator: AllocatorJob;
  scheduler: SchedulerJob;
  enforcer: EnforcerJob;
  volumeEnforcer: VolumeEnforcerJob;
  reaper: ReaperJob;
  replicated: ReplicatedJob;
  global: GlobalJob;
  jobs: JobsJob;
  roles: RolesJob;
  volumes: VolumesJob;
}

export type ReactorName = keyof States;
export type ReactorStates = States;
export type TimerOf<Name extends ReactorName> = Timers[Name];
export type JobOf<Name extends ReactorName> = Jobs[Name];

/** A job in the writer's queue, with the reactor it belongs to. */
export type ReactorJob<Of extends ReactorName = ReactorName> = {
  [Name in Of]: { readonly reactor: Name; readonly job: Jobs[Name] };
}[Of];

/** The leadership a timer was set in: of which manager, in which term. */
export interface TimerOwner {
  readonly life: number;
  readonly term: number;
}

/** A reactor's timer on its way through the world. It counts only under the leadership it was set in. */
export type ReactorTimer<Of extends ReactorName = ReactorName> = {
  [Name in Of]: TimerOwner & {
    readonly kind: 'manager.reactor';
    readonly reactor: Name;
    readonly timer: Timers[Name];
  };
}[Of];

export const reactors: { readonly [Name in ReactorName]: Reactor<States[Name], Timers[Name], Jobs[Name]> } = {
  control: controlReactor,
  dispatcher: dispatcherReactor,
  allocator: allocatorReactor,
  scheduler: schedulerReactor,
  enforcer: enforcerReactor,
  volumeEnforcer: volumeEnforcerReactor,
  reaper: reaperReactor,
  replicated: replicatedReactor,
  global: globalReactor,
  jobs: jobsReactor,
  roles: rolesReactor,
  volumes: volumesReactor,
};

export const reactorOrder: readonly ReactorName[] = [
  'control',
  'dispatcher',
  'allocator',
  'scheduler',
  'enforcer',
  'volumeEnforcer',
  'reaper',
  'replicated',
  'jobs',
  'global',
  'roles',
  'volumes',
];

/** A job of one reactor as a job of the writer's queue: the compiler follows this only name by name. */
export const queued: { readonly [Name in ReactorName]: (job: Jobs[Name]) => ReactorJob } = {
  control: (job) => ({ reactor: 'control', job }),
  dispatcher: (job) => ({ reactor: 'dispatcher', job }),
  allocator: (job) => ({ reactor: 'allocator', job }),
  scheduler: (job) => ({ reactor: 'scheduler', job }),
  enforcer: (job) => ({ reactor: 'enforcer', job }),
  volumeEnforcer: (job) => ({ reactor: 'volumeEnforcer', job }),
  reaper: (job) => ({ reactor: 'reaper', job }),
  replicated: (job) => ({ reactor: 'replicated', job }),
  global: (job) => ({ reactor: 'global', job }),
  jobs: (job) => ({ reactor: 'jobs', job }),
  roles: (job) => ({ reactor: 'roles', job }),
  volumes: (job) => ({ reactor: 'volumes', job }),
};

/** A timer of one reactor as an event of the world. */
export const timed: {
  readonly [Name in ReactorName]: (owner: TimerOwner, timer: Timers[Name]) => ReactorTimer;
} = {
  control: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'control', timer }),
  dispatcher: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'dispatcher', timer }),
  allocator: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'allocator', timer }),
  scheduler: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'scheduler', timer }),
  enforcer: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'enforcer', timer }),
  volumeEnforcer: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'volumeEnforcer', timer }),
  reaper: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'reaper', timer }),
  replicated: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'replicated', timer }),
  global: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'global', timer }),
  jobs: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'jobs', timer }),
  roles: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'roles', timer }),
  volumes: (owner, timer) => ({ kind: 'manager.reactor', ...owner, reactor: 'volumes', timer }),
};
