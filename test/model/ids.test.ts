import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatCaDigest,
  formatId,
  formatJoinToken,
  formatTokenSecret,
  formatUnlockKey,
  parseJoinToken,
} from '../../src/model/ids.ts';

/** Draws that are the given fractions of their bounds, over and over. */
function drawFrom(fractions: readonly number[]): (bound: number) => number {
  let next = 0;
  return (bound) => Math.floor((fractions[next++ % fractions.length] ?? 0) * bound);
}

const fractions = fc.array(
  fc.integer({ min: 0, max: 999 }).map((n) => n / 1000),
  { minLength: 1 },
);

test('an ID has 25 characters of base 36, whatever is drawn (R-R195)', () => {
  fc.assert(
    fc.property(fractions, (given) => {
      expect(formatId(drawFrom(given))).toMatch(/^[0-9a-z]{25}$/);
    }),
  );
});

test('different draws give different IDs', () => {
  const ids = new Set<string>();
  for (let i = 0; i < 1_000; i++) ids.add(formatId(drawFrom([i / 1_000, 0.3])));
  expect(ids.size).toBe(1_000);
});

test('a join token is made of the digest and the secret, and reads back (R-R114)', () => {
  fc.assert(
    fc.property(fractions, (given) => {
      const draw = drawFrom(given);
      const caDigest = formatCaDigest(draw);
      const secret = formatTokenSecret(draw);
      const token = formatJoinToken(caDigest, secret);
      expect(token).toMatch(/^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/);
      expect(parseJoinToken(token)).toEqual({ caDigest, secret });
    }),
  );
});

const digest = 'd'.repeat(50);
const secret = 's'.repeat(25);

test.each([
  '',
  `SWMTKN-1-${digest}`,
  `SWMTKN-1-${digest}-${secret}s`,
  `SWMTKN-1-${digest.slice(1)}-${secret}`,
  `SWMTKN-3-${digest}-${secret}`,
  `swmtkn-1-${digest}-${secret}`,
  `SWMTKN-2-2-${digest}-${secret}`,
  `SWMTKN-2-${digest}-${secret}`,
])('%s is no join token (R-R115)', (token) => {
  expect(parseJoinToken(token)).toBeUndefined();
});

test.each(['0', '1'])('a token of version 2 has one part more, here %s (R-R114)', (mode) => {
  expect(parseJoinToken(`SWMTKN-2-${mode}-${digest}-${secret}`)).toEqual({ caDigest: digest, secret });
});

test('an unlock key stands for 32 bytes', () => {
  fc.assert(
    fc.property(fractions, (given) => {
      const key = formatUnlockKey(drawFrom(given));
      expect(key).toMatch(/^SWMKEY-1-[A-Za-z0-9+/]{43}$/);
      expect(Buffer.from(key.slice(9), 'base64')).toHaveLength(32);
      expect(Buffer.from(key.slice(9), 'base64').toString('base64')).toBe(`${key.slice(9)}=`);
    }),
  );
});
