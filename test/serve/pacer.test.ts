// Virtual time by a wall clock that the test moves.

import { expect, test } from 'vitest';
import { type Fiber, sleepUntil } from '../../src/engine/fiber.ts';
import type { End } from '../../src/lab/fibers.ts';
import { Session } from '../../src/lab/session.ts';
import { hour, minute, second } from '../../src/model/duration.ts';
import { Pacer, type Speed, type Wall } from '../../src/serve/pacer.ts';
import { WorldError } from '../../src/sim/world.ts';

/** A wall clock that stands until it is moved, and what it is to do when. */
class FakeWall implements Wall {
  #time = 0;
  #due: { readonly at: number; readonly act: () => void }[] = [];
  /** Milliseconds that every look at the clock takes: a machine that is slow. */
  slowness = 0;

  now = (): number => {
    this.#time += this.slowness;
    return this.#time;
  };

  later = (act: () => void, delay: number): (() => void) => {
    const entry = { at: this.#time + delay, act };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((each) => each !== entry);
    };
  };

  /** Something is to be done later. */
  get isAwaited(): boolean {
    return this.#due.length > 0;
  }

  pass(milliseconds: number): void {
    const end = this.#time + milliseconds;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.#time = Math.max(this.#time, next.at);
      next.act();
    }
    this.#time = Math.max(this.#time, end);
  }
}

function paced(speed: Speed) {
  const session = new Session({ seed: '1', cluster: { managers: 1, workers: 1 }, fresh: false });
  const wall = new FakeWall();
  const pacer = new Pacer(session, speed, wall);
  const begun = session.swarm.world.now;
  let failure: unknown;
  const broken = pacer.run().catch((error: unknown) => {
    failure = error;
  });
  return {
    session,
    wall,
    pacer,
    broken,
    passed: () => session.swarm.world.now - begun,
    failure: () => failure,
  };
}

test.each<[Speed, number]>([
  [1, second],
  [10, 10 * second],
  [0.5, second / 2],
  ['max', hour],
])('at speed %s a second of the wall clock is %i microseconds', (speed, time) => {
  const { wall, passed } = paced(speed);
  wall.pass(1_000);
  expect(passed()).toBe(time);
  wall.pass(500);
  expect(passed()).toBe(time * 1.5);
});

test('a request is answered with time as it is when it comes, and those that take time when that has passed', () => {
  const { session, wall, pacer } = paced(1);
  const ended: End<number>[] = [];
  function* request(time: number): Fiber<number> {
    if (time > 0) yield* sleepUntil(session.swarm.world.now + time);
    return session.swarm.world.now;
  }
  wall.pass(7);
  const before = session.swarm.world.now;
  pacer.start(request(0), (end) => ended.push(end));
  expect(ended).toEqual([{ result: before + 7_000 }]);
  pacer.start(request(second), (end) => ended.push(end));
  wall.pass(900);
  expect(ended).toHaveLength(1);
  wall.pass(110);
  expect(ended[1]).toEqual({ result: before + 7_000 + second });
});

test('on a machine that is too slow time goes slower, and is not made up for', () => {
  const { session, wall, passed } = paced('max');
  wall.slowness = 3;
  wall.pass(1_000);
  const slow = passed();
  expect(slow).toBeGreaterThan(0);
  expect(slow).toBeLessThan(hour / 2);
  wall.slowness = 0;
  wall.pass(10);
  expect(passed() - slow).toBeLessThan(2 * minute);
  expect(session.swarm.world.isUp('manager1')).toBe(true);
});

test('another world goes on from its own time', () => {
  const { session, wall } = paced(1);
  wall.pass(60_000);
  session.begin({ ...session.beginning, seed: '2' });
  const begun = session.swarm.world.now;
  wall.pass(1_000);
  expect(session.swarm.world.now - begun).toBeLessThanOrEqual(second);
  expect(session.swarm.world.now - begun).toBeGreaterThan(0.9 * second);
});

test('when it is stopped no time passes', () => {
  const { wall, pacer, passed } = paced(1);
  pacer.stop();
  expect(wall.isAwaited).toBe(false);
  wall.pass(1_000);
  expect(passed()).toBe(0);
});

test('a simulation that breaks ends it, whoever asked something just then', async () => {
  const { session, wall, pacer, passed, broken, failure } = paced(1);
  function* breaks(): Fiber<void> {
    yield* sleepUntil(session.swarm.world.now + second);
    throw new WorldError('all is lost', []);
  }
  const ended: End<void>[] = [];
  pacer.start(breaks(), (end) => ended.push(end));
  wall.pass(5_000);
  await broken;
  expect(failure()).toMatchObject({ message: 'all is lost' });
  expect(ended).toMatchObject([{ error: { message: 'all is lost' } }]);
  expect(wall.isAwaited).toBe(false);
  expect(passed()).toBeLessThan(2 * second);
});

test('a defect that breaks nothing is the answer to one request alone', () => {
  const { wall, pacer, passed, failure } = paced(1);
  const ended: End<void>[] = [];
  function* defective(): Fiber<void> {
    yield* sleepUntil(0);
    throw new TypeError('no such thing');
  }
  pacer.start(defective(), (end) => ended.push(end));
  wall.pass(1_000);
  expect(ended).toMatchObject([{ error: { message: 'no such thing' } }]);
  expect(failure()).toBeUndefined();
  expect(passed()).toBe(second);
});
