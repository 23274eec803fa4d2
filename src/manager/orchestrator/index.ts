// The orchestrators' face to the rest of the manager.

export { isDirty } from './dirty.ts';
export { type EnforcerJob, type EnforcerState, type EnforcerTimer, enforcerReactor } from './enforcer.ts';
export { applyManualRollback, applyServiceUpdate } from './evolution.ts';
export { type GlobalJob, type GlobalState, type GlobalTimer, globalReactor } from './global.ts';
export { type ReaperJob, type ReaperState, type ReaperTimer, reaperReactor } from './reaper.ts';
export {
  type ReplicatedJob,
  type ReplicatedState,
  type ReplicatedTimer,
  replicatedReactor,
} from './replicated.ts';
