// The stage of Raft nodes: messages arrive when the script says so and in the order of their link; what was saved outlives a crash.

import { describe, expect, test } from 'vitest';
import { ScenarioFailure } from '../../src/lab/failure.ts';
import { type RaftNode, RaftStage } from '../../src/lab/raft-stage.ts';

function stage(nodes: readonly RaftNode[], oneByOne = false): { stage: RaftStage; told: string[] } {
  const told: string[] = [];
  const audience = {
    say() {},
    kept() {},
    typed() {},
    refused() {},
    requested() {},
    told: (who: string, text: string) => void told.push(`${who} ${text}`),
  };
  return { stage: new RaftStage(nodes, { oneByOne }, audience), told };
}

const three: readonly RaftNode[] = ['A', 'B', 'C'].map((name) => ({ name, log: [1], commit: 1 }));

describe('a stage of Raft nodes', () => {
  test('moves no message by itself', () => {
    const { stage: nodes, told } = stage(three);
    nodes.campaign('A');
    expect(nodes.term('A')).toBe(2);
    expect(nodes.term('B')).toBe(1);
    nodes.deliver('A', 'B');
    expect(nodes.term('B')).toBe(2);
    expect(nodes.leads('A')).toBe(false);
    nodes.deliver('B', 'A');
    expect(nodes.leads('A')).toBe(true);
    expect(nodes.log('A')).toEqual([1, 2]);
    expect(nodes.log('B')).toEqual([1]);
    expect(told).toEqual([
      'A asks for votes in term 2',
      'A -> B: vote for me in term 2; my log ends in 1/1',
      'B -> A: my vote in term 2 is yours',
      'A wins the election of term 2',
      'A has the log 1 2',
    ]);
  });

  test('delivers everything in the end, and tells what is committed', () => {
    const { stage: nodes } = stage(three);
    nodes.campaign('A');
    nodes.deliverAll();
    for (const name of ['A', 'B', 'C']) expect(nodes.commit(name)).toBe(2);
  });

  test('a crash loses what is under way, and keeps term, vote and log', () => {
    const { stage: nodes } = stage(three);
    nodes.campaign('A');
    nodes.deliver('A', 'B');
    nodes.crash('B');
    expect(() => nodes.deliver('B', 'A')).toThrow('no message is under way from B to A');
    nodes.restart('B');
    expect(nodes.term('B')).toBe(2);
    // B has given its vote in term 2 to A, and C does not know of that term yet.
    nodes.campaign('C');
    nodes.exchange('C', 'B');
    expect(nodes.leads('C')).toBe(false);
    nodes.crash('C');
    nodes.restart('C');
    expect(nodes.log('C')).toEqual([1]);
  });

  test('what is dropped comes with a later heartbeat', () => {
    const { stage: nodes } = stage(three);
    nodes.campaign('A');
    nodes.exchange('A', 'B');
    nodes.drop('A', 'C');
    nodes.deliverAll();
    expect(nodes.log('C')).toEqual([1]);
    nodes.heartbeat('A');
    nodes.deliverAll();
    expect(nodes.log('C')).toEqual([1, 2]);
  });

  test('one by one, a follower gets one entry an append', () => {
    const nodes = [
      { name: 'A', log: [1, 1, 1], commit: 1 },
      { name: 'B', log: [1, 1, 1], commit: 1 },
      { name: 'C', log: [1], commit: 1 },
    ];
    const lengths = (oneByOne: boolean): number[] => {
      const { stage: small } = stage(nodes, oneByOne);
      small.campaign('A');
      small.exchange('A', 'B');
      small.exchange('A', 'C');
      const found: number[] = [];
      while (small.log('C').length < 4) {
        small.exchange('A', 'C');
        found.push(small.log('C').length);
      }
      return found;
    };
    expect(lengths(false)).toEqual([1, 4]);
    expect(lengths(true)).toEqual([1, 2, 3, 4]);
  });

  test.each<[string, (nodes: RaftStage) => void, string]>([
    ['an unknown node', (nodes) => nodes.log('D'), 'there is no Raft node D; there are A, B, C'],
    ['a heartbeat of a follower', (nodes) => nodes.heartbeat('A'), 'A does not lead'],
    ['a restart of one that runs', (nodes) => nodes.restart('A'), 'A runs already'],
    [
      'a crash of one that has crashed',
      (nodes) => {
        nodes.crash('A');
        nodes.crash('A');
      },
      'A has crashed',
    ],
  ])('refuses %s', (_what, act, text) => {
    const { stage: nodes } = stage(three);
    expect(() => act(nodes)).toThrow(ScenarioFailure);
    expect(() => act(stage(three).stage)).toThrow(text);
  });

  test.each<[string, readonly RaftNode[], string]>([
    [
      'terms that go down',
      [{ name: 'A', log: [2, 1] }],
      'no Raft node in term 1 has the log 2 1, 0 committed',
    ],
    ['an entry of a later term', [{ name: 'A', log: [2], term: 1 }], 'no Raft node in term 1 has the log 2'],
    ['more committed than there is', [{ name: 'A', log: [1], commit: 2 }], '2 committed'],
    [
      'two of one name',
      [
        { name: 'A', log: [] },
        { name: 'A', log: [] },
      ],
      'two Raft nodes A',
    ],
  ])('refuses %s', (_what, nodes, text) => {
    expect(() => stage(nodes)).toThrow(text);
  });
});
