// The `rules` suite has teeth: a rule that nothing holds, and a citation of a rule that does not exist, are found.

import { describe, expect, it } from 'vitest';
import type { Source } from '../architecture/source.ts';
import { citationsOf } from './rules/citations.ts';
import { readReference, references } from './rules/reference.ts';
import { checkReference, runRules } from './rules/run.ts';

const cited = (path: string, text: string): string[] => citationsOf({ path, text }).map(({ id }) => id);

function check(titles: readonly (readonly [string, string])[], citing: readonly Source[]) {
  const lines: string[] = [];
  const passed = checkReference(
    (line) => lines.push(line),
    { name: 'plan', titles: new Map(titles) },
    citing,
  );
  return { passed, lines };
}

describe('the rules suite', () => {
  const titles = [
    ['R-R1', 'ticks'],
    ['R-R2', 'timeouts'],
    ['E-1', 'silence'],
  ] as const;
  const source = { path: 'src/raft/tick.ts', text: '// R-R1\n// R-R1, R-R2\n' };
  const test = { path: 'test/raft/tick.test.ts', text: "\nit('E-1: nothing', () => {});" };

  it('passes when everything is held, and says where', () => {
    expect(check(titles, [source, test])).toEqual({
      passed: true,
      lines: [
        'R-R1    src/raft/tick.ts:1, src/raft/tick.ts:2',
        'R-R2    src/raft/tick.ts:2',
        'E-1     test/raft/tick.test.ts:2',
        'plan: 3 held, 0 missing, 0 unknown',
      ],
    });
  });

  it('fails when a rule is held nowhere', () => {
    const { passed, lines } = check([...titles, ['R-R3', 'the planted rule']], [source, test]);
    expect(passed).toBe(false);
    expect(lines).toContain('R-R3    NOWHERE: the planted rule');
  });

  it('fails when a rule is cited that the reference does not have', () => {
    const { passed, lines } = check(titles, [source, test, { path: 'src/late.ts', text: '// R-R4 R-S9' }]);
    expect(passed).toBe(false);
    expect(lines).toContain('R-R4    UNKNOWN: cited at src/late.ts:1');
  });

  it('fails on a reference without rules', () => {
    expect(check([], [source]).passed).toBe(false);
  });

  it('shows the first few places only', () => {
    const text = '// R-R1\n'.repeat(5);
    const [line] = check([['R-R1', 'ticks']], [{ path: 'src/a.ts', text }]).lines;
    expect(line).toBe('R-R1    src/a.ts:1, src/a.ts:2, src/a.ts:3, and 2 more');
  });
});

describe('a citation', () => {
  it('is one number, not the beginning of another', () => {
    expect(cited('src/a.ts', '// R-R11, XR-R2, E-3a, R-R4.')).toEqual(['R-R11', 'R-R4']);
  });

  it('says of which reference its edge case is', () => {
    expect(cited('src/a.ts', '// E-3, S-E4, S-E64b, O-E5, D-E6, S-E6a, O-E7b, XS-E8, E9')).toEqual([
      'E-3',
      'S-E4',
      'S-E64b',
      'O-E5',
      'D-E6',
    ]);
    expect(cited('test/a.test.ts', '// S-E8 to S-E10')).toEqual(['S-E8', 'S-E9', 'S-E10']);
  });

  it('may be a range in tests and in the fidelity table', () => {
    expect(cited('test/a.test.ts', '// R-R8 to R-R10, E-5')).toEqual(['R-R8', 'R-R9', 'R-R10', 'E-5']);
    expect(cited('docs/fidelity.md', '| Joins | absent | E-1 to E-2 |')).toEqual(['E-1', 'E-2']);
  });

  it('is not a range in a source, also not one across lines', () => {
    expect(cited('src/a.ts', '// R-R1, R-R8 to\n// R-R10, R-R12')).toEqual(['R-R1', 'R-R12']);
  });

  it('counts on the fidelity page in rows that admit a difference, neither in others nor in its prose', () => {
    const rows = ['R-R1 is hard.', '| Ticks | simplified | R-R2 |', '| Joins | real | R-R3 |'];
    expect(cited('docs/fidelity.md', rows.join('\n'))).toEqual(['R-R2']);
  });
});

describe.each(references)('the reference %s', (name) => {
  it('numbers its rules and cases once each, in order', () => {
    const lists = new Map<string, number[]>();
    for (const id of readReference(name).titles.keys()) {
      const [, prefix = '', number] = /^(R-[A-Z]|[SOD]-E|E-)(\d+)b?$/.exec(id) ?? [];
      expect(prefix, id).not.toBe('');
      lists.set(prefix, [...(lists.get(prefix) ?? []), Number(number)]);
    }
    for (const numbers of lists.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('is held everywhere', () => {
    const lines: string[] = [];
    const passed = runRules((line) => lines.push(line), [name]);
    if (!passed) expect.fail(lines.filter((line) => /NOWHERE|UNKNOWN/.test(line)).join('\n'));
  });
});
