// The control API on the leader: changes asked for by users and joining nodes, each one transaction of the one writer.
// A refused change throws a CallFailure with Docker's own text and leaves no trace.

import type { ControlChange, ControlResult } from '../../model/calls.ts';
import type { CallFailure } from '../../model/failure.ts';
import { unreachable } from '../../sim/assert.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Desk } from '../desk.ts';
import type { Outcome, Reactor } from '../leader.ts';
import { lostLeadership, proposalDropped } from '../texts.ts';
import { bootstrap } from './bootstrap.ts';
import { issueCertificate, renewCertificate } from './certificate.ts';
import { updateCluster } from './cluster.ts';
import { removeNode, updateNode } from './node.ts';
import {
  createConfig,
  createNetwork,
  createSecret,
  removeConfig,
  removeNetwork,
  removeSecret,
  updateConfig,
  updateSecret,
} from './resource.ts';
import { createService, removeService, updateService } from './service.ts';
import { createVolume, removeVolume, updateVolume } from './volume.ts';

export type ControlTimer = never;

export type ControlJob =
  /** The first transaction of every new leader. */
  | { readonly kind: 'bootstrap' }
  | { readonly kind: 'change'; readonly call: ControlChange; readonly route: readonly string[] };

/** Results of changes that are in flight, by call: they are answered once committed. */
export interface ControlState {
  result: ControlResult | undefined;
}

export type ControlDesk = Desk<ControlTimer, ControlJob>;

export const controlReactor: Reactor<ControlState, ControlTimer, ControlJob> = {
  start(desk: ControlDesk): ControlState {
    desk.request({ kind: 'bootstrap' });
    return { result: undefined };
  },

  // Everything it does is asked for by a call.
  change(_desk: ControlDesk, _state: ControlState, _event: StoreEvent): void {},
  commit(): void {},
  timer(): void {},

  write(desk: ControlDesk, state: ControlState, job: ControlJob, tx: Transaction): 'done' {
    if (job.kind === 'bootstrap') bootstrap(desk, tx);
    else state.result = change(desk, tx, job.call);
    return 'done';
  },

  written(desk: ControlDesk, state: ControlState, job: ControlJob, outcome: Outcome): void {
    if (job.kind === 'bootstrap') return;
    const { id } = job.call;
    if (outcome === 'committed' && state.result !== undefined) {
      desk.reply(job.route, { method: 'control.done', id, result: state.result });
    } else {
      desk.reply(job.route, {
        method: 'control.failed',
        id,
        error: { code: 'Unknown', message: outcome === 'dropped' ? proposalDropped : lostLeadership },
      });
    }
  },

  refused(desk: ControlDesk, _state: ControlState, job: ControlJob, failure: CallFailure): void {
    if (job.kind === 'bootstrap') throw failure;
    const { code, message } = failure;
    desk.reply(job.route, { method: 'control.failed', id: job.call.id, error: { code, message } });
  },
};

function change(desk: ControlDesk, tx: Transaction, call: ControlChange): ControlResult {
  switch (call.method) {
    case 'service.create':
      return done(createService(desk, tx, call.spec));
    case 'service.update':
      return done(updateService(tx, call));
    case 'service.remove':
      return done(removeService(tx, call.serviceId));
    case 'node.update':
      return done(updateNode(desk, tx, call));
    case 'node.remove':
      return done(removeNode(desk, tx, call.nodeId, call.force));
    case 'network.create':
      return done(createNetwork(desk, tx, call.spec));
    case 'network.remove':
      return done(removeNetwork(tx, call.networkId));
    case 'config.create':
      return done(createConfig(desk, tx, call.spec));
    case 'config.update':
      return done(updateConfig(tx, call));
    case 'config.remove':
      return done(removeConfig(tx, call.configId));
    case 'secret.create':
      return done(createSecret(desk, tx, call.spec));
    case 'secret.update':
      return done(updateSecret(tx, call));
    case 'secret.remove':
      return done(removeSecret(tx, call.secretId));
    case 'volume.create':
      return done(createVolume(desk, tx, call.spec));
    case 'volume.update':
      return done(updateVolume(tx, call));
    case 'volume.remove':
      return done(removeVolume(tx, call.volumeId, call.force));
    case 'cluster.update':
      return done(updateCluster(desk, tx, call));
    case 'swarm.join':
      return issueCertificate(desk, tx, call);
    case 'swarm.renew':
      return renewCertificate(desk, tx, call.nodeId);
    default:
      return unreachable(call);
  }
}

function done(recordId: string): ControlResult {
  return { kind: 'done', recordId };
}
