// A node of a trace: a Raft state with the storage and the state machine that the trace language describes.

import {
  advance,
  applyConfigurationChange,
  type Config,
  type Configuration,
  compact,
  type Entry,
  type Environment,
  hasReady,
  keepSnapshot,
  NO_LIMIT,
  NO_MEMBERS,
  type RaftState,
  type Ready,
  restart,
  type Snapshot,
  takeReady,
} from '../../../src/raft/index.ts';

/**
 * Payloads are text, counted in bytes of UTF-8. Timeouts take the longest draw; traces set those that matter.
 */
export const ENVIRONMENT: Environment<string> = {
  random: (bound) => bound - 1,
  sizeOf: (data) => Buffer.byteLength(data),
};

/** The settings of a trace's node unless `add-nodes` says otherwise. */
export const TRACE_CONFIG: Config = {
  electionTimeout: 3,
  heartbeatInterval: 1,
  preVote: false,
  checkQuorum: false,
  readOnly: 'safe',
  maxAppendBytes: NO_LIMIT,
  maxCommittedBytes: NO_LIMIT,
  maxInflight: NO_LIMIT,
  disableChangeValidation: false,
  stepDownOnRemoval: false,
};

/** A node and what it has stored. */
export interface TraceNode {
  readonly raft: RaftState<string, string>;
  /** What `raft-log` prints: the saved entries after `storedBase`. */
  storedBase: number;
  stored: Entry<string>[];
  /** One after each applied entry, oldest first; the first one is what the node started from. */
  readonly history: Snapshot<string>[];
}

const EMPTY: Snapshot<string> = { index: 0, term: 0, configuration: NO_MEMBERS, data: '' };

/** Starts a node from a snapshot, or empty from null. */
export function newNode(id: number, config: Config, snapshot: Snapshot<string> | null): TraceNode {
  const raft = restart<string, string>({ id, config, hardState: null, snapshot, entries: [] }, ENVIRONMENT);
  return { raft, storedBase: snapshot?.index ?? 0, stored: [], history: [snapshot ?? EMPTY] };
}

/** The snapshot the node would send. */
export function newestSnapshot(node: TraceNode): Snapshot<string> {
  return node.history[node.history.length - 1] ?? EMPTY;
}

/** Processes one round from end to end, and returns it; null if there is none. */
export function processReady(node: TraceNode): Ready<string, string> | null {
  const { raft } = node;
  if (!hasReady(raft)) return null;
  const ready = takeReady(raft, ENVIRONMENT);
  save(node, ready);
  for (const entry of ready.committedEntries) apply(node, entry);
  advance(raft, ENVIRONMENT);
  // A snapshot that was received is not one that is sent on.
  if (ready.snapshot !== null) keepSnapshot(raft, newestSnapshot(node));
  return ready;
}

function save(node: TraceNode, { entries, snapshot }: Ready<string, string>): void {
  const [first] = entries;
  if (first !== undefined) {
    const kept = node.stored.filter((entry) => entry.index < first.index);
    node.stored = [...kept, ...entries];
  }
  if (snapshot !== null) {
    node.storedBase = snapshot.index;
    node.stored = [];
  }
}

function apply(node: TraceNode, entry: Entry<string>): void {
  const previous = newestSnapshot(node);
  let configuration: Configuration = previous.configuration;
  let added = '';
  if (entry.kind === 'configuration') {
    added = entry.change?.context ?? '';
    configuration = applyConfigurationChange(node.raft, ENVIRONMENT, entry.change);
  } else {
    added = entry.data ?? '';
  }
  const { index, term } = entry;
  const snapshot = { index, term, configuration, data: previous.data + added };
  node.history.push(snapshot);
  keepSnapshot(node.raft, snapshot);
}

/** Discards stored entries; returns the error of the trace language, or null. */
export function compactStored(node: TraceNode, index: number): string | null {
  if (index <= node.storedBase) return 'requested index is unavailable due to compaction';
  // Below a received snapshot that is not saved yet, the node has nothing left to drop.
  if (index > node.raft.log.baseIndex) compact(node.raft, index);
  node.storedBase = index;
  node.stored = node.stored.filter((entry) => entry.index > index);
  return null;
}
