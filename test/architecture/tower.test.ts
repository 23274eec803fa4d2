// Imports run down the tower only.

import { expect, test } from 'vitest';
import { readSources } from './source.ts';
import { floors, towerViolations } from './tower.ts';

const sources = readSources('src');

test('every import of the sources runs down the tower', () => {
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.flatMap(towerViolations)).toEqual([]);
});

function refused(path: string, specifier: string): string | undefined {
  const text = `// One line.\nimport type { A } from '${specifier}';\n`;
  const [violation, ...more] = towerViolations({ path, text });
  expect(more).toEqual([]);
  if (violation !== undefined) expect(violation).toMatchObject({ path, line: 2 });
  return violation?.what;
}

test('every floor may import every floor under it but those it must not know, and none above', () => {
  const strangers = [
    ...['sim'].map((other) => `raft ${other}`),
    'agent manager',
    ...['raft', 'store', 'manager', 'agent', 'cluster', 'invariants'].map((other) => `docker ${other}`),
  ];
  for (const [level, floor] of floors.entries()) {
    for (const [otherLevel, other] of floors.entries()) {
      const allowed = otherLevel <= level && !strangers.includes(`${floor} ${other}`);
      expect(
        refused(`src/${floor}/deep/a.ts`, `../../${other}/b.ts`) === undefined,
        `${floor} ${other}`,
      ).toBe(allowed);
    }
  }
});

test.each([
  ['src/manager/desk.ts', '../agent/agent.ts', 'manager may not import agent, a floor above it'],
  ['src/agent/agent.ts', '../manager/manager.ts', 'agent may not import manager'],
  ['src/raft/log.ts', '../sim/clock.ts', 'raft may not import sim'],
  ['src/raft/log.ts', '../sim/assert.ts', undefined],
  ['src/raft/log.ts', './entry.ts', undefined],
  ['src/index.ts', './check/campaign.ts', undefined],
  ['src/index.ts', './cli.ts', 'index may not import cli, a floor above it'],
  ['src/sim/world.ts', '../../test/sim/toy.ts', 'sim imports test/sim/toy.ts, which is not in src'],
  ['src/lab/run.ts', '../helpers/a.ts', 'helpers is no floor of the tower'],
  ['src/store/store.ts', 'immer', undefined],
  ['src/store/store.ts', 'yaml', 'store may not import yaml'],
  ['src/docker/compose/a.ts', 'yaml', undefined],
  ['src/docker/a.ts', 'node:fs', 'docker may not import node:fs'],
  ['src/serve/server.ts', 'node:http', undefined],
])('%s importing %s: %s', (path, specifier, what) => {
  expect(refused(path, specifier)).toBe(what);
});

test('a folder that is no floor is reported', () => {
  expect(towerViolations({ path: 'src/utils/a.ts', text: '' })).toEqual([
    { path: 'src/utils/a.ts', line: 1, what: 'utils is no floor of the tower' },
  ]);
});
