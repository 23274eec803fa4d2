// Scenarios that cannot begin, and those that do not end.

import { expect, test } from 'vitest';
import type { ClusterRequest } from '../../src/lab/cluster.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { Scenario } from '../../src/lab/scenario.ts';

function failure(scenario: Partial<Scenario>): string | undefined {
  const complete = { title: 't', cluster: { managers: 1 }, script() {}, ...scenario };
  return runScenario(complete, { seed: '1' }).failure;
}

test.each<[cluster: ClusterRequest, failure: string]>([
  [{ managers: 0 }, 'cluster.managers is 0, but a swarm needs at least one manager: set it to 1 or more'],
  [{ managers: -1 }, 'cluster.managers must be a whole number from 0 to 10000, not -1'],
  [{ managers: 1.5 }, 'cluster.managers must be a whole number from 0 to 10000, not 1.5'],
  [{ managers: 1, workers: 100_000 }, 'cluster.workers must be a whole number from 0 to 10000, not 100000'],
  [
    { managers: 1, workers: 1, nodes: { worker2: { labels: { a: '1' } } } },
    'cluster.nodes names worker2, but the machines of this cluster are manager1, worker1',
  ],
  [
    { managers: 1, nodes: { manager1: { cpus: 0 } } },
    'cluster.nodes.manager1.cpus must be more than 0, not 0',
  ],
  [
    { managers: 1, nodes: { manager1: { memory: 'much' } } },
    "cluster.nodes.manager1.memory: invalid size: 'much'",
  ],
  [
    { managers: 1, nodes: { manager1: { platform: 'linux' } } },
    'cluster.nodes.manager1.platform must be like linux/x86_64, not "linux"',
  ],
])('%j is no cluster', (cluster, text) => {
  expect(failure({ cluster })).toBe(text);
});

test('a script that does not end is stopped by virtual time', () => {
  const endless: Scenario = {
    title: 't',
    cluster: { managers: 1 },
    limits: { time: '10m' },
    script(lab) {
      for (;;) lab.wait('7s');
    },
  };
  const outcome = runScenario(endless, { seed: '1' });
  expect(outcome.failure).toBe(
    'at 10:00.000: stopped, for the scenario has used all its virtual time; if it should run longer, set limits.time',
  );
  expect(outcome.time).toBe(600_000_000);
});

test('a script that does not end is stopped by events, whatever it waits for', () => {
  for (const script of [
    ((lab) => {
      for (;;) lab.node.ls();
    }) satisfies Scenario['script'],
    ((lab) => lab.until('the end', () => false, '24h')) satisfies Scenario['script'],
  ]) {
    const outcome = runScenario(
      { title: 't', cluster: { managers: 3 }, limits: { events: 3000 }, script },
      { seed: '1' },
    );
    expect(outcome.failure).toMatch(
      /^at \d\d:\d\d\.\d{3}: stopped, for the scenario has used all its 3000 events; if it should run longer, set limits\.events$/,
    );
  }
});

test('a limit that is no duration is refused', () => {
  expect(failure({ limits: { time: 'long' } })).toBe('limits.time: time: invalid duration "long"');
});

test('an async script is refused, and what it throws later is nobody\u2019s', async () => {
  const script = async () => {
    await null;
    throw new Error('too late');
  };
  expect(failure({ script })).toBe(
    'the script is async, but virtual time passes in the calls of the lab: write it without async and await',
  );
  await null;
});
