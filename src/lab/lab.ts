// The lab object of a scenario script. Everything is synchronous: a call returns when the world has come to where it should, and virtual
// time passes only inside such calls. Looking is free, and sees what no one inside could: the truth at this moment.

import type { Swarm } from '../cluster/swarm.ts';
import type { NodeState, UpdateState } from '../model/state.ts';
import type { Fault } from '../sim/fault.ts';
import { Streams } from '../sim/random.ts';
import type { Audience } from './audience.ts';
import { explain } from './explain/explain.ts';
import type { Explanation } from './explain/explanation.ts';
import { explanationText } from './explain/text.ts';
import { Refusal, ScenarioFailure } from './failure.ts';
import { type ImageScript, imageBehaviour } from './image.ts';
import { type LinkOptions, linkSettings } from './link.ts';
import { balancerConfig, LoadBalancer, type LoadBalancerOptions } from './load-balancer.ts';
import { Operator } from './operator.ts';
import { duration } from './options.ts';
import { type RaftNode, RaftStage, type RaftStageOptions } from './raft-stage.ts';
import { Sight } from './sight.ts';
import {
  firewallPorts,
  Outside,
  type Reply,
  type RequestOptions,
  type Traffic,
  type TrafficOptions,
} from './traffic.ts';

/** Where a scenario is stopped. */
export interface Limits {
  /** Virtual time, microseconds. */
  readonly time: number;
  readonly events: number;
}

export class Lab extends Sight {
  readonly #swarm: Swarm;
  readonly #limits: Limits;
  readonly #audience: Audience;
  readonly #operators = new Map<string, Operator>();
  readonly #outside: Outside;
  /** The script's own chance: outside the world, which knows only what the script then does. */
  readonly #dice: Streams;

  constructor(swarm: Swarm, limits: Limits, audience: Audience) {
    super(swarm);
    this.#swarm = swarm;
    this.#limits = limits;
    this.#audience = audience;
    this.#dice = new Streams(swarm.world.seed, () => {});
    this.#outside = new Outside(swarm, audience, (what, condition, limit) =>
      this.until(what, condition, limit),
    );
  }

  // Commands.

  /** The operator at a node: `lab.at('manager2').node.ls()`. */
  at(host: string): Operator {
    this.check([host]);
    let operator = this.#operators.get(host);
    if (operator === undefined) {
      operator = new Operator(this.#swarm, host, this.#audience, () => this.#checkLimits());
      this.#operators.set(host, operator);
    }
    return operator;
  }

  /** Services, as commanded at manager1. */
  get service(): Operator['service'] {
    return this.at('manager1').service;
  }

  /** Nodes, as commanded at manager1. */
  get node(): Operator['node'] {
    return this.at('manager1').node;
  }

  /** Cluster volumes, as commanded at manager1. */
  get clusterVolume(): Operator['clusterVolume'] {
    return this.at('manager1').clusterVolume;
  }

  /** Configs, as commanded at manager1. */
  get config(): Operator['config'] {
    return this.at('manager1').config;
  }

  /** Secrets, as commanded at manager1. */
  get secret(): Operator['secret'] {
    return this.at('manager1').secret;
  }

  /** The swarm itself, as commanded at manager1. */
  get swarm(): Operator['swarm'] {
    return this.at('manager1').swarm;
  }

  /** Does something that may be refused: the text docker prints then, or undefined when it went well. */
  refusal(act: () => unknown): string | undefined {
    try {
      act();
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  // Images.

  /** Says what an image does, on every node or on one alone. Containers that exist keep what they have. */
  image(name: string, script: ImageScript, { on }: { readonly on?: string } = {}): void {
    if (on !== undefined) this.check([on]);
    this.#swarm.scriptImage(name, imageBehaviour(script), on);
  }

  /** The registry refuses every pull, or serves again. */
  registry(state: 'down' | 'up'): void {
    this.#swarm.setRegistryDown(state === 'down');
  }

  // Time.

  /** Lets time pass: `lab.wait('10s')`. */
  wait(time: string): void {
    this.#run(() => false, duration('wait', time));
  }

  /** Waits until a condition holds, looking after every event. @throws ScenarioFailure when it does not within the limit */
  until(what: string, condition: () => boolean, limit = '2m'): void {
    const begun = this.time;
    if (this.#run(condition, duration('until', limit))) return;
    throw new ScenarioFailure(`at ${this.time}: waited ${limit} (from ${begun}) for ${what}, in vain`);
  }

  /** Waits until a manager leads. Returns its name. */
  untilLeader(limit = '60s'): string {
    this.until('a leader', () => this.leader() !== undefined, limit);
    return this.leader() ?? '';
  }

  /** Waits until a service, or every service, has all its tasks running and no update under way. */
  untilConverged(service?: string, limit = '5m'): void {
    this.until(`${service ?? 'every service'} to converge`, () => this.converged(service), limit);
  }

  untilNode(name: string, status: NodeState, limit = '2m'): void {
    this.check([name]);
    const is = () => this.nodes().find((node) => node.name === name)?.status === status;
    this.until(`node ${name} to be ${status}`, is, limit);
  }

  untilUpdate(service: string, state: UpdateState, limit = '10m'): void {
    const is = () => this.updateStatus(service)?.state === state;
    this.until(`the update of ${service} to be ${state}`, is, limit);
  }

  #run(condition: () => boolean, limit: number): boolean {
    const { world } = this.#swarm;
    if (limit < 0) throw new ScenarioFailure(`at ${this.time}: time does not go backwards`);
    let held = false;
    const left = this.#limits.time - world.now;
    this.#swarm.runUntil(
      () => {
        held = condition();
        return held || world.handled >= this.#limits.events;
      },
      Math.min(limit, Math.max(left, 0)),
    );
    // A condition that holds at the last moment counts.
    if (!held) this.#checkLimits();
    return held;
  }

  #checkLimits(): void {
    const { world } = this.#swarm;
    if (world.now >= this.#limits.time) {
      throw new ScenarioFailure(
        `at ${this.time}: stopped, for the scenario has used all its virtual time; if it should run longer, set limits.time`,
      );
    }
    if (world.handled >= this.#limits.events) {
      throw new ScenarioFailure(
        `at ${this.time}: stopped, for the scenario has used all its ${this.#limits.events} events; if it should run longer, set limits.events`,
      );
    }
  }

  // Traffic.

  /** Networks, as commanded at manager1. */
  get network(): Operator['network'] {
    return this.at('manager1').network;
  }

  /**
   * Sends requests until it is stopped: `lab.traffic({ to: 'worker2:8080', perSecond: 100 })` from a machine outside the swarm, or from a
   * container: `lab.traffic({ from: 'web.1', to: 'db' })`.
   */
  traffic(options: TrafficOptions): Traffic {
    return this.#outside.traffic(options);
  }

  /** Sends one request, and waits for its end: `lab.request('worker2:8080')`, `lab.request('db', { from: 'web.1' })`. */
  request(to: string, options: RequestOptions = {}): Reply {
    return this.#outside.request(to, options);
  }

  /** A load balancer outside the swarm, a machine of its own: requests go to `NAME:PORT`. */
  loadBalancer(name: string, options: LoadBalancerOptions): LoadBalancer {
    this.#checkNewName(name);
    const config = balancerConfig(options);
    this.check(config.backends.map(({ host }) => host));
    this.#swarm.addLoadBalancer(name, config);
    return new LoadBalancer(this.#swarm, name);
  }

  // Machines and chance.

  /** A new machine that is in no swarm: `lab.at('worker9').swarm.join(...)` puts it into one. */
  addMachine(name: string): void {
    this.#checkNewName(name);
    this.#swarm.addMachine({ name, role: 'worker' });
    this.#swarm.advance(0);
  }

  #checkNewName(name: string): void {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new ScenarioFailure(
        `a machine's name is lower-case letters, digits and dashes, not ${JSON.stringify(name)}`,
      );
    }
    if (this.#swarm.world.hostNames().includes(name))
      throw new ScenarioFailure(`there is a machine ${name} already`);
  }

  /** A whole number from 0 to `bound` - 1, drawn by the seed: for scripts that play by chance. `purpose` names the stream. */
  draw(purpose: string, bound: number): number {
    if (!Number.isSafeInteger(bound) || bound < 1) {
      throw new ScenarioFailure(`draw needs a whole number from 1 as its bound, not ${bound}`);
    }
    return this.#dice.stream(`lab/${purpose}`).draw(bound);
  }

  /** Raft nodes beside the swarm, with the logs and terms given: every message arrives when the script says so. */
  raft(nodes: readonly RaftNode[], options: RaftStageOptions = {}): RaftStage {
    return new RaftStage(nodes, options, this.#audience);
  }

  // Faults.

  /** Power off: memory and what was not synced are gone. */
  crash(...hosts: string[]): void {
    this.#each(hosts, (host) => ({ kind: 'crash', host }));
  }

  /** Power on. */
  restart(...hosts: string[]): void {
    this.#each(hosts, (host) => ({ kind: 'restart', host }));
  }

  /** Alive but not scheduled. */
  pause(...hosts: string[]): void {
    this.#each(hosts, (host) => ({ kind: 'pause', host }));
  }

  resume(...hosts: string[]): void {
    this.#each(hosts, (host) => ({ kind: 'resume', host }));
  }

  /** Empties the disks of machines that are down. */
  wipe(...hosts: string[]): void {
    for (const host of hosts) {
      this.check([host]);
      if (this.#swarm.world.isUp(host))
        throw new ScenarioFailure(`at ${this.time}: ${host} must be crashed before it is wiped`);
    }
    this.#each(hosts, (host) => ({ kind: 'wipe', host }));
  }

  /** Cuts machines off from everybody else, and from each other unless named together in a partition. */
  isolate(...hosts: string[]): void {
    for (const host of hosts) this.partition([host], this.#others([host]));
  }

  /** Cuts both directions between groups. */
  partition(...groups: readonly (readonly string[])[]): void {
    for (const group of groups) this.check(group);
    this.#fault({ kind: 'partition', groups });
  }

  /** Cuts one direction: nothing from `from` reaches `to`. */
  cut(from: readonly string[], to: readonly string[]): void {
    this.check([...from, ...to]);
    this.#fault({ kind: 'cut', from, to });
  }

  /** Mends every cut. */
  heal(): void {
    this.#fault({ kind: 'heal' });
  }

  /** A firewall at a machine drops what arrives there on a port: `lab.closePort('worker1', '4789/udp')`. Without a protocol, on all. */
  closePort(host: string, port: string): void {
    this.check([host]);
    for (const each of firewallPorts(port)) this.#fault({ kind: 'close', host, port: each });
  }

  openPort(host: string, port: string): void {
    this.check([host]);
    for (const each of firewallPorts(port)) this.#fault({ kind: 'open', host, port: each });
  }

  /** Makes links slow or lossy, both directions between the machines named. */
  link(between: readonly string[], and: readonly string[], options: LinkOptions): void {
    this.check([...between, ...and]);
    const settings = linkSettings(options);
    this.#fault({ kind: 'link', from: between, to: and, settings });
    this.#fault({ kind: 'link', from: and, to: between, settings });
  }

  /** A clock that runs at `percent` of the right speed from now on, and jumps by `offset`. */
  clock(host: string, { percent = 100, offset = '0s' }: { percent?: number; offset?: string }): void {
    this.check([host]);
    if (!(percent > 0)) throw new ScenarioFailure(`clock.percent must be more than 0, not ${percent}`);
    const ratePpm = Math.round(percent * 10_000);
    this.#fault({ kind: 'clock', host, ratePpm, offset: duration('clock.offset', offset) });
  }

  #each(hosts: readonly string[], faultOf: (host: string) => Fault): void {
    this.check(hosts);
    for (const host of hosts) this.#fault(faultOf(host));
  }

  #fault(fault: Fault): void {
    this.#swarm.fault(fault);
    this.#checkLimits();
  }

  #others(hosts: readonly string[]): readonly string[] {
    return this.#swarm.world.hostNames().filter((name) => !hosts.includes(name));
  }

  // Saying and promising.

  /**
   * Tells in the story why something is as it is, and returns it as data: a task (`web.3`, or its ID), a node, a service, `election`,
   * `election 2`, `leader` or `last`; `placement web.3` and `why-not worker2 for web.3` tell of nodes and filters. The run is made again
   * for it, and changed by nothing. @throws ScenarioFailure for any other subject
   */
  explain(subject: string): Explanation {
    const explanation = explain(this.#swarm.world, subject);
    this.#audience.say(explanationText(explanation));
    return explanation;
  }

  /** A line of the story. */
  say(text: string): void {
    this.#audience.say(text);
  }

  /** A promise of the scenario: it fails when this does not hold. */
  expect(promise: string, holds: boolean): void {
    if (!holds) throw new ScenarioFailure(`at ${this.time}: expected that ${promise}`);
    this.#audience.kept(promise);
  }

  /** A promise about a value. */
  expectEqual(what: string, found: unknown, expected: unknown): void {
    const foundText = JSON.stringify(found);
    const expectedText = JSON.stringify(expected);
    if (foundText !== expectedText) {
      throw new ScenarioFailure(`at ${this.time}: ${what}: expected ${expectedText}, found ${foundText}`);
    }
    this.#audience.kept(`${what}: ${expectedText}`);
  }
}
