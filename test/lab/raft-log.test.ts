// The Raft logs of the managers as somebody sees them who can look into all of them.

import { beforeEach, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { Stage } from './commands/stage.ts';

let stage: Stage;
let lab: Lab;

beforeEach(() => {
  stage = new Stage(3, 1);
  ({ lab } = stage.session);
});

test('an entry is held by all, and says what it changes', () => {
  stage.docker('service create -d --name web --replicas 3 nginx');
  stage.lab('wait converged web');
  stage.docker('service scale -d web=5');
  stage.lab('wait 5s');
  const [scaled] = lab.log('manager2', 100).filter(({ changes }) => changes[0]?.includes('replicas'));
  expect(scaled).toMatchObject({
    state: 'applied',
    holders: ['manager1', 'manager2', 'manager3'],
    changes: [expect.stringMatching(/^service web: replicas 3 -> 5, specVersion 0 -> \d+$/)],
  });
  expect(lab.log('manager2', 3).length).toBe(3);
  expect(lab.log('worker1')).toEqual([]);
  expect(() => lab.log('worker9')).toThrow('there is no machine worker9');
});

test('members come and go, and a leader begins with an entry of its own', () => {
  const joined = lab.log('manager1', 100).flatMap(({ changes }) => changes);
  expect(joined).toEqual(expect.arrayContaining(['raft: manager2 joins', 'raft: manager3 joins']));
  expect(joined).toContain('(the first of its leader)');
  stage.docker('node demote manager3');
  stage.lab('wait 30s');
  expect(lab.log('manager1', 100).flatMap(({ changes }) => changes)).toContain('raft: manager3 leaves');
});

test('what a leader writes that is cut off stays with it, until it is lost', () => {
  const leader = lab.leader() ?? '';
  const term = lab.term(leader);
  stage.lab(`isolate ${leader}`);
  stage.docker('node update --label-add rack=b worker1');
  const lone = lab.log(leader, 100).at(-1);
  expect(lone).toMatchObject({ term, state: 'uncommitted', holders: [leader] });
  expect(lone?.changes).toEqual(['node worker1: labels changed']);
  stage.lab('wait leader');
  stage.lab('heal');
  stage.lab('wait 10s');
  // Another entry has taken its place.
  const [instead] = lab.log(leader, 100).filter(({ index }) => index === lone?.index);
  expect(instead).toMatchObject({ state: 'applied', holders: ['manager1', 'manager2', 'manager3'] });
  expect(instead?.term).toBeGreaterThan(term);
});

test('what is in a snapshot alone is held as well', () => {
  const [, follower = ''] = lab.managers();
  stage.lab(`crash ${follower}`);
  stage.docker('swarm update --snapshot-interval 20');
  // As many entries are kept for those that are behind (R-R20).
  for (let i = 0; i < 550; i++) stage.docker(`node update --label-add number=${i} worker1`);
  stage.lab(`restart ${follower}`);
  stage.lab('wait 20s');
  const [own] = lab.log(follower, 1_000);
  const [first] = lab.log(lab.leader() ?? '', 1_000);
  expect(own?.index).toBeGreaterThan(first?.index ?? 0);
  expect(first?.holders).toContain(follower);
});
