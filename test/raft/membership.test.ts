// §6 of the paper and chapter 4 of the thesis: changes of the members, one at a time and joint.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allMembers,
  allVoters,
  type Configuration,
  changeConfiguration,
  isJoint,
} from '../../src/raft/configuration.ts';
import {
  applyConfigurationChange,
  type ConfigurationChange,
  campaign,
  findProgress,
  leaveJoint,
  NO_MEMBERS,
  type Operation,
  propose,
  proposeConfigurationChange,
  reportUnreachable,
  step,
  tick,
  transferLeadership,
  votersOnly,
} from '../../src/raft/index.ts';
import { Cluster, LONGEST, type Raft } from './cluster.ts';
import { accepted, ask, drain } from './single.ts';

const LETTERS = new Map<string, Operation['type']>([
  ['v', 'add-voter'],
  ['l', 'add-learner'],
  ['r', 'remove'],
  ['u', 'update'],
]);

function changeOf(
  words: string,
  transition: ConfigurationChange<string>['transition'] = 'auto',
): ConfigurationChange<string> {
  const operations = words.split(' ').map(
    (word): Operation => ({
      type: LETTERS.get(word.slice(0, 1)) ?? 'update',
      id: Number(word.slice(1)),
    }),
  );
  return { form: 'list', transition, operations, context: null };
}

function change(
  cluster: Cluster,
  words: string,
  transition?: ConfigurationChange<string>['transition'],
): void {
  expect(proposeConfigurationChange(cluster.raft(1), LONGEST, changeOf(words, transition))).toBe('ok');
}

function kindsOf(raft: Raft): string[] {
  return raft.log.entries.map(({ kind }) => kind);
}

describe('thesis 4.1: one change at a time', () => {
  test('takes effect when it is applied, on each node at its own time (R-R97)', () => {
    const cluster = new Cluster(3, { spares: 1 });
    cluster.elect(1);
    change(cluster, 'v4');
    cluster.settle([3, 4]);
    expect(cluster.raft(1).configuration.voters).toEqual([1, 2, 3, 4]);
    expect(cluster.raft(3).configuration.voters).toEqual([1, 2, 3]);
    // Node 4 can only take a snapshot that knows it (R-R102).
    cluster.snapshot(1);
    tick(cluster.raft(1), LONGEST);
    cluster.settle();
    expect(cluster.hosts.map(({ raft }) => raft.configuration.voters.length)).toEqual([4, 4, 4, 4]);
  });

  test('a second one before the first is applied becomes an empty entry (E-53)', () => {
    const cluster = new Cluster(3, { spares: 2 });
    cluster.elect(1);
    change(cluster, 'l4');
    change(cluster, 'l5');
    expect(kindsOf(cluster.raft(1))).toEqual(['normal', 'configuration', 'normal']);
    cluster.settle();
    change(cluster, 'l5');
    expect(kindsOf(cluster.raft(1)).at(-1)).toBe('configuration');
  });

  test('a new leader proposes none before it has applied what it inherited (E-54)', () => {
    const cluster = new Cluster(3);
    campaign(cluster.raft(1), LONGEST);
    cluster.settle([], ({ kind }) => kind === 'vote' || kind === 'vote-response');
    propose(cluster.raft(1), LONGEST, 'x');
    cluster.settle([2, 3]);
    campaign(cluster.raft(1), LONGEST);
    expect(cluster.raft(1).role).toBe('leader');
    cluster.crash(1);
    campaign(cluster.raft(1), LONGEST);
    cluster.settle([], ({ kind }) => kind === 'vote' || kind === 'vote-response');
    change(cluster, 'l4');
    expect(kindsOf(cluster.raft(1)).at(-1)).toBe('normal');
  });

  test('a removed leader sends nothing at the switch, drops proposals, still leads (R-R86, R-R100)', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    cluster.settle();
    const leader = cluster.raft(1);
    change(cluster, 'r1');
    propose(leader, LONGEST, 'x');
    cluster.round(1);
    step(leader, LONGEST, accepted(2, 1, 3));
    // Node 3 would be sent entries 3 and 4 again by the next occasion that sends anything.
    reportUnreachable(leader, 3);
    const sent = drain(leader);
    expect(sent.map((message) => message.kind === 'append' && message.previousIndex)).toEqual([4, 4]);
    expect(leader.configuration.voters).toEqual([2, 3]);
    expect(leader.role).toBe('leader');
    expect(propose(leader, LONGEST, 'y')).toBe('proposal dropped');
    // One of the two that are left is no majority of them, whatever the leader has itself.
    ask(leader, accepted(2, 1, 4));
    expect(leader.log.committed).toBe(3);
    ask(leader, accepted(3, 1, 4));
    expect(leader.log.committed).toBe(4);
  });

  test('or steps down at once, if so configured', () => {
    const cluster = new Cluster(3, { config: { stepDownOnRemoval: true } });
    cluster.elect(1);
    change(cluster, 'r1');
    cluster.settle();
    expect(cluster.raft(1)).toMatchObject({ role: 'follower', leader: 0, term: 1 });
    campaign(cluster.raft(1), LONGEST);
    expect(cluster.raft(1).role).toBe('follower');
  });

  test('the first added member is not missed by the next quorum check, but by the one after (E-47)', () => {
    const cluster = new Cluster(1, { spares: 1, config: { checkQuorum: true } });
    cluster.elect(1);
    change(cluster, 'v2');
    const passTimeout = (): void => {
      for (let passed = 0; passed < 10; passed += 1) tick(cluster.raft(1), LONGEST);
      cluster.settle([2]);
    };
    cluster.settle([2]);
    passTimeout();
    expect(cluster.raft(1).role).toBe('leader');
    passTimeout();
    expect(cluster.raft(1).role).toBe('follower');
  });

  test('no campaign while a committed change is not applied (R-R54)', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    change(cluster, 'l4');
    cluster.round(1);
    cluster.deliver(0);
    cluster.round(2);
    cluster.network = [];
    cluster.receive({ kind: 'heartbeat', from: 1, to: 2, term: 1, commit: 3, context: '' });
    campaign(cluster.raft(2), LONGEST);
    expect(cluster.raft(2).role).toBe('follower');
    cluster.settle([1, 3]);
    campaign(cluster.raft(2), LONGEST);
    expect(cluster.raft(2).role).toBe('candidate');
  });

  test('removing a transfer target ends the transfer (R-R93)', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    change(cluster, 'r3');
    cluster.round(1);
    transferLeadership(cluster.raft(1), LONGEST, 3);
    expect(cluster.raft(1).transferTarget).toBe(3);
    cluster.settle([3]);
    expect(cluster.raft(1)).toMatchObject({ role: 'leader', transferTarget: 0 });
  });
});

describe('§6: joint consensus', () => {
  test('needs both majorities, and the leader leaves it by itself (R-R99, R-R226)', () => {
    const cluster = new Cluster(3, { spares: 2 });
    cluster.elect(1);
    change(cluster, 'r2 r3 v4 v5');
    cluster.settle([4, 5]);
    const { configuration, log } = cluster.raft(1);
    expect(configuration).toMatchObject({ voters: [1, 4, 5], outgoing: [1, 2, 3], autoLeave: true });
    // The leave entry is there, but 1, 2 and 3 alone do not commit it.
    expect(kindsOf(cluster.raft(1))).toEqual(['normal', 'configuration', 'configuration']);
    expect(log.committed).toBe(3);
    cluster.snapshot(1);
    tick(cluster.raft(1), LONGEST);
    cluster.settle();
    expect(cluster.raft(1).configuration).toEqual(votersOnly([1, 4, 5]));
    expect(cluster.raft(1).progress.map(({ id }) => id)).toEqual([1, 4, 5]);
  });

  test('the new half alone neither commits nor elects', () => {
    const cluster = new Cluster(3, { spares: 2 });
    cluster.elect(1);
    change(cluster, 'r2 r3 v4 v5', 'explicit');
    cluster.settle([4, 5]);
    cluster.snapshot(1);
    tick(cluster.raft(1), LONGEST);
    cluster.settle();
    expect(cluster.raft(4).configuration).toMatchObject({ voters: [1, 4, 5], outgoing: [1, 2, 3] });
    propose(cluster.raft(1), LONGEST, 'x');
    cluster.settle([2, 3]);
    expect(cluster.raft(1).log.committed).toBe(3);
    campaign(cluster.raft(4), LONGEST);
    cluster.settle([2, 3]);
    expect(cluster.raft(4)).toMatchObject({ role: 'candidate', term: 2 });
    expect(cluster.raft(4).votes.filter(({ granted }) => granted)).toHaveLength(3);
    cluster.elect(4, [3]);
  });

  test('the leave entry comes after what the own acknowledgements of the round set off (R-R226)', () => {
    const cluster = new Cluster(1, { learners: [2], spares: 1 });
    cluster.elect(1);
    change(cluster, 'l3', 'implicit');
    cluster.round(1);
    propose(cluster.raft(1), LONGEST, 'x');
    // This round applies the change and saves x; reporting it done first counts x, then leaves.
    cluster.round(1);
    const appends = cluster
      .begin(1)
      .messages.flatMap((message) => (message.kind === 'append' && message.to === 2 ? [message] : []));
    expect(appends.map(({ entries, commit }) => [entries.length, commit])).toEqual([
      [0, 4],
      [1, 4],
    ]);
    expect(appends[1]?.entries).toMatchObject([{ kind: 'configuration', change: null, index: 5 }]);
  });

  test('explicitly entered, it stays until somebody asks to leave', () => {
    const cluster = new Cluster(2, { spares: 1 });
    cluster.elect(1);
    change(cluster, 'v3', 'explicit');
    cluster.settle();
    cluster.settle();
    expect(cluster.raft(1).configuration).toMatchObject({
      voters: [1, 2, 3],
      outgoing: [1, 2],
      autoLeave: false,
    });
    change(cluster, 'l2');
    expect(kindsOf(cluster.raft(1)).at(-1)).toBe('normal');
    cluster.settle();
    proposeConfigurationChange(cluster.raft(1), LONGEST, leaveJoint());
    cluster.settle();
    expect(cluster.raft(1).configuration).toEqual(votersOnly([1, 2, 3]));
  });

  test('a running transfer holds up leaving until the next report (R-R226)', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    change(cluster, 'l3', 'implicit');
    cluster.round(1);
    transferLeadership(cluster.raft(1), LONGEST, 2);
    cluster.settle([3], ({ kind }) => kind !== 'timeout-now');
    expect(isJoint(cluster.raft(1).configuration)).toBe(true);
    for (let passed = 0; passed < 10; passed += 1) tick(cluster.raft(1), LONGEST);
    propose(cluster.raft(1), LONGEST, 'x');
    cluster.settle();
    expect(cluster.raft(1).configuration).toMatchObject({ voters: [1, 2], learners: [3], outgoing: [] });
  });

  test('a change that does not fit is fatal', () => {
    const cluster = new Cluster(1);
    const apply = (words: ConfigurationChange<string>): void => {
      applyConfigurationChange(cluster.raft(1), LONGEST, words);
    };
    expect(() => apply(changeOf('r1'))).toThrow('removed all voters');
    expect(() => apply(leaveJoint())).toThrow('only a joint configuration can be left');
    apply(changeOf('v2', 'explicit'));
    expect(() => apply(changeOf('v3'))).toThrow('can only be left');
  });
});

describe('the algebra of configurations (R-R98, R-R227)', () => {
  const from: Configuration = { ...votersOnly([1, 2, 3]), learners: [4] };
  const to = (words: string, transition?: ConfigurationChange<string>['transition']): Configuration =>
    changeConfiguration(from, changeOf(words, transition)).configuration;

  test('simple changes', () => {
    expect(to('v4')).toEqual(votersOnly([1, 2, 3, 4]));
    expect(to('v2')).toEqual(from);
    expect(to('r9')).toEqual(from);
    expect(to('r0')).toEqual(from);
    expect(to('u2')).toEqual(from);
    expect(to('l3')).toEqual({ ...votersOnly([1, 2]), learners: [3, 4] });
  });

  test('a demoted voter is staged until the joint configuration is left', () => {
    const joint = to('l3 v5');
    expect(joint).toEqual({
      voters: [1, 2, 5],
      outgoing: [1, 2, 3],
      learners: [4],
      learnersNext: [3],
      autoLeave: true,
    });
    expect(changeConfiguration(joint, leaveJoint()).configuration).toEqual({
      ...votersOnly([1, 2, 5]),
      learners: [3, 4],
    });
  });

  test('a learner removed and added again starts over, a voter in the outgoing half does not', () => {
    expect(changeConfiguration(from, changeOf('r4 l4')).forgotten).toEqual([4]);
    expect(changeConfiguration(from, changeOf('r3 v3')).forgotten).toEqual([]);
  });

  test('members who stay keep their progress', () => {
    const cluster = new Cluster(3);
    cluster.elect(1);
    const before = findProgress(cluster.raft(1).progress, 2);
    change(cluster, 'l3 v4');
    cluster.settle([4]);
    expect(findProgress(cluster.raft(1).progress, 2)).toBe(before);
    expect(findProgress(cluster.raft(1).progress, 4)).toMatchObject({ match: 0 });
  });

  test('every change keeps the lists disjoint where they must be, and leaving ends the joint state', () => {
    const operation = fc.record({
      type: fc.constantFrom<Operation['type'][]>('add-voter', 'add-learner', 'remove', 'update'),
      id: fc.integer({ min: 0, max: 6 }),
    });
    const changes = fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.constantFrom('implicit', 'explicit'), (lists, transition) => {
        let configuration: Configuration = { ...NO_MEMBERS, voters: [1, 2, 3] };
        for (const operations of lists) {
          const voters = new Set(configuration.voters);
          for (const { type, id } of operations) {
            if (type === 'add-voter' && id > 0) voters.add(id);
            else if (type !== 'update') voters.delete(id);
          }
          if (voters.size === 0) continue;
          const joint: ConfigurationChange<string> = { form: 'list', transition, operations, context: null };
          const entered = changeConfiguration(configuration, joint).configuration;
          expect(entered.outgoing).toEqual(configuration.voters);
          expect(entered.voters).toEqual([...voters].sort((a, b) => a - b));
          expect(entered.learnersNext.every((id) => entered.outgoing.includes(id))).toBe(true);
          expect(entered.learners.some((id) => allVoters(entered).includes(id))).toBe(false);
          configuration = changeConfiguration(entered, leaveJoint()).configuration;
          expect(configuration).toMatchObject({ voters: entered.voters, outgoing: [], learnersNext: [] });
          expect(allMembers(configuration).length).toBe(
            configuration.voters.length + configuration.learners.length,
          );
        }
      }),
    );
  });
});
