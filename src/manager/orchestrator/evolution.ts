// How a service's spec, its predecessor, their versions and the update status change together (orchestration
// reference, section 8, field evolution). Recipes for a draft of the record; the control API and the updater
// use them.

import { castDraft, type Draft } from 'immer';
import type { Service } from '../../model/objects.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import { assert } from '../../sim/assert.ts';

/**
 * A new spec sent by a client with the object version it had read (R-O104). The status is reset, also when
 * nothing differs (R-O105).
 */
export function applyServiceUpdate(draft: Draft<Service>, spec: ServiceSpec, sentVersion: number): void {
  draft.previousSpec = draft.spec;
  draft.previousSpecVersion = draft.specVersion;
  draft.spec = castDraft(spec);
  draft.specVersion = sentVersion;
  delete draft.updateStatus;
}

/**
 * A rollback asked for by a user: spec and previous spec change places. The caller has checked that there is
 * a previous spec.
 * @param now the leader's clock, microseconds
 */
export function applyManualRollback(draft: Draft<Service>, now: number): void {
  const { spec, specVersion, previousSpec, previousSpecVersion } = draft;
  assert(previousSpec !== undefined, 'a service rolls back to a previous spec');
  draft.spec = previousSpec;
  draft.specVersion = previousSpecVersion ?? 0;
  draft.previousSpec = spec;
  draft.previousSpecVersion = specVersion;
  draft.updateStatus = {
    state: 'rollback_started',
    message: 'manually requested rollback',
    startedAt: now,
  };
}

/**
 * What every update of a job does besides, a manual rollback too: all its tasks are to be done again (R-O58).
 * @param now the leader's clock, microseconds
 */
export function applyJobIteration(draft: Draft<Service>, now: number): void {
  if (draft.jobStatus === undefined) return;
  draft.jobStatus = { iteration: draft.jobStatus.iteration + 1, lastExecution: now };
}

/**
 * A rollback by failure action: the previous spec is used up, so there is never a second one (R-O100). The
 * start time stays.
 */
export function applyAutomaticRollback(draft: Draft<Service>, message: string): void {
  const { previousSpec, previousSpecVersion, updateStatus } = draft;
  assert(previousSpec !== undefined, 'a service rolls back to a previous spec');
  assert(updateStatus !== undefined, 'only an update with a status rolls back');
  draft.spec = previousSpec;
  draft.specVersion = previousSpecVersion ?? 0;
  delete draft.previousSpec;
  delete draft.previousSpecVersion;
  updateStatus.state = 'rollback_started';
  updateStatus.message = message;
}
