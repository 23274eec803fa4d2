// A swarm of nodes under the orchestrators, reaper and enforcer, with the commands and questions the tests
// need. One service, `web`, unless a test names others.

import { castDraft } from 'immer';
import type { Reactor } from '../../../src/manager/leader.ts';
import { enforcerReactor } from '../../../src/manager/orchestrator/enforcer.ts';
import {
  applyJobIteration,
  applyManualRollback,
  applyServiceUpdate,
} from '../../../src/manager/orchestrator/evolution.ts';
import { globalReactor } from '../../../src/manager/orchestrator/global.ts';
import { jobsReactor } from '../../../src/manager/orchestrator/jobs.ts';
import { reaperReactor } from '../../../src/manager/orchestrator/reaper.ts';
import { replicatedReactor } from '../../../src/manager/orchestrator/replicated.ts';
import { type ServiceRequest, serviceSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import { isJob } from '../../../src/model/job.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Service, Task } from '../../../src/model/objects.ts';
import type { NodeSpec, ServiceSpec } from '../../../src/model/spec.ts';
import { type NodeState, TaskState, taskStateName } from '../../../src/model/state.ts';
import { assert } from '../../../src/sim/assert.ts';
import { makeCluster, makeNode, type NodeFields } from '../fixtures.ts';
import { createStage, type Stage } from '../stage.ts';
import { createSwarm, type SwarmOptions } from './swarm.ts';

export interface SceneOptions extends SwarmOptions {
  /** IDs, or whole nodes. Three by default. */
  readonly nodes?: readonly (string | NodeFields)[];
  readonly historyLimit?: number;
  /** Between any two calls the reactors' state is exchanged for a copy, as if saved and loaded. */
  readonly reload?: boolean;
}

export interface Scene {
  readonly stage: Stage;
  /** Creates a service, `web` with the image `v1` unless said. */
  create(request?: Partial<ServiceRequest>): void;
  /** Sends a new spec made from the one in force. */
  update(change: Partial<ServiceRequest> | ((spec: ServiceSpec) => ServiceSpec), id?: string): void;
  rollback(id?: string): void;
  remove(id?: string): void;
  /** Changes what is known of a node. */
  node(
    id: string,
    change: {
      readonly availability?: NodeSpec['availability'];
      readonly state?: NodeState;
      readonly labels?: Readonly<Record<string, string>>;
      readonly memoryBytes?: number;
    },
  ): void;
  /** Removes a node as `docker node rm --force` does. */
  removeNode(id: string): void;
  /** Makes running containers of `web` in this slot (or on this node) exit. */
  exit(code: number, place: number | string): void;
  /** Makes the running container of one task exit. */
  exitTask(code: number, taskId: string): void;
  /** Seconds. */
  advance(seconds: number): void;
  service(id?: string): Service;
  /** The stored tasks of `web`, of one slot or node or of all, in order of creation. */
  tasks(place?: number | string): readonly Task[];
  /** Those observed running, as `slot:image` or `node:image`, in order of slot or node. */
  running(): string[];
  /** What became of the status of the service: `seconds state`, in order; a cleared status is `-`. */
  history(id?: string): string[];
}

export function createScene({
  nodes = ['n1', 'n2', 'n3'],
  historyLimit = 5,
  reload = false,
  ...options
}: SceneOptions = {}): Scene {
  const swarm = createSwarm(options);
  const wrap = <State, Timer, Job>(reactor: Reactor<State, Timer, Job>) =>
    reload ? reloading(reactor) : reactor;
  // The enforcer, reaper and orchestrators start before the swarm, as the dispatcher's news would reach them.
  const stage = createStage(
    {
      enforcer: wrap(enforcerReactor),
      reaper: wrap(reaperReactor),
      replicated: wrap(replicatedReactor),
      jobs: wrap(jobsReactor),
      global: wrap(globalReactor),
      swarm: swarm.reactor,
    },
    (tx) => {
      tx.create('cluster', makeCluster({ taskHistoryLimit: historyLimit }));
      for (const node of nodes) tx.create('node', makeNode(typeof node === 'string' ? { id: node } : node));
    },
  );

  function service(id = 'web'): Service {
    const found = stage.store.get('service', id);
    assert(found !== undefined, 'the service exists');
    return found;
  }

  function tasks(place?: number | string): readonly Task[] {
    return stage.store.tasksOfService('web').filter((task) => place === undefined || placeOf(task) === place);
  }

  return {
    stage,
    create(request = {}) {
      const name = request.name ?? 'web';
      const spec = serviceSpec({ image: 'v1', ...request, name });
      stage.write((tx) =>
        tx.create('service', {
          id: name,
          spec,
          specVersion: 0,
          ...(isJob(spec.mode) && { jobStatus: { iteration: 0, lastExecution: tx.now } }),
        }),
      );
    },
    update(change, id = 'web') {
      const { spec, meta } = service(id);
      const next = typeof change === 'function' ? change(spec) : changed(spec, change);
      stage.write((tx) =>
        tx.update('service', id, (draft) => {
          applyServiceUpdate(draft, next, meta.version);
          applyJobIteration(draft, tx.now);
        }),
      );
    },
    rollback(id = 'web') {
      stage.write((tx) =>
        tx.update('service', id, (draft) => {
          applyManualRollback(draft, tx.now);
          applyJobIteration(draft, tx.now);
        }),
      );
    },
    remove(id = 'web') {
      stage.write((tx) => tx.remove('service', id));
    },
    node(id, { availability, state, labels, memoryBytes }) {
      stage.write((tx) =>
        tx.update('node', id, (draft) => {
          if (availability !== undefined) draft.spec.availability = availability;
          if (state !== undefined) draft.status.state = state;
          if (labels !== undefined) draft.spec.labels = castDraft(makeLabels(Object.entries(labels)));
          if (memoryBytes !== undefined && draft.description !== undefined) {
            draft.description.resources.memoryBytes = memoryBytes;
          }
        }),
      );
    },
    removeNode(id) {
      stage.write((tx) => {
        for (const task of tx.tasksOfNode(id)) {
          if (task.status.state >= TaskState.Complete) continue;
          tx.update('task', task.id, (draft) => {
            draft.status = {
              state: TaskState.Orphaned,
              timestamp: tx.now,
              message: 'Task belonged to a node that has been deleted',
              err: '',
            };
          });
        }
        tx.remove('node', id);
      });
    },
    exit(code, place) {
      swarm.exit(code, (task) => task.serviceId === 'web' && placeOf(task) === place);
      stage.write(() => {});
    },
    exitTask(code, taskId) {
      swarm.exit(code, ({ id }) => id === taskId);
      stage.write(() => {});
    },
    advance(seconds) {
      stage.advance(seconds * second);
    },
    service,
    tasks,
    running() {
      return tasks()
        .filter(({ status }) => status.state === TaskState.Running)
        .map((task) => `${placeOf(task)}:${task.spec.container.image}`)
        .sort();
    },
    history(id = 'web') {
      const found: string[] = [];
      let last = '-';
      for (const { at, actions } of stage.commits) {
        for (const action of actions) {
          if (action.kind !== 'service' || action.id !== id || action.action === 'remove') continue;
          const state = action.after.updateStatus?.state ?? '-';
          const completedAt = action.after.updateStatus?.completedAt;
          const text = state === 'completed' ? `${state}@${completedAt}` : state;
          if (text === last) continue;
          last = text;
          found.push(`${at / second} ${state}`);
        }
      }
      return found;
    },
  };
}

/** The slot, or the node of a global task. */
export function placeOf(task: Task): number | string {
  return task.slot === 0 ? task.nodeId : task.slot;
}

/** `image desired/observed`: what a test says of one task. */
export function show(task: Task | undefined): string {
  if (task === undefined) return 'nothing';
  const { spec, desiredState, status } = task;
  return `${spec.container.image} ${taskStateName(desiredState)}/${taskStateName(status.state)}`;
}

/** The same reactor, on a fresh copy of its state at every call. */
function reloading<State, Timer, Job>(
  reactor: Reactor<State, Timer, Job>,
): Reactor<{ now: State }, Timer, Job> {
  const loaded = (box: { now: State }) => {
    box.now = structuredClone(box.now);
    return box.now;
  };
  return {
    start: (leader) => ({ now: reactor.start(leader) }),
    change: (leader, box, event) => reactor.change(leader, loaded(box), event),
    commit: (leader, box) => reactor.commit(leader, loaded(box)),
    timer: (leader, box, timer) => reactor.timer(leader, loaded(box), timer),
    write: (leader, box, job, tx) => reactor.write(leader, loaded(box), job, tx),
    written: (leader, box, job, outcome) => reactor.written(leader, loaded(box), job, outcome),
  };
}

function changed(spec: ServiceSpec, change: Partial<ServiceRequest>): ServiceSpec {
  const made = serviceSpec({ name: spec.name, image: spec.task.container.image, ...change });
  return {
    ...spec,
    ...(change.labels && { labels: made.labels }),
    ...((change.mode ?? change.replicas) !== undefined && { mode: made.mode }),
    ...(change.update && { update: made.update }),
    ...(change.rollback && { rollback: made.rollback }),
    ...(change.endpoint && { endpoint: made.endpoint }),
    task: {
      ...spec.task,
      container: { ...spec.task.container, image: made.task.container.image, ...change.container },
      ...(change.placement && { placement: made.task.placement }),
      ...(change.reservations && { reservations: made.task.reservations }),
      ...(change.restart && made.task.restart && { restart: made.task.restart }),
      ...change.task,
    },
  };
}
