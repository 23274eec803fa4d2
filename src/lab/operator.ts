// An operator at one node: what a docker client there can do to services and nodes. Every call crosses the simulated network and may be
// refused, with Docker's own text.

import { Client } from '../cluster/client.ts';
import type { Swarm } from '../cluster/swarm.ts';
import { CallFailure } from '../model/failure.ts';
import { makeLabels, removeLabel } from '../model/labels.ts';
import type { Availability } from '../model/state.ts';
import { changedSpec, createdSpec, type ServiceOptions } from './options.ts';
import { type NodeView, nodeView, type TaskView, taskView } from './views.ts';

export interface NodeOptions {
  readonly availability?: Availability;
  readonly addLabels?: Readonly<Record<string, string>>;
  readonly removeLabels?: readonly string[];
}

/** A refused command: what docker would print. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Docker's words for a refusal: errors of the managers carry their code, the daemon's own do not (R-R206). */
export function refusalText({ code, message }: CallFailure): string {
  const daemon = code === 'Unavailable';
  return `Error response from daemon: ${daemon ? '' : `rpc error: code = ${code} desc = `}${message}`;
}

export class Operator {
  readonly host: string;
  readonly #client: Client;
  readonly #swarm: Swarm;
  readonly #afterwards: () => void;

  /** @param afterwards called after every command, however it ended */
  constructor(swarm: Swarm, host: string, afterwards: () => void) {
    this.#swarm = swarm;
    this.host = host;
    this.#client = new Client(swarm, host);
    this.#afterwards = afterwards;
  }

  /** @throws Refusal with the text docker would print */
  #do<R>(act: () => R): R {
    try {
      return act();
    } catch (error) {
      if (error instanceof CallFailure) throw new Refusal(refusalText(error));
      throw error;
    } finally {
      this.#afterwards();
    }
  }

  readonly service = {
    /** `docker service create --name NAME ...`; does not wait. Returns the service's ID. */
    create: (name: string, options: ServiceOptions): string => {
      const spec = createdSpec(name, options);
      return this.#do(() => this.#client.createService(spec));
    },
    /** `docker service update NAME ...`: what is not given stays; does not wait. */
    update: (name: string, options: ServiceOptions): void =>
      this.#do(() => this.#client.updateService(name, (spec) => changedSpec(spec, options))),
    /** `docker service scale NAME=REPLICAS`. */
    scale: (name: string, replicas: number): void =>
      this.#do(() => this.#client.updateService(name, (spec) => changedSpec(spec, { replicas }))),
    /** `docker service rollback NAME`. */
    rollback: (name: string): void => this.#do(() => this.#client.rollbackService(name)),
    /** `docker service rm NAME`. */
    remove: (name: string): void => this.#do(() => this.#client.removeService(name)),
    /** `docker service ls`: the names. */
    ls: (): readonly string[] => this.#do(() => this.#client.list('service').map(({ spec }) => spec.name)),
    /** `docker service ps NAME`: its tasks, old ones included, as the leader answers. */
    ps: (name: string): readonly TaskView[] =>
      this.#do(() => {
        const tasks = this.#client.tasks(this.#client.service(name));
        const reader = this.#swarm.state();
        return reader === undefined ? [] : tasks.map((task) => taskView(reader, task));
      }),
  };

  readonly node = {
    /** `docker node ls`, sorted by name. */
    ls: (): readonly NodeView[] =>
      this.#do(() => {
        const { nodes, managers } = this.#client.nodes();
        return nodes
          .map((node) => {
            const view = managers.get(node.id);
            const reachable = view?.reachable === true ? 'Reachable' : 'Unreachable';
            return nodeView(node, view === undefined ? '' : view.leader ? 'Leader' : reachable);
          })
          .sort((a, b) => (a.name < b.name ? -1 : 1));
      }),
    /** `docker node update NAME ...`. */
    update: (name: string, { availability, addLabels, removeLabels }: NodeOptions): void =>
      this.#do(() =>
        this.#client.updateNode(name, (spec) => {
          let labels = makeLabels([...spec.labels, ...Object.entries(addLabels ?? {})]);
          for (const key of removeLabels ?? []) labels = removeLabel(labels, key);
          return { ...spec, labels, ...(availability && { availability }) };
        }),
      ),
    /** `docker node rm NAME`. */
    remove: (name: string, { force = false }: { readonly force?: boolean } = {}): void =>
      this.#do(() => this.#client.removeNode(name, force)),
  };

  readonly swarm = {
    /** `docker swarm update --task-history-limit N`. */
    setTaskHistoryLimit: (limit: number): void =>
      this.#do(() => this.#client.updateCluster((spec) => ({ ...spec, taskHistoryLimit: limit }))),
  };
}
