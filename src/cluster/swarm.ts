// A swarm in its world, as somebody outside sees and drives it: machines, commands typed at nodes, time, faults, and a look at everything.
// Looking is free and changes nothing; whatever is done goes into the world as an input and is part of its journal.

import type { RegistryState } from '../agent/registry.ts';
import type { ManagerState } from '../manager/state.ts';
import type { ControlCall, ControlResult } from '../model/calls.ts';
import { second } from '../model/duration.ts';
import { CallFailure } from '../model/failure.ts';
import {
  copyBehaviours,
  createBehaviours,
  type ImageBehaviour,
  setBehaviour,
} from '../model/image-behaviour.ts';
import type { LogRequest, TaskLog } from '../model/messages.ts';
import type { Availability } from '../model/state.ts';
import { assert } from '../sim/assert.ts';
import type { Intervention } from '../sim/event.ts';
import type { Fault } from '../sim/fault.ts';
import { type SavedWorld, type Watcher, World } from '../sim/world.ts';
import type { Reader } from '../store/reader.ts';
import { reader } from '../store/store.ts';
import type { LoadBalancerConfig } from './load-balancer.ts';
import { swarmProgram } from './program.ts';
import type { RequestsNote, Stream } from './requests.ts';
import {
  addressOf,
  type ClusterShape,
  describe,
  type MachineShape,
  outsideAddressOf,
  registryHost,
} from './shape.ts';
import type { NodeAnswer, NodeCommand, NodeConfig, NodeMemory, SwarmTypes, WithoutId } from './types.ts';

/** A saved world with the little that a `Swarm` adds to it. */
export interface SavedSwarm {
  readonly world: SavedWorld<SwarmTypes>;
  readonly shape: readonly MachineShape[];
  readonly preVote: boolean;
  readonly lastCommand: number;
}

/** What a stream of logs has brought. */
export interface LogsRead {
  readonly logs: readonly TaskLog[];
  /** Why lines are missing; empty when none are. */
  readonly warning: string;
}

type WithoutCommand<C extends NodeCommand> = C extends unknown ? Omit<C, 'command'> : never;
type Answered = Extract<NodeCommand, { readonly command: number }>;

export class Swarm {
  readonly world: World<SwarmTypes>;
  readonly #machines: MachineShape[] = [];
  readonly #answers = new Map<number, NodeAnswer>();
  /** Commands whose answers nobody waits for any more. */
  readonly #unwanted = new Set<number>();
  /** Who is told of a stream of requests. */
  readonly #hearers = new Map<number, (note: RequestsNote) => void>();
  /** What has come on open streams of logs. */
  readonly #lines = new Map<number, TaskLog[]>();
  /** Of every machine that is added. */
  readonly #preVote: boolean;
  #lastCommand = 0;

  private constructor(world: World<SwarmTypes>, preVote: boolean) {
    this.world = world;
    this.#preVote = preVote;
    world.watch({
      note: (_host, note) => {
        if (note.kind === 'answer' && !this.#unwanted.delete(note.command))
          this.#answers.set(note.command, note);
        if (note.kind === 'request.sent' || note.kind === 'request.ended') {
          this.#hearers.get(note.stream)?.(note);
        }
        if (note.kind === 'lines') this.#lines.get(note.command)?.push(...note.logs);
      },
    });
  }

  /** Machines that are in no swarm yet, and a registry. Watchers given here see the world from its first event on. */
  static create(seed: string, shape: ClusterShape, watchers: readonly Watcher<SwarmTypes>[] = []): Swarm {
    const swarm = new Swarm(new World(swarmProgram, seed), shape.preVote ?? false);
    for (const watcher of watchers) swarm.watch(watcher);
    const state: RegistryState = { down: false, missing: new Map() };
    swarm.#intervene({
      kind: 'add',
      host: registryHost,
      config: { role: 'registry', state, images: createBehaviours() },
    });
    for (const machine of shape.machines) swarm.addMachine(machine);
    return swarm;
  }

  static load(saved: SavedSwarm): Swarm {
    const swarm = new Swarm(World.load(swarmProgram, saved.world), saved.preVote);
    swarm.#machines.push(...saved.shape);
    swarm.#lastCommand = saved.lastCommand;
    return swarm;
  }

  save(): SavedSwarm {
    return {
      world: this.world.save(),
      shape: this.#machines,
      preVote: this.#preVote,
      lastCommand: this.#lastCommand,
    };
  }

  watch(watcher: Watcher<SwarmTypes>): void {
    this.world.watch(watcher);
  }

  get machines(): readonly MachineShape[] {
    return this.#machines;
  }

  // Doing.

  #intervene(fault: Intervention<SwarmTypes>): void {
    this.world.inject({ kind: 'fault', fault });
  }

  fault(fault: Fault): void {
    this.#intervene(fault);
    this.world.runUntil(this.world.now);
  }

  /** A new machine, running and in no swarm. */
  addMachine(machine: MachineShape): void {
    const config: NodeConfig = {
      role: 'node',
      addr: addressOf(this.#machines.length),
      description: describe(machine),
      raft: { preVote: this.#preVote },
      images: createBehaviours(),
      registry: registryHost,
    };
    this.#machines.push(machine);
    this.#intervene({ kind: 'add', host: machine.name, config });
    this.world.runUntil(this.world.now);
  }

  /** A machine outside the swarm, from which requests come. */
  addClient(name: string): void {
    this.#intervene({ kind: 'add', host: name, config: { role: 'client', addr: this.#outsideAddress() } });
    this.world.runUntil(this.world.now);
  }

  addLoadBalancer(name: string, config: Omit<LoadBalancerConfig, 'role' | 'addr'>): void {
    const addr = this.#outsideAddress();
    this.#intervene({ kind: 'add', host: name, config: { role: 'load-balancer', addr, ...config } });
    this.world.runUntil(this.world.now);
  }

  #outsideAddress(): string {
    return outsideAddressOf(this.world.hostNames().length - this.#machines.length);
  }

  /**
   * Sends requests from a machine, the first at once.
   * @param hear is told of each, when it is sent and when it has ended
   * @returns the number to stop it by
   */
  startRequests(
    host: string,
    stream: Omit<Stream, 'left'>,
    count: number,
    hear: (note: RequestsNote) => void,
  ): number {
    this.#lastCommand += 1;
    const number = this.#lastCommand;
    this.#hearers.set(number, hear);
    this.world.inject({
      kind: 'command',
      host,
      body: { kind: 'requests.start', stream: number, ...stream, count },
    });
    this.world.runUntil(this.world.now);
    return number;
  }

  /** Sends no more; what is under way still ends. */
  stopRequests(host: string, number: number): void {
    this.world.inject({ kind: 'command', host, body: { kind: 'requests.stop', stream: number } });
    this.world.runUntil(this.world.now);
  }

  /** Whether requests of that number have been sent and have not ended. A machine that goes down forgets its own. */
  areUnderWay(host: string, number: number): boolean {
    const state = this.world.stateOf(host);
    if (state?.role !== 'node' && state?.role !== 'client') return false;
    for (const { stream } of state.requests?.pending.values() ?? []) if (stream === number) return true;
    return false;
  }

  /** Gives a machine another IP address; its manager takes it when it comes up the next time. */
  setAddress(host: string, addr: string): void {
    const config = this.world.configOf(host);
    assert(config.role === 'node', 'the registry has no address');
    this.#intervene({ kind: 'configure', host, config: { ...config, addr } });
    this.world.runUntil(this.world.now);
  }

  /** Scripts an image on all machines (also the registry's side of it), or on one alone. */
  scriptImage(image: string, behaviour: ImageBehaviour, host?: string): void {
    for (const name of this.world.hostNames()) {
      const config = this.world.configOf(name);
      if (config.role !== 'node' && config.role !== 'registry') continue;
      const images = copyBehaviours(config.images);
      setBehaviour(images, image, behaviour, host);
      this.#intervene({ kind: 'configure', host: name, config: { ...config, images } });
    }
    this.world.runUntil(this.world.now);
  }

  /** The registry refuses all requests while it is down. */
  setRegistryDown(down: boolean): void {
    const config = this.world.configOf(registryHost);
    assert(config.role === 'registry', 'the registry host is the registry');
    this.#intervene({
      kind: 'configure',
      host: registryHost,
      config: { ...config, state: { ...config.state, down } },
    });
    this.world.runUntil(this.world.now);
  }

  /** Types a command that is not answered. */
  order(host: string, body: Exclude<NodeCommand, Answered>): void {
    this.world.inject({ kind: 'command', host, body });
    this.world.runUntil(this.world.now);
  }

  /** Types a command at a node; its number tells the answer from others. */
  type(host: string, command: WithoutCommand<Answered>): number {
    this.#lastCommand += 1;
    this.world.inject({ kind: 'command', host, body: { ...command, command: this.#lastCommand } });
    return this.#lastCommand;
  }

  /** Nobody will ask for the answer to a command: it is not kept, whether it has come or comes later. */
  forgetAnswer(command: number): void {
    if (!this.#answers.delete(command)) this.#unwanted.add(command);
  }

  /** Whether the answer to a command has come and waits to be handed out. */
  isAnswered(command: number): boolean {
    return this.#answers.has(command);
  }

  /** The answer to a command, once it has come. It is handed out once. */
  answerTo(command: number): NodeAnswer | undefined {
    const answer = this.#answers.get(command);
    this.#answers.delete(command);
    return answer;
  }

  /** Opens a stream of logs at a node; its number is for `takeLines`, for `answerTo`, which tells its end, and for `closeLogs`. */
  openLogs(host: string, request: LogRequest): number {
    const stream = this.type(host, { kind: 'node.logs', request });
    this.#lines.set(stream, []);
    return stream;
  }

  /** Whether lines have come on a stream that nobody has taken yet. */
  hasLines(stream: number): boolean {
    return (this.#lines.get(stream)?.length ?? 0) > 0;
  }

  /** The lines that have come on a stream since they were taken last. */
  takeLines(stream: number): readonly TaskLog[] {
    const lines = this.#lines.get(stream) ?? [];
    if (lines.length > 0) this.#lines.set(stream, []);
    return lines;
  }

  /**
   * Opens a stream of logs and lets the world run until its end, or until it has been followed for `duration` microseconds.
   * @throws CallFailure when it could not be opened, or broke
   */
  readLogs(host: string, request: LogRequest, duration = answerLimit): LogsRead {
    const stream = this.openLogs(host, request);
    this.runUntil(() => this.#answers.has(stream) || !this.world.isUp(host), duration);
    const logs = this.takeLines(stream);
    const answer = this.answerTo(stream);
    this.closeLogs(host, stream);
    if (answer === undefined && !request.follow) throw new CallFailure('Unavailable', noDaemon);
    if (answer !== undefined && 'error' in answer) {
      throw new CallFailure(answer.error.code, answer.error.message);
    }
    return { logs, warning: answer !== undefined && 'logs' in answer ? answer.logs.warning : '' };
  }

  /** Ends a stream, open or not: nothing of it is kept. */
  closeLogs(host: string, stream: number): void {
    this.#lines.delete(stream);
    this.#answers.delete(stream);
    this.world.inject({ kind: 'command', host, body: { kind: 'node.close-logs', stream } });
  }

  /** Types a control call at a node and lets the world run until it is answered: 20 s at most (R-R207). */
  ask(host: string, call: WithoutId<ControlCall>): ControlResult {
    const answer = this.#await(host, this.type(host, { kind: 'node.call', call }));
    if ('error' in answer) throw new CallFailure(answer.error.code, answer.error.message);
    assert('reply' in answer, 'a call is answered with a reply');
    const { reply } = answer;
    if (reply.method === 'control.failed') throw new CallFailure(reply.error.code, reply.error.message);
    return reply.result;
  }

  /** `docker swarm init` at a node. */
  init(host: string): void {
    this.#enter(host, this.type(host, { kind: 'node.init', forceNewCluster: false }));
  }

  /** `docker swarm join` at a node, towards a manager. */
  join(host: string, manager: string, token: string, availability: Availability = 'active'): void {
    this.#enter(host, this.type(host, { kind: 'node.join', manager, token, availability }));
  }

  /** `docker swarm init --force-new-cluster` at a manager. */
  forceNewCluster(host: string): void {
    this.#enter(host, this.type(host, { kind: 'node.init', forceNewCluster: true }));
  }

  /** `docker swarm leave` at a node. */
  leave(host: string, force: boolean): void {
    this.#enter(host, this.type(host, { kind: 'node.leave', force }));
  }

  /** `docker swarm unlock` at a node. */
  unlock(host: string, key: string): void {
    this.#enter(host, this.type(host, { kind: 'node.unlock', key }));
  }

  #enter(host: string, command: number): void {
    const answer = this.#await(host, command);
    if ('error' in answer) throw new CallFailure(answer.error.code, answer.error.message);
  }

  /** The answer to a command typed at `host`. A machine that is down, or goes down meanwhile, gives none; a paused one gives none in time. */
  #await(host: string, command: number): NodeAnswer {
    this.runUntil(() => this.#answers.has(command) || !this.world.isUp(host), answerLimit);
    const answer = this.answerTo(command);
    if (answer === undefined) throw new CallFailure('Unavailable', noDaemon);
    return answer;
  }

  // Time.

  /** Lets `duration` microseconds pass. */
  advance(duration: number): void {
    this.world.runUntil(this.world.now + duration);
  }

  /** Runs until `condition` holds, looking after every event; false when it does not within `limit` microseconds. */
  runUntil(condition: () => boolean, limit: number): boolean {
    const end = this.world.now + limit;
    while (!condition()) {
      if (this.world.step(end)) continue;
      this.world.runUntil(end);
      return condition();
    }
    return true;
  }

  // Looking.

  /** A node's memory; undefined while its machine is down. */
  memoryOf(host: string): NodeMemory | undefined {
    const state = this.world.stateOf(host);
    return state?.role === 'node' ? state : undefined;
  }

  /** A running manager; undefined where there is none. */
  managerOf(host: string): ManagerState | undefined {
    const manager = this.memoryOf(host)?.manager;
    return manager?.expelled ? undefined : manager;
  }

  /** The managers that run, by host, in the order in which their machines were added. */
  managers(): readonly (readonly [host: string, manager: ManagerState])[] {
    return this.#machines.flatMap(({ name }) => {
      const manager = this.managerOf(name);
      return manager === undefined ? [] : [[name, manager] as const];
    });
  }

  /** The host that leads: announced, and of the highest term if several believe so. */
  leader(): string | undefined {
    let leader: string | undefined;
    let highest = -1;
    for (const { name } of this.#machines) {
      const term = this.managerOf(name)?.leadership?.term;
      if (term === undefined || term <= highest) continue;
      leader = name;
      highest = term;
    }
    return leader;
  }

  /** The most advanced committed state that a running manager has; undefined when none runs. */
  state(): Reader | undefined {
    // Asked after every event of a wait: no lists are made here.
    let best: ManagerState | undefined;
    for (const { name } of this.#machines) {
      const manager = this.managerOf(name);
      if (manager !== undefined && (best === undefined || manager.store.version > best.store.version)) {
        best = manager;
      }
    }
    return best && reader(best.store);
  }
}

/** What a client prints when no engine answers it. */
export const noDaemon =
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
/** A little longer than a node takes to answer with a deadline error. */
const answerLimit = 21 * second;
