// Every invariant of Raft, broken on purpose: a running swarm is tampered with, and the very next look finds it.

import { describe, expect, test } from 'vitest';
import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { commitsAreAgreed } from '../../src/invariants/commits-are-agreed.ts';
import { commitsNeedAQuorum } from '../../src/invariants/commits-need-a-quorum.ts';
import { equalStates } from '../../src/invariants/equal-states.ts';
import { History } from '../../src/invariants/history.ts';
import { indexesInOrder } from '../../src/invariants/indexes-in-order.ts';
import { BrokenInvariant, type Invariant } from '../../src/invariants/invariant.ts';
import { leaderAppendsOnly } from '../../src/invariants/leader-appends-only.ts';
import { leaderCompleteness } from '../../src/invariants/leader-completeness.ts';
import { logMatching } from '../../src/invariants/log-matching.ts';
import { oneLeaderPerTerm } from '../../src/invariants/one-leader-per-term.ts';
import { oneVotePerTerm } from '../../src/invariants/one-vote-per-term.ts';
import { promisesSurviveRestarts } from '../../src/invariants/promises-survive-restarts.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import type { RaftMessage } from '../../src/manager/peer.ts';
import type { ManagerState } from '../../src/manager/state.ts';
import { serviceSpec } from '../../src/model/defaults.ts';
import { second } from '../../src/model/duration.ts';
import { lastIndex, lastTerm } from '../../src/raft/index.ts';
import { apply } from '../../src/store/store.ts';

function managerOf(swarm: Swarm, host: string): ManagerState {
  const manager = swarm.managerOf(host);
  if (manager === undefined) throw new Error(`${host} runs a manager`);
  return manager;
}

/** Hands a manager a Raft message that nobody sent. */
function forge(swarm: Swarm, host: string, message: RaftMessage): void {
  swarm.world.inject({ kind: 'command', host, body: { kind: 'raft', message } });
}

function write(swarm: Swarm): void {
  new Client(swarm, 'manager1').createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 0 }));
}

/** Another entry than the leader's next one, for a follower alone. */
function forgeEntry(swarm: Swarm, committed: boolean): void {
  const { raft } = managerOf(swarm, 'manager1');
  const [index, term] = [lastIndex(raft.log) + 1, raft.term];
  forge(swarm, 'manager3', {
    kind: 'append',
    from: raft.id,
    to: managerOf(swarm, 'manager3').raft.id,
    term,
    previousIndex: index - 1,
    previousTerm: lastTerm(raft.log),
    entries: [{ kind: 'normal', index, term, data: null }],
    commit: committed ? index : index - 1,
  });
}

const cases: readonly {
  readonly invariant: Invariant;
  readonly by: string;
  readonly tamper: (swarm: Swarm) => void;
}[] = [
  {
    invariant: oneLeaderPerTerm,
    by: 'a heartbeat of somebody else',
    tamper(swarm) {
      const [one, two, three] = ['manager1', 'manager2', 'manager3'].map(
        (host) => managerOf(swarm, host).raft,
      );
      if (one === undefined || two === undefined || three === undefined) return;
      const { term } = one;
      forge(swarm, 'manager3', {
        kind: 'heartbeat',
        from: two.id,
        to: three.id,
        term,
        commit: 0,
        context: '',
      });
    },
  },
  {
    invariant: oneLeaderPerTerm,
    by: 'a follower that takes itself for the leader',
    tamper(swarm) {
      managerOf(swarm, 'manager2').raft.role = 'leader';
    },
  },
  {
    invariant: oneVotePerTerm,
    by: 'two votes of one member',
    tamper(swarm) {
      const voter = managerOf(swarm, 'manager3').raft;
      for (const host of ['manager1', 'manager2']) {
        const { id: to, term } = managerOf(swarm, host).raft;
        forge(swarm, host, {
          kind: 'vote-response',
          from: voter.id,
          to,
          term,
          preVote: false,
          granted: true,
        });
      }
    },
  },
  {
    invariant: indexesInOrder,
    by: 'a commit index that goes back',
    tamper(swarm) {
      managerOf(swarm, 'manager1').raft.log.committed -= 1;
    },
  },
  {
    invariant: indexesInOrder,
    by: 'a vote that changes within its term',
    tamper(swarm) {
      const { raft } = managerOf(swarm, 'manager2');
      raft.vote = managerOf(swarm, 'manager3').raft.id;
      swarm.advance(2 * second);
      raft.vote = raft.id;
    },
  },
  {
    invariant: logMatching,
    by: 'two entries of one index and term',
    tamper(swarm) {
      forgeEntry(swarm, false);
      swarm.world.step();
      write(swarm);
    },
  },
  {
    invariant: leaderCompleteness,
    by: 'a leader without a committed entry',
    tamper(swarm) {
      const { raft } = managerOf(swarm, 'manager3');
      raft.log.entries.length -= 1;
      raft.term += 1;
      raft.role = 'leader';
    },
  },
  {
    invariant: leaderAppendsOnly,
    by: 'a leader that drops an entry',
    tamper(swarm) {
      managerOf(swarm, 'manager1').raft.log.entries.length -= 1;
    },
  },
  {
    invariant: commitsNeedAQuorum,
    by: 'a leader that commits what it alone has',
    tamper(swarm) {
      swarm.fault({ kind: 'cut', from: ['manager1'], to: ['manager2', 'manager3'] });
      const spec = serviceSpec({ name: 'web', image: 'nginx' });
      swarm.type('manager1', { kind: 'node.call', call: { method: 'service.create', spec } });
      swarm.advance(second / 10);
      const { log } = managerOf(swarm, 'manager1').raft;
      log.committed = lastIndex(log);
    },
  },
  {
    invariant: commitsAreAgreed,
    by: 'a follower that commits another entry',
    tamper(swarm) {
      forgeEntry(swarm, true);
      swarm.world.step();
      write(swarm);
    },
  },
  {
    invariant: equalStates,
    by: 'a store that somebody has changed',
    tamper(swarm) {
      const { store } = managerOf(swarm, 'manager3');
      apply(
        store,
        [...store.tables.network].map(([id, before]) => ({ action: 'remove', kind: 'network', id, before })),
      );
      write(swarm);
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
      swarm.advance(3 * second);
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

describe(promisesSurviveRestarts.name, () => {
  test.each([
    ['a term', { term: 9 }, true],
    ['a vote', { vote: 7 }, true],
    ['an entry', { lastIndex: 99 }, true],
    ['nothing', {}, false],
    ['a vote of an earlier term', { term: 1, vote: 7 }, false],
  ])('%s is lost', (_, lost, broken) => {
    const swarm = Swarm.create('restart', ordinaryCluster(3, 0));
    assembleSwarm(swarm);
    const manager = managerOf(swarm, 'manager1');
    const { term, vote, role, leader, transferTarget, configuration, log } = manager.raft;
    const { baseIndex, applied, committed } = log;
    const last = { lastIndex: lastIndex(log), lastTerm: lastTerm(log) };
    let found = false;
    const checks = promisesSurviveRestarts.watch(
      (condition) => {
        found ||= !condition;
      },
      { history: new History(), world: swarm.world, saved: () => undefined, running: () => undefined },
    );
    checks.manager?.({
      host: 'manager1',
      manager,
      now: {
        term,
        vote,
        role,
        leader,
        transferTarget,
        baseIndex,
        applied,
        committed,
        ...last,
        configuration,
      },
      before: undefined,
      message: undefined,
      savedBefore: { term, vote, ...last, ...lost },
    });
    expect(found).toBe(broken);
  });
});

test('watching changes nothing', () => {
  const course = (watching: boolean): string => {
    const swarm = Swarm.create('watched', ordinaryCluster(3, 1));
    if (watching) watchInvariants(swarm);
    assembleSwarm(swarm);
    write(swarm);
    swarm.advance(60 * second);
    return swarm.world.digest;
  };
  expect(course(true)).toBe(course(false));
});

test('a swarm can be watched from its middle on', () => {
  const swarm = Swarm.create('late', ordinaryCluster(3, 1));
  assembleSwarm(swarm);
  write(swarm);
  watchInvariants(swarm);
  new Client(swarm, 'manager1').removeService('web');
  swarm.fault({ kind: 'crash', host: 'manager1' });
  swarm.advance(40 * second);
  const leader = managerOf(swarm, swarm.leader() ?? '');
  leader.raft.log.committed -= 1;
  expect(() => swarm.advance(2 * second)).toThrow(BrokenInvariant);
});
