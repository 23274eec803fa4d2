// A node joins: its token decides its role, and it gets an identity (R-R116, R-R119).

import type { ControlChange, ControlResult } from '../../model/calls.ts';
import { defaultClusterSpec, nodeSpec } from '../../model/defaults.ts';
import { CallFailure } from '../../model/failure.ts';
import type { NodeRole } from '../../model/state.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { ControlDesk } from './control.ts';

type JoinCall = Extract<ControlChange, { readonly method: 'swarm.join' }>;

/** @throws CallFailure InvalidArgument when the token is neither role's */
export function issueCertificate(desk: ControlDesk, tx: Transaction, call: JoinCall): ControlResult {
  const cluster = tx.findByName('cluster', defaultClusterSpec.name);
  const isManager = call.token === cluster?.joinTokens.manager;
  if (!isManager && call.token !== cluster?.joinTokens.worker) {
    throw new CallFailure('InvalidArgument', 'A valid join token is necessary to join this cluster');
  }
  const role = isManager ? 'manager' : 'worker';
  const { id } = tx.create('node', {
    id: desk.newId(),
    spec: nodeSpec({ role, availability: call.availability }),
    role,
    status: { state: 'unknown', message: '', addr: call.addr },
    attachments: [],
  });
  return certificate(desk, id, role);
}

/** A node renews its certificate: it gets its role of now, whatever it joined with (R-R118). */
export function renewCertificate(desk: ControlDesk, tx: Transaction, nodeId: string): ControlResult {
  const node = tx.get('node', nodeId);
  if (node === undefined) throw new CallFailure('NotFound', `node ${nodeId} not found`);
  return certificate(desk, nodeId, node.role);
}

function certificate(desk: ControlDesk, nodeId: string, role: NodeRole): ControlResult {
  return { kind: 'certificate', nodeId, role, managers: desk.members().map(({ host }) => host) };
}
