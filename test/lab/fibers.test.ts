import { expect, test } from 'vitest';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { type Fiber, sleepUntil } from '../../src/engine/fiber.ts';
import { drive, Fibers, OutOfTime, WorldLeft } from '../../src/lab/fibers.ts';
import { second } from '../../src/model/duration.ts';

function machines(): Swarm {
  return Swarm.create('1', ordinaryCluster(1, 0));
}

function* after(swarm: Swarm, seconds: number, said: string[], name: string): Fiber<string> {
  try {
    yield* sleepUntil(swarm.world.now + seconds * second);
    said.push(`${name} at ${swarm.world.now / second}`);
    return name;
  } finally {
    said.push(`${name} is over`);
  }
}

test('fibers go on when their time has come, in its order', () => {
  const swarm = machines();
  const fibers = new Fibers(swarm);
  const said: string[] = [];
  const late = fibers.start(after(swarm, 3, said, 'late'));
  const soon = fibers.start(after(swarm, 1, said, 'soon'));
  expect(fibers.deadline).toBe(second);
  while (fibers.step(5 * second)) {}
  expect(said).toEqual(['soon at 1', 'soon is over', 'late at 3', 'late is over']);
  expect(soon.end).toEqual({ result: 'soon' });
  expect(late.end).toEqual({ result: 'late' });
  expect(swarm.world.now).toBe(5 * second);
});

test('a condition is looked at after every event, and what one fiber does lets another go on at once', () => {
  const swarm = machines();
  const fibers = new Fibers(swarm);
  let done = false;
  function* waits(): Fiber<number> {
    yield { until: () => done, deadline: Number.POSITIVE_INFINITY };
    return swarm.world.now;
  }
  function* does(): Fiber<void> {
    yield* sleepUntil(2 * second);
    done = true;
  }
  const waiting = fibers.start(waits());
  fibers.start(does());
  while (fibers.step(10 * second)) {}
  expect(waiting.end).toEqual({ result: 2 * second });
});

test('a cancelled fiber closes what it has open, and tells nobody', () => {
  const swarm = machines();
  const fibers = new Fibers(swarm);
  const said: string[] = [];
  const ended: unknown[] = [];
  const task = fibers.start(after(swarm, 3, said, 'it'), (end) => ended.push(end));
  task.cancel();
  task.cancel();
  while (fibers.step(5 * second)) {}
  expect(said).toEqual(['it is over']);
  expect(ended).toEqual([]);
});

test('who leaves a world ends what waits in it', () => {
  const swarm = machines();
  const fibers = new Fibers(swarm);
  const said: string[] = [];
  const ended: unknown[] = [];
  fibers.start(after(swarm, 3, said, 'it'), (end) => ended.push(end));
  fibers.leave();
  expect(said).toEqual(['it is over']);
  expect(ended).toEqual([{ error: new WorldLeft() }]);
});

test('drive gives the result, throws what the fiber throws, and stops at its limit', () => {
  const swarm = machines();
  expect(drive(swarm, after(swarm, 1, [], 'it'))).toBe('it');
  function* fails(): Fiber<void> {
    yield* sleepUntil(0);
    throw new Error('no');
  }
  expect(() => drive(swarm, fails())).toThrow('no');
  const said: string[] = [];
  expect(() => drive(swarm, after(swarm, 100, said, 'it'), 10 * second)).toThrow(OutOfTime);
  expect(said).toEqual(['it is over']);
  expect(swarm.world.now).toBe(10 * second);
});
