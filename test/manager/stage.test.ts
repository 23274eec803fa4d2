import { expect, test } from 'vitest';
import type { Leader, Reactor } from '../../src/manager/leader.ts';
import { second } from '../../src/model/duration.ts';
import { CallFailure } from '../../src/model/failure.ts';
import { makeNode } from './fixtures.ts';
import { createStage } from './stage.ts';

/** A reactor that does nothing, but for the parts given. */
function reactor(parts: Partial<Reactor<string[], string, string>>): Reactor<string[], string, string> {
  return {
    start: () => [],
    change() {},
    commit() {},
    timer() {},
    write: () => 'done',
    written() {},
    ...parts,
  };
}

/** Notes everything that happens to it in `log`. */
function witness(name: string, log: string[], parts: Partial<Reactor<string[], string, string>> = {}) {
  return reactor({
    change(leader, state, event) {
      log.push(`${name} ${event.action} ${event.id}`);
      parts.change?.(leader, state, event);
    },
    commit: () => log.push(`${name} commit`),
    timer(leader, state, timer) {
      log.push(`${name} timer ${timer} at ${leader.now() / second}`);
      parts.timer?.(leader, state, timer);
    },
    write(leader, state, job, tx) {
      log.push(`${name} write ${job}`);
      return parts.write?.(leader, state, job, tx) ?? 'done';
    },
    written: (_leader, _state, job, outcome) => log.push(`${name} written ${job} ${outcome}`),
    start: parts.start ?? (() => []),
  });
}

test('every reactor sees the events in order, then the commit marker; then the job is written', () => {
  const log: string[] = [];
  const writes = witness('a', log, {
    start(leader) {
      leader.request('job');
      return [];
    },
    write(_leader, _state, _job, tx) {
      for (const id of ['n1', 'n2']) tx.create('node', makeNode({ id }));
      return 'done';
    },
  });
  createStage({ a: writes, b: witness('b', log) });
  expect(log).toEqual([
    'a write job',
    'a create n1',
    'b create n1',
    'a create n2',
    'b create n2',
    'a commit',
    'b commit',
    'a written job committed',
  ]);
});

test('jobs are taken first come, first served; one that goes again waits behind the others', () => {
  const log: string[] = [];
  let rounds = 0;
  const stage = createStage({
    a: witness('a', log, {
      timer(leader) {
        for (const job of ['long', 'short']) leader.request(job);
      },
      write(_leader, _state, job, tx) {
        if (job === 'short') return 'done';
        tx.create('node', makeNode({ id: `n${rounds}` }));
        return ++rounds < 2 ? 'again' : 'done';
      },
      start(leader) {
        leader.later(second, 'go');
        return [];
      },
    }),
    b: witness('b', log, {
      change(leader, _state, event) {
        leader.request(`react to ${event.id}`);
      },
    }),
  });
  stage.advance(second);
  expect(log.filter((line) => line.includes(' written long'))).toHaveLength(1);
  expect(log.filter((line) => line.includes(' write '))).toEqual([
    'a write long',
    'a write short',
    'b write react to n0',
    'a write long',
    'b write react to n1',
  ]);
});

test('timers fire in order of time, then of setting, each to its own reactor, unless cancelled', () => {
  const log: string[] = [];
  const start = (delays: readonly number[]) => (leader: Leader<string, string>) => {
    for (const delay of delays) leader.later(delay * second, `${delay}s`);
    leader.cancel(leader.later(second, 'cancelled'));
    return [];
  };
  const stage = createStage({
    a: witness('a', log, { start: start([3, 1, 2]) }),
    b: witness('b', log, {
      start: start([1, 9]),
      timer(leader, _state, timer) {
        if (timer === '1s') leader.later(0, 'at once');
      },
    }),
  });
  stage.advance(second - 1);
  expect(log).toEqual([]);
  stage.advance(2 * second + 1);
  expect(stage.now()).toBe(3 * second);
  expect(log).toEqual([
    'a timer 1s at 1',
    'b timer 1s at 1',
    'b timer at once at 1',
    'a timer 2s at 2',
    'a timer 3s at 3',
  ]);
});

test('450 changes go in batches of 200, 200 and 50 (E-109)', () => {
  const stage = createStage(
    {
      a: reactor({
        start(leader) {
          leader.request('relabel');
          return [];
        },
        write(_leader, done, _job, tx) {
          for (const { id } of tx.list('node').slice(done.length)) {
            if (tx.full) return 'again';
            tx.update('node', id, (draft) => {
              draft.spec.availability = 'drain';
            });
            done.push(id);
          }
          return 'done';
        },
      }),
    },
    (tx) => {
      for (let i = 0; i < 450; i++) tx.create('node', makeNode({ id: `n${i}` }));
    },
  );
  expect(stage.commits.map(({ actions }) => actions.length)).toEqual([450, 200, 200, 50]);
});

test('a refused job leaves nothing but word of its refusal', () => {
  const log: string[] = [];
  const stage = createStage({
    a: {
      ...witness('a', log, {
        start(leader) {
          leader.request('job');
          return [];
        },
        write(_leader, _state, _job, tx) {
          tx.create('node', makeNode({ id: 'n1' }));
          throw new CallFailure('NotFound', 'no');
        },
      }),
      refused: (_leader, _state, job, failure) => log.push(`refused ${job}: ${failure.message}`),
    },
  });
  expect(log).toEqual(['a write job', 'refused job: no']);
  expect(stage.store.list('node')).toEqual([]);
});

test('a transaction that throws or changes nothing is no commit', () => {
  const log: string[] = [];
  const stage = createStage({ a: witness('a', log) });
  expect(() =>
    stage.write((tx) => {
      tx.create('node', makeNode({ id: 'n1' }));
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(stage.write((tx) => tx.list('node').length)).toBe(0);
  expect(log).toEqual([]);
  expect(stage.commits).toEqual([]);
});

test('after a restart the store is the same, and nothing else', () => {
  const log: string[] = [];
  let starts = 0;
  const stage = createStage({
    a: witness('a', log, {
      start(leader) {
        leader.later(second, `start ${++starts}`);
        return [];
      },
    }),
  });
  stage.write((tx) => tx.create('node', makeNode({ id: 'n1' })));
  log.length = 0;
  stage.restart();
  stage.advance(5 * second);
  expect(log).toEqual(['a timer start 2 at 1']);
  expect(stage.store.list('node').map(({ id }) => id)).toEqual(['n1']);
});

test('chance is the same every time, and one stream does not shift another', () => {
  const draws = (streams: readonly string[]) => {
    const drawn: [string, number][] = [];
    const start = (leader: Leader<string, string>) => {
      for (const stream of streams) drawn.push([stream, leader.random(stream, 1_000)]);
      return [];
    };
    createStage({ a: reactor({ start }) });
    return drawn;
  };
  const alone = draws(['x', 'x', 'x']);
  expect(draws(['x', 'y', 'x', 'y', 'x']).filter(([stream]) => stream === 'x')).toEqual(alone);
  expect(new Set(alone.map(([, value]) => value)).size).toBe(3);
});
