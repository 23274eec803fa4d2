import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/model/base64.ts';
import { ParseFailure } from '../../src/model/failure.ts';

it('is what everybody else makes of text, and back (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const encoded = encodeBase64(text);
      expect(encoded).toBe(Buffer.from(text, 'utf8').toString('base64'));
      expect(decodeBase64(encoded)).toBe(text.replace(/^\ufeff/, ''));
    }),
  );
});

it('refuses what is no base 64', () => {
  expect(() => decodeBase64('a-b=')).toThrow(ParseFailure);
});
