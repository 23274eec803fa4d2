// How many log entries a piece of work becomes.

import { describe, expect, it } from 'vitest';
import type { Reactor } from '../../../src/manager/leader.ts';
import { makeNode } from '../fixtures.ts';
import { createStage } from '../stage.ts';

/** The number of changes in each entry of a job that drains `nodes` nodes; `cuts`: it stops when its transaction is full. */
function entries(nodes: number, cuts: boolean): number[] {
  const reactor: Reactor<Set<string>, never, 'drain'> = {
    start(leader) {
      leader.request('drain');
      return new Set();
    },
    change() {},
    commit() {},
    timer() {},
    write(_leader, done, _job, tx) {
      for (const { id } of tx.list('node')) {
        if (done.has(id)) continue;
        if (cuts && tx.full) return 'again';
        done.add(id);
        tx.update('node', id, (draft) => {
          draft.spec.availability = 'drain';
        });
      }
      return 'done';
    },
    written() {},
  };
  const stage = createStage({ reactor }, (tx) => {
    for (let i = 0; i < nodes; i++) tx.create('node', makeNode({ id: `n${i}` }));
  });
  return stage.commits.slice(1).map(({ actions }) => actions.length);
}

describe('a job of the writer', () => {
  it('E-109: a batch of 450 changes makes entries of 200, 200 and 50', () => {
    expect(entries(450, true)).toEqual([200, 200, 50]);
  });

  it('E-109: a batch of exactly 200 changes makes one', () => {
    expect(entries(200, true)).toEqual([200]);
    expect(entries(201, true)).toEqual([200, 1]);
  });

  it('E-109: one transaction of 500 changes makes one', () => {
    expect(entries(500, false)).toEqual([500]);
  });

  it('E-108: work that changes nothing makes none', () => {
    expect(entries(0, true)).toEqual([]);
  });
});
