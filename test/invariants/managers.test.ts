// Every invariant of managers beside Raft's own figure 3, broken on purpose: a running swarm is tampered with, and the next look finds it.

import { describe, expect, test } from 'vitest';
import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { agentsStopWhenTold } from '../../src/invariants/agents-stop-when-told.ts';
import { campaignsInTime } from '../../src/invariants/campaigns-in-time.ts';
import { candidatesAreMembers } from '../../src/invariants/candidates-are-members.ts';
import { demotionsLeaveAMajority } from '../../src/invariants/demotions-leave-a-majority.ts';
import { heartbeatsCommitWhatIsThere } from '../../src/invariants/heartbeats-commit-what-is-there.ts';
import { History } from '../../src/invariants/history.ts';
import { BrokenInvariant, type Invariant } from '../../src/invariants/invariant.ts';
import { leadersAreAnnouncedOnce } from '../../src/invariants/leaders-are-announced-once.ts';
import { leadersHearAMajority } from '../../src/invariants/leaders-hear-a-majority.ts';
import { leadersPropose } from '../../src/invariants/leaders-propose.ts';
import { leasesHold } from '../../src/invariants/leases-hold.ts';
import { matchesAreDurable } from '../../src/invariants/matches-are-durable.ts';
import { membersChangeOneByOne } from '../../src/invariants/members-change-one-by-one.ts';
import { membersFollowTheLog } from '../../src/invariants/members-follow-the-log.ts';
import { noMajorityNoHistory } from '../../src/invariants/no-majority-no-history.ts';
import { progressInBounds } from '../../src/invariants/progress-in-bounds.ts';
import { promisesAreSavedFirst } from '../../src/invariants/promises-are-saved-first.ts';
import { removedMembersStayOut } from '../../src/invariants/removed-members-stay-out.ts';
import { sessionsAreSingle } from '../../src/invariants/sessions-are-single.ts';
import { silenceEndsSessions } from '../../src/invariants/silence-ends-sessions.ts';
import { snapshotsAreTrue } from '../../src/invariants/snapshots-are-true.ts';
import { transfersEnd } from '../../src/invariants/transfers-end.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { memberRemoval } from '../../src/manager/membership/join.ts';
import type { RaftMessage } from '../../src/manager/peer.ts';
import type { ManagerState } from '../../src/manager/state.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { minute, second } from '../../src/model/duration.ts';
import { findProgress, lastIndex, type Progress, votersOnly } from '../../src/raft/index.ts';
import type { StoreEvent } from '../../src/store/event.ts';
import { snapshot } from '../../src/store/store.ts';

function managerOf(swarm: Swarm, host: string): ManagerState {
  const manager = swarm.managerOf(host);
  if (manager === undefined) throw new Error(`${host} runs a manager`);
  return manager;
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is there');
  return value;
}

/** Hands a manager a Raft message that nobody sent. */
function forge(swarm: Swarm, host: string, message: RaftMessage): void {
  swarm.world.inject({ kind: 'command', host, body: { kind: 'raft', message } });
}

function write(swarm: Swarm): void {
  new Client(swarm, 'manager1').createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 0 }));
}

/** What manager1, the leader, knows of manager3. */
function progressOf(swarm: Swarm): Progress {
  const { id } = managerOf(swarm, 'manager3').raft;
  return there(findProgress(managerOf(swarm, 'manager1').raft.progress, id));
}

/** An entry that the leader never proposed gets into its log. */
function slipIn(swarm: Swarm, by: ManagerState, actions: readonly StoreEvent[]): void {
  const { log, term } = managerOf(swarm, 'manager1').raft;
  const data = { kind: 'transaction', by: by.raft.id, request: 99, actions, bytes: 100 } as const;
  log.entries.push({ kind: 'normal', index: lastIndex(log) + 1, term, data });
}

function isolate(swarm: Swarm, host: string): void {
  const others = ['manager1', 'manager2', 'manager3'].filter((other) => other !== host);
  swarm.fault({ kind: 'partition', groups: [[host], others] });
}

const cases: readonly {
  readonly invariant: Invariant;
  readonly by: string;
  readonly tamper: (swarm: Swarm) => void;
}[] = [
  {
    invariant: promisesAreSavedFirst,
    by: 'a vote that was not saved',
    tamper(swarm) {
      const { raft } = managerOf(swarm, 'manager2');
      const to = managerOf(swarm, 'manager3').raft.id;
      const { id: from, term } = raft;
      raft.afterSave.push({ kind: 'vote-response', from, to, term, preVote: false, granted: true });
    },
  },
  {
    invariant: promisesAreSavedFirst,
    by: 'an entry that was not saved',
    tamper(swarm) {
      const { raft } = managerOf(swarm, 'manager2');
      const to = managerOf(swarm, 'manager3').raft.id;
      const { id: from, term } = raft;
      const answer = { index: 99, rejected: false, hintIndex: 0, hintTerm: 0 };
      raft.afterSave.push({ kind: 'append-response', from, to, term, ...answer });
    },
  },
  {
    invariant: promisesAreSavedFirst,
    by: 'a term that was not saved',
    tamper(swarm) {
      const { raft } = managerOf(swarm, 'manager2');
      const to = managerOf(swarm, 'manager3').raft.id;
      const { id: from, term } = raft;
      raft.immediate.push({ kind: 'heartbeat-response', from, to, term: term + 1, context: '' });
    },
  },
  {
    invariant: matchesAreDurable,
    by: 'a leader that believes what is not so',
    tamper(swarm) {
      progressOf(swarm).match = 99;
    },
  },
  {
    invariant: progressInBounds,
    by: 'a next entry that matches already',
    tamper(swarm) {
      const progress = progressOf(swarm);
      progress.next = progress.match;
    },
  },
  {
    invariant: heartbeatsCommitWhatIsThere,
    by: 'a heartbeat that commits more than is known to match',
    tamper(swarm) {
      const { id: from, term, log } = managerOf(swarm, 'manager1').raft;
      progressOf(swarm).match = 1;
      const to = managerOf(swarm, 'manager3').raft.id;
      forge(swarm, 'manager3', { kind: 'heartbeat', from, to, term, commit: log.committed, context: '' });
    },
  },
  {
    invariant: membersChangeOneByOne,
    by: 'two changes at once',
    tamper(swarm) {
      const { log, term, id } = managerOf(swarm, 'manager3').raft;
      for (const index of [1, 2].map((more) => lastIndex(log) + more)) {
        log.entries.push({ kind: 'configuration', index, term, change: memberRemoval(id) });
      }
    },
  },
  {
    invariant: membersFollowTheLog,
    by: 'a member that is not in the list',
    tamper(swarm) {
      managerOf(swarm, 'manager3').members.delete(managerOf(swarm, 'manager2').raft.id);
      write(swarm);
    },
  },
  {
    invariant: membersFollowTheLog,
    by: 'a configuration that never was',
    tamper(swarm) {
      const { raft } = managerOf(swarm, 'manager3');
      raft.configuration = votersOnly([raft.id]);
    },
  },
  {
    invariant: leadersHearAMajority,
    by: 'a leader that takes silence for answers',
    tamper(swarm) {
      isolate(swarm, 'manager1');
      for (let i = 0; i < 40; i++) {
        for (const member of managerOf(swarm, 'manager1').raft.progress) member.recentlyActive = true;
        swarm.advance(second);
      }
    },
  },
  {
    invariant: transfersEnd,
    by: 'an entry that gets in meanwhile',
    tamper(swarm) {
      isolate(swarm, 'manager1');
      managerOf(swarm, 'manager1').raft.transferTarget = managerOf(swarm, 'manager2').raft.id;
      swarm.advance(1.5 * second);
      slipIn(swarm, managerOf(swarm, 'manager1'), []);
    },
  },
  {
    invariant: transfersEnd,
    by: 'a leader that never stops trying',
    tamper(swarm) {
      isolate(swarm, 'manager1');
      const { raft } = managerOf(swarm, 'manager1');
      raft.transferTarget = managerOf(swarm, 'manager2').raft.id;
      for (let i = 0; i < 15; i++) {
        raft.electionElapsed = 0;
        swarm.advance(second);
      }
    },
  },
  {
    invariant: snapshotsAreTrue,
    by: 'a snapshot of another term',
    tamper(swarm) {
      const { raft, store, members } = managerOf(swarm, 'manager1');
      const data = { store: snapshot(store), members: [...members.values()], removed: [] };
      const { id: from, term, configuration } = raft;
      const taken = { index: store.version, term: 99, configuration, data };
      const to = managerOf(swarm, 'manager3').raft.id;
      forge(swarm, 'manager3', { kind: 'snapshot', from, to, term, snapshot: taken });
    },
  },
  {
    invariant: snapshotsAreTrue,
    by: 'a snapshot of another state',
    tamper(swarm) {
      const { raft, store, members } = managerOf(swarm, 'manager1');
      const saved = snapshot(store);
      const tables = { ...saved.tables, network: [] };
      const data = { store: { ...saved, tables }, members: [...members.values()], removed: [] };
      const { id: from, term, configuration, log } = raft;
      const ofTerm = there(log.entries.at(store.version - log.baseIndex - 1)).term;
      const taken = { index: store.version, term: ofTerm, configuration, data };
      const to = managerOf(swarm, 'manager3').raft.id;
      forge(swarm, 'manager3', { kind: 'snapshot', from, to, term, snapshot: taken });
    },
  },
  {
    invariant: campaignsInTime,
    by: 'a campaign that comes too early',
    tamper(swarm) {
      isolate(swarm, 'manager3');
      managerOf(swarm, 'manager3').raft.randomizedElectionTimeout = 2;
    },
  },
  {
    invariant: campaignsInTime,
    by: 'a campaign that does not come',
    tamper(swarm) {
      isolate(swarm, 'manager3');
      managerOf(swarm, 'manager3').raft.randomizedElectionTimeout = 1000;
      swarm.advance(25 * second);
    },
  },
  {
    invariant: candidatesAreMembers,
    by: 'a candidate that is no member',
    tamper(swarm) {
      const { raft } = managerOf(swarm, 'manager3');
      raft.configuration = votersOnly([managerOf(swarm, 'manager1').raft.id]);
      raft.role = 'candidate';
      raft.term += 1;
    },
  },
  {
    invariant: leadersPropose,
    by: 'an entry of somebody else',
    tamper(swarm) {
      slipIn(swarm, managerOf(swarm, 'manager2'), []);
    },
  },
  {
    invariant: leadersAreAnnouncedOnce,
    by: 'a follower that acts as leader',
    tamper(swarm) {
      const manager = managerOf(swarm, 'manager2');
      const { term } = manager.raft;
      manager.leadership = { term, reactors: undefined, queue: [], inFlight: undefined, joins: [] };
      write(swarm);
    },
  },
  {
    invariant: demotionsLeaveAMajority,
    by: 'a demotion while the others are silent',
    tamper(swarm) {
      const leader = managerOf(swarm, 'manager1');
      for (const peer of leader.peers.values()) peer.active = false;
      const id = managerOf(swarm, 'manager2').self.nodeId;
      const node = there(leader.store.tables.node.get(id));
      const after = { ...node, spec: { ...node.spec, role: 'worker' as const } };
      slipIn(swarm, leader, [{ action: 'update', kind: 'node', id, before: node, after }]);
    },
  },
  {
    invariant: noMajorityNoHistory,
    by: 'a manager that decides alone',
    tamper(swarm) {
      isolate(swarm, 'manager1');
      swarm.fault({ kind: 'crash', host: 'manager2' });
      const spec = serviceSpec({ name: 'web', image: 'nginx' });
      swarm.type('manager1', { kind: 'node.call', call: { method: 'service.create', spec } });
      swarm.advance(3 * minute);
      const { log } = managerOf(swarm, 'manager1').raft;
      log.committed = lastIndex(log);
    },
  },
  {
    invariant: silenceEndsSessions,
    by: 'a node that was forgotten',
    tamper(swarm) {
      const { leadership } = managerOf(swarm, 'manager1');
      leadership?.reactors?.dispatcher.nodes.delete(managerOf(swarm, 'manager3').self.nodeId);
    },
  },
  {
    invariant: silenceEndsSessions,
    by: 'a node that is down although it was just heard',
    tamper(swarm) {
      const leadership = there(managerOf(swarm, 'manager1').leadership);
      const batch = there(leadership.reactors).dispatcher.batch;
      batch.writing = { ...batch.queued, nodes: new Map(), registrations: [] };
      batch.writing.nodes.set(managerOf(swarm, 'manager3').self.nodeId, { state: 'down', message: '' });
      leadership.queue.push({ reactor: 'dispatcher', job: { kind: 'batch' } });
    },
  },
  {
    invariant: sessionsAreSingle,
    by: 'one session of two nodes',
    tamper(swarm) {
      const nodes = there(managerOf(swarm, 'manager1').leadership?.reactors).dispatcher.nodes;
      const [two, three] = ['manager2', 'manager3'].map((host) =>
        nodes.get(managerOf(swarm, host).self.nodeId),
      );
      there(two).session = { ...there(there(three).session) };
    },
  },
  {
    invariant: agentsStopWhenTold,
    by: 'an agent that stops a container by itself',
    tamper(swarm) {
      new Client(swarm, 'manager1').createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 3 }));
      swarm.advance(10 * second);
      for (const container of swarm.memoryOf('manager2')?.agent?.containers.values() ?? []) {
        container.stopping = { exitCode: 0, killed: false };
      }
    },
  },
];

describe.each(cases)('$invariant.name', ({ invariant, by, tamper }) => {
  function watched(): Swarm {
    const swarm = Swarm.create('tampered', ordinaryCluster(3, 0));
    watchInvariants(swarm, [invariant]);
    assembleSwarm(swarm);
    return swarm;
  }

  test(`is broken by ${by}`, () => {
    const swarm = watched();
    let thrown: unknown;
    try {
      tamper(swarm);
      swarm.advance(6 * second);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BrokenInvariant);
    expect(thrown).toMatchObject({ invariant: invariant.name });
  });

  test('holds otherwise', () => {
    const swarm = watched();
    write(swarm);
    swarm.fault({ kind: 'crash', host: 'manager1' });
    swarm.advance(40 * second);
    swarm.fault({ kind: 'restart', host: 'manager1' });
    swarm.advance(10 * second);
    expect(swarm.managers()).toHaveLength(3);
  });
});

/** The checks of an invariant that needs nothing but what it is told, and whether they were broken. */
function alone(swarm: Swarm, invariant: Invariant) {
  const history = new History();
  const result = { broken: false };
  const checks = invariant.watch(
    (condition) => {
      result.broken ||= !condition;
    },
    { history, world: swarm.world, saved: () => undefined, running: () => undefined },
  );
  return { checks, result };
}

describe(leasesHold.name, () => {
  test.each([
    ['a live leader', { leader: 7, electionElapsed: 3 }, false, true],
    ['no leader', { leader: 0, electionElapsed: 3 }, false, false],
    ['a silent leader', { leader: 7, electionElapsed: 10 }, false, false],
    ['a leader that hands over', { leader: 7, electionElapsed: 3 }, true, false],
  ])('with %s', (_, { leader, electionElapsed }, transfer, broken) => {
    const swarm = Swarm.create('lease', ordinaryCluster(1, 0));
    assembleSwarm(swarm);
    const manager = managerOf(swarm, 'manager1');
    const { id: to, term } = manager.raft;
    const { checks, result } = alone(swarm, leasesHold);
    const asks = { kind: 'vote', preVote: false, lastIndex: 1, lastTerm: 1 } as const;
    const request = { ...asks, from: 8, to, term, transfer };
    checks.asked?.({ host: 'manager1', request, term: term - 1, leader, electionElapsed }, manager);
    expect(result.broken).toBe(broken);
  });
});

test(removedMembersStayOut.name, () => {
  const swarm = Swarm.create('removed', ordinaryCluster(1, 0));
  assembleSwarm(swarm);
  const manager = managerOf(swarm, 'manager1');
  const { term, vote, role, leader, transferTarget, configuration, log, id } = manager.raft;
  const { baseIndex, applied, committed } = log;
  const last = { lastIndex: lastIndex(log), lastTerm: term };
  const now = { term, vote, role, leader, transferTarget, baseIndex, applied, committed, ...last };
  const { checks, result } = alone(swarm, removedMembersStayOut);
  const sight = { host: 'manager1', manager, now: { ...now, configuration } };
  const savedBefore = { term, vote, ...last };
  const message = { kind: 'heartbeat', from: 8, to: id, term, commit: 0, context: '' } as const;
  const before = sight.now;
  checks.manager?.({ ...sight, before: undefined, savedBefore, message: undefined });
  manager.removed.add(8);
  checks.manager?.({ ...sight, before, savedBefore, message });
  expect(result.broken).toBe(false);
  checks.manager?.({ ...sight, before, savedBefore, message });
  expect(result.broken).toBe(true);
});
