// The names the swarm gives to things by chance: object IDs, the digest of its root certificate, tokens and keys.
// Chance comes from the caller as a draw, so that the same seed gives the same names.

/** A uniform integer in [0, bound). */
export type Draw = (bound: number) => number;

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** An object, node or session ID: 25 characters, base 36 (R-R11, R-R195). */
export function formatId(draw: Draw): string {
  return base36(25, draw);
}

/** The digest of a root certificate as join tokens carry it: 50 characters, base 36, alike in both tokens (R-R114). */
export function formatCaDigest(draw: Draw): string {
  return base36(50, draw);
}

/** What makes a join token a secret: 25 characters, base 36; one for each role (R-R114). */
export function formatTokenSecret(draw: Draw): string {
  return base36(25, draw);
}

/** `SWMTKN-1-<digest>-<secret>` (R-R114). */
export function formatJoinToken(caDigest: string, secret: string): string {
  return `SWMTKN-1-${caDigest}-${secret}`;
}

/** The parts of a join token; undefined for any other shape, which a joining node calls `invalid join token` (R-R115). */
export function parseJoinToken(token: string): { caDigest: string; secret: string } | undefined {
  const match = /^SWMTKN-(?:1|2-[01])-([0-9a-z]{50})-([0-9a-z]{25})$/.exec(token);
  const [, caDigest, secret] = match ?? [];
  return caDigest === undefined || secret === undefined ? undefined : { caDigest, secret };
}

/** The digest of a join token as 64 hexadecimal digits, the 256 bits that it stands for. */
export function digestInHex(caDigest: string): string {
  let value = 0n;
  for (const digit of caDigest) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value.toString(16).padStart(64, '0').slice(-64);
}

/** `SWMKEY-1-` and 32 random bytes in base 64, unpadded: 43 characters. */
export function formatUnlockKey(draw: Draw): string {
  let key = '';
  for (let i = 0; i < 42; i++) key += base64.charAt(draw(64));
  // The last character carries the 4 bits that are left of 256, followed by two zero bits.
  return `SWMKEY-1-${key}${base64.charAt(draw(16) * 4)}`;
}

/** `length` digits, five to a draw. */
function base36(length: number, draw: Draw): string {
  let digits = '';
  while (digits.length < length) {
    digits += draw(36 ** 5)
      .toString(36)
      .padStart(5, '0');
  }
  return digits;
}
