// Whether a swarm is what its operators asked for: seen from outside, in everything that runs.

import type { Swarm } from '../../src/cluster/swarm.ts';
import { convergence } from '../../src/invariants/convergence.ts';
import type { Service, Task } from '../../src/model/objects.ts';
import { TaskState } from '../../src/model/state.ts';
import type { Reader } from '../../src/store/reader.ts';
import { reader } from '../../src/store/store.ts';

/**
 * The first thing that is not as it should be in a swarm without faults; undefined when all is well. Where roles have changed, an update may
 * wait for ever for a task on a node that its service may not use any more.
 */
export function whatIsWrong(swarm: Swarm, rolesChanged = false): string | undefined {
  return (
    convergence(swarm) ?? nodesWrong(swarm) ?? servicesWrong(swarm, rolesChanged) ?? containersWrong(swarm)
  );
}

function stateOf(swarm: Swarm): Reader {
  const leader = swarm.leader();
  const manager = leader === undefined ? undefined : swarm.managerOf(leader);
  if (manager === undefined) throw new Error('no manager leads');
  return reader(manager.store);
}

function nodesWrong(swarm: Swarm): string | undefined {
  const nodes = stateOf(swarm).list('node');
  if (nodes.length !== swarm.machines.length)
    return `${nodes.length} nodes on ${swarm.machines.length} machines`;
  const bad = nodes.find(({ status }) => status.state !== 'ready');
  return bad && `node ${bad.description?.hostname} is ${bad.status.state}`;
}

function servicesWrong(swarm: Swarm, rolesChanged: boolean): string | undefined {
  const state = stateOf(swarm);
  for (const service of state.list('service')) {
    const mayWait = rolesChanged && service.spec.task.placement.constraints.length > 0;
    const wrong = serviceWrong(state, service, mayWait);
    if (wrong !== undefined) return `service ${service.spec.name}: ${wrong}`;
  }
  return undefined;
}

function serviceWrong(state: Reader, service: Service, mayWait: boolean): string | undefined {
  const eligible = new Set(
    state
      .list('node')
      .filter(({ role }) => mayRunOn(service, role))
      .map(({ id }) => id),
  );
  const tasks = state
    .tasksOfService(service.id)
    .filter(({ desiredState }) => desiredState <= TaskState.Running);
  // Where nodes are full, tasks wait, and updates for them; what is on a node runs.
  if (isCrowded(service) && tasks.some(({ status }) => status.state === TaskState.Pending)) {
    const idle = tasks.find(
      ({ status }) => status.state > TaskState.Pending && status.state < TaskState.Running,
    );
    return idle && `task ${idle.id} is on a node and does not run`;
  }
  // The scheduler gives up tasks that wait and are older than the spec of their service, until the next leader (R-S38): also when a rollback then
  // makes their spec the service's again.
  const rolledBack = service.updateStatus?.state.startsWith('rollback') === true;
  const isGivenUp = ({ nodeId, specVersion = 0 }: Task): boolean =>
    nodeId === '' && (rolledBack || specVersion < service.specVersion);
  if (tasks.some(isGivenUp)) return undefined;
  const update = service.updateStatus?.state;
  // An update waits for ever for a task that can run nowhere, or was given up while it waited for a place.
  const done =
    mayWait ||
    eligible.size === 0 ||
    isCrowded(service) ||
    (update !== 'updating' && update !== 'rollback_started');
  if (!done) return `its update is ${update}`;
  const { mode } = service.spec;
  const replicas = mode.kind === 'replicated' && eligible.size > 0 ? mode.replicas : 0;
  const wanted = mode.kind === 'replicated' ? replicas : eligible.size;
  const running = tasks.filter(({ status }) => status.state === TaskState.Running);
  const places = new Set(running.map(({ slot, nodeId }) => (mode.kind === 'replicated' ? slot : nodeId)));
  if (places.size !== wanted) return `its tasks run in ${places.size} of ${wanted} places`;
  const stray = running.find(({ nodeId }) => !eligible.has(nodeId));
  if (stray !== undefined) return `task ${stray.id} runs on a node it must not run on`;
  // Where a start-first update has stopped half-way the old task stays beside the new one, until somebody updates again.
  const halfway = update === 'paused' || update === 'rollback_paused';
  if (halfway && service.spec.update?.order === 'start-first') return undefined;
  if (running.length !== wanted) return `${running.length} tasks run where ${wanted} should`;
  if (eligible.size > 0 && tasks.length !== running.length) {
    return `${tasks.length - running.length} tasks are to run beside those that do`;
  }
  return undefined;
}

/** Its tasks may not all find a place. */
function isCrowded({ spec: { task, endpoint } }: Service): boolean {
  return (
    task.reservations.nanoCpus > 0 || task.placement.maxReplicas > 0 || (endpoint?.ports.length ?? 0) > 0
  );
}

/** Constraints of a trial are about roles. */
function mayRunOn({ spec }: Service, role: 'manager' | 'worker'): boolean {
  return spec.task.placement.constraints.every((constraint) => {
    const [, operator, value] = constraint.split(' ');
    return (operator === '==') === (role === value);
  });
}

/** On every node exactly the containers run whose tasks run there. */
function containersWrong(swarm: Swarm): string | undefined {
  const state = stateOf(swarm);
  for (const { name } of swarm.machines) {
    const memory = swarm.memoryOf(name);
    const tasks = state
      .tasksOfNode(memory?.identity?.nodeId ?? '')
      .filter(({ status }) => status.state === TaskState.Running)
      .map(({ id }) => id);
    const containers = [...(memory?.agent?.containers.values() ?? [])]
      .filter(({ phase }) => phase === 'running' || phase === 'starting')
      .map(({ taskId }) => taskId)
      .sort();
    if (tasks.join() !== containers.join()) {
      return `on ${name} the tasks [${tasks}] run, and the containers of [${containers}]`;
    }
  }
  return undefined;
}
