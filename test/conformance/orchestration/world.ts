// Replays the script of a case: orchestrators, reaper and enforcer of manager/ on a stage, with the stand-in for scheduler, dispatcher and
// containers that recordings/oracle/README.md describes. Services and nodes are changed by the control API.

import { castDraft } from 'immer';
import { removeNode } from '../../../src/manager/control/node.ts';
import { createService, removeService, updateService } from '../../../src/manager/control/service.ts';
import { enforcerReactor } from '../../../src/manager/orchestrator/enforcer.ts';
import { globalReactor } from '../../../src/manager/orchestrator/global.ts';
import { jobsReactor } from '../../../src/manager/orchestrator/jobs.ts';
import { reaperReactor } from '../../../src/manager/orchestrator/reaper.ts';
import { replicatedReactor } from '../../../src/manager/orchestrator/replicated.ts';
import { millisecond } from '../../../src/model/duration.ts';
import { CallFailure } from '../../../src/model/failure.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Node, Service, Task } from '../../../src/model/objects.ts';
import { assert } from '../../../src/sim/assert.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
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
  /** The services by the name the script has for them: it may create one of that name again. */
  readonly services: Map<string, string>;
  /** The spec and the action (`index:name`) behind each spec version, by `service ID/version`. */
  readonly versions: Map<string, { readonly by: string; readonly spec: RecordedSpec }>;
  readonly apiErrors: string[];
}

export function createWorld(input: Input): World {
  const swarm = createSwarm({
    prepare: input.prepare * millisecond,
    start: input.start * millisecond,
    stop: input.stop * millisecond,
    place: ({ serviceAnnotations: { name }, slot }) =>
      input.place.get(name === 's' ? `${slot}` : `${name}/${slot}`),
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
  return { stage, swarm, services: new Map(), versions: new Map(), apiErrors: [] };
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
      call(world, `${index}:remove`, action, (tx) => removeService(tx, serviceOf(world, action).id));
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
      call(world, `${index}:rmNode`, action, (tx) =>
        removeNode({ members: () => [] }, tx, action.node ?? '', true),
      );
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

function create(world: World, action: Action, by: string): void {
  const { stage, services, versions } = world;
  const { svc, spec } = action;
  assert(spec !== undefined, 'create has a spec');
  // Known beforehand: its first tasks are there as soon as the call is done.
  const id = stage.newId();
  versions.set(`${id}/0`, { by, spec });
  services.set(svc, id);
  call(world, by, action, (tx) => createService({ newId: () => id }, tx, specOf(svc, spec)));
}

function update(world: World, action: Action, by: string): void {
  const { versions } = world;
  const { svc, spec } = action;
  const { id, specVersion, meta } = serviceOf(world, action);
  const before = versions.get(`${id}/${specVersion}`);
  assert(before !== undefined && spec !== undefined, 'an update changes a spec');
  const merged = mergeSpec(before.spec, spec);
  versions.set(`${id}/${meta.version}`, { by, spec: merged });
  const method = 'service.update';
  call(world, by, action, (tx) =>
    updateService(tx, { method, id: 0, serviceId: id, version: meta.version, spec: specOf(svc, merged) }),
  );
}

function rollBack(world: World, action: Action, by: string): void {
  const { id: serviceId, spec, meta } = serviceOf(world, action);
  const method = 'service.update';
  call(world, by, action, (tx) =>
    updateService(tx, { method, id: 0, serviceId, version: meta.version, spec, rollback: 'previous' }),
  );
}

function serviceOf({ stage, services }: World, { svc }: Action): Service {
  const service = stage.store.get('service', services.get(svc) ?? '');
  assert(service !== undefined, `there is a service ${svc}`);
  return service;
}

/** A call of the control API. What that refuses is kept as the client sees it, with the service's name for its ID. */
function call(world: World, by: string, { svc }: Action, edit: (tx: Transaction) => unknown): void {
  const { stage, services, apiErrors } = world;
  try {
    stage.write(edit);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const text = error.message.replaceAll(services.get(svc) ?? svc, `<${svc}>`);
    apiErrors.push(`${by}: rpc error: code = ${error.code} desc = ${text}`);
  }
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
