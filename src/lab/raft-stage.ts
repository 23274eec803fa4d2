// A handful of Raft nodes beside the swarm, for what happens between two messages: no network and no clock, a message arrives when the script
// says so. The algorithm is that of the paper: no pre-vote, no leases. Takes no virtual time.

import {
  advance,
  campaign,
  type Entry,
  type Environment,
  type HardState,
  hasReady,
  type Message,
  NO_LIMIT,
  NONE,
  type RaftState,
  restart,
  SWARM_CONFIG,
  step,
  takeReady,
  tick,
  votersOnly,
} from '../raft/index.ts';
import { assert } from '../sim/assert.ts';
import type { Audience } from './audience.ts';
import { ScenarioFailure } from './failure.ts';

/** A node as a script puts it on the stage. */
export interface RaftNode {
  readonly name: string;
  /** The terms of its entries, from index 1. */
  readonly log: readonly number[];
  /** The last committed index; default 0. */
  readonly commit?: number;
  /** Default: that of its last entry. */
  readonly term?: number;
}

export interface RaftStageOptions {
  /** One entry in each append, instead of all that are missing. */
  readonly oneByOne?: boolean;
}

type Raft = RaftState<null, null>;

/** What a node has on its disk, and in memory while it runs. */
interface Actor {
  readonly name: string;
  readonly id: number;
  hardState: HardState;
  readonly entries: Entry<null>[];
  raft: Raft | undefined;
}

/** Nothing here waits, so nothing is drawn; entries have no content. */
const environment: Environment<null> = { random: () => 0, sizeOf: () => 0 };

export class RaftStage {
  readonly #actors = new Map<string, Actor>();
  readonly #names = new Map<number, string>();
  readonly #audience: Audience;
  readonly #oneByOne: boolean;
  #underWay: Message<null, null>[] = [];

  constructor(nodes: readonly RaftNode[], { oneByOne = false }: RaftStageOptions, audience: Audience) {
    this.#audience = audience;
    this.#oneByOne = oneByOne;
    for (const { name, log, commit = 0, term = log.at(-1) ?? 0 } of nodes) {
      if (this.#actors.has(name)) throw new ScenarioFailure(`there are two Raft nodes ${name}`);
      if (log.some((each, i) => each < (log[i - 1] ?? 1) || each > term) || commit > log.length) {
        throw new ScenarioFailure(
          `no Raft node in term ${term} has the log ${log.join(' ')}, ${commit} committed`,
        );
      }
      const id = this.#actors.size + 1;
      const entries = log.map(
        (each, i): Entry<null> => ({ kind: 'normal', term: each, index: i + 1, data: null }),
      );
      this.#names.set(id, name);
      this.#actors.set(name, { name, id, hardState: { term, vote: NONE, commit }, entries, raft: undefined });
    }
    for (const actor of this.#actors.values()) this.#boot(actor);
  }

  // Doing.

  /** A node's election timeout has passed: it asks for votes in the next term. */
  campaign(name: string): void {
    const raft = this.#running(name);
    if (raft.role === 'leader') throw new ScenarioFailure(`${name} leads already`);
    campaign(raft, environment);
    this.#tell(name, `asks for votes in term ${raft.term}`);
    this.#settle(name);
  }

  /** The leader sends a heartbeat to everybody. */
  heartbeat(name: string): void {
    const raft = this.#running(name);
    if (raft.role !== 'leader') throw new ScenarioFailure(`${name} does not lead, and sends no heartbeats`);
    tick(raft, environment);
    this.#settle(name);
  }

  /** The oldest message under way between two nodes arrives. */
  deliver(from: string, to: string): void {
    const message = this.#take(from, to);
    if (message === undefined) throw new ScenarioFailure(`no message is under way from ${from} to ${to}`);
    this.#arrive(message);
  }

  /** Everything under way arrives in the order in which it was sent, with all that follows from it. */
  deliverAll(): void {
    for (let message = this.#underWay.shift(); message !== undefined; message = this.#underWay.shift()) {
      this.#arrive(message);
    }
  }

  /** A request from one node to another arrives, and its answer. */
  exchange(from: string, to: string): void {
    this.deliver(from, to);
    this.deliver(to, from);
  }

  /** Everything under way between two nodes is lost. */
  drop(from: string, to: string): void {
    for (let message = this.#take(from, to); message !== undefined; message = this.#take(from, to)) {
      this.#tell(from, `-> ${to}: ${messageText(message)} (lost)`);
    }
  }

  /** A node stops. What is under way to it or from it is lost, and what it has not saved. */
  crash(name: string): void {
    const { id } = this.#running(name);
    this.#actor(name).raft = undefined;
    this.#underWay = this.#underWay.filter(({ from, to }) => from !== id && to !== id);
    this.#tell(name, 'crashes');
  }

  /** A node comes up with what it has saved. */
  restart(name: string): void {
    const actor = this.#actor(name);
    if (actor.raft !== undefined) throw new ScenarioFailure(`${name} runs already`);
    this.#boot(actor);
    this.#tell(name, `restarts in term ${actor.hardState.term}, with ${logText(this.log(name))}`);
  }

  // Looking.

  /** The terms of a node's entries, from index 1. */
  log(name: string): readonly number[] {
    return this.#actor(name).entries.map(({ term }) => term);
  }

  term(name: string): number {
    return this.#actor(name).hardState.term;
  }

  /** The last index that a node knows to be committed. */
  commit(name: string): number {
    return this.#actor(name).hardState.commit;
  }

  /** Whether a node believes that it leads. */
  leads(name: string): boolean {
    return this.#actor(name).raft?.role === 'leader';
  }

  #actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (actor !== undefined) return actor;
    throw new ScenarioFailure(
      `there is no Raft node ${name}; there are ${[...this.#actors.keys()].join(', ')}`,
    );
  }

  #running(name: string): Raft {
    const { raft } = this.#actor(name);
    if (raft === undefined) throw new ScenarioFailure(`${name} has crashed`);
    return raft;
  }

  #boot(actor: Actor): void {
    const { id, hardState, entries } = actor;
    const configuration = votersOnly([...this.#names.keys()]);
    const snapshot = { index: 0, term: 0, configuration, data: null };
    const maxAppendBytes = this.#oneByOne ? 0 : NO_LIMIT;
    const config = { ...SWARM_CONFIG, checkQuorum: false, maxAppendBytes };
    actor.raft = restart({ id, config, hardState, snapshot, entries }, environment);
    this.#settle(actor.name);
  }

  #take(from: string, to: string): Message<null, null> | undefined {
    const { id: sender } = this.#actor(from);
    const { id: receiver } = this.#actor(to);
    const place = this.#underWay.findIndex((message) => message.from === sender && message.to === receiver);
    return place < 0 ? undefined : this.#underWay.splice(place, 1)[0];
  }

  #arrive(message: Message<null, null>): void {
    const from = this.#name(message.from);
    const to = this.#name(message.to);
    this.#tell(from, `-> ${to}: ${messageText(message)}`);
    step(this.#running(to), environment, message);
    this.#settle(to);
  }

  /** Has a node do all it can do now: save, send, apply. Tells what is different afterwards. */
  #settle(name: string): void {
    const actor = this.#actor(name);
    const raft = this.#running(name);
    const log = logText(this.log(name));
    const { commit } = actor.hardState;
    while (hasReady(raft)) {
      const { entries, hardState, messages, softState } = takeReady(raft, environment);
      const [first] = entries;
      if (first !== undefined) actor.entries.length = first.index - 1;
      actor.entries.push(...entries);
      actor.hardState = hardState ?? actor.hardState;
      if (softState?.role === 'leader') this.#tell(name, `wins the election of term ${raft.term}`);
      for (const message of messages) if (this.#runs(message.to)) this.#underWay.push(message);
      advance(raft, environment);
    }
    const now = logText(this.log(name));
    if (now !== log) this.#tell(name, `has ${now}`);
    if (actor.hardState.commit !== commit)
      this.#tell(name, `knows ${actor.hardState.commit} entries to be committed`);
  }

  /** What is sent to a node that has crashed is lost. */
  #runs(id: number): boolean {
    return this.#actor(this.#name(id)).raft !== undefined;
  }

  #name(id: number): string {
    const name = this.#names.get(id);
    assert(name !== undefined, 'messages go from member to member');
    return name;
  }

  #tell(who: string, text: string): void {
    this.#audience.told(who, text);
  }
}

function logText(terms: readonly number[]): string {
  return terms.length === 0 ? 'an empty log' : `the log ${terms.join(' ')}`;
}

/** Entries are told as term/index. */
function messageText(message: Message<null, null>): string {
  switch (message.kind) {
    case 'vote':
      return `vote for me in term ${message.term}; my log ends in ${message.lastTerm}/${message.lastIndex}`;
    case 'vote-response':
      return message.granted ? `my vote in term ${message.term} is yours` : `no vote in term ${message.term}`;
    case 'append': {
      const entries = message.entries.map(({ term, index }) => `${term}/${index}`).join(' ');
      return `append after ${message.previousTerm}/${message.previousIndex}: ${entries || 'nothing'}; ${message.commit} committed`;
    }
    case 'append-response':
      return message.rejected
        ? `no entry like that at ${message.index}; mine at ${message.hintIndex} is of term ${message.hintTerm}`
        : `I have everything up to ${message.index}`;
    case 'heartbeat':
      return `heartbeat of term ${message.term}; ${message.commit} committed`;
    case 'heartbeat-response':
      return 'heartbeat heard';
    default:
      return message.kind;
  }
}
