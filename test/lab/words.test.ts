import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineWords, quoted } from '../../src/lab/words.ts';

test.each([
  ['', []],
  ['  crash   worker1 ', ['crash', 'worker1']],
  [`say 'a b' "c \\" d" e\\ f g'h'i ''`, ['say', 'a b', 'c " d', 'e f', 'ghi', '']],
  ['a\tb\nc', ['a', 'b', 'c']],
])('%s', (line, words) => {
  expect(lineWords(line)).toEqual(words);
});

test('a quote that does not end is a mistake', () => {
  expect(() => lineWords("say 'half")).toThrow('a quote that does not end');
});

test('what was quoted is read as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      expect(lineWords(words.map(quoted).join(' '))).toEqual(words);
    }),
  );
});
