// A handful of nodes with a network and disks that a test holds in its hands: which message arrives next,
// when a round is saved, what a crash loses.

import {
  advance,
  applyConfigurationChange,
  type Config,
  campaign,
  compact,
  type Entry,
  type Environment,
  type HardState,
  hasReady,
  keepSnapshot,
  type Message,
  NO_MEMBERS,
  type RaftState,
  type Ready,
  restart,
  type Snapshot,
  SWARM_CONFIG,
  step,
  takeReady,
  termAt,
} from '../../src/raft/index.ts';

export type Raft = RaftState<string, string>;
export type Packet = Message<string, string>;

/** What a disk holds. */
export interface Disk {
  readonly hardState: HardState | null;
  readonly snapshot: Snapshot<string> | null;
  readonly entries: readonly Entry<string>[];
}

/** A node, its disk, and its state machine: the applied payloads, one after the other. */
export interface Host {
  raft: Raft;
  /** What was written, and what of it a crash leaves. */
  written: Disk;
  durable: Disk;
  /** The round being saved, if there is one. */
  saving: Ready<string, string> | null;
  content: string;
}

/** A test's node settings: the ones of Swarm without quorum check, so that plain Raft is seen. */
export const PLAIN: Config = { ...SWARM_CONFIG, checkQuorum: false };

/** The environment of a test that needs no luck: every timeout is drawn the longest, 19 ticks. */
export const LONGEST: Environment<string> = { random: (bound) => bound - 1, sizeOf: (data) => data.length };

export interface ClusterOptions {
  readonly config?: Partial<Config>;
  readonly learners?: readonly number[];
  /** Nodes beyond the members: they start empty. */
  readonly spares?: number;
  readonly env?: Environment<string>;
}

/**
 * Nodes 1 to `voters`, then learners and spares as asked, all starting from a snapshot at index 1 of term 1.
 */
export class Cluster {
  readonly hosts: Host[] = [];
  readonly env: Environment<string>;
  readonly config: Config;
  network: Packet[] = [];
  /** Every message a node ever let out. */
  readonly sent: Packet[] = [];

  constructor(voters: number, options: ClusterOptions = {}) {
    this.env = options.env ?? LONGEST;
    this.config = { ...PLAIN, ...options.config };
    const learners = options.learners ?? [];
    const configuration = { ...NO_MEMBERS, voters: upTo(voters), learners };
    const snapshot = { index: 1, term: 1, configuration, data: '' };
    const members = voters + learners.length;
    for (const id of upTo(members + (options.spares ?? 0))) {
      this.hosts.push(
        this.#start(id, { hardState: null, snapshot: id <= members ? snapshot : null, entries: [] }),
      );
    }
  }

  #start(id: number, disk: Disk): Host {
    const raft = restart<string, string>({ id, config: this.config, ...disk }, this.env);
    return { raft, written: disk, durable: disk, saving: null, content: disk.snapshot?.data ?? '' };
  }

  host(id: number): Host {
    const host = this.hosts[id - 1];
    if (host === undefined) throw new Error(`no node ${id}`);
    return host;
  }

  raft(id: number): Raft {
    return this.host(id).raft;
  }

  /** Takes a round and writes it, without making it durable. */
  begin(id: number): Ready<string, string> {
    const host = this.host(id);
    const ready = takeReady(host.raft, this.env);
    host.written = written(host.written, ready);
    host.saving = ready;
    return ready;
  }

  /** Makes the round durable if it must be, sends, applies, and reports it done. */
  finish(id: number): void {
    const host = this.host(id);
    const ready = host.saving;
    if (ready === null) throw new Error(`node ${id} saves nothing`);
    host.saving = null;
    if (ready.mustSync || ready.snapshot !== null) host.durable = host.written;
    this.network.push(...ready.messages);
    this.sent.push(...ready.messages);
    if (ready.snapshot !== null) host.content = ready.snapshot.data;
    for (const entry of ready.committedEntries) {
      if (entry.kind === 'configuration') applyConfigurationChange(host.raft, this.env, entry.change);
      else host.content += entry.data ?? '';
    }
    advance(host.raft, this.env);
  }

  /** One whole round. */
  round(id: number): Ready<string, string> {
    const ready = this.begin(id);
    this.finish(id);
    return ready;
  }

  /** Delivers the message at a position of the network. */
  deliver(position: number): void {
    const [message] = this.network.splice(position, 1);
    if (message !== undefined) this.receive(message);
  }

  receive(message: Packet): void {
    step(this.raft(message.to), this.env, message);
  }

  /**
   * Rounds and deliveries in order until nothing is left. What is to or from a node that is cut off, or does
   * not pass, is lost.
   */
  settle(cut: readonly number[] = [], passes: (message: Packet) => boolean = () => true): void {
    const arrives = (message: Packet): boolean =>
      !cut.includes(message.to) && !cut.includes(message.from) && passes(message);
    for (let busy = true; busy; ) {
      busy = false;
      for (const { raft } of this.hosts) {
        if (!hasReady(raft)) continue;
        this.round(raft.id);
        busy = true;
      }
      const arriving = this.network.filter(arrives);
      this.network = [];
      for (const message of arriving) this.receive(message);
      busy = busy || arriving.length > 0;
    }
  }

  /** Makes a node leader. */
  elect(id: number, cut: readonly number[] = []): void {
    campaign(this.raft(id), this.env);
    this.settle(cut);
    if (this.raft(id).role !== 'leader') throw new Error(`node ${id} did not win`);
  }

  /** Crashes and restarts a node. What was written but not durable is lost unless `lucky`. */
  crash(id: number, lucky = false): void {
    const host = this.host(id);
    this.hosts[id - 1] = this.#start(id, lucky ? host.written : host.durable);
  }

  /**
   * Takes a snapshot of everything applied, and drops the log it covers. Makes all that was written durable.
   */
  snapshot(id: number): void {
    const host = this.host(id);
    const { raft } = host;
    const index = raft.log.applied;
    if (index <= raft.log.baseIndex || raft.log.receivedSnapshot !== null) return;
    const term = termAt(raft.log, index);
    const snapshot = { index, term, configuration: raft.configuration, data: host.content };
    keepSnapshot(raft, snapshot);
    compact(raft, index);
    const { hardState, entries } = host.written;
    host.written = { hardState, snapshot, entries: entries.filter((entry) => entry.index > index) };
    host.durable = host.written;
  }
}

function written(disk: Disk, { snapshot, entries, hardState }: Ready<string, string>): Disk {
  const [first] = entries;
  const before =
    snapshot !== null ? [] : disk.entries.filter((entry) => first === undefined || entry.index < first.index);
  return {
    hardState: hardState ?? disk.hardState,
    snapshot: snapshot ?? disk.snapshot,
    entries: [...before, ...entries],
  };
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, position) => position + 1);
}

/** The terms of a log from index 2 on, as the paper's figures draw them. */
export function termsOf(raft: Raft): number[] {
  return raft.log.entries.map((entry) => entry.term);
}
