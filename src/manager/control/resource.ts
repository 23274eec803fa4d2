// Control API: networks, configs and secrets.

import { CallFailure } from '../../model/failure.ts';
import type { FileSpec, NetworkSpec } from '../../model/spec.ts';
import { validateConfigSpec, validateNetworkSpec, validateSecretSpec } from '../../model/validate.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';

export function createNetwork(desk: ControlDesk, tx: Transaction, spec: NetworkSpec): string {
  validateNetworkSpec(spec);
  if (tx.findByName('network', spec.name) !== undefined) {
    throw new CallFailure('AlreadyExists', `network with name ${spec.name} already exists`);
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
  if (user !== undefined) {
    throw new CallFailure('FailedPrecondition', `network ${networkId} is in use by service ${user.id}`);
  }
  tx.remove('network', networkId);
  return networkId;
}

export function createConfig(desk: ControlDesk, tx: Transaction, spec: FileSpec): string {
  validateConfigSpec(spec);
  if (tx.findByName('config', spec.name) !== undefined) {
    throw new CallFailure('AlreadyExists', `config ${spec.name} already exists`);
  }
  return tx.create('config', { id: desk.newId(), spec }).id;
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

function refuseInUse(what: 'config' | 'secret', name: string, services: readonly string[]): void {
  if (services.length === 0) return;
  const noun = services.length === 1 ? 'service' : 'services';
  const by = services.join(', ');
  throw new CallFailure('InvalidArgument', `${what} '${name}' is in use by the following ${noun}: ${by}`);
}
