// Text as base 64 of its UTF-8 bytes, the way configs and secrets travel.

import { ParseFailure } from './failure.ts';

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let encoded = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const group = (a << 16) | (b << 8) | c;
    const four = [18, 12, 6, 0].map((shift) => digits.charAt((group >> shift) & 63)).join('');
    const left = bytes.length - i;
    encoded += left >= 3 ? four : four.slice(0, left + 1).padEnd(4, '=');
  }
  return encoded;
}

/** Bytes that are no UTF-8 come out as replacement characters. @throws ParseFailure for what is no base 64 */
export function decodeBase64(encoded: string): string {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const digit of encoded.replace(/=+$/, '')) {
    const value = digits.indexOf(digit);
    if (value < 0) throw new ParseFailure(`${JSON.stringify(encoded)} is not base 64`);
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
