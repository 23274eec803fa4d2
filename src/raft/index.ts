// swarmlab/raft: the Raft consensus algorithm as a pure step machine.
//
// A node is plain data, `RaftState`. Functions change it in place and answer with data: no clock, no network,
// no disk, no randomness but what they are given. To be read beside the paper ("In Search of an
// Understandable Consensus Algorithm", cited as §) and Ongaro's thesis; behaviour is that of etcd's Raft
// library v3.6, the one SwarmKit uses, message for message.
//
//   const env = { random: (bound) => random.below(bound), sizeOf: (text) => text.length };
//   const snapshot = { index: 1, term: 1, configuration: votersOnly([1, 2, 3]), data: '' };
//   const raft = restart({ id: 1, config: SWARM_CONFIG, hardState: null, snapshot, entries: [] }, env);
//
//   tick(raft, env);                 // every second, say
//   step(raft, env, message);        // for each message that arrives
//   propose(raft, env, 'x = 1');     // 'ok' or 'proposal dropped'
//
//   while (hasReady(raft)) {
//     const ready = takeReady(raft, env);
//     disk.save(ready.snapshot, ready.entries, ready.hardState, ready.mustSync);
//     for (const message of ready.messages) network.send(message);
//     if (ready.snapshot !== null) machine.install(ready.snapshot);
//     for (const entry of ready.committedEntries) {
//       if (entry.kind === 'configuration') applyConfigurationChange(raft, env, entry.change);
//       else if (entry.data !== null) machine.apply(entry.data);
//     }
//     advance(raft, env);
//   }
//
// After a crash, `restart` with what the disk holds. Between takeReady and advance any amount of time may
// pass, and further messages may be stepped. Errors are thrown only for broken invariants: the node must stop
// then.

export {
  type Configuration,
  isJoint,
  isVoter,
  NO_MEMBERS,
  votersOnly,
} from './configuration.ts';
export { campaign } from './election.ts';
export {
  type ConfigurationChange,
  type ConfigurationEntry,
  type Entry,
  encodedSize,
  leaveJoint,
  type NormalEntry,
  type Operation,
  type OperationType,
  type Proposal,
  type Transition,
} from './entry.ts';
export { forgetLeader } from './follower.ts';
export { firstIndex, type Log, lastIndex, lastTerm, NO_LIMIT, termAt, UNKNOWN_TERM } from './log.ts';
export { applyConfigurationChange } from './membership.ts';
export type {
  Append,
  AppendResponse,
  Heartbeat,
  HeartbeatResponse,
  InstallSnapshot,
  Message,
  Propose,
  ReadIndex,
  ReadIndexResponse,
  TimeoutNow,
  TransferLeader,
  VoteRequest,
  VoteResponse,
} from './message.ts';
export { NONE } from './message.ts';
export { findProgress, isLearner, isPaused, type Progress, type ProgressState } from './progress.ts';
export { type Outcome, propose, proposeConfigurationChange } from './proposal.ts';
export { type ReadState, readIndex } from './readindex.ts';
export { advance, hasReady, type Ready, type SoftState, takeReady } from './ready.ts';
export { reportSnapshot, reportUnreachable } from './replication.ts';
export { compact, type DurableState, keepSnapshot, restart } from './restart.ts';
export type { Snapshot } from './snapshot.ts';
export {
  type Config,
  type Environment,
  type HardState,
  type RaftState,
  type Role,
  SWARM_CONFIG,
} from './state.ts';
export { step } from './step.ts';
export { tick } from './tick.ts';
export { transferLeadership } from './transfer.ts';
