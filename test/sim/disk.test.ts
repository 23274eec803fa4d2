// Disks: what survives a crash, a torn write, a stop and a wipe; how long syncs take and in which order they end.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { World } from '../../src/sim/world.ts';
import { planEnd, plans, seeds } from './plans.ts';
import { Stage } from './puppet.ts';
import { type Toy, toy, toyHosts } from './toy.ts';

const crash = { kind: 'crash', host: 'm1' } as const;
const stop = { kind: 'stop', host: 'm1' } as const;
const restart = { kind: 'restart', host: 'm1' } as const;

function append(...records: readonly number[]) {
  return records.map((record) => ({ kind: 'append', file: 'log', record }) as const);
}

const sync = { kind: 'sync', label: 'a' } as const;

test('a crash takes what was not synced, and leaves what was', () => {
  const stage = new Stage(['m1'], ['log']);
  stage.tell('m1', ...append(1, 2), sync).pass(1_000);
  stage.tell('m1', ...append(3), sync).pass(999);
  stage.tell('m1', ...append(4));
  expect(stage.heard()).toEqual(['m1 synced a']);
  stage.strike(crash, restart).pass(10_000);
  expect(stage.heard()).toEqual(['m1 boot', 'm1 log: 1 2']);
});

test('a sync covers what was written before it began, and no more', () => {
  const stage = new Stage(['m1'], ['log']);
  stage.tell('m1', ...append(1), sync).pass(500);
  stage.tell('m1', ...append(2)).pass(500);
  expect(stage.heard()).toEqual(['m1 synced a']);
  stage.strike(crash, restart);
  expect(stage.heard()).toEqual(['m1 boot', 'm1 log: 1']);
});

test('a sync that waits for another covers what was written before it began, and no more', () => {
  const stage = new Stage(['m1'], ['log']);
  stage.tell('m1', ...append(1), sync, ...append(2), sync, ...append(3)).pass(2_000);
  expect(stage.heard()).toEqual(['m1 synced a', 'm1 synced a']);
  stage.strike(crash, restart);
  expect(stage.heard()).toEqual(['m1 boot', 'm1 log: 1 2']);
});

test('a sync ends while its machine is paused, told or not', () => {
  const stage = new Stage(['m1'], ['log']);
  stage
    .tell('m1', ...append(1), sync)
    .strike({ kind: 'pause', host: 'm1' })
    .pass(1_000);
  stage.strike(crash, restart).pass(1_000);
  expect(stage.heard()).toEqual(['m1 boot', 'm1 log: 1']);
});

test('a process that is stopped leaves everything it wrote', () => {
  const stage = new Stage(['m1'], ['log']);
  stage.tell('m1', ...append(1), sync, ...append(2)).strike(stop, crash, restart);
  expect(stage.heard()).toEqual(['m1 boot', 'm1 log: 1 2']);
});

test('a wipe empties the disk of a machine that is down', () => {
  const stage = new Stage(['m1'], ['log']);
  stage.tell('m1', ...append(1), sync).pass(1_000);
  stage.strike(stop, { kind: 'wipe', host: 'm1' }, restart);
  expect(stage.heard()).toEqual(['m1 synced a', 'm1 boot', 'm1 log: ']);
});

test('syncs end in order, one after the other, and take as long as the disk needs', () => {
  const stage = new Stage(['m1']);
  stage.tell('m1', { kind: 'sync', label: 'default' }).pass(5_000);
  stage.strike({ kind: 'disk', host: 'm1', syncLatency: 3_000 });
  stage.tell('m1', { kind: 'sync', label: 'slow' }, { kind: 'sync', label: 'queued' });
  stage.strike({ kind: 'disk', host: 'm1', syncLatency: 10 });
  stage.tell('m1', { kind: 'sync', label: 'fast' }).pass(20_000);
  expect(stage.said.map(({ at, text }) => [at, text])).toEqual([
    [1_000, 'synced default'],
    [8_000, 'synced slow'],
    [11_000, 'synced queued'],
    [11_010, 'synced fast'],
  ]);
});

test('a file is replaced as a whole or not at all, and is no longer shared with who wrote it', () => {
  const stage = new Stage(['m1'], ['log']);
  const records = [7, 8];
  stage.tell('m1', ...append(1, 2), { kind: 'replace', file: 'log', records }, sync);
  records.push(9);
  stage.pass(1_000).tell('m1', { kind: 'replace', file: 'log', records: [10] });
  stage.strike(crash, restart);
  expect(stage.heard()).toEqual(['m1 synced a', 'm1 boot', 'm1 log: 7 8']);
});

test('what a program read at boot does not change under its hands', () => {
  let read: readonly number[] = [];
  const world = new World<{
    config: null;
    state: null;
    body: { kind: 'write' | 'done' };
    record: number;
    note: { kind: 'none' };
  }>(
    {
      boot(context) {
        read = context.read('log').records;
        context.later(1, { kind: 'write' });
        return null;
      },
      handle(context, _state, body) {
        if (body.kind === 'done') return;
        context.append('log', read.length);
        context.sync({ kind: 'done' });
      },
    },
    'seed',
  );
  const faults = [{ kind: 'add', host: 'm1', config: null }, stop, restart] as const;
  world.schedule(faults.map((fault, i) => ({ at: i * 10_000, input: { kind: 'fault', fault } })));
  world.runUntil(20_000);
  expect(read).toEqual([0]);
  world.runUntil(40_000);
  expect(read).toEqual([0]);
});

test('a torn crash keeps the first of the unsynced writes, and a damaged part of the next', () => {
  const found = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const stage = new Stage(['m1'], ['log'], `seed ${seed}`);
    stage.tell('m1', ...append(1), sync).pass(1_000);
    stage.tell('m1', ...append(2, 3)).heard();
    stage.strike({ ...crash, torn: true }, restart);
    found.add(stage.heard()[1] ?? '');
    // The next write takes the place of the damaged one.
    stage
      .tell('m1', ...append(9), sync)
      .pass(1_000)
      .heard();
    stage.strike(crash, restart);
    expect(stage.heard()[1]).toMatch(/ 9$/);
  }
  expect([...found].sort((a, b) => (a < b ? -1 : 1))).toEqual(['m1 log: 1 2 torn', 'm1 log: 1 torn']);
});

test('a torn crash damages a new file, never one that is being replaced, and nothing if all was synced', () => {
  const fresh = new Stage(['m1'], ['log']);
  fresh.tell('m1', ...append(1)).strike({ ...crash, torn: true }, restart);
  expect(fresh.heard()).toEqual(['m1 boot', 'm1 log:  torn']);

  const replaced = new Stage(['m1'], ['log']);
  replaced.tell('m1', ...append(1), sync).pass(1_000);
  replaced.tell('m1', { kind: 'replace', file: 'log', records: [2] }).heard();
  replaced.strike({ ...crash, torn: true }, restart);
  expect(replaced.heard()).toEqual(['m1 boot', 'm1 log: 1']);

  const synced = new Stage(['m1'], ['log']);
  synced
    .tell('m1', ...append(1), sync)
    .pass(1_000)
    .heard();
  synced.strike({ ...crash, torn: true }, restart);
  expect(synced.heard()).toEqual(['m1 boot', 'm1 log: 1']);
});

/** What a toy's notes and faults tell of the disk of one host. */
interface DiskLedger {
  written: number;
  /** How much each sync covered that began since the boot. */
  covered: number[];
  safe: number;
  torn: boolean;
  /** Syncs that end during a pause are told only afterwards. */
  wasPaused: boolean;
  ending: 'crash' | 'torn' | 'stop' | 'wipe';
}

/** A machine crashes, and is back a little later. */
const crashes = fc.array(
  fc.record({
    at: fc.integer({ min: 5_000, max: planEnd }),
    host: fc.constantFrom(...toyHosts),
    torn: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

test('nothing unsynced survives a crash, and nothing synced is lost, whatever happens', () => {
  let reboots = 0;
  fc.assert(
    fc.property(plans, seeds, crashes, (plan, seed, falls) => {
      const ledgers = new Map<string, DiskLedger>();
      const ledgerOf = (host: string): DiskLedger => {
        const known = ledgers.get(host);
        if (known !== undefined) return known;
        const made: DiskLedger = {
          written: 0,
          covered: [0],
          safe: 0,
          torn: false,
          wasPaused: false,
          ending: 'wipe',
        };
        ledgers.set(host, made);
        return made;
      };
      const world = new World<Toy>(toy, seed);
      world.watch({
        event({ body }) {
          if (body.kind === 'crash' && world.isUp(body.host)) {
            ledgerOf(body.host).ending = body.torn === true ? 'torn' : 'crash';
          } else if (body.kind === 'stop' && world.isUp(body.host)) ledgerOf(body.host).ending = 'stop';
          else if (body.kind === 'wipe') ledgerOf(body.host).ending = 'wipe';
          else if (body.kind === 'pause') ledgerOf(body.host).wasPaused = true;
        },
        note(host, note) {
          const ledger = ledgerOf(host);
          if (note.kind === 'wrote') ledger.written = note.number;
          else if (note.kind === 'syncing') ledger.covered.push(note.written);
          else if (note.kind === 'safe') ledger.safe = note.written;
          else {
            const { numbers, torn } = note;
            const found = numbers.length;
            expect(numbers).toEqual(numbers.map((_, i) => i + 1));
            // A damaged end stays until something is written over it.
            if (torn) expect(ledger.torn || ledger.ending === 'torn').toBe(true);
            if (ledger.ending === 'wipe') expect(found).toBe(0);
            else if (ledger.ending === 'stop') expect(found).toBe(ledger.written);
            else {
              expect(found).toBeGreaterThanOrEqual(ledger.safe);
              if (ledger.ending === 'crash') {
                expect(ledger.covered).toContain(found);
                if (!ledger.wasPaused) expect(found).toBe(ledger.safe);
              } else expect(found).toBeLessThanOrEqual(ledger.written);
              reboots += 1;
            }
            ledgers.set(host, {
              ...ledger,
              written: found,
              covered: [found],
              safe: found,
              torn,
              wasPaused: false,
            });
          }
        },
      });
      world.schedule(plan);
      for (const { at, host, torn } of falls) {
        world.schedule([
          { at, input: { kind: 'fault', fault: { kind: 'crash', host, torn } } },
          { at: at + 1_000, input: { kind: 'fault', fault: { kind: 'restart', host } } },
        ]);
      }
      world.runUntil(planEnd + 1_000);
    }),
    { numRuns: 120 },
  );
  // The property means something only if machines did come back.
  expect(reboots).toBeGreaterThan(200);
});
