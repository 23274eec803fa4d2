// The agent's view of its host: what agent/context.ts asks for, from the world's context and the node's memory.

import type { AgentContext, AgentNote, AgentRecord, AgentTimer } from '../agent/agent.ts';
import { behaviourOf, type ImageBehaviour } from '../model/image-behaviour.ts';
import type { DispatcherCall, PullMessage } from '../model/messages.ts';
import type { Node, NodeDescription } from '../model/objects.ts';
import type { GossipMessage, TrafficMessage } from '../model/traffic.ts';
import type { Context } from '../sim/context.ts';
import { roleSeen } from './role.ts';
import type { Identity, NodeConfig, NodeMemory, SwarmTypes } from './types.ts';
import { demandVolume, hasPath, syncSoon } from './volumes.ts';

/** Where the agent's database lies on the disk: one file a key. */
export const agentPrefix = 'agent/';

export class HostAgentContext implements AgentContext {
  readonly nodeId: string;
  readonly #context: Context<SwarmTypes>;
  readonly #config: NodeConfig;
  readonly #memory: NodeMemory;

  constructor(context: Context<SwarmTypes>, config: NodeConfig, memory: NodeMemory, identity: Identity) {
    this.#context = context;
    this.#config = config;
    this.#memory = memory;
    this.nodeId = identity.nodeId;
  }

  get host(): string {
    return this.#context.host;
  }

  get addr(): string {
    return this.#config.addr;
  }

  now(): number {
    return this.#context.now();
  }

  later(delay: number, timer: AgentTimer): number {
    return this.#context.later(delay, { ...timer, life: this.#memory.agentLife });
  }

  cancel(timerId: number): void {
    this.#context.cancel(timerId);
  }

  random(stream: string, bound: number): number {
    return this.#context.random(stream, bound);
  }

  description(): NodeDescription {
    return this.#config.description;
  }

  runsManager(): boolean {
    return this.#memory.manager !== undefined && !this.#memory.manager.expelled;
  }

  call(manager: string, call: DispatcherCall): void {
    this.#context.send(manager, { kind: 'call', route: [this.host], forwarded: false, call });
  }

  pull(message: PullMessage): void {
    this.#context.send(this.#config.registry, message);
  }

  send(host: string, message: GossipMessage | TrafficMessage): void {
    this.#context.send(host, message);
  }

  note(note: AgentNote): void {
    this.#context.note(note);
  }

  behaviour(image: string): ImageBehaviour {
    return behaviourOf(this.#config.images, this.host, image);
  }

  demandVolume(name: string): void {
    demandVolume(this.#context, this.#memory, name);
  }

  hasPath(path: string): boolean {
    return hasPath(this.#memory, path);
  }

  save(key: string, record: AgentRecord): void {
    this.#context.replace(agentPrefix + key, [record]);
    syncSoon(this.#context, this.#memory);
  }

  erase(key: string): void {
    this.#context.replace(agentPrefix + key, []);
    syncSoon(this.#context, this.#memory);
  }

  nodeSeen(node: Node): void {
    roleSeen(this.#context, this.#memory, node);
  }
}
