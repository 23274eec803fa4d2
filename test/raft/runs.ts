// Runs of a cluster as lists of actions, not as seeds, so that a failure shrinks to the few actions that
// matter.

import fc from 'fast-check';
import {
  type ConfigurationChange,
  campaign,
  type Environment,
  hasReady,
  isJoint,
  leaveJoint,
  type Operation,
  propose,
  proposeConfigurationChange,
  readIndex,
  reportSnapshot,
  reportUnreachable,
  tick,
  transferLeadership,
} from '../../src/raft/index.ts';
import { Checker } from './checker.ts';
import { Cluster, type ClusterOptions, type Raft } from './cluster.ts';

const NODES = 5;

const KINDS = [
  'run',
  'run',
  'run',
  'run isolated',
  'run isolated',
  'tick',
  'deliver',
  'deliver',
  'lose',
  'duplicate',
  'begin',
  'finish',
  'round',
  'crash',
  'propose',
  'propose',
  'propose',
  'propose',
  'transfer',
  'snapshot',
  'read',
  'unreachable',
  'snapshot sent',
  'usurp',
  'trickle',
  'converse',
  'change',
] as const;

/** Something that happens to a node or to the network; `pick` chooses among what is possible. */
export interface Action {
  readonly kind: (typeof KINDS)[number];
  readonly node: number;
  readonly pick: number;
}

/** A run from its beginning. */
export interface Run {
  readonly voters: number;
  readonly options: ClusterOptions;
  readonly luck: number;
  readonly actions: readonly Action[];
}

function actionOf(kinds: readonly Action['kind'][], nodes: number): fc.Arbitrary<Action> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    node: fc.integer({ min: 1, max: nodes }),
    pick: fc.nat(999),
  });
}

/** Runs made of these kinds of actions, with 3 to `nodes` voters to begin with. */
export function runOf(kinds: readonly Action['kind'][], nodes = NODES): fc.Arbitrary<Run> {
  const config = fc.record({
    preVote: fc.boolean(),
    checkQuorum: fc.boolean(),
    maxInflight: fc.constantFrom(1, 2, 256),
    maxAppendBytes: fc.constantFrom(1, 40, 65_535),
    maxCommittedBytes: fc.constantFrom(1, 65_535),
    stepDownOnRemoval: fc.boolean(),
    electionTimeout: fc.constant(4),
  });
  return fc.record({
    voters: fc.integer({ min: 3, max: nodes }),
    options: fc.record({ config }),
    luck: fc.nat(),
    actions: fc.array(actionOf(kinds, nodes), { minLength: 10, maxLength: 100, size: 'max' }),
  });
}

/** Everything but changes of the members. */
export const FIXED_MEMBERS = KINDS.filter((kind) => kind !== 'change');

/**
 * No moment of peace: leaders come to power and are gone before more than one node hears of it. This is where
 * the cases of §5.4.2 are.
 */
export const ROUGH: readonly Action['kind'][] = [
  'usurp',
  'usurp',
  'usurp',
  'converse',
  'converse',
  'converse',
  'propose',
  'crash',
];

/** Everything, with more changes of the members. */
export const CHANGING_MEMBERS = [...KINDS, 'change', 'change'] as const;

/** Uniform enough draws that a run can repeat. */
function drawsFrom(seed: number): Environment<string> {
  let state = seed | 1;
  return {
    random: (bound) => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      return (state >>> 8) % bound;
    },
    sizeOf: (data) => data.length,
  };
}

/** A cluster at the beginning of a run. */
export function start({ voters, options, luck }: Run): Cluster {
  return new Cluster(voters, { ...options, spares: NODES - voters, env: drawsFrom(luck) });
}

type Act = (cluster: Cluster, action: Action) => void;

/** What each action does. What cannot be done at the moment is not done. */
const ACTS: Record<Action['kind'], Act> = {
  run: (cluster, { pick }) => runTicks(cluster, 1 + (pick % 12), []),
  'run isolated': (cluster, { node, pick }) => runTicks(cluster, 1 + (pick % 12), [node, anyNode(pick)]),
  usurp: (cluster, { node }) => {
    campaign(cluster.raft(node), cluster.env);
    cluster.settle([], ({ kind }) => kind === 'vote' || kind === 'vote-response');
  },
  trickle: (cluster, { pick }) => {
    for (let count = pick % 16; count > 0; count -= 1) {
      for (const { raft } of cluster.hosts) if (hasReady(raft)) cluster.round(raft.id);
      cluster.deliver(placeIn(cluster.network, pick * count));
    }
  },
  converse: (cluster, { node, pick }) => {
    const leader = leaderOf(cluster);
    if (leader === undefined || leader.id === node) return;
    const pair = [leader.id, node];
    // A heartbeat, or the two would wait for the answer to an append that was lost.
    tick(leader, cluster.env);
    for (let count = pick % 10; count > 0; count -= 1) {
      for (const id of pair) if (hasReady(cluster.raft(id))) cluster.round(id);
      cluster.network = cluster.network.filter(({ from, to }) => pair.includes(from) && pair.includes(to));
      cluster.deliver(0);
    }
  },
  tick: (cluster, { node }) => tick(cluster.raft(node), cluster.env),
  deliver: (cluster, { pick }) => cluster.deliver(placeIn(cluster.network, pick)),
  lose: ({ network }, { pick }) => {
    network.splice(placeIn(network, pick), 1 + (pick % 4));
  },
  duplicate: ({ network }, { pick }) => {
    const place = placeIn(network, pick);
    network.push(...network.slice(place, place + 3));
  },
  begin: (cluster, { node }) => {
    if (hasReady(cluster.raft(node))) cluster.begin(node);
  },
  finish: (cluster, { node }) => {
    if (cluster.host(node).saving !== null) cluster.finish(node);
  },
  round: (cluster, { node }) => {
    if (hasReady(cluster.raft(node))) cluster.round(node);
  },
  crash: (cluster, { node, pick }) => cluster.crash(node, pick % 3 === 0),
  propose: (cluster, { node, pick }) => {
    propose(cluster.raft(node), cluster.env, `${node}.${pick} `);
  },
  transfer: (cluster, { node, pick }) => transferLeadership(cluster.raft(node), cluster.env, anyNode(pick)),
  snapshot: (cluster, { node }) => cluster.snapshot(node),
  read: (cluster, { node, pick }) => readIndex(cluster.raft(node), `read ${pick}`),
  unreachable: (cluster, { node, pick }) => reportUnreachable(cluster.raft(node), anyNode(pick)),
  'snapshot sent': (cluster, { node, pick }) =>
    reportSnapshot(cluster.raft(node), anyNode(pick), pick % 2 === 0),
  change: (cluster, { node, pick }) => {
    const leader = leaderOf(cluster);
    if (leader !== undefined) proposeChange(cluster, leader, node, pick);
  },
};

function anyNode(pick: number): number {
  return 1 + (pick % NODES);
}

function placeIn(list: readonly unknown[], pick: number): number {
  return pick % Math.max(list.length, 1);
}

/** Time passes on all nodes, and all messages arrive but those of nodes that are cut off. */
export function runTicks(cluster: Cluster, ticks: number, cut: readonly number[]): void {
  for (let passed = 0; passed < ticks; passed += 1) {
    for (const { raft } of cluster.hosts) tick(raft, cluster.env);
    cluster.settle(cut);
  }
}

/** The leader of the highest term. */
export function leaderOf(cluster: Cluster): Raft | undefined {
  const leaders = cluster.hosts.map(({ raft }) => raft).filter(({ role }) => role === 'leader');
  return leaders.sort((a, b) => b.term - a.term)[0];
}

/**
 * Proposes a change that leaves a voter, on a leader: only it knows the configuration that will be changed.
 */
function proposeChange(cluster: Cluster, raft: Raft, node: number, pick: number): void {
  const { voters } = raft.configuration;
  const types: readonly Operation['type'][] = ['add-voter', 'add-learner', 'remove'];
  const operation = (at: number): Operation => ({
    type: types[(pick >> at) % 3] ?? 'update',
    id: at === 0 ? node : 1 + ((pick >> at) % NODES),
  });
  const operations = pick % 4 === 0 ? [operation(0), operation(2)] : [operation(0)];
  const leaving = operations.filter(({ type, id }) => type !== 'add-voter' && voters.includes(id)).length;
  if (!isJoint(raft.configuration) && voters.length - leaving < 1) return;
  const transition = (['auto', 'auto', 'implicit', 'explicit'] as const)[pick % 4] ?? 'auto';
  const joint: ConfigurationChange<string> = { form: 'list', transition, operations, context: null };
  proposeConfigurationChange(raft, cluster.env, isJoint(raft.configuration) ? leaveJoint() : joint);
}

/** Does one action. */
export function act(cluster: Cluster, action: Action): void {
  ACTS[action.kind](cluster, action);
}

/** Does a whole run, checked after every action. */
export function checkedRun(run: Run): { cluster: Cluster; checker: Checker } {
  const cluster = start(run);
  const checker = new Checker(cluster);
  for (const action of run.actions) {
    act(cluster, action);
    checker.check();
  }
  return { cluster, checker };
}
