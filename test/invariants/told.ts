// A store whose transactions an invariant is told of, one after the other: for invariants of the cluster state, whatever manager wrote it.

import type { Checks, Invariant } from '../../src/invariants/invariant.ts';
import type { ManagerState } from '../../src/manager/state.ts';
import type { Call, Member } from '../../src/model/calls.ts';
import type { Kind, Records } from '../../src/model/objects.ts';
import type { StoreEvent } from '../../src/store/event.ts';
import { apply, begin, createStore, reader } from '../../src/store/store.ts';
import { type Fresh, makeService, makeTask, type TaskFields } from '../manager/fixtures.ts';

function stored<R extends object>(record: R, version: number): R & { readonly meta: Records[Kind]['meta'] } {
  return { ...record, meta: { version, createdAt: 0, updatedAt: 0 } };
}

function put<K extends Kind>(kind: K, after: Records[K], before: Records[K] | undefined): StoreEvent<K> {
  const { id } = after;
  return before === undefined
    ? { action: 'create', kind, id, after }
    : { action: 'update', kind, id, before, after };
}

export class Told {
  readonly #store = createStore();
  readonly #checks: Checks;
  /** Of the Raft group. */
  readonly members = new Map<number, Member>();
  /** Virtual time, microseconds. */
  now = 0;
  /** Of the next entry. */
  term = 1;
  /** Who proposed the next entry: a Raft ID. */
  by = 1;
  /** Of the next entry, its estimated size. */
  bytes = 100;
  #index = 0;
  #broken = false;

  constructor(invariant: Invariant) {
    const told = this;
    this.#checks = invariant.watch(
      (condition) => {
        this.#broken ||= !condition;
      },
      {
        history: {
          last: 0,
          state: reader(this.#store),
          members: this.members,
          removed: new Set(),
          entry: () => undefined,
          stateHash: () => undefined,
          votersAt: () => undefined,
          whenVoters: () => undefined,
        },
        world: {
          get now() {
            return told.now;
          },
          handled: 0,
          isUp: () => true,
          isPaused: () => false,
          isCut: () => false,
        },
        saved: () => undefined,
        running: () => undefined,
      },
    );
  }

  /** Whether it has been broken since it was asked last. */
  get broken(): boolean {
    const broken = this.#broken;
    this.#broken = false;
    return broken;
  }

  nodes(...nodes: readonly Fresh<'node'>[]): this {
    return this.#commit((version) =>
      nodes.map((node) =>
        this.#apply(put('node', stored(node, version), this.#store.tables.node.get(node.id))),
      ),
    );
  }

  tasks(...tasks: readonly TaskFields[]): this {
    return this.#commit((version) =>
      tasks.map((task) =>
        this.#apply(put('task', stored(makeTask(task), version), this.#store.tables.task.get(task.id))),
      ),
    );
  }

  /** With a version of one's own choice, `s1` unless said. */
  service(version: number, id = 's1', name = id): this {
    const service = stored(makeService({ id, name }), version);
    return this.#commit(() => [this.#apply(put('service', service, this.#store.tables.service.get(id)))]);
  }

  cluster(cluster: Fresh<'cluster'>): this {
    return this.#commit((version) => [
      this.#apply(put('cluster', stored(cluster, version), this.#store.tables.cluster.get(cluster.id))),
    ]);
  }

  /** What the store itself would refuse. */
  events(...events: readonly StoreEvent[]): this {
    return this.#commit(() => [[...events]]);
  }

  remove(kind: 'node' | 'service' | 'task', id: string): this {
    return this.#commit((version) => {
      const tx = begin(this.#store, { version, now: 0 });
      tx.remove(kind, id);
      return [apply(this.#store, tx.actions())];
    });
  }

  /** A call that has come to this manager. */
  call(call: Call, manager: ManagerState): this {
    this.#checks.called?.(call, manager, 'manager1');
    return this;
  }

  /** An event of the manager that leads and proposes what follows. */
  leader(manager: ManagerState): this {
    this.by = manager.raft.id;
    this.term = manager.raft.term;
    this.#checks.leads?.(manager, 'manager1');
    return this;
  }

  answer(recordId: string): this {
    this.#checks.answered?.(
      { method: 'control.done', id: 1, result: { kind: 'done', recordId } },
      'manager1',
    );
    return this;
  }

  #commit(write: (version: number) => StoreEvent[][]): this {
    const version = this.#index;
    this.#index += 1;
    const { term, by, bytes, now: at } = this;
    const index = this.#index;
    const data = { kind: 'transaction', by, request: index, actions: [], bytes } as const;
    const entry = { kind: 'normal', term, index, data } as const;
    this.#checks.committed?.({ index, entry, events: write(version).flat(), at, fresh: true });
    return this;
  }

  #apply(action: StoreEvent): StoreEvent[] {
    return apply(this.#store, [action]);
  }
}
