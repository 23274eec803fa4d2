// The shipped scripts keep their promises, for one seed as for another, and the same seed gives the same run.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runScript } from '../../src/lab/shell/script.ts';

const folder = fileURLToPath(new URL('../../sim-scenarios', import.meta.url));
const scripts = readdirSync(folder).filter((name) => name.endsWith('.sh'));

async function run(name: string, seed: string, invariants = false) {
  let said = '';
  const say = (text: string): void => {
    said += text;
  };
  const outcome = await runScript(`${folder}/${name}`, { seed, invariants, out: say, err: say });
  return { ...outcome, said };
}

describe.each(scripts)('%s', (name) => {
  test('ends well, whoever watches', async () => {
    const first = await run(name, '1');
    expect(first.exitCode, first.said.slice(-500)).toBe(0);
    const watched = await run(name, '1', true);
    expect(watched).toEqual(first);
  });

  test.each(['2', '3'])('ends well with seed %s', async (seed) => {
    const { exitCode, said } = await run(name, seed);
    expect(exitCode, said.slice(-500)).toBe(0);
  });
});
