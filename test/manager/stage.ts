// A leading manager without the rest of the world, for tests of its reactors: a store whose transactions commit at once, a clock that moves
// when told to, timers, and the one writer with its queue.

import type { Leader, Reactor } from '../../src/manager/leader.ts';
import { CallFailure } from '../../src/model/failure.ts';
import { assert } from '../../src/sim/assert.ts';
import type { StoreEvent } from '../../src/store/event.ts';
import type { Reader } from '../../src/store/reader.ts';
import { apply, begin, createStore, type RunningTransaction, reader } from '../../src/store/store.ts';
import type { Transaction } from '../../src/store/transaction.ts';

/** Any reactor: the stage hands each its own state, timers and jobs back without looking at them. */
type AnyReactor = Reactor<unknown, unknown, unknown>;

/** One committed transaction. */
export interface Commit {
  readonly at: number;
  readonly version: number;
  readonly actions: readonly StoreEvent[];
}

export interface Stage {
  readonly store: Reader;
  /** Every transaction that changed something, in order, whoever wrote it. */
  readonly commits: readonly Commit[];
  /** Microseconds. */
  now(): number;
  /** Commits what `edit` writes as a change from outside, then runs jobs until none waits. Nothing is committed when `edit` throws. */
  write<Result>(edit: (tx: Transaction) => Result): Result;
  /** Moves the clock on by `duration` microseconds, firing the timers that fall due in order of time, then of setting. */
  advance(duration: number): void;
  /** A change of leadership: what was in memory, timers and jobs are gone, the reactors start anew on the same store. */
  restart(): void;
  /** A fresh object ID. IDs ascend in order of creation. */
  newId(): string;
}

/** More jobs than this without the clock moving is a loop. */
const jobLimit = 100_000;

/**
 * Starts the reactors in the order of the object's keys, at time 0, on the state that `before` writes (nothing by default), and runs
 * the jobs they ask for.
 */
export function createStage(
  reactors: { readonly [name: string]: AnyReactor },
  before: (tx: Transaction) => void = () => {},
): Stage {
  const committed = createStore();
  const store = reader(committed);
  const commits: Commit[] = [];
  const streams = new Map<string, number>();
  let now = 0;
  let lastId = 0;
  let lastTimer = 0;
  let players: { readonly reactor: AnyReactor; readonly leader: Leader<unknown, unknown>; state: unknown }[] =
    [];
  let jobs: { readonly player: number; readonly job: unknown }[] = [];
  let timers: {
    readonly id: number;
    readonly at: number;
    readonly player: number;
    readonly timer: unknown;
  }[] = [];

  const newId = () => String(++lastId).padStart(25, '0');

  function makeLeader(player: number): Leader<unknown, unknown> {
    return {
      nodeId: 'leader'.padEnd(25, '0'),
      store,
      now: () => now,
      later(delay, timer) {
        assert(Number.isSafeInteger(delay) && delay >= 0, 'a delay is a count of microseconds');
        timers.push({ id: ++lastTimer, at: now + delay, player, timer });
        return lastTimer;
      },
      cancel(timerId) {
        timers = timers.filter((timer) => timer.id !== timerId);
      },
      random(stream, bound) {
        const drawn = nextRandom(streams.get(stream) ?? seedOf(stream));
        streams.set(stream, drawn);
        return drawn % bound;
      },
      newId,
      request(job) {
        jobs.push({ player, job });
      },
    };
  }

  function start(): void {
    jobs = [];
    timers = [];
    players = Object.values(reactors).map((reactor, player) => ({
      reactor,
      leader: makeLeader(player),
      state: undefined,
    }));
    for (const player of players) player.state = player.reactor.start(player.leader);
    runJobs();
  }

  function open(): RunningTransaction {
    return begin(committed, { version: committed.version, now });
  }

  /** A transaction without changes is no commit (R-R200); the version written is one below the entry's own (R-R198). */
  function commit(tx: RunningTransaction): void {
    const actions = tx.actions();
    if (actions.length === 0) return;
    const version = committed.version + 1;
    const events = apply(committed, actions, { version });
    assert(events.length === actions.length, 'what a leader wrote applies');
    commits.push({ at: now, version, actions });
    for (const event of events) {
      for (const { reactor, leader, state } of players) reactor.change(leader, state, event);
    }
    for (const { reactor, leader, state } of players) reactor.commit(leader, state);
  }

  function runJobs(): void {
    for (let done = 0; ; done++) {
      const next = jobs.shift();
      if (next === undefined) return;
      assert(done < jobLimit, 'jobs come to an end');
      const player = players[next.player];
      assert(player !== undefined, 'a job has an owner');
      const { reactor, leader, state } = player;
      const tx = open();
      let outcome: 'done' | 'again';
      try {
        outcome = reactor.write(leader, state, next.job, tx);
      } catch (error) {
        if (!(error instanceof CallFailure) || reactor.refused === undefined) throw error;
        reactor.refused(leader, state, next.job, error);
        continue;
      }
      commit(tx);
      if (outcome === 'again') jobs.push(next);
      else reactor.written(leader, state, next.job, 'committed');
    }
  }

  function fireNext(until: number): boolean {
    let due = timers[0];
    for (const timer of timers) {
      if (due === undefined || timer.at < due.at) due = timer;
    }
    if (due === undefined || due.at > until) return false;
    const { id, at, timer, player } = due;
    timers = timers.filter((other) => other.id !== id);
    now = at;
    const owner = players[player];
    assert(owner !== undefined, 'a timer has an owner');
    owner.reactor.timer(owner.leader, owner.state, timer);
    runJobs();
    return true;
  }

  const initial = open();
  before(initial);
  commit(initial);
  start();

  return {
    store,
    commits,
    now: () => now,
    write(edit) {
      const tx = open();
      const result = edit(tx);
      commit(tx);
      runJobs();
      return result;
    },
    advance(duration) {
      const until = now + duration;
      while (fireNext(until));
      now = until;
    },
    restart: start,
    newId,
  };
}

/** A minimal standard generator (Park and Miller): states in [1, 2^31 - 2]. */
function nextRandom(state: number): number {
  return (state * 48_271) % 2_147_483_647;
}

function seedOf(stream: string): number {
  let seed = 1;
  for (const character of stream) seed = (seed * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_646;
  return seed + 1;
}
