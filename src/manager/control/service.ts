// Control API: services. Checks in SwarmKit's order, with its texts (orchestration reference, section 8).

import type { ControlChange } from '../../model/calls.ts';
import { equalData } from '../../model/equal.ts';
import { CallFailure } from '../../model/failure.ts';
import { isJob } from '../../model/job.ts';
import type { Service } from '../../model/objects.ts';
import type { FileReference, PortConfig, ServiceSpec } from '../../model/spec.ts';
import { validateServiceSpec } from '../../model/validate.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import { applyJobIteration, applyManualRollback, applyServiceUpdate } from '../orchestrator/evolution.ts';
import type { ControlDesk } from './control.ts';
import { expectVersion } from './version.ts';

/** @returns the ID of the new service */
export function createService(desk: Pick<ControlDesk, 'newId'>, tx: Transaction, spec: ServiceSpec): string {
  validateServiceSpec(spec);
  checkIngressAttachment(tx, spec);
  checkPorts(tx, spec, undefined);
  checkIngressNeed(tx, spec);
  checkFiles(tx, spec);
  if (tx.findByName('service', spec.name) !== undefined) {
    throw new CallFailure(
      'AlreadyExists',
      `name conflicts with an existing object: service ${spec.name} already exists`,
    );
  }
  return tx.create('service', {
    id: desk.newId(),
    spec,
    specVersion: 0,
    ...(isJob(spec.mode) && { jobStatus: { iteration: 0, lastExecution: tx.now } }),
  }).id;
}

type UpdateCall = Extract<ControlChange, { readonly method: 'service.update' }>;

/** The version is compared last. */
export function updateService(tx: Transaction, call: UpdateCall): string {
  const { serviceId, version, spec } = call;
  if (serviceId === '') throw new CallFailure('InvalidArgument', 'invalid argument');
  validateServiceSpec(spec);
  checkIngressAttachment(tx, spec);
  const service = tx.get('service', serviceId);
  if (service === undefined) throw new CallFailure('NotFound', `service ${serviceId} not found`);
  if (spec.endpoint !== undefined && !equalData(spec.endpoint, service.spec.endpoint)) {
    checkPorts(tx, spec, service);
  }
  checkFiles(tx, spec);
  if (spec.mode.kind !== service.spec.mode.kind) {
    throw new CallFailure('Unimplemented', 'service mode change is not allowed');
  }
  if (spec.name !== service.spec.name) {
    throw new CallFailure('Unimplemented', 'renaming services is not supported');
  }
  if (call.rollback === 'previous' && service.previousSpec === undefined) {
    throw new CallFailure('FailedPrecondition', `service ${serviceId} does not have a previous spec`);
  }
  const updated = tx.update('service', serviceId, (draft) => {
    if (call.rollback === 'previous') applyManualRollback(draft, tx.now);
    else applyServiceUpdate(draft, spec, version);
    applyJobIteration(draft, tx.now);
  });
  checkIngressNeed(tx, updated.spec);
  expectVersion(service, version);
  return serviceId;
}

export function removeService(tx: Transaction, serviceId: string): string {
  if (tx.get('service', serviceId) === undefined) {
    throw new CallFailure('NotFound', `service ${serviceId} not found`);
  }
  tx.remove('service', serviceId);
  return serviceId;
}

/** R-A9. */
function checkIngressAttachment(reader: Reader, spec: ServiceSpec): void {
  const ingress = reader.list('network').find((network) => network.spec.ingress);
  if (ingress === undefined) return;
  for (const { target } of spec.task.networks) {
    if (target !== ingress.id && target !== ingress.spec.name) continue;
    throw new CallFailure(
      'InvalidArgument',
      `Service cannot be explicitly attached to the ingress network "${ingress.spec.name}"`,
    );
  }
}

function checkIngressNeed(reader: Reader, spec: ServiceSpec): void {
  const needed = spec.endpoint?.ports.some(({ publishMode }) => publishMode === 'ingress') ?? false;
  if (!needed || reader.list('network').some((network) => network.spec.ingress)) return;
  throw new CallFailure(
    'FailedPrecondition',
    'service needs ingress network, but no ingress network is present',
  );
}

/** A published port has one service; only host mode beside host mode never conflicts (R-A33). */
function checkPorts(reader: Reader, spec: ServiceSpec, self: Service | undefined): void {
  const wanted = (spec.endpoint?.ports ?? []).filter(({ publishedPort }) => publishedPort !== 0);
  if (wanted.length === 0) return;
  for (const other of reader.list('service')) {
    if (other.id === self?.id) continue;
    // What it asks for comes before what it has; it may have asked for another port since.
    const held = [...(other.spec.endpoint?.ports ?? []), ...(other.endpoint?.ports ?? [])];
    const taken = held.find((port) => wanted.some((each) => conflicts(each, port)));
    if (taken === undefined) continue;
    const how = taken.publishMode === 'ingress' ? 'an ingress port' : 'a host-published port';
    throw new CallFailure(
      'InvalidArgument',
      `port '${taken.publishedPort}' is already in use by service '${other.spec.name}' (${other.id}) as ${how}`,
    );
  }
}

function conflicts(a: PortConfig, b: PortConfig): boolean {
  if (a.publishedPort !== b.publishedPort || a.protocol !== b.protocol) return false;
  return a.publishMode === 'ingress' || b.publishMode === 'ingress';
}

function checkFiles(reader: Reader, spec: ServiceSpec): void {
  const { secrets, configs } = spec.task.container;
  checkReferences('secret', secrets, ({ id }) => reader.get('secret', id) !== undefined);
  checkReferences('config', configs, ({ id }) => reader.get('config', id) !== undefined);
}

function checkReferences(
  what: 'secret' | 'config',
  references: readonly FileReference[],
  exists: (reference: FileReference) => boolean,
): void {
  const missing = references.filter((reference) => !exists(reference)).map(({ name }) => name);
  if (missing.length === 0) return;
  const noun = missing.length === 1 ? what : `${what}s`;
  throw new CallFailure('InvalidArgument', `${noun} not found: ${missing.join(', ')}`);
}
