// Replays the script of a case: orchestrators, reaper and enforcer of manager/ on a stage, with the stand-in for scheduler, dispatcher and
// containers that recordings/oracle/README.md describes. Services are changed as the control API does.

import { castDraft } from 'immer';
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
import { millisecond } from '../../../src/model/duration.ts';
import { isJob } from '../../../src/model/job.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Node, Task } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import { assert } from '../../../src/sim/assert.ts';
import { type Fresh, makeCluster, makeNode } from '../../manager/fixtures.ts';
import { createSwarm, type Fate, type Swarm } from '../../manager/orchestrator/swarm.ts';
import { createStage, type Stage } from '../../manager/stage.ts';
import type { Action, Input, RecordedNode, RecordedSpec, Rule } from './schema.ts';
import { mergeSpec, specOf } from './spec.ts';

const gibibyte = 1024 ** 3;

/** What the script has done to a store, for facts to be drawn from. */
export interface World {
  readonly stage: Stage;
  readonly swarm: Swarm;
  /** The spec and the action (`index:name`) behind each spec version, by `service/version`. */
  readonly versions: Map<string, { readonly by: string; readonly spec: RecordedSpec }>;
  readonly apiErrors: string[];
}

export function createWorld(input: Input): World {
  const swarm = createSwarm({
    prepare: input.prepare * millisecond,
    start: input.start * millisecond,
    stop: input.stop * millisecond,
    place: ({ serviceId, slot }) => input.place.get(serviceId === 's' ? `${slot}` : `${serviceId}/${slot}`),
    fate: fateBy(input.rules),
  });
  const stage = createStage(
    {
      enforcer: enforcerReactor,
      reaper: reaperReactor,
      replicated: replicatedReactor,
      jobs: jobsReactor,
      global: globalReactor,
      swarm: swarm.reactor,
    },
    (tx) => {
      tx.create('cluster', makeCluster({ taskHistoryLimit: input.history }));
      for (const node of input.nodes) tx.create('node', nodeRecord(node));
    },
  );
  return { stage, swarm, versions: new Map(), apiErrors: [] };
}

function nodeRecord({ id, labels, mem = 8 * gibibyte }: RecordedNode): Fresh<'node'> {
  return makeNode({ id, labels: makeLabels([...labels]), resources: { memoryBytes: mem } });
}

/** What becomes of a container: the first rule that fits decides. */
function fateBy(rules: readonly Rule[]): (task: Task, at: Fate['at']) => Fate | undefined {
  const arrived = new Map<string, number>();
  const used = new Map<Rule, number>();
  return ({ spec, nodeId, slot }, at) => {
    const { image } = spec.container;
    const nth = (arrived.get(`${at} ${image}`) ?? 0) + 1;
    arrived.set(`${at} ${image}`, nth);
    const rule = rules.find(
      (each) =>
        each.at === at &&
        (each.image ?? image) === image &&
        (each.node ?? nodeId) === nodeId &&
        (each.slot?.includes(slot) ?? true) &&
        (each.nth?.includes(nth) ?? true) &&
        (each.times === undefined || (used.get(each) ?? 0) < each.times),
    );
    if (rule === undefined) return undefined;
    used.set(rule, (used.get(rule) ?? 0) + 1);
    return at === 'run' ? { at, after: rule.after * millisecond, code: rule.code } : { at };
  };
}

/** Takes one action of the script, the `index`th. */
export function act(world: World, action: Action, index: number): void {
  const { stage, swarm } = world;
  switch (action.op) {
    case 'create':
      create(world, action, `${index}:create`);
      return;
    case 'update':
      update(world, action, `${index}:update`);
      return;
    case 'rollback':
      rollBack(world, action, `${index}:rollback`);
      return;
    case 'remove':
      stage.write((tx) => tx.remove('service', action.svc));
      return;
    case 'drain':
    case 'pause':
    case 'active':
      changeNode(world, action, { availability: action.op });
      return;
    case 'down':
      changeNode(world, action, { state: 'down' });
      return;
    case 'disconnect':
      changeNode(world, action, { state: 'disconnected' });
      return;
    case 'up':
    case 'connect':
      changeNode(world, action, { state: 'ready' });
      return;
    case 'labels':
      changeNode(world, action, { labels: action.set?.labels ?? new Map() });
      return;
    case 'resources':
      changeNode(world, action, { memoryBytes: action.set?.mem ?? 8 * gibibyte });
      return;
    case 'addNode': {
      const { set } = action;
      assert(set !== undefined, 'addNode has a node');
      stage.write((tx) => tx.create('node', nodeRecord(set)));
      return;
    }
    case 'rmNode':
      removeNode(world, action);
      return;
    case 'exit':
      swarm.exit(
        action.code,
        ({ slot, nodeId, spec }) =>
          (action.slot ?? slot) === slot &&
          (action.node ?? nodeId) === nodeId &&
          (action.image ?? spec.container.image) === spec.container.image,
      );
      // The exits are reported when jobs next run.
      stage.write(() => {});
      return;
    case 'history':
      stage.write((tx) =>
        tx.update('cluster', 'cluster', ({ spec }) => {
          spec.taskHistoryLimit = action.n;
        }),
      );
      return;
    case 'leader':
      stage.restart();
  }
}

function create({ stage, versions }: World, { svc, spec }: Action, by: string): void {
  assert(spec !== undefined, 'create has a spec');
  versions.set(`${svc}/0`, { by, spec });
  const wanted = specOf(svc, spec);
  stage.write((tx) =>
    tx.create('service', {
      id: svc,
      spec: wanted,
      specVersion: 0,
      ...(isJob(wanted.mode) && { jobStatus: { iteration: 0, lastExecution: tx.now } }),
    }),
  );
}

function update({ stage, versions }: World, { svc, spec }: Action, by: string): void {
  const service = stage.store.get('service', svc);
  const before = versions.get(`${svc}/${service?.specVersion}`);
  assert(
    service !== undefined && before !== undefined && spec !== undefined,
    'update has a service and a spec',
  );
  const { version } = service.meta;
  const merged = mergeSpec(before.spec, spec);
  versions.set(`${svc}/${version}`, { by, spec: merged });
  stage.write((tx) =>
    tx.update('service', svc, (draft) => {
      applyServiceUpdate(draft, specOf(svc, merged), version);
      applyJobIteration(draft, tx.now);
    }),
  );
}

function rollBack({ stage, apiErrors }: World, { svc }: Action, by: string): void {
  if (stage.store.get('service', svc)?.previousSpec === undefined) {
    const error = 'rpc error: code = FailedPrecondition desc';
    apiErrors.push(`${by}: ${error} = service <${svc}> does not have a previous spec`);
    return;
  }
  stage.write((tx) =>
    tx.update('service', svc, (draft) => {
      applyManualRollback(draft, tx.now);
      applyJobIteration(draft, tx.now);
    }),
  );
}

function changeNode(
  { stage }: World,
  { node }: Action,
  {
    availability,
    state,
    labels,
    memoryBytes,
  }: {
    readonly availability?: Node['spec']['availability'];
    readonly state?: Node['status']['state'];
    readonly labels?: ReadonlyMap<string, string>;
    readonly memoryBytes?: number;
  },
): void {
  assert(node !== undefined, 'the action names a node');
  stage.write((tx) =>
    tx.update('node', node, (draft) => {
      if (availability !== undefined) draft.spec.availability = availability;
      if (state !== undefined) draft.status.state = state;
      if (labels !== undefined) draft.spec.labels = castDraft(makeLabels([...labels]));
      if (memoryBytes !== undefined && draft.description !== undefined) {
        draft.description.resources.memoryBytes = memoryBytes;
      }
    }),
  );
}

/** As `docker node rm --force` does. */
function removeNode({ stage }: World, { node }: Action): void {
  assert(node !== undefined, 'rmNode names a node');
  stage.write((tx) => {
    for (const { id, status } of tx.tasksOfNode(node)) {
      if (status.state >= TaskState.Complete) continue;
      tx.update('task', id, (draft) => {
        draft.status = {
          state: TaskState.Orphaned,
          timestamp: tx.now,
          message: 'Task belonged to a node that has been deleted',
          err: '',
        };
      });
    }
    tx.remove('node', node);
  });
}
