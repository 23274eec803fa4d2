// What must come true, not at once but in the end: once faults have stopped and a majority is up, the managers agree, every node has the role that is
// desired and none stays unknown (I-50), and every task is what is desired of it (the liveness property of SwarmKit's TLA+ specification). How long "in the
// end" may be is the asker's business, as it is for an election, which random timeouts decide (I-26).

import type { Swarm } from '../cluster/swarm.ts';
import type { ManagerState } from '../manager/state.ts';
import type { Task } from '../model/objects.ts';
import { isTerminal, TaskState, taskStateName } from '../model/state.ts';
import type { Reader } from '../store/reader.ts';
import { hashStore, reader } from '../store/store.ts';

/** The first thing that has not come right yet; undefined when all has. */
export function convergence(swarm: Swarm): string | undefined {
  const managers = swarm.managers();
  const leaders = managers.filter(([, { leadership }]) => leadership !== undefined);
  const [leader] = leaders;
  if (leader === undefined || leaders.length > 1) return `the leaders are [${leaders.map(([host]) => host)}]`;
  const state = reader(leader[1].store);
  return agreement(managers, leader[1]) ?? rolesAsDesired(state, leader[1]) ?? tasksAsDesired(state);
}

/** Whoever is a member runs, has applied the same and knows the same members; and nobody else takes itself for one. */
function agreement(
  managers: readonly (readonly [host: string, manager: ManagerState])[],
  leader: ManagerState,
): string | undefined {
  for (const { raftId, host } of leader.members.values()) {
    const manager = managers.find(([, { raft }]) => raft.id === raftId)?.[1];
    if (manager === undefined) return `member ${raftId} on ${host} does not run`;
    if (viewOf(manager) !== viewOf(leader)) return `${host} has another state than the leader`;
  }
  const stray = managers.find(([, { raft }]) => !leader.members.has(raft.id));
  return stray && `${stray[0]} is no member and runs a manager`;
}

function viewOf({ store, members }: ManagerState): string {
  const ids = [...members.keys()].sort((a, b) => a - b);
  return `${store.version} ${hashStore(store)} ${ids}`;
}

function rolesAsDesired(state: Reader, leader: ManagerState): string | undefined {
  const memberNodes = new Set([...leader.members.values()].map(({ nodeId }) => nodeId));
  for (const { id, role, spec, status } of state.list('node')) {
    if (status.state === 'unknown') return `node ${id} is unknown`;
    if (role !== spec.role) return `node ${id} is a ${role} and is to be a ${spec.role}`;
    if (role === 'worker' && memberNodes.has(id)) return `node ${id} is a worker and a member`;
    // One that is down may have left; it is a manager until somebody demotes it.
    if (role === 'manager' && status.state === 'ready' && !memberNodes.has(id)) {
      return `node ${id} is a manager and no member`;
    }
  }
  return undefined;
}

function tasksAsDesired(state: Reader): string | undefined {
  const late = state.list('task').find((task) => !isAsDesired(state, task));
  return (
    late && `task ${late.id} is ${taskStateName(late.status.state)}, not ${taskStateName(late.desiredState)}`
  );
}

/** One that waits for a place may wait for ever, even one that nobody wants any more (R-O9); what is on a node that is down cannot be known. */
function isAsDesired(state: Reader, { status, desiredState, nodeId }: Task): boolean {
  if (nodeId !== '' && state.get('node', nodeId)?.status.state !== 'ready') return true;
  if (desiredState === TaskState.Remove) return false;
  if (isTerminal(status.state) || status.state === TaskState.Pending) return true;
  return status.state === desiredState;
}
