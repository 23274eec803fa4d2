// Figure 3 of the paper under loss, duplication, reordering, partitions, crashes, slow disks and changes of
// the members; that runs end well once the faults do; and that a state is data.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propose, reportSnapshot } from '../../src/raft/index.ts';
import type { Cluster, Raft } from './cluster.ts';
import {
  act,
  CHANGING_MEMBERS,
  checkedRun,
  FIXED_MEMBERS,
  leaderOf,
  ROUGH,
  runOf,
  runTicks,
  start,
} from './runs.ts';

describe('figure 3', () => {
  test('holds in every run with fixed members', () => {
    fc.assert(
      fc.property(runOf(FIXED_MEMBERS), (run) => {
        checkedRun(run);
      }),
      { numRuns: 600 },
    );
  });

  test('holds in every run without peace', () => {
    fc.assert(
      fc.property(runOf(ROUGH, 3), (run) => {
        checkedRun(run);
      }),
      { numRuns: 2_000 },
    );
  });

  test('holds in every run with changing members', () => {
    fc.assert(
      fc.property(runOf(CHANGING_MEMBERS), (run) => {
        checkedRun(run);
      }),
      { numRuns: 600 },
    );
  });

  test('the runs get somewhere: most of them commit, change members and install snapshots', () => {
    const runs = fc.sample(runOf(CHANGING_MEMBERS), { numRuns: 100, seed: 1 });
    const results = runs.map(checkedRun);
    const share = (holds: (cluster: Cluster) => boolean): number =>
      results.filter(({ cluster }) => holds(cluster)).length;
    expect(results.filter(({ checker }) => checker.committed > 5).length).toBeGreaterThan(50);
    expect(share(({ sent }) => sent.some(({ kind }) => kind === 'snapshot'))).toBeGreaterThan(10);
    const changed = ({ hosts }: Cluster): boolean =>
      hosts.some(({ raft }) => raft.configuration.voters.length + raft.configuration.learners.length > 5 - 2);
    expect(share(changed)).toBeGreaterThan(20);
    expect(share(({ hosts }) => hosts.some(({ raft }) => raft.term > 4))).toBeGreaterThan(20);
  });
});

test('after the faults end, one leader is elected and all logs become equal', () => {
  fc.assert(
    fc.property(runOf(FIXED_MEMBERS), (faulty) => {
      const { cluster, checker } = checkedRun(faulty);
      for (const { raft, saving } of cluster.hosts) if (saving !== null) cluster.finish(raft.id);
      // A leader that sent a snapshot waits until it hears what became of it: whoever lost it owes the report.
      for (const { raft } of cluster.hosts) {
        if (raft.role === 'leader') for (const { id } of raft.progress) reportSnapshot(raft, id, false);
      }
      runTicks(cluster, 150, []);
      const leader = leaderOf(cluster);
      expect(leader).toBeDefined();
      if (leader === undefined) return;
      expect(propose(leader, cluster.env, 'at last')).toBe('ok');
      runTicks(cluster, 3, []);
      checker.check();
      for (const { raft, content } of cluster.hosts.slice(0, faulty.voters)) {
        expect(raft.leader).toBe(leader.id);
        expect(raft.log.applied).toBe(leader.log.applied);
        expect(content.endsWith('at last')).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('a state that went through JSON goes on as if nothing had happened', () => {
  fc.assert(
    fc.property(runOf(CHANGING_MEMBERS), fc.nat(119), (run, point) => {
      const [plain, copied] = [start(run), start(run)];
      for (const [position, action] of run.actions.entries()) {
        if (position === point % run.actions.length) {
          for (const host of copied.hosts) {
            const copy: Raft = JSON.parse(JSON.stringify(host.raft));
            host.raft = copy;
          }
        }
        act(plain, action);
        act(copied, action);
        expect(copied.sent.length).toBe(plain.sent.length);
      }
      expect(JSON.stringify(copied.hosts)).toBe(JSON.stringify(plain.hosts));
      expect(JSON.stringify(copied.sent)).toBe(JSON.stringify(plain.sent));
    }),
    { numRuns: 300 },
  );
});
