// What holds of every explanation of every run: the rules of style, and chains that end in a command, a fault, a timer or a draw.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainIn, subjects } from '../../../src/lab/explain/explain.ts';
import { RunRecord } from '../../../src/lab/explain/record.ts';
import { minute, second } from '../../../src/model/duration.ts';
import { faultsOf } from './rules.ts';
import { playUntil, shippedScenarios } from './stage.ts';

const scenarios = shippedScenarios();

/** Explained of one run; each may make the run again. */
const mostSubjects = 15;

/** A shipped scenario with any seed, stopped at any time. */
const moments = fc.record({
  scenario: fc.constantFrom(...scenarios.keys()),
  seed: fc.nat(99).map(String),
  time: fc.integer({ min: 3 * second, max: 8 * minute }),
});

/** Every subject, where every task and service is, and why it is not on one of the nodes. */
function questions(record: RunRecord): readonly string[] {
  const all = subjects(record);
  const nodes = record.world.hostNames().filter((host) => record.nodeId(host) !== undefined);
  const services = new Set([...(record.state()?.list('service') ?? [])].map(({ spec }) => spec.name));
  const placed = all.filter((subject) => services.has(subject) || subject.includes('.'));
  return [
    ...all,
    ...placed.map((subject) => `placement ${subject}`),
    ...placed.map((subject, i) => `why-not ${nodes[i % nodes.length]} for ${subject}`),
  ];
}

function recordOf({ scenario, seed, time }: { scenario: number; seed: string; time: number }): RunRecord {
  const found = scenarios[scenario];
  if (found === undefined) throw new Error('no such scenario');
  return RunRecord.of(playUntil(found, seed, time).world);
}

test('every event of every run comes from a command or a fault in the end', () => {
  fc.assert(
    fc.property(moments, (moment) => {
      const record = recordOf(moment);
      const handled = new Set<number>();
      for (const { seq, cause, kind } of record.events) {
        // By induction: a cause has been handled before, and what has no cause comes from outside.
        expect(cause === 0 ? kind === 'fault' || kind === 'command' : handled.has(cause)).toBe(true);
        handled.add(seq);
      }
    }),
    { numRuns: 20 },
  );
});

test('whatever is explained, whenever: the rules of style hold, and the chain has a root', () => {
  fc.assert(
    fc.property(moments, fc.infiniteStream(fc.nat()), (moment, choices) => {
      const record = recordOf(moment);
      const all = questions(record);
      for (const choice of [...choices.take(6)]) {
        const subject = all[choice % all.length] ?? 'last';
        expect(faultsOf(record, explainIn(record, subject)), subject).toEqual([]);
      }
    }),
    { numRuns: 40 },
  );
});

test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))(
  'everything that can be explained at the end of: %s',
  (_title, scenario) => {
    const record = RunRecord.of(playUntil(scenario, '1', 60 * minute).world);
    const all = questions(record);
    // Of a run with very many tasks some will do.
    const stride = Math.ceil(all.length / mostSubjects);
    for (const subject of all.filter((_, i) => i % stride === 0)) {
      expect(faultsOf(record, explainIn(record, subject)), subject).toEqual([]);
    }
  },
);
