// The first transaction of every new leader: what a cluster must have is created if it is missing (R-R24).

import {
  defaultAddressPool,
  defaultClusterSpec,
  defaultDataPathPort,
  defaultSubnetSize,
  networkSpec,
  nodeSpec,
} from '../../model/defaults.ts';
import { formatCaDigest, formatJoinToken, formatTokenSecret, formatUnlockKey } from '../../model/ids.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';

/** Creates the cluster object, the leader's own node object, and with the latter the ingress network. */
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
  if (tx.get('node', desk.nodeId) !== undefined) return;
  tx.create('node', {
    id: desk.nodeId,
    spec: nodeSpec({ role: 'manager', availability: seed.availability ?? 'active' }),
    role: 'manager',
    status: { state: 'unknown', message: '', addr: '' },
    attachments: [],
  });
  if (tx.list('network').some(({ spec }) => spec.ingress)) return;
  tx.create('network', { id: desk.newId(), spec: networkSpec({ name: 'ingress', ingress: true }) });
}
