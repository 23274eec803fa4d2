// The network: latency, order, loss, duplication, reordering, cuts, partitions, heal.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LinkSettings } from '../../src/sim/fault.ts';
import { World } from '../../src/sim/world.ts';
import { planEnd, plans, seeds } from './plans.ts';
import { Stage } from './puppet.ts';
import { type Toy, toy } from './toy.ts';

const always = { num: 1, den: 1 };

function link(settings: Partial<LinkSettings>) {
  return { kind: 'link', from: ['m1'], to: ['m2'], settings } as const;
}

/** Sends so many messages from m1 to m2, `gap` apart, and tells how they arrived. */
function burst(stage: Stage, count: number, gap: number): number[] {
  for (let i = 0; i < count; i++) stage.tell('m1', { kind: 'send', to: 'm2', label: String(i) }).pass(gap);
  stage.pass(1_000_000);
  return stage.heard().map((line) => Number(line.split(' ')[2]));
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

test('a message takes the latency of its link and up to its jitter, each direction by itself', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(link({ latency: 5_000, jitter: 100 }));
  const taken = new Set<number>();
  for (let i = 0; i < 2_000; i++) {
    stage.tell('m1', { kind: 'send', to: 'm2', label: 'a' });
    const sent = stage.world.now;
    stage.pass(10_000);
    taken.add((stage.said.pop()?.at ?? 0) - sent);
  }
  expect(Math.min(...taken)).toBe(5_000);
  expect(Math.max(...taken)).toBe(5_100);
  stage.tell('m2', { kind: 'send', to: 'm1', label: 'back' }).pass(500);
  expect(stage.heard()).toEqual(['m1 message back from m2']);
});

test('a message to oneself needs no network and comes right after what is under way', () => {
  const stage = new Stage(['m1']);
  stage.tell('m1', { kind: 'later', delay: 0, label: 'first' }, { kind: 'send', to: 'm1', label: 'a' });
  expect(stage.heard()).toEqual(['m1 timer first', 'm1 message a from m1']);
  expect(stage.world.now).toBe(0);
});

test('messages of a link keep their order, whatever happens to its latency', () => {
  const change = fc.record({ latency: fc.nat(20_000), jitter: fc.nat(20_000) });
  fc.assert(
    fc.property(seeds, fc.array(change, { maxLength: 8 }), fc.nat(3_000), (seed, changes, gap) => {
      const stage = new Stage(['m1', 'm2'], [], seed);
      const expected: string[] = [];
      for (const [i, settings] of changes.entries()) {
        stage.strike(link(settings));
        for (const part of ['a', 'b']) {
          stage.tell('m1', { kind: 'send', to: 'm2', label: `${i}${part}` }).pass(gap);
          expected.push(`m2 message ${i}${part} from m1`);
        }
      }
      stage.pass(1_000_000);
      expect(stage.heard()).toEqual(expected);
    }),
  );
});

test('a link that reorders lets messages overtake each other and loses none', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(link({ reorder: { num: 1, den: 2 } }));
  const arrived = burst(stage, 100, 10);
  expect(arrived).not.toEqual(numbers(100));
  expect(arrived.toSorted((a, b) => a - b)).toEqual(numbers(100));
});

test('a link that duplicates delivers twice, in order', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(link({ duplicate: always }));
  expect(burst(stage, 50, 1_000)).toEqual(numbers(50).flatMap((i) => [i, i]));
});

test('a link loses what its loss says: all, none, or about the share', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(link({ loss: always }));
  expect(burst(stage, 50, 10)).toEqual([]);
  stage.strike(link({ loss: { num: 1, den: 4 } }));
  const arrived = burst(stage, 2_000, 10).length;
  expect(arrived).toBeGreaterThan(1_400);
  expect(arrived).toBeLessThan(1_600);
  stage.strike(link({ loss: { num: 0, den: 1 } }));
  expect(burst(stage, 50, 10)).toEqual(numbers(50));
});

test('a cut lets nothing through and loses what is in flight, one way, until it is mended', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.tell('m1', { kind: 'send', to: 'm2', label: 'in flight' });
  stage.tell('m2', { kind: 'send', to: 'm1', label: 'the other way' });
  stage.strike({ kind: 'cut', from: ['m1'], to: ['m2'] });
  expect([stage.world.isCut('m1', 'm2'), stage.world.isCut('m2', 'm1')]).toEqual([true, false]);
  stage.tell('m1', { kind: 'send', to: 'm2', label: 'too late' }).pass(100);
  stage.strike({ kind: 'mend', from: ['m1'], to: ['m2'] });
  stage.tell('m1', { kind: 'send', to: 'm2', label: 'mended' }).pass(1_000);
  expect(stage.heard().toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    'm1 message the other way from m2',
    'm2 message mended from m1',
  ]);
});

test('asking whether a link is cut leaves no trace in the world', () => {
  const stage = new Stage(['m1', 'm2']);
  const before = JSON.stringify(stage.world.save());
  expect(stage.world.isCut('m1', 'm2')).toBe(false);
  expect(JSON.stringify(stage.world.save())).toBe(before);
});

test('a partition cuts between its groups, in both directions, and not within; heal mends everything', () => {
  const hosts = ['m1', 'm2', 'm3', 'm4'];
  const stage = new Stage(hosts);
  stage.strike({ kind: 'partition', groups: [['m1', 'm2'], ['m3'], ['m4']] });
  const passing = () => {
    for (const to of hosts)
      for (const from of hosts) if (from !== to) stage.tell(from, { kind: 'send', to, label: 'a' });
    stage.pass(10_000);
    const cut = hosts.flatMap((from) => hosts.filter((to) => from !== to && stage.world.isCut(from, to)));
    return { cut: cut.length, heard: stage.heard().toSorted((a, b) => (a < b ? -1 : 1)) };
  };
  expect(passing()).toEqual({ cut: 10, heard: ['m1 message a from m2', 'm2 message a from m1'] });
  stage.strike({ kind: 'heal' });
  expect(passing()).toMatchObject({ cut: 0, heard: { length: 12 } });
});

test('a closed port drops what arrives there from other machines, whenever it was sent, until it is open', () => {
  const stage = new Stage(['m1', 'm2']);
  const send = (from: string, to: string) => {
    for (const label of ['ssh', 'http']) stage.tell(from, { kind: 'send', to, label });
  };
  send('m1', 'm2');
  stage.strike({ kind: 'close', host: 'm2', port: 'http' });
  stage.pass(1_000);
  expect(stage.heard()).toEqual(['m2 message ssh from m1']);

  send('m1', 'm2');
  send('m2', 'm1');
  send('m2', 'm2');
  stage.strike({ kind: 'heal' }).pass(1_000);
  expect(stage.heard().toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    'm1 message http from m2',
    'm1 message ssh from m2',
    'm2 message http from m2',
    'm2 message ssh from m1',
    'm2 message ssh from m2',
  ]);

  send('m1', 'm2');
  stage.strike({ kind: 'open', host: 'm2', port: 'http' }).pass(1_000);
  expect(stage.heard()).toEqual(['m2 message ssh from m1', 'm2 message http from m1']);
});

test('a machine that crashes keeps its ports closed', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(
    { kind: 'close', host: 'm2', port: 'http' },
    { kind: 'crash', host: 'm2' },
    { kind: 'restart', host: 'm2' },
  );
  stage.heard();
  stage.tell('m1', { kind: 'send', to: 'm2', label: 'http' }).pass(1_000);
  expect(stage.heard()).toEqual([]);
});

test('heal mends cuts and leaves the settings of links', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(
    link({ latency: 70_000, jitter: 0 }),
    { kind: 'cut', from: ['m1'], to: ['m2'] },
    { kind: 'heal' },
  );
  stage.tell('m1', { kind: 'send', to: 'm2', label: 'a' }).pass(100_000);
  expect(stage.said.map(({ at }) => at)).toEqual([70_000]);
});

test.each([{ latency: -1 }, { latency: 0.5 }, { jitter: Number.NaN }])('a link refuses %o', (settings) => {
  expect(() => new Stage(['m1', 'm2']).strike(link(settings))).toThrow('a whole number of microseconds');
});

test('no message crosses a cut', () => {
  let crossings = 0;
  fc.assert(
    fc.property(plans, seeds, (drawn, seed) => {
      // A pause parts arrival from handling; machine.test.ts says what happens then.
      const plan = drawn.filter(({ input }) => input.kind !== 'fault' || input.fault.kind !== 'pause');
      const world = new World<Toy>(toy, seed);
      /** The links that are cut, and for every link when it last was, counted in handled events. */
      const cut = new Set<string>();
      const lastCut = new Map<string, number>();
      const sentAfter = new Map<number, number>();
      let handled = 0;
      world.watch({
        event(event) {
          handled += 1;
          sentAfter.set(event.seq, handled);
          for (const name of cut) lastCut.set(name, handled);
          if (event.kind === 'message' && event.from !== event.to) {
            crossings += 1;
            const name = `${event.from} ${event.to}`;
            expect(lastCut.get(name) ?? 0).toBeLessThan(sentAfter.get(event.cause) ?? 0);
          }
          if (event.kind !== 'fault') return;
          const fault = event.body;
          const between = (from: readonly string[], to: readonly string[]) =>
            from.flatMap((one) => to.filter((other) => other !== one).map((other) => `${one} ${other}`));
          const links =
            fault.kind === 'cut'
              ? between(fault.from, fault.to)
              : fault.kind === 'partition'
                ? fault.groups.flatMap((one) =>
                    fault.groups.flatMap((other) => (one === other ? [] : between(one, other))),
                  )
                : [];
          for (const name of links) {
            cut.add(name);
            lastCut.set(name, handled);
          }
          if (fault.kind === 'heal') cut.clear();
          if (fault.kind === 'mend') for (const name of between(fault.from, fault.to)) cut.delete(name);
        },
      });
      world.schedule(plan);
      world.runUntil(planEnd);
    }),
    { numRuns: 120 },
  );
  expect(crossings).toBeGreaterThan(1_000);
});
