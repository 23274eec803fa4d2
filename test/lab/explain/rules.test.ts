// The checks of style find what they look for, and chains are cut to what people read.

import { expect, test } from 'vitest';
import { explainIn } from '../../../src/lab/explain/explain.ts';
import { chainOf, type Explanation, type ExplanationLink } from '../../../src/lab/explain/explanation.ts';
import { RunRecord } from '../../../src/lab/explain/record.ts';
import { faultsOf } from './rules.ts';
import { play } from './stage.ts';

const record = RunRecord.of(
  play({ managers: 1, workers: 2 }, (lab) => {
    lab.service.create('web', { image: 'nginx:1.27', constraints: ['node.role==worker'] });
    lab.untilConverged();
  }).world,
);
const good = explainIn(record, 'web.1');

/** With another sentence in the last link. */
function saying(sentence: string): Explanation {
  const last = good.chain.at(-1);
  if (last === undefined) throw new Error('a chain has links');
  return { ...good, chain: [...good.chain.slice(0, -1), { ...last, sentence }] };
}

test('a good explanation has no faults', () => {
  expect(faultsOf(record, good)).toEqual([]);
});

test.each<[string, Explanation]>([
  ['the line has 19 words', { ...good, line: `${'word '.repeat(19).trim()}.` }],
  ['a sentence has 21 words', saying(`The scheduler ${'word '.repeat(19).trim()}.`)],
  ['a banned word', saying('The scheduler simply takes worker1.')],
  ['an exclamation mark', saying('The scheduler takes worker1!.')],
  ['no full stop', saying('The scheduler takes worker1')],
  ['no word: ', saying('The scheduler takes undefined.')],
  ['a hole', saying('The scheduler takes  worker1.')],
  ['nobody said "no such error"', saying('The scheduler says "no such error".')],
  ['the actor scheduler does not begin', saying('It takes worker1.')],
  ['the chain of web.1 has no root', { ...good, chain: good.chain.map(({ root: _, ...link }) => link) }],
  [
    'the root is a command, not a fault',
    { ...good, chain: good.chain.map((link) => (link.root ? { ...link, root: 'fault' } : link)) },
  ],
  ['told before it happened', { ...good, chain: good.chain.map((link) => ({ ...link, at: 0 })) }],
  ['out of order', { ...good, chain: [...good.chain].reverse() }],
  ['7 links', { ...good, chain: Array.from({ length: 7 }, () => good.chain[0] ?? link(0)) }],
  [
    'is chosen and rejected',
    { ...good, nodes: good.nodes?.map((row) => ({ ...row, rejected: ['down'] })) ?? [] },
  ],
  ['no rule', { ...good, rule: { text: 'Yes.', tag: 'src', reference: 'somewhere' } }],
])('found: %s', (fault, spoilt) => {
  expect(faultsOf(record, spoilt).join('\n')).toContain(fault);
});

function link(at: number, root?: ExplanationLink['root']): ExplanationLink {
  return { at, actor: 'a', sentence: `a ${at}.`, facts: {}, event: at, ...(root && { root }) };
}

test('a long chain keeps its root and its end, a short one everything, in order', () => {
  const times = (chain: readonly ExplanationLink[]) => chain.map(({ at }) => at);
  const long = [1, 2, 3, 4, 5, 6, 7, 8].map((at) => link(at, at === 2 ? 'fault' : undefined));
  expect(times(chainOf(long))).toEqual([2, 4, 5, 6, 7, 8]);
  const late = [1, 2, 3, 4, 5, 6, 7, 8].map((at) => link(at, at === 7 ? 'timer' : undefined));
  expect(times(chainOf(late))).toEqual([3, 4, 5, 6, 7, 8]);
  expect(times(chainOf([link(3), link(1, 'command'), link(2), link(3)]))).toEqual([1, 2, 3]);
});
