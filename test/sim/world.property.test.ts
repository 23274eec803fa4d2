// What makes the world a laboratory, as properties over drawn plans: the same run every time, whether saved, loaded, forked, watched or
// replayed.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTrace } from '../../src/sim/trace.ts';
import { type SavedWorld, World } from '../../src/sim/world.ts';
import { inputs, planEnd, plans, seeds } from './plans.ts';
import { type Toy, toy, toyMachines } from './toy.ts';

const runs = { numRuns: 60 };
const end = planEnd + 20_000;

function start(seed: string, plan: Parameters<World<Toy>['schedule']>[0]): World<Toy> {
  const world = new World<Toy>(toy, seed);
  world.schedule(plan);
  return world;
}

function saved(world: World<Toy>): string {
  return JSON.stringify(world.save());
}

/** Compares saved worlds, without printing them when they differ: the counterexample says more. */
function expectSame(one: string, other: string): void {
  expect(one === other, 'the saved worlds are the same').toBe(true);
}

function loaded(text: string): World<Toy> {
  const data: SavedWorld<Toy> = JSON.parse(text);
  return World.load<Toy>(toy, data);
}

function step(world: World<Toy>, events: number): void {
  for (let i = 0; i < events && world.step(end); i++);
}

test('the same plan and seed give the same run to the last byte', () => {
  fc.assert(
    fc.property(plans, seeds, (plan, seed) => {
      const one = start(seed, plan);
      const other = start(seed, plan);
      one.runUntil(end);
      other.runUntil(end);
      expect(other.digest).toBe(one.digest);
      expectSame(saved(other), saved(one));
    }),
    runs,
  );
});

test('another seed gives another run', () => {
  fc.assert(
    fc.property(plans, fc.uniqueArray(seeds, { minLength: 2, maxLength: 2 }), (plan, [one, other]) => {
      const digests = [one, other].map((seed = '') => {
        const world = start(seed, plan);
        world.runUntil(end);
        return world.digest;
      });
      expect(digests[0]).not.toBe(digests[1]);
    }),
    runs,
  );
});

test('a world saved at any event and loaded again goes on as if it had never been interrupted', () => {
  fc.assert(
    fc.property(plans, seeds, fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }), (plan, seed, stops) => {
      const uninterrupted = start(seed, plan);
      uninterrupted.runUntil(end);
      let world = start(seed, plan);
      for (const events of stops) {
        step(world, events);
        const text = saved(world);
        const again = loaded(text);
        expectSame(saved(again), text);
        world = again;
      }
      world.runUntil(end);
      expect(world.digest).toBe(uninterrupted.digest);
      expect(world.handled).toBe(uninterrupted.handled);
      expectSame(saved(world), saved(uninterrupted));
    }),
    runs,
  );
});

test('what happens in a fork changes nothing in the world it came from', () => {
  fc.assert(
    fc.property(plans, seeds, fc.nat(200), fc.array(inputs), (plan, seed, events, others) => {
      const world = start(seed, plan);
      step(world, events);
      const before = saved(world);
      const fork = world.fork();
      for (const input of others.flat()) fork.inject(input);
      fork.runUntil(end);
      expectSame(saved(world), before);

      const twin = start(seed, plan);
      twin.runUntil(end);
      world.runUntil(end);
      expect(world.digest).toBe(twin.digest);
    }),
    runs,
  );
});

const interventions = fc.array(fc.record({ wait: fc.nat(8_000), events: fc.nat(30), inputs }), {
  maxLength: 12,
});

test('a seed and its journal are the whole run, whenever its inputs were given', () => {
  fc.assert(
    fc.property(plans, seeds, interventions, (plan, seed, given) => {
      const world = start(seed, plan);
      for (const { wait, events, inputs } of given) {
        world.runUntil(world.now + wait);
        step(world, events);
        for (const input of inputs) world.inject(input);
        world.schedule(inputs.map((input) => ({ at: world.now + wait, input })));
      }
      const replayed = World.replay<Toy>(toy, seed, world.journal);
      expect(replayed.journal).toEqual(world.journal);
      world.runUntil(end + planEnd);
      replayed.runUntil(end + planEnd);
      expect(replayed.digest).toBe(world.digest);
      expectSame(saved(replayed), saved(world));
    }),
    runs,
  );
});

test('watching a run changes nothing, and tells every event in order, after its cause', () => {
  fc.assert(
    fc.property(plans, seeds, (plan, seed) => {
      const unwatched = start(seed, plan);
      unwatched.runUntil(end);
      const lines: string[] = [];
      const watched = start(seed, plan);
      watched.watch(createTrace((line) => lines.push(line)));
      watched.runUntil(end);
      expect(watched.digest).toBe(unwatched.digest);

      const handled = new Set([0]);
      let last = 0;
      const wrong = lines.filter((line) => {
        const { at, seq, cause, kind }: { at: number; seq: number; cause: number; kind: string } =
          JSON.parse(line);
        const bad = at < last || !handled.has(cause) || (kind !== 'note' && handled.has(seq));
        handled.add(seq);
        last = at;
        return bad;
      });
      expect(wrong).toEqual([]);
      expect(handled.size).toBe(watched.handled + 1);
    }),
    runs,
  );
});

test('the toy does all it should when nothing goes wrong', () => {
  const world = start('calm', toyMachines);
  world.runUntil(1_000_000);
  const heard = world.hostNames().map((host) => world.stateOf(host)?.heard.size);
  expect(heard).toEqual([3, 3, 3]);
  expect(world.handled).toBeGreaterThan(1_000);
});
