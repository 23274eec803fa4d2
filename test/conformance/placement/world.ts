// Replays the input of a case: the scheduler of manager/ on a stage, between a store that the script changes and a clock.

import { castDraft } from 'immer';
import type { Reactor } from '../../../src/manager/leader.ts';
import { isUnusable, meetsConstraints } from '../../../src/manager/orchestrator/placement.ts';
import {
  type SchedulerJob,
  type SchedulerTimer,
  schedulerReactor,
} from '../../../src/manager/scheduler/scheduler.ts';
import type { SchedulerState } from '../../../src/manager/scheduler/state.ts';
import { judgeNodes, type NodeVerdict } from '../../../src/manager/scheduler/verdict.ts';
import { second } from '../../../src/model/duration.ts';
import type { Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { assert } from '../../../src/sim/assert.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { type Fresh, makeTask } from '../../manager/fixtures.ts';
import { createStage, type Stage } from '../../manager/stage.ts';
import { endpointOf, nodeRecord, serviceRecord, unstored } from './records.ts';
import type { PlacementCase, Step } from './schema.ts';

/** Longer than any debounce of the scheduler, and far shorter than its memory of failures. */
const rest = 5 * second;

export interface World {
  readonly stage: Stage;
  /** What the scheduler says of each node for a task of this service. Before anything is placed. */
  judge(serviceId: string): readonly NodeVerdict[];
  /** The pending tasks appear, and the scheduler runs until nothing changes. */
  place(): void;
  /** One step of the script, and the scheduler runs until nothing changes. */
  take(step: Step): void;
  /** The tasks of a service that were not there beforehand and hold a node. */
  placed(serviceId: string): readonly Task[];
  /** The tasks of a service that wait. */
  waiting(serviceId: string): readonly Task[];
}

/** The world before the pending tasks appear. */
export function createWorld({ input }: PlacementCase): World {
  const services = new Map(input.services.map((service) => [service.id, serviceRecord(service)]));
  const beforehand = new Set<string>();
  const scheduler = observed();
  const stage = createStage({ scheduler: scheduler.reactor });

  function task(serviceId: string, nodeId: string, state: TaskState, desiredState: TaskState): Fresh<'task'> {
    const service = services.get(serviceId);
    assert(service !== undefined, `there is a service ${serviceId}`);
    const slot = service.spec.mode.kind === 'global' ? 0 : 1;
    return makeTask({
      id: stage.newId(),
      service,
      slot,
      nodeId,
      state,
      desiredState,
      ...endpointOf(service),
    });
  }

  function existing(tx: Transaction, record: Fresh<'task'>): void {
    beforehand.add(record.id);
    tx.create('task', record);
  }

  function addPending(tx: Transaction, serviceId: string, n: number): void {
    const { mode, task: spec } = services.get(serviceId)?.spec ?? { mode: { kind: 'replicated' } };
    const nodes =
      mode.kind === 'global'
        ? tx
            .list('node')
            .filter(
              (node) =>
                !isUnusable(node) &&
                node.spec.availability === 'active' &&
                meetsConstraints(spec?.placement.constraints ?? [], node),
            )
        : undefined;
    const homes = nodes?.map(({ id }) => id) ?? Array.from({ length: n }, () => '');
    for (const home of homes) tx.create('task', task(serviceId, home, TaskState.Pending, TaskState.Running));
  }

  /** The step's tasks: as many as it says of those that hold their node, first those that were there beforehand. */
  function chosen(tx: Transaction, { svc, node, n }: Step): readonly Task[] {
    const live = tx
      .tasksOfService(svc)
      .filter((each) => holdsNode(each) && (node === '' || each.nodeId === node))
      .sort((a, b) => Number(beforehand.has(b.id)) - Number(beforehand.has(a.id)));
    return n === 0 ? live : live.slice(0, n);
  }

  function write(tx: Transaction, step: Step): void {
    switch (step.op) {
      case 'addNode':
      case 'setNode': {
        assert(step.set !== undefined, `${step.op} has a node`);
        const record = nodeRecord(step.set);
        if (step.op === 'addNode') tx.create('node', record);
        else {
          tx.update('node', record.id, (draft) => {
            delete draft.description;
            Object.assign(draft, castDraft(record));
          });
        }
        return;
      }
      case 'rmNode':
        tx.remove('node', step.node);
        return;
      case 'addPending':
        addPending(tx, step.svc, step.n);
        return;
      case 'rmTasks':
        for (const { id } of chosen(tx, step)) tx.remove('task', id);
        return;
      case 'runTasks':
        for (const { id, status } of tx.list('task')) {
          if (status.state === TaskState.Assigned) change(tx, id, { state: TaskState.Running });
        }
        return;
      case 'failTasks':
        for (const { id } of chosen(tx, step)) {
          change(tx, id, { state: TaskState.Failed, desired: TaskState.Shutdown });
        }
        return;
      case 'completeTasks':
        for (const { id } of chosen(tx, step)) change(tx, id, { state: TaskState.Complete });
        return;
      case 'stopTasks':
        for (const { id } of chosen(tx, step)) change(tx, id, { desired: TaskState.Shutdown });
    }
  }

  stage.write((tx) => {
    for (const node of input.nodes) tx.create('node', nodeRecord(node));
    for (const service of services.values()) tx.create('service', service);
    for (const { svc, node, n, state, desired } of input.tasks) {
      for (let i = 0; i < n; i++) existing(tx, task(svc, node, state, desired));
    }
  });
  stage.advance(rest);
  const failing = input.failures.flatMap(({ svc, node, n }) =>
    Array.from({ length: n }, () => task(svc, node, TaskState.Running, TaskState.Running)),
  );
  stage.write((tx) => {
    for (const record of failing) existing(tx, record);
  });
  stage.write((tx) => {
    for (const { id } of failing) change(tx, id, { state: TaskState.Failed, desired: TaskState.Shutdown });
  });
  stage.advance(rest);

  const appeared = (serviceId: string) =>
    stage.store.tasksOfService(serviceId).filter(({ id }) => !beforehand.has(id));
  return {
    stage,
    judge(serviceId) {
      const probe = {
        ...task(serviceId, '', TaskState.Pending, TaskState.Running),
        meta: unstored,
      };
      return judgeNodes(scheduler.state(), probe, stage.store, stage.now());
    },
    place() {
      stage.write((tx) => {
        for (const { id, pending } of input.services) if (pending > 0) addPending(tx, id, pending);
      });
      stage.advance(rest);
    },
    take(step) {
      stage.write((tx) => write(tx, step));
      stage.advance(rest);
    },
    placed: (serviceId) => appeared(serviceId).filter(holdsNode),
    waiting: (serviceId) => appeared(serviceId).filter(({ status }) => status.state === TaskState.Pending),
  };
}

function holdsNode({ status, desiredState }: Task): boolean {
  return (
    status.state >= TaskState.Assigned &&
    status.state <= TaskState.Running &&
    desiredState <= TaskState.Complete
  );
}

function change(
  tx: Transaction,
  taskId: string,
  { state, desired }: { readonly state?: TaskState; readonly desired?: TaskState },
): void {
  tx.update('task', taskId, (draft) => {
    if (state !== undefined) draft.status.state = state;
    if (desired !== undefined) draft.desiredState = desired;
  });
}

/** The scheduler, and a look at what it knows. */
function observed(): {
  readonly reactor: Reactor<SchedulerState, SchedulerTimer, SchedulerJob>;
  state(): SchedulerState;
} {
  let known: SchedulerState | undefined;
  return {
    reactor: {
      ...schedulerReactor,
      start(leader) {
        known = schedulerReactor.start(leader);
        return known;
      },
    },
    state() {
      assert(known !== undefined, 'the scheduler has started');
      return known;
    },
  };
}
