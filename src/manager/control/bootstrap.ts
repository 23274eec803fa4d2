// The first transaction of every new leader: what a cluster must have is created if it is missing (R-R24).

import {
  defaultAddressPool,
  defaultClusterSpec,
  defaultDataPathPort,
  defaultSubnetSize,
  networkSpec,
  nodeSpec,
} from '../../model/defaults.ts';
import {
  formatCaDigest,
  formatId,
  formatJoinToken,
  formatTokenSecret,
  formatUnlockKey,
} from '../../model/ids.ts';
import { makeLabels } from '../../model/labels.ts';
import { predefinedLabel } from '../../model/validate.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';

/** Creates the cluster object, the leader's own node object with the ingress network, and the predefined networks. */
export function bootstrap(desk: ControlDesk, tx: Transaction): void {
  const { seed } = desk;
  if (tx.findByName('cluster', defaultClusterSpec.name) === undefined) {
    const draw = (bound: number) => desk.random('ca', bound);
    const rootCaDigest = formatCaDigest(draw);
    tx.create('cluster', {
      id: desk.newId(),
      spec: seed.autoLock ? { ...defaultClusterSpec, autoLock: true } : defaultClusterSpec,
      rootCaDigest,
      joinTokens: {
        worker: formatJoinToken(rootCaDigest, formatTokenSecret(draw)),
        manager: formatJoinToken(rootCaDigest, formatTokenSecret(draw)),
      },
      unlockKey: seed.autoLock ? formatUnlockKey(draw) : '',
      blacklist: [],
      defaultAddressPool: seed.defaultAddressPool ?? defaultAddressPool,
      subnetSize: seed.subnetSize ?? defaultSubnetSize,
      dataPathPort: seed.dataPathPort ?? defaultDataPathPort,
    });
  }
  if (tx.get('node', desk.nodeId) === undefined) createNode(desk, tx);
  createPredefined(desk, tx);
}

/** The leader's own, and with it the ingress network. */
function createNode(desk: ControlDesk, tx: Transaction): void {
  tx.create('node', {
    id: desk.nodeId,
    spec: nodeSpec({ role: 'manager', availability: desk.seed.availability ?? 'active' }),
    role: 'manager',
    status: { state: 'unknown', message: '', addr: '' },
    attachments: [],
  });
  if (tx.list('network').some(({ spec }) => spec.ingress)) return;
  tx.create('network', { id: desk.newId(), spec: networkSpec({ name: 'ingress', ingress: true }) });
}

/** What stands in the swarm for the networks that every machine has (R-A10). */
function createPredefined(desk: ControlDesk, tx: Transaction): void {
  for (const name of ['bridge', 'host']) {
    if (tx.findByName('network', name) !== undefined) continue;
    // A stream of their own: the IDs of all else are as they would be without them.
    const id = formatId((bound) => desk.random('predefined', bound));
    const labels = makeLabels([[predefinedLabel, 'true']]);
    tx.create('network', { id, spec: networkSpec({ name, driver: name, labels }) });
  }
}
