// Every scenario that is shipped keeps its promises, for any seed, and is the same run every time, watched or not.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadScenarios } from '../../src/lab/load.ts';
import { type Outcome, runScenario } from '../../src/lab/run.ts';

const folder = fileURLToPath(new URL('../../sim-scenarios/', import.meta.url));
const scenarios = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .sort((a, b) => (a < b ? -1 : 1))
  .flatMap((name) => loadScenarios(folder + name).map((scenario) => [name, scenario] as const));

/** A long one, which is run under many seeds elsewhere. */
const long = 'random-faults.ts';

test('there are scenarios', () => {
  expect(new Set(scenarios.map(([name]) => name)).size).toBeGreaterThanOrEqual(8);
});

describe.each(scenarios)('%s', (name, scenario) => {
  const alone = (seed: string): Outcome => runScenario(scenario, { seed });

  test.each(['1', '2', 'any text'])('passes with seed %s', (seed) => {
    if (name === long) return;
    const outcome = alone(seed);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.promises).toBeGreaterThan(0);
  });

  test('is the same run for the same seed, watched or not, and another for another', () => {
    const lines: string[] = [];
    let told = 0;
    const watched = runScenario(scenario, {
      seed: '7',
      trace: (line) => lines.push(line),
      tell: () => {
        told += 1;
      },
    });
    expect(watched.failure).toBeUndefined();
    expect(alone('7')).toEqual(watched);
    expect(alone('8').digest).not.toBe(watched.digest);
    expect(lines.length).toBeGreaterThan(watched.events);
    expect(told).toBeGreaterThan(20);
  });
});
