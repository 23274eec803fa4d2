// Events of the swarm: one for each change of a node, service, network, secret or config that this manager's store has taken, in the order in
// which they were written (R-R203). What the entries that were applied say is what happened; where they are gone, a snapshot has taken their
// place, the tables are compared with what they were.

import type { NodeMemory } from '../cluster/types.ts';
import type { ManagerState } from '../manager/state.ts';
import type { Config, Network, Node, Records, Secret, Service } from '../model/objects.ts';
import type { StoreEvent } from '../store/event.ts';
import type { Store } from '../store/store.ts';
import type { Engine } from './node.ts';
import { swarmState } from './swarm-state.ts';
import { type Attributes, tell } from './tell.ts';

const told = ['node', 'service', 'network', 'secret', 'config'] as const;
type Told = (typeof told)[number];

type Seen = { readonly [K in Told]: Map<string, Records[K]> };

export class SwarmWatch {
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
    const manager = memory?.manager;
    if (memory === undefined || manager === undefined) return;
    const { store } = manager;
    const from = store === this.#store ? this.#version : undefined;
    if (from === store.version) return;
    this.#store = store;
    this.#version = store.version;
    // What a manager begins with is no event.
    const tells = from !== undefined && swarmState(memory).state === 'active';
    const written = from === undefined ? undefined : changesAfter(manager, from);
    if (written !== undefined && leadTo(store, written)) {
      for (const event of written) this.#take(event, tells);
    } else {
      for (const kind of told) this.#compare(store, kind, tells);
    }
  }

  #take<K extends Told>(event: StoreEvent<K>, tells: boolean): void {
    const seen: Map<string, Records[K]> = this.#seen[event.kind];
    if (event.action === 'remove') seen.delete(event.id);
    else seen.set(event.id, event.after);
    if (!tells) return;
    const record = event.action === 'remove' ? event.before : event.after;
    this.#tell(event.kind, event.action, record, event.action === 'update' ? event.before : undefined);
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
    const attributes = attributesOf(record, before);
    tell(this.#engine, time, { type: kind, action, id: record.id, scope: 'swarm', attributes });
  }
}

/** What the entries after index `from` that the store has taken say of the records that events are told of; undefined when one is gone. */
function changesAfter({ raft: { log }, store }: ManagerState, from: number): StoreEvent<Told>[] | undefined {
  if (from < log.baseIndex) return undefined;
  const entries = log.entries.slice(from - log.baseIndex, store.version - log.baseIndex);
  return entries.flatMap((entry) => {
    const data = entry.kind === 'normal' ? entry.data : null;
    return data?.kind === 'transaction' ? data.actions.filter(isTold) : [];
  });
}

function isTold(event: StoreEvent): event is StoreEvent<Told> {
  return told.some((kind) => kind === event.kind);
}

/** Whether the store is as these changes leave it; it is not where an entry did not fit the state and was dropped (R-R19). */
function leadTo(store: Store, written: readonly StoreEvent<Told>[]): boolean {
  const last = new Map(written.map((event) => [event.id, event]));
  return [...last.values()].every(
    (event) =>
      store.tables[event.kind].get(event.id) === (event.action === 'remove' ? undefined : event.after),
  );
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
      ...changed('role', before.role, record.role),
      ...changed('state', before.status.state, record.status.state),
    ];
  }
  const name = ['name', record.spec.name] as const;
  if (!isService(record) || before === undefined || !isService(before)) return [name];
  const { updateStatus } = record;
  return [
    name,
    ...changed('image', before.spec.task.container.image, record.spec.task.container.image),
    ...changed('replicas', replicasOf(before), replicasOf(record)),
    // A new spec takes the state of the update before it away, without a word.
    ...(updateStatus ? changed('updatestate', before.updateStatus?.state ?? '', updateStatus.state) : []),
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
