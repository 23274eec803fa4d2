// What README.md and docs/scenarios.md show, works: every block that is a whole scenario is run, every method of the lab is in the page, and
// the README's transcript is part of what the tour prints.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import tour from '../../sim-scenarios/tour.ts';
import { Lab } from '../../src/lab/lab.ts';
import { loadScenarios } from '../../src/lab/load.ts';
import { runScenario } from '../../src/lab/run.ts';
import { Sight } from '../../src/lab/sight.ts';
import type { StoryLine } from '../../src/lab/story.ts';
import { storyText } from '../../src/lab/story-text.ts';

const page = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const blocks = [...`${page}\n${readme}`.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
const whole = blocks.filter((code) => code.includes('export default'));
const folder = mkdtempSync(join(tmpdir(), 'swarmlab-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the page has whole scenarios', () => {
  expect(whole.length).toBeGreaterThanOrEqual(5);
});

test('the transcript in the README is a part of the tour', () => {
  const [, transcript = 'none'] = /^```text\n(.*?)^```$/ms.exec(readme) ?? [];
  const lines: string[] = [];
  const tell = (line: StoryLine) => lines.push(storyText(line, (_colour, text) => text));
  expect(runScenario(tour, { seed: '1', tell }).failure).toBeUndefined();
  expect(`${lines.join('\n')}\n`).toContain(transcript);
});

test.each(whole.map((code, i) => [i + 1, code] as const))(
  'scenario %i of the page passes',
  (number, code) => {
    const file = join(folder, `block${number}.ts`);
    writeFileSync(file, code);
    for (const scenario of loadScenarios(file)) {
      for (const seed of ['1', '2', '3']) {
        expect(runScenario(scenario, { seed })).toMatchObject({ failure: undefined, seed });
      }
    }
  },
);

test('the page tells of every method of the lab', () => {
  const methods = [Lab.prototype, Sight.prototype]
    .flatMap((prototype) => Object.getOwnPropertyNames(prototype))
    .filter((name) => name !== 'constructor' && name !== 'check');
  expect(methods.filter((name) => !page.includes(`lab.${name}`))).toEqual([]);
});

test('the page lists every scenario that is shipped', () => {
  const files = readdirSync(new URL('../../sim-scenarios', import.meta.url)).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(files.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
