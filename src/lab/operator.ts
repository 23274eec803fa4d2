// An operator at one node: what a docker client there can do to services and nodes. Every call crosses the simulated network and may be
// refused, with Docker's own text.

import { Client } from '../cluster/client.ts';
import { noDaemon, type Swarm } from '../cluster/swarm.ts';
import { millisecond } from '../model/duration.ts';
import { CallFailure } from '../model/failure.ts';
import { makeLabels, removeLabel } from '../model/labels.ts';
import type { Availability, NodeRole } from '../model/state.ts';
import type { Audience } from './audience.ts';
import {
  clusterVolumeSpec,
  type VolumeOptions,
  type VolumeView,
  volumeCommand,
  volumeView,
} from './cluster-volume.ts';
import { Refusal, ScenarioFailure } from './failure.ts';
import { withFiles } from './files.ts';
import { createCommand, line, updateCommand } from './flags.ts';
import { checkLogOptions, type LogOptions, logFlags, readLogs } from './logs.ts';
import { withNetworks } from './networks.ts';
import { changedSpec, createdSpec, duration, type ServiceOptions, scaled } from './options.ts';
import { type ServiceView, serviceView } from './service-view.ts';
import { containersOn, type NodeView, nodeView, type TaskView, taskView } from './views.ts';

export interface NodeOptions {
  readonly availability?: Availability;
  readonly addLabels?: Readonly<Record<string, string>>;
  readonly removeLabels?: readonly string[];
}

/** What a docker client takes from Enter to its first request: commands of a script follow each other as those of a shell do. */
const clientStart = 50 * millisecond;

/** Docker's words for a refusal: errors of the managers carry their code, the daemon's own do not (R-R206). */
function refusalText({ code, message }: CallFailure): string {
  // Nobody but the client is there to say it.
  if (message === noDaemon) return message;
  const daemon = code === 'Unavailable';
  return `Error response from daemon: ${daemon ? '' : `rpc error: code = ${code} desc = `}${message}`;
}

export class Operator {
  readonly host: string;
  readonly #client: Client;
  readonly #swarm: Swarm;
  readonly #audience: Audience;
  readonly #afterwards: () => void;

  /** @param afterwards called after every command, however it ended */
  constructor(swarm: Swarm, host: string, audience: Audience, afterwards: () => void) {
    this.#swarm = swarm;
    this.host = host;
    this.#client = new Client(swarm, host);
    this.#audience = audience;
    this.#afterwards = afterwards;
  }

  /** Types a command line. @throws Refusal with the text docker would print */
  #do<R>(command: string, act: () => R): R {
    this.#audience.typed(this.host, command);
    this.#swarm.advance(clientStart);
    try {
      return act();
    } catch (error) {
      if (!(error instanceof CallFailure || error instanceof Refusal)) throw error;
      const text = error instanceof Refusal ? error.message : refusalText(error);
      this.#audience.refused(this.host, text);
      throw new Refusal(text);
    } finally {
      this.#afterwards();
    }
  }

  readonly service = {
    /** `docker service create --name NAME ...`; does not wait. Returns the service's ID. */
    create: (name: string, options: ServiceOptions): string =>
      this.#do(createCommand(name, options), () => {
        const spec = createdSpec(name, options);
        return this.#client.createService(
          withNetworks(withFiles(spec, options, this.#client), options, this.#client),
        );
      }),
    /** `docker service update NAME ...`: what is not given stays; does not wait. */
    update: (name: string, options: ServiceOptions): void => {
      if (options.mode !== undefined) {
        throw new ScenarioFailure(`service ${name}: docker service update cannot change the mode`);
      }
      if (options.networks !== undefined) {
        throw new ScenarioFailure(`service ${name}: networks are given when a service is created`);
      }
      const before = this.#swarm.state()?.findByName('service', name);
      this.#do(updateCommand(name, options, before?.spec), () =>
        this.#client.updateService(name, (spec) =>
          withFiles(changedSpec(spec, options), options, this.#client),
        ),
      );
    },
    /** `docker service scale NAME=REPLICAS`. */
    scale: (name: string, replicas: number): void =>
      this.#do(line('docker service scale', `${name}=${replicas}`), () =>
        this.#client.updateService(name, (spec) => scaled(spec, replicas)),
      ),
    /** `docker service rollback NAME`. */
    rollback: (name: string): void =>
      this.#do(line('docker service rollback', name), () => this.#client.rollbackService(name)),
    /** `docker service rm NAME`. */
    remove: (name: string): void =>
      this.#do(line('docker service rm', name), () => this.#client.removeService(name)),
    /** `docker service ls`, sorted by name. */
    ls: (): readonly ServiceView[] =>
      this.#do('docker service ls', () => {
        const tasks = this.#client.list('task');
        return this.#client
          .list('service')
          .map((service) =>
            serviceView(
              service,
              tasks.filter(({ serviceId }) => serviceId === service.id),
            ),
          )
          .sort((a, b) => (a.name < b.name ? -1 : 1));
      }),
    /** `docker service ps NAME`: its tasks, old ones included, as the leader answers. */
    ps: (name: string): readonly TaskView[] =>
      this.#do(line('docker service ps', name), () => {
        const tasks = this.#client.tasks(this.#client.service(name));
        const reader = this.#swarm.state();
        return reader === undefined ? [] : tasks.map((task) => taskView(reader, task));
      }),
    /** `docker service logs NAME`: what it prints, line by line; NAME may be the ID of a task. */
    logs: (name: string, options: LogOptions = {}): readonly string[] => {
      checkLogOptions(options);
      return this.#do(line('docker service logs', ...logFlags(options), name), () =>
        readLogs(this.#client, name, options, this.#swarm.world.now),
      );
    },
  };

  readonly network = {
    /** `docker network create --driver overlay --subnet SUBNET NAME`. Returns the ID. */
    create: (name: string, { subnet }: { readonly subnet?: string } = {}): string => {
      const flags = subnet === undefined ? [] : ['--subnet', subnet];
      return this.#do(line('docker network create --driver overlay', ...flags, name), () =>
        this.#client.createNetwork(name, subnet),
      );
    },
    /** `docker network ls`: the names of the swarm's networks, sorted. */
    ls: (): readonly string[] => this.#do('docker network ls', () => names(this.#client.list('network'))),
    /** `docker network rm NAME`. */
    remove: (name: string): void =>
      this.#do(line('docker network rm', name), () => this.#client.removeNetwork(name)),
  };

  readonly config = {
    /** `docker config create NAME -`, with the content on its standard input. Returns the ID. */
    create: (name: string, content: string): string =>
      this.#do(line('docker config create', name, '-'), () => this.#client.createConfig(name, content)),
    /** `docker config ls`: the names, sorted. */
    ls: (): readonly string[] => this.#do('docker config ls', () => names(this.#client.list('config'))),
    /** `docker config rm NAME`. */
    remove: (name: string): void =>
      this.#do(line('docker config rm', name), () => this.#client.removeConfig(name)),
  };

  readonly secret = {
    /** `docker secret create NAME -`, with the content on its standard input. Returns the ID. */
    create: (name: string, content: string): string =>
      this.#do(line('docker secret create', name, '-'), () => this.#client.createSecret(name, content)),
    /** `docker secret ls`: the names, sorted. */
    ls: (): readonly string[] => this.#do('docker secret ls', () => names(this.#client.list('secret'))),
    /** `docker secret rm NAME`. */
    remove: (name: string): void =>
      this.#do(line('docker secret rm', name), () => this.#client.removeSecret(name)),
  };

  readonly clusterVolume = {
    /** `docker volume create --driver DRIVER --type mount ... NAME`; does not wait for the plugin. Returns the ID. */
    create: (name: string, options: VolumeOptions): string =>
      this.#do(volumeCommand(name, options), () =>
        this.#client.createVolume(clusterVolumeSpec(name, options)),
      ),
    /** `docker volume update --availability AVAILABILITY NAME`. */
    update: (name: string, availability: Availability): void =>
      this.#do(line('docker volume update --availability', availability, name), () =>
        this.#client.updateVolume(name, (spec) => ({ ...spec, availability })),
      ),
    /** `docker volume rm NAME`: it goes once the plugin has deleted it. */
    remove: (name: string, { force = false }: { readonly force?: boolean } = {}): void =>
      this.#do(line('docker volume rm', ...(force ? ['--force'] : []), name), () =>
        this.#client.removeVolume(name, force),
      ),
    /** `docker volume ls --cluster`, sorted by name. */
    ls: (): readonly VolumeView[] =>
      this.#do('docker volume ls --cluster', () =>
        this.#client
          .list('volume')
          .map(volumeView)
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      ),
  };

  readonly node = {
    /** `docker node ls`, sorted by name. */
    ls: (): readonly NodeView[] =>
      this.#do('docker node ls', () => {
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
    update: (name: string, { availability, addLabels = {}, removeLabels = [] }: NodeOptions): void => {
      const words = [
        ...(availability === undefined ? [] : ['--availability', availability]),
        ...Object.entries(addLabels).flatMap(([key, value]) => ['--label-add', `${key}=${value}`]),
        ...removeLabels.flatMap((key) => ['--label-rm', key]),
      ];
      this.#do(line('docker node update', ...words, name), () =>
        this.#client.updateNode(name, (spec) => {
          let labels = makeLabels([...spec.labels, ...Object.entries(addLabels)]);
          for (const key of removeLabels) labels = removeLabel(labels, key);
          return { ...spec, labels, ...(availability && { availability }) };
        }),
      );
    },
    /** `docker node promote NAME`: done when the desired role is stored; the node becomes a manager by itself. */
    promote: (name: string): void =>
      this.#do(line('docker node promote', name), () =>
        this.#client.updateNode(name, (spec) => ({ ...spec, role: 'manager' })),
      ),
    /** `docker node demote NAME`. */
    demote: (name: string): void =>
      this.#do(line('docker node demote', name), () =>
        this.#client.updateNode(name, (spec) => ({ ...spec, role: 'worker' })),
      ),
    /** `docker node rm NAME`. */
    remove: (name: string, { force = false }: { readonly force?: boolean } = {}): void =>
      this.#do(line('docker node rm', ...(force ? ['--force'] : []), name), () =>
        this.#client.removeNode(name, force),
      ),
  };

  readonly swarm = {
    /** `docker swarm init`, and with `forceNewCluster` the way back from a lost quorum. */
    init: ({ forceNewCluster = false }: { readonly forceNewCluster?: boolean } = {}): void =>
      this.#do(line('docker swarm init', ...(forceNewCluster ? ['--force-new-cluster'] : [])), () =>
        forceNewCluster ? this.#swarm.forceNewCluster(this.host) : this.#swarm.init(this.host),
      ),
    /** `docker swarm join --token TOKEN MANAGER`. */
    join: (manager: string, token: string): void =>
      this.#do(line('docker swarm join --token', token, `${manager}:2377`), () =>
        this.#swarm.join(this.host, manager, token),
      ),
    /** `docker swarm leave`. */
    leave: ({ force = false }: { readonly force?: boolean } = {}): void =>
      this.#do(line('docker swarm leave', ...(force ? ['--force'] : [])), () =>
        this.#swarm.leave(this.host, force),
      ),
    /** `docker swarm join-token -q ROLE`. */
    joinToken: (role: NodeRole): string =>
      this.#do(line('docker swarm join-token -q', role), () => this.#client.cluster().joinTokens[role]),
    /** `docker swarm join-token --rotate ROLE`: the old token is refused from now on. */
    rotateToken: (role: NodeRole): void =>
      this.#do(line('docker swarm join-token --rotate', role), () =>
        this.#client.updateCluster((spec) => spec, [`${role}-token`]),
      ),
    /** `docker swarm update --autolock`. */
    setAutolock: (autoLock: boolean): void =>
      this.#do(`docker swarm update --autolock=${autoLock}`, () =>
        this.#client.updateCluster((spec) => ({ ...spec, autoLock })),
      ),
    /** `docker swarm unlock-key -q`; empty without autolock. */
    unlockKey: (): string => this.#do('docker swarm unlock-key -q', () => this.#client.cluster().unlockKey),
    /** `docker swarm unlock`, with the key at its prompt. */
    unlock: (key: string): void => this.#do('docker swarm unlock', () => this.#swarm.unlock(this.host, key)),
    /** `docker swarm update --dispatcher-heartbeat PERIOD`: nodes take it up with their next heartbeat. */
    setDispatcherHeartbeat: (period: string): void => {
      const dispatcherHeartbeat = duration('dispatcherHeartbeat', period);
      this.#do(line('docker swarm update --dispatcher-heartbeat', period), () =>
        this.#client.updateCluster((spec) => ({ ...spec, dispatcherHeartbeat })),
      );
    },
    /** `docker swarm update --task-history-limit N`. */
    setTaskHistoryLimit: (limit: number): void =>
      this.#do(line('docker swarm update --task-history-limit', String(limit)), () =>
        this.#client.updateCluster((spec) => ({ ...spec, taskHistoryLimit: limit })),
      ),
  };

  /** `docker kill` of the container of a task that runs here, by the task's name (`web.1`). */
  kill(task: string): void {
    this.#do(line('docker kill', task), () => {
      if (!this.#swarm.world.isUp(this.host)) throw new CallFailure('Unavailable', noDaemon);
      const found = containersOn(this.#swarm, this.host).find(({ name }) => name === task);
      if (found === undefined) throw new CallFailure('Unavailable', `No such container: ${task}`);
      this.#swarm.order(this.host, { kind: 'node.kill', taskId: found.taskId });
    });
  }
}

function names(files: readonly { readonly spec: { readonly name: string } }[]): readonly string[] {
  return files.map(({ spec }) => spec.name).sort((a, b) => (a < b ? -1 : 1));
}
