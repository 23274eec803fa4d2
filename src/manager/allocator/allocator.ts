// The allocator: subnets for networks, ports and virtual IPs for services, addresses for tasks and nodes; and with them the step of a task
// from new to pending (scheduler reference, section 4). This file says when what is looked at; the other files of this folder do it.

import { minute } from '../../model/duration.ts';
import type { Service, Task } from '../../model/objects.ts';
import { isTerminal, TaskState } from '../../model/state.ts';
import type { StoreEvent } from '../../store/event.ts';
import type { Reader } from '../../store/reader.ts';
import type { Transaction } from '../../store/transaction.ts';
import type { Leader, Reactor } from '../leader.ts';
import {
  allocateNode,
  countNetworks,
  freeNode,
  needsAllocation,
  restoreNode,
  usesNetworks,
} from './attachments.ts';
import { allocateNetwork, freeNetwork, restoreNetwork } from './networks.ts';
import { hostPortsChanged } from './ports.ts';
import {
  allocateService,
  freeService,
  ingressMissing,
  isServiceAllocated,
  restoreService,
} from './services.ts';
import { type AllocatorState, createState, type Work } from './state.ts';
import { allocateTask, freeTask, restoreTask } from './tasks.ts';

export type { AllocatorState } from './state.ts';

/** It waits for commits only, never for time (R-A3). */
export type AllocatorTimer = never;
/** There is one thing to do: what is on the list. */
export type AllocatorJob = { readonly kind: 'allocate' };

type AllocatorLeader = Leader<AllocatorTimer, AllocatorJob>;

/** What is parked is tried again on a commit after more than this, even if nothing has been given back (R-A3). */
export const retryInterval = 5 * minute;

export const allocatorReactor: Reactor<AllocatorState, AllocatorTimer, AllocatorJob> = {
  start(leader) {
    const state = createState(leader.now());
    state.work = restore(state, leader.store);
    requestWork(leader, state);
    return state;
  },

  change(leader, state, event) {
    takeEvent(state, event, leader.store);
  },

  /** Tasks wait for this moment; parked objects are tried again if there is hope (R-A2, R-A3). */
  commit(leader, state) {
    addWork(state, 'task', [...state.pendingTasks]);
    state.pendingTasks.clear();
    if (state.deallocated || leader.now() - state.lastRetry > retryInterval) {
      addWork(state, 'network', [...state.parkedNetworks.keys()]);
      addWork(state, 'service', [...state.parkedServices.keys()]);
      addWork(state, 'task', [...state.parkedTasks.keys()]);
      state.deallocated = false;
      state.lastRetry = leader.now();
    }
    requestWork(leader, state);
  },

  timer() {},

  write(_leader, state, _job, tx) {
    for (; state.done < state.work.length; state.done++) {
      if (tx.full) return 'again';
      const work = state.work[state.done];
      if (work !== undefined) doWork(state, work, tx);
    }
    state.work = [];
    state.done = 0;
    state.requested = false;
    return 'done';
  },

  written() {},
};

/** Claims all that the store says is in use; what is missing is the first work (R-A7). */
function restore(state: AllocatorState, store: Reader): Work[] {
  const work: Work[] = [];
  // The ingress network comes first: of the automatic subnets it gets the lowest (R-A11).
  const networks = store.list('network');
  const ordered = [
    ...networks.filter(({ spec }) => spec.ingress),
    ...networks.filter(({ spec }) => !spec.ingress),
  ];
  for (const network of ordered) {
    if (!restoreNetwork(state, network)) work.push({ kind: 'network', id: network.id });
  }
  for (const node of store.list('node')) {
    restoreNode(state, node);
    work.push({ kind: 'node', id: node.id });
  }
  for (const service of store.list('service')) {
    restoreService(state, service);
    work.push({ kind: 'service', id: service.id });
  }
  for (const task of store.list('task')) {
    restoreTask(state, task);
    countNetworks(state, task, 1);
    if (task.status.state < TaskState.Pending) work.push({ kind: 'task', id: task.id });
  }
  return work;
}

function takeEvent(state: AllocatorState, event: StoreEvent, store: Reader): void {
  switch (event.kind) {
    case 'network':
      if (event.action === 'create') state.work.push({ kind: 'network', id: event.id });
      else if (event.action === 'remove') removeNetwork(state, event.id);
      return;
    case 'node':
      if (event.action === 'remove') {
        freeNode(state, event.id);
        state.deallocated = true;
      } else {
        lookAtNode(state, event.id);
      }
      return;
    case 'service':
      if (event.action === 'remove') {
        freeService(state, event.id);
        state.parkedServices.delete(event.id);
        state.deallocated = true;
      } else {
        lookAtService(state, event.after);
      }
      return;
    case 'task':
      takeTaskEvent(state, event, store);
      return;
    default:
      return;
  }
}

function removeNetwork(state: AllocatorState, id: string): void {
  freeNetwork(state, id);
  state.parkedNetworks.delete(id);
  state.deallocated = true;
  for (const [nodeId, held] of state.nodes) {
    if (held.some(({ networkId }) => networkId === id)) state.work.push({ kind: 'node', id: nodeId });
  }
}

function lookAtNode(state: AllocatorState, id: string): void {
  if (needsAllocation(state, id)) state.work.push({ kind: 'node', id });
}

function lookAtService(state: AllocatorState, service: Service): void {
  if (isServiceAllocated(state, service) && !hostPortsChanged(service))
    state.parkedServices.delete(service.id);
  else state.work.push({ kind: 'service', id: service.id });
}

function takeTaskEvent(state: AllocatorState, event: StoreEvent<'task'>, store: Reader): void {
  const before = event.action === 'create' ? undefined : event.before;
  const after = event.action === 'remove' ? undefined : event.after;
  if (after === undefined || isTerminal(after.status.state)) {
    if (freeTask(state, event.id)) state.deallocated = true;
    state.pendingTasks.delete(event.id);
    state.parkedTasks.delete(event.id);
  } else if (after.status.state >= TaskState.Pending) {
    state.pendingTasks.delete(event.id);
    state.parkedTasks.delete(event.id);
  } else if (after.serviceId === '' || store.get('service', after.serviceId) !== undefined) {
    state.pendingTasks.add(event.id);
  }
  followNetworks(state, before, after);
}

/** Keeps count of the networks in use on nodes, and looks at a node when that changes. */
function followNetworks(state: AllocatorState, before: Task | undefined, after: Task | undefined): void {
  for (const task of [before, after]) {
    if (task !== undefined && state.failedNodes.has(task.nodeId)) lookAtNode(state, task.nodeId);
  }
  const same =
    before !== undefined &&
    after !== undefined &&
    before.networks === after.networks &&
    before.nodeId === after.nodeId &&
    usesNetworks(before) === usesNetworks(after);
  if (same) return;
  // Up before down, so that a network that stays in use is not let go in between.
  const gained = after !== undefined && countNetworks(state, after, 1);
  const lost = before !== undefined && countNetworks(state, before, -1);
  if (gained && after !== undefined) lookAtNode(state, after.nodeId);
  if (lost && before !== undefined) lookAtNode(state, before.nodeId);
}

/** Ascending by ID, as a scan of the store would find them. */
function addWork(state: AllocatorState, kind: Work['kind'], ids: string[]): void {
  for (const id of ids.sort((a, b) => (a < b ? -1 : 1))) state.work.push({ kind, id });
}

function requestWork(leader: AllocatorLeader, state: AllocatorState): void {
  if (state.requested || state.work.length === 0) return;
  state.requested = true;
  leader.request({ kind: 'allocate' });
}

function doWork(state: AllocatorState, { kind, id }: Work, tx: Transaction): void {
  switch (kind) {
    case 'network': {
      const network = tx.get('network', id);
      note(state.parkedNetworks, id, network && allocateNetwork(state, network, tx));
      return;
    }
    case 'node': {
      const node = tx.get('node', id);
      if (node !== undefined) allocateNode(state, node, tx);
      return;
    }
    case 'service': {
      const service = tx.get('service', id);
      const problem = service && allocateService(state, service, tx);
      note(state.parkedServices, id, problem === ingressMissing ? undefined : problem);
      return;
    }
    case 'task': {
      const task = tx.get('task', id);
      note(state.parkedTasks, id, task && allocateTask(state, task, tx));
      return;
    }
  }
}

/** Parks an object with its problem, or lets it go. */
function note(parked: Map<string, string>, id: string, problem: string | undefined): void {
  if (problem === undefined) parked.delete(id);
  else parked.set(id, problem);
}
