// Control API: networks, configs and secrets.

import { castDraft } from 'immer';
import type { ControlChange } from '../../model/calls.ts';
import { equalData } from '../../model/equal.ts';
import { CallFailure } from '../../model/failure.ts';
import { lookupLabel } from '../../model/labels.ts';
import type { Task } from '../../model/objects.ts';
import type { FileSpec, NetworkSpec, PortConfig } from '../../model/spec.ts';
import { TaskState } from '../../model/state.ts';
import {
  predefinedLabel,
  validateConfigSpec,
  validateNetworkSpec,
  validateSecretSpec,
} from '../../model/validate.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';
import { expectVersion } from './version.ts';

export function createNetwork(desk: ControlDesk, tx: Transaction, spec: NetworkSpec): string {
  validateNetworkSpec(spec);
  if (tx.findByName('network', spec.name) !== undefined) {
    throw new CallFailure('AlreadyExists', `network with name ${spec.name} already exists`);
  }
  const ingress = tx.list('network').find((network) => network.spec.ingress);
  if (spec.ingress && ingress !== undefined) {
    throw new CallFailure('AlreadyExists', `ingress network (${ingress.id}) is already present`);
  }
  return tx.create('network', { id: desk.newId(), spec }).id;
}

export function removeNetwork(tx: Transaction, networkId: string): string {
  const network = tx.get('network', networkId);
  if (network === undefined) throw new CallFailure('NotFound', `network ${networkId} not found`);
  const user = tx
    .list('service')
    .find(({ spec }) =>
      spec.task.networks.some(({ target }) => target === networkId || target === network.spec.name),
    );
  if (network.spec.ingress) refuseIngressInUse(tx);
  if (lookupLabel(network.spec.labels, predefinedLabel) !== undefined) {
    const message = `network ${networkId} (${network.spec.name}) is a swarm predefined network and cannot be removed`;
    throw new CallFailure('FailedPrecondition', message);
  }
  if (user !== undefined) {
    throw new CallFailure('FailedPrecondition', `network ${networkId} is in use by service ${user.id}`);
  }
  const task = tx.list('task').find((each) => uses(each, networkId));
  if (task !== undefined) {
    throw new CallFailure('FailedPrecondition', `network ${networkId} is in use by task ${task.id}`);
  }
  tx.remove('network', networkId);
  return networkId;
}

/** A task that lives, and is meant to. */
function uses({ networks, desiredState, status }: Task, networkId: string): boolean {
  const lives = desiredState <= TaskState.Running && status.state <= TaskState.Running;
  return lives && networks.some((attachment) => attachment.networkId === networkId);
}

function refuseIngressInUse(tx: Transaction): void {
  const publishes = ({ publishMode }: PortConfig): boolean => publishMode === 'ingress';
  const user = tx.list('service').find(({ spec }) => spec.endpoint?.ports.some(publishes));
  if (user === undefined) return;
  const message = `ingress network cannot be removed because service ${user.id} depends on it`;
  throw new CallFailure('FailedPrecondition', message);
}

export function createConfig(desk: ControlDesk, tx: Transaction, spec: FileSpec): string {
  validateConfigSpec(spec);
  if (tx.findByName('config', spec.name) !== undefined) {
    throw new CallFailure('AlreadyExists', `config ${spec.name} already exists`);
  }
  return tx.create('config', { id: desk.newId(), spec }).id;
}

type ConfigUpdate = Extract<ControlChange, { readonly method: 'config.update' }>;

export function updateConfig(tx: Transaction, { configId, version, spec }: ConfigUpdate): string {
  const config = tx.get('config', configId);
  if (config === undefined) throw new CallFailure('NotFound', `config ${configId} not found`);
  refuseOtherData(config.spec, spec);
  expectVersion(config, version);
  tx.update('config', configId, (draft) => {
    draft.spec.labels = castDraft(spec.labels);
  });
  return configId;
}

export function removeConfig(tx: Transaction, configId: string): string {
  const config = tx.get('config', configId);
  if (config === undefined) throw new CallFailure('NotFound', `config ${configId} not found`);
  const users = tx
    .list('service')
    .filter(({ spec }) => spec.task.container.configs.some(({ id }) => id === configId));
  refuseInUse(
    'config',
    config.spec.name,
    users.map(({ spec }) => spec.name),
  );
  tx.remove('config', configId);
  return configId;
}

export function createSecret(desk: ControlDesk, tx: Transaction, spec: FileSpec): string {
  validateSecretSpec(spec);
  if (tx.findByName('secret', spec.name) !== undefined) {
    throw new CallFailure('AlreadyExists', `secret ${spec.name} already exists`);
  }
  return tx.create('secret', { id: desk.newId(), spec }).id;
}

type SecretUpdate = Extract<ControlChange, { readonly method: 'secret.update' }>;

export function updateSecret(tx: Transaction, { secretId, version, spec }: SecretUpdate): string {
  const secret = tx.get('secret', secretId);
  if (secret === undefined) throw new CallFailure('NotFound', `secret ${secretId} not found`);
  refuseOtherData(secret.spec, spec);
  expectVersion(secret, version);
  tx.update('secret', secretId, (draft) => {
    draft.spec.labels = castDraft(spec.labels);
  });
  return secretId;
}

export function removeSecret(tx: Transaction, secretId: string): string {
  const secret = tx.get('secret', secretId);
  if (secret === undefined) throw new CallFailure('NotFound', `secret ${secretId} not found`);
  const users = tx
    .list('service')
    .filter(({ spec }) => spec.task.container.secrets.some(({ id }) => id === secretId));
  refuseInUse(
    'secret',
    secret.spec.name,
    users.map(({ spec }) => spec.name),
  );
  tx.remove('secret', secretId);
  return secretId;
}

/** Labels may change, and data may be left out of the request. */
function refuseOtherData(stored: FileSpec, wanted: FileSpec): void {
  const sameName = wanted.name === stored.name;
  if (sameName && (wanted.data === '' || equalData(wanted.data, stored.data))) return;
  throw new CallFailure('InvalidArgument', 'only updates to Labels are allowed');
}

function refuseInUse(what: 'config' | 'secret', name: string, services: readonly string[]): void {
  if (services.length === 0) return;
  const noun = services.length === 1 ? 'service' : 'services';
  const by = services.join(', ');
  throw new CallFailure('InvalidArgument', `${what} '${name}' is in use by the following ${noun}: ${by}`);
}
