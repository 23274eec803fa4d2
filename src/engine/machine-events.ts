// Events of one machine: what becomes of its containers, and the images, volumes and networks that come, go and are used with them. What is
// there when the engine comes up is no event.

import type { AgentState } from '../agent/agent.ts';
import type { Container } from '../agent/container.ts';
import type { NodeMemory } from '../cluster/types.ts';
import { lookupLabel } from '../model/labels.ts';
import type { Task } from '../model/objects.ts';
import { predefinedLabel } from '../model/validate.ts';
import { labelsOf } from './local-containers.ts';
import { findLocalNetwork } from './local-networks.ts';
import type { Engine } from './node.ts';
import { type Attributes, tell } from './tell.ts';
import { driverOf } from './wire/network.ts';
import { taskName } from './wire/task.ts';

/** A network as its events tell it. */
interface SeenNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
}

/** How far a container is, as events tell it. */
interface SeenContainer {
  readonly container: Container;
  readonly attributes: Attributes;
  /** In ascending order of their names; the real engine's order is none. */
  readonly networks: readonly SeenNetwork[];
  phase: Container['phase'];
  health: string;
  /** How many of the signals that it has been sent are told. */
  signals: number;
  /** Virtual time, microseconds; undefined before it runs. */
  startedAt: number | undefined;
}

export class MachineWatch {
  readonly #engine: Engine;
  #memory: NodeMemory | undefined;
  #agent: AgentState | undefined;
  readonly #containers = new Map<string, SeenContainer>();
  #images: ReadonlySet<string> = new Set();
  /** Named volumes with their drivers. */
  #volumes: ReadonlyMap<string, string> = new Map();
  /** Those of the machine's own, by name. */
  #networks: ReadonlyMap<string, SeenNetwork> = new Map();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The machine has come up, or gone down: nothing of before counts. */
  begin(memory: NodeMemory | undefined): void {
    this.#memory = memory;
    this.#volumes = volumesOf(memory);
    this.#networks = this.#networksOf(memory);
    this.#beginSwarm(memory?.agent);
  }

  /** What an agent has from the start it has had before. */
  #beginSwarm(agent: AgentState | undefined): void {
    this.#agent = agent;
    this.#images = new Set(agent?.images.keys());
    this.#containers.clear();
    for (const container of agent?.containers.values() ?? []) this.#meet(container);
  }

  look(): void {
    const memory = this.#memory;
    if (memory === undefined) return;
    if (memory.volumeInfo.size !== this.#volumes.size) this.#lookAtVolumes(memory);
    if (memory.localNetworks.size !== this.#networks.size) this.#lookAtNetworks(memory);
    if (memory.agent !== this.#agent) this.#beginSwarm(memory.agent);
    else if (memory.agent !== undefined) this.#lookAtAgent(memory.agent);
  }

  #lookAtVolumes(memory: NodeMemory): void {
    const now = volumesOf(memory);
    for (const [name, driver] of this.#volumes) {
      if (!now.has(name)) this.#tell('volume', 'destroy', name, [['driver', driver]]);
    }
    for (const [name, driver] of now) {
      if (!this.#volumes.has(name)) this.#tell('volume', 'create', name, [['driver', driver]]);
    }
    this.#volumes = now;
  }

  #lookAtNetworks(memory: NodeMemory): void {
    const now = this.#networksOf(memory);
    for (const [name, network] of this.#networks) if (!now.has(name)) this.#tellNetwork('destroy', network);
    for (const [name, network] of now) if (!this.#networks.has(name)) this.#tellNetwork('create', network);
    this.#networks = now;
  }

  #lookAtAgent(agent: AgentState): void {
    if (this.#images.size !== agent.images.size) this.#lookAtImages(agent);
    for (const [taskId, container] of agent.containers) {
      const known = this.#containers.get(taskId);
      if (known?.container === container) {
        this.#follow(known);
        continue;
      }
      if (known !== undefined) this.#lose(known);
      const met = this.#meet(container, 'created');
      this.#tell('container', 'create', container.id, met.attributes);
      this.#follow(met);
    }
    for (const [taskId, known] of this.#containers) {
      if (agent.containers.get(taskId) === known.container) continue;
      this.#containers.delete(taskId);
      this.#lose(known);
    }
  }

  #lookAtImages({ images }: AgentState): void {
    for (const image of images.keys()) {
      const name = image.split(':')[0] ?? image;
      if (!this.#images.has(image)) this.#tell('image', 'pull', image, [['name', name]]);
    }
    this.#images = new Set(images.keys());
  }

  #meet(container: Container, phase = container.phase): SeenContainer {
    const { taskId, health, signals } = container;
    const task = this.#agent?.tasks.get(taskId)?.task;
    const met: SeenContainer = {
      container,
      attributes: [
        ['image', task?.spec.container.image ?? ''],
        ['name', task === undefined ? taskId : taskName(task)],
        ...(task === undefined ? [] : Object.entries(labelsOf(task))),
      ],
      networks: this.#networksOfTask(task),
      phase,
      health: health.status,
      signals: phase === 'created' ? 0 : signals.length,
      startedAt: phase === 'running' ? this.#engine.swarm.world.now : undefined,
    };
    this.#containers.set(taskId, met);
    return met;
  }

  /** Tells how far a container has come since. */
  #follow(known: SeenContainer): void {
    const { container, attributes } = known;
    const { phase, health } = container;
    const before = known.phase;
    known.phase = phase;
    if (before !== phase && phase === 'running') this.#started(known);
    for (const signal of container.signals.slice(known.signals)) {
      this.#tell('container', 'kill', container.id, [...attributes, ['signal', String(signal)]]);
    }
    known.signals = container.signals.length;
    if (before !== phase && phase === 'exited') this.#ended(known);
    if (known.health !== health.status) {
      known.health = health.status;
      this.#tell('container', `health_status: ${health.status}`, container.id, attributes);
    }
  }

  /** The volumes are mounted, then the networks connected, before the program runs. */
  #started(known: SeenContainer): void {
    const { container, attributes, networks } = known;
    known.startedAt = this.#engine.swarm.world.now;
    for (const { source, target, readOnly } of volumeMounts(container)) {
      this.#tell('volume', 'mount', source, [
        ['container', container.id],
        ['destination', target],
        ['driver', this.#driverOf(source)],
        // Volumes have none; bind mounts do, and are no volumes.
        ['propagation', ''],
        ['read/write', String(!readOnly)],
      ]);
    }
    for (const network of networks) this.#tellNetwork('connect', network, container);
    this.#tell('container', 'start', container.id, attributes);
  }

  /** The engine tells of the end of a container when it has cleaned up after it. */
  #ended(known: SeenContainer): void {
    const { container, attributes, networks, startedAt } = known;
    const exitCode = ['exitCode', String(container.exitCode)] as const;
    if (startedAt === undefined) {
      this.#tell('container', 'die', container.id, [...attributes, exitCode]);
      return;
    }
    if (container.outOfMemory) this.#tell('container', 'oom', container.id, attributes);
    for (const network of networks) this.#tellNetwork('disconnect', network, container);
    for (const { source } of volumeMounts(container)) {
      this.#tell('volume', 'unmount', source, [
        ['container', container.id],
        ['driver', this.#driverOf(source)],
      ]);
    }
    const ran = Math.floor((this.#engine.swarm.world.now - startedAt) / 1_000_000);
    this.#tell('container', 'die', container.id, [...attributes, exitCode, ['execDuration', String(ran)]]);
    if (container.stopped) this.#tell('container', 'stop', container.id, attributes);
  }

  /** A container is gone; it may have ended in the same moment. */
  #lose(known: SeenContainer): void {
    this.#follow(known);
    this.#tell('container', 'destroy', known.container.id, known.attributes);
  }

  #driverOf(volume: string): string {
    return this.#volumes.get(volume) ?? 'local';
  }

  #networksOf(memory: NodeMemory | undefined): ReadonlyMap<string, SeenNetwork> {
    const networks = [...(memory?.localNetworks.keys() ?? [])].map((name) => this.#localNetwork(name));
    return new Map(networks.map((network) => [network.name, network]));
  }

  #localNetwork(name: string): SeenNetwork {
    const { Id: id = '', Driver: driver = name } = findLocalNetwork(this.#engine, name) ?? {};
    return { id, name, driver };
  }

  /** A task without networks is on the machine's bridge. */
  #networksOfTask(task: Task | undefined): readonly SeenNetwork[] {
    const ids = (task?.networks ?? []).map(({ networkId }) => networkId);
    if (ids.length === 0) return [this.#localNetwork('bridge')];
    return ids.map((id) => this.#networkOfSwarm(id)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A task brings its networks along; here it has their IDs alone, so their names are looked up where they are kept. */
  #networkOfSwarm(id: string): SeenNetwork {
    const network = this.#engine.swarm.state()?.get('network', id);
    if (network === undefined) return { id, name: id, driver: 'overlay' };
    const { spec } = network;
    const isOwn = lookupLabel(spec.labels, predefinedLabel) !== undefined;
    return isOwn ? this.#localNetwork(spec.name) : { id, name: spec.name, driver: driverOf(spec) };
  }

  #tellNetwork(action: string, { id, name, driver }: SeenNetwork, container?: Container): void {
    this.#tell('network', action, id, [
      ['name', name],
      ['type', driver],
      ...(container === undefined ? [] : [['container', container.id] as const]),
    ]);
  }

  #tell(type: string, action: string, id: string, attributes: Attributes): void {
    tell(this.#engine, this.#engine.swarm.world.now, { type, action, id, scope: 'local', attributes });
  }
}

/** Directories of the machine are no volumes. */
function volumesOf(memory: NodeMemory | undefined): ReadonlyMap<string, string> {
  return new Map([...(memory?.volumeInfo ?? [])].map(([name, { driver }]) => [name, driver]));
}

/** The mounts of named volumes, by where they are in the container; the real engine's order is none. */
function volumeMounts({ mounts }: Container): Container['mounts'] {
  return mounts
    .filter(({ type, source }) => type === 'volume' && source !== '')
    .sort((a, b) => (a.target < b.target ? -1 : 1));
}
