// What `docker events` tells: changes of the swarm as this manager's own store follows them (R-R35), and what happens to the machine's
// containers and images. Found by comparing what is with what was after every event of the world that the machine had a part in.

import type { Swarm } from '../cluster/swarm.ts';
import type { NodeMemory } from '../cluster/types.ts';
import type { Config, Network, Node, Records, Secret, Service } from '../model/objects.ts';
import type { Store } from '../store/store.ts';
import type { EngineEvent } from './event-log.ts';
import { type Engine, instantOf } from './node.ts';
import { swarmState } from './swarm-state.ts';
import { taskName } from './wire/task.ts';

const told = ['node', 'service', 'network', 'secret', 'config'] as const;
type Told = (typeof told)[number];
type Attributes = readonly (readonly [name: string, value: string])[];

/** Begins to tell the engine's log of events. */
export function recordEvents(engine: Engine): void {
  const { swarm, host } = engine;
  const swarmWatch = new SwarmWatch(engine);
  const machineWatch = new MachineWatch(engine);
  watchHost(swarm, host, (kind) => {
    const memory = swarm.memoryOf(host);
    swarmWatch.look(memory);
    if (!kind.startsWith('raft') && !kind.startsWith('manager.')) machineWatch.look(memory);
  });
}

type HostWatcher = (kind: string) => void;

/** Who wants to know of which machine: a swarm is watched once, whatever the number of its engines. */
const watched = new WeakMap<Swarm, Map<string, HostWatcher[]>>();

/** Tells after every event that a machine had a part in of what kind it was. */
function watchHost(swarm: Swarm, host: string, watcher: HostWatcher): void {
  let hosts = watched.get(swarm);
  if (hosts === undefined) {
    const known = new Map<string, HostWatcher[]>();
    hosts = known;
    watched.set(swarm, known);
    swarm.watch({
      handled: (event) => {
        for (const each of known.get(event.to) ?? []) each(event.body.kind);
      },
    });
  }
  const watchers = hosts.get(host);
  if (watchers === undefined) hosts.set(host, [watcher]);
  else watchers.push(watcher);
}

/** Adds an event; attributes in ascending order of their names. */
function tell(
  engine: Engine,
  at: number,
  event: { readonly type: string; readonly action: string; readonly id: string; readonly scope: string },
  attributes: Attributes,
): void {
  const sorted = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  const told: EngineEvent = {
    Type: event.type,
    Action: event.action,
    Actor: { ID: event.id, Attributes: Object.fromEntries(sorted) },
    scope: event.scope,
    time: Math.floor(at / 1_000_000),
    timeNano: BigInt(at) * 1_000n,
    at,
  };
  engine.events.add(told);
}

type Seen = { readonly [K in Told]: Map<string, Records[K]> };

class SwarmWatch {
  readonly #engine: Engine;
  readonly #seen: Seen = {
    node: new Map(),
    service: new Map(),
    network: new Map(),
    secret: new Map(),
    config: new Map(),
  };
  #store: Store | undefined;
  #version = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A manager that is not ready yet learns what there is, and tells nothing. */
  look(memory: NodeMemory | undefined): void {
    const store = memory?.manager?.store;
    if (memory === undefined || store === undefined) return;
    if (store === this.#store && store.version === this.#version) return;
    this.#store = store;
    this.#version = store.version;
    const tells = swarmState(memory).state === 'active';
    for (const kind of told) this.#compare(store, kind, tells);
  }

  #compare<K extends Told>(store: Store, kind: K, tells: boolean): void {
    const seen: Map<string, Records[K]> = this.#seen[kind];
    const now: ReadonlyMap<string, Records[K]> = store.tables[kind];
    for (const [id, before] of seen) {
      if (now.has(id)) continue;
      seen.delete(id);
      if (tells) this.#tell(kind, 'remove', before, undefined);
    }
    for (const [id, after] of now) {
      const before = seen.get(id);
      if (before === after) continue;
      seen.set(id, after);
      if (tells) this.#tell(kind, before === undefined ? 'create' : 'update', after, before);
    }
  }

  #tell<K extends Told>(
    kind: K,
    action: 'create' | 'update' | 'remove',
    record: Records[K],
    before: Records[K] | undefined,
  ): void {
    const { createdAt, updatedAt } = record.meta;
    const { now } = this.#engine.swarm.world;
    const time = action === 'create' ? createdAt : action === 'update' ? updatedAt : now;
    tell(
      this.#engine,
      instantOf(this.#engine, time),
      { type: kind, action, id: record.id, scope: 'swarm' },
      attributesOf(record, before),
    );
  }
}

type AnyRecord = Node | Service | Network | Secret | Config;

/** The name, and what an update has changed of what users care about. */
function attributesOf(record: AnyRecord, before: AnyRecord | undefined): Attributes {
  if (isNode(record)) {
    const name = record.spec.name || (record.description?.hostname ?? '');
    if (before === undefined || !isNode(before)) return [['name', name]];
    return [
      ['name', name],
      ...changed('availability', before.spec.availability, record.spec.availability),
      ...changed('role', before.spec.role, record.spec.role),
      ...changed('state', before.status.state, record.status.state),
    ];
  }
  const name = ['name', record.spec.name] as const;
  if (!isService(record) || before === undefined || !isService(before)) return [name];
  return [
    name,
    ...changed('image', before.spec.task.container.image, record.spec.task.container.image),
    ...changed('replicas', replicasOf(before), replicasOf(record)),
    ...changed('updatestate', before.updateStatus?.state ?? '', record.updateStatus?.state ?? ''),
  ];
}

function isNode(record: AnyRecord): record is Node {
  return 'role' in record && 'status' in record;
}

function isService(record: AnyRecord): record is Service {
  return 'specVersion' in record;
}

function replicasOf({ spec: { mode } }: Service): string {
  return mode.kind === 'replicated' ? String(mode.replicas) : '';
}

/** What is not there has no attribute. */
function changed(name: string, before: string, after: string): Attributes {
  if (before === after) return [];
  const attributes = [
    [`${name}.old`, before],
    [`${name}.new`, after],
  ] as const;
  return attributes.filter(([, value]) => value !== '');
}

/** How far a container is, as events tell it. */
interface SeenContainer {
  readonly id: string;
  readonly phase: string;
  readonly health: string;
  readonly attributes: Attributes;
}

class MachineWatch {
  readonly #engine: Engine;
  readonly #containers = new Map<string, SeenContainer>();
  #images: ReadonlySet<string> = new Set();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  look(memory: NodeMemory | undefined): void {
    const agent = memory?.agent;
    if (agent === undefined) {
      this.#containers.clear();
      this.#images = new Set();
      return;
    }
    for (const image of agent.images.keys()) {
      if (!this.#images.has(image)) this.#tellImage(image);
    }
    if (this.#images.size !== agent.images.size) this.#images = new Set(agent.images.keys());
    for (const [taskId, container] of agent.containers) {
      const before = this.#containers.get(taskId);
      if (before?.phase === container.phase && before.health === container.health.status) continue;
      const task = agent.tasks.get(taskId)?.task;
      const attributes: Attributes = before?.attributes ?? [
        ['image', task?.spec.container.image ?? ''],
        ['name', task === undefined ? taskId : taskName(task)],
        ['com.docker.swarm.node.id', task?.nodeId ?? ''],
        ['com.docker.swarm.service.id', task?.serviceId ?? ''],
        ['com.docker.swarm.service.name', task?.serviceAnnotations.name ?? ''],
        ['com.docker.swarm.task.id', taskId],
      ];
      const { id, phase, exitCode } = container;
      this.#containers.set(taskId, { id, phase, health: container.health.status, attributes });
      if (before === undefined) this.#tell(id, 'create', attributes);
      if (before?.phase !== phase && phase === 'running') this.#tell(id, 'start', attributes);
      if (before?.phase !== phase && phase === 'exited') {
        this.#tell(id, 'die', [...attributes, ['exitCode', String(exitCode)]]);
      }
      if (before !== undefined && before.health !== container.health.status) {
        this.#tell(id, `health_status: ${container.health.status}`, attributes);
      }
    }
    for (const [taskId, { id, attributes }] of this.#containers) {
      if (agent.containers.has(taskId)) continue;
      this.#containers.delete(taskId);
      this.#tell(id, 'destroy', attributes);
    }
  }

  #tell(id: string, action: string, attributes: Attributes): void {
    const at = instantOf(this.#engine, this.#engine.swarm.world.now);
    tell(this.#engine, at, { type: 'container', action, id, scope: 'local' }, attributes);
  }

  #tellImage(image: string): void {
    const at = instantOf(this.#engine, this.#engine.swarm.world.now);
    const name = image.split(':')[0] ?? image;
    tell(this.#engine, at, { type: 'image', action: 'pull', id: image, scope: 'local' }, [['name', name]]);
  }
}
