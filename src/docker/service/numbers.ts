// Numbers as the flags of services take them: parts of a CPU, ratios, sizes of lists of digits in a fixed base.

import { ParseFailure } from '../../model/failure.ts';
import { floatFailure, parseFloat64 } from '../../model/float.ts';

const nano = 10n ** 9n;
/** Exponents beyond this are refused before they are computed. */
const largestExponent = 1_000_000;

/**
 * Reads CPUs as a rational number: `.5`, `1/4`, `1e-3`.
 * @returns integer nano-CPUs
 * @throws ParseFailure when there are more than nine decimals
 */
export function parseCpus(text: string): number {
  const [numerator, denominator] = parseRational(text);
  const scaled = numerator * nano;
  if (scaled % denominator !== 0n) throw new ParseFailure('value is too precise');
  return Number(BigInt.asIntN(64, scaled / denominator));
}

function parseRational(text: string): readonly [numerator: bigint, denominator: bigint] {
  const fail = (): ParseFailure => new ParseFailure(`failed to parse ${text} as a rational number`);
  const negative = text.startsWith('-');
  const size = /^[+-]/.test(text) ? text.slice(1) : text;
  const plain = size.replace(/(?<=[0-9a-f])_(?=[0-9a-f])/gi, '');
  const sign = negative ? -1n : 1n;
  if (/^0(?:x[0-9a-f]+|o[0-7]+|b[01]+)$/i.test(plain)) return [sign * BigInt(plain), 1n];
  const [, over, under] = /^([0-9]+)\/([0-9]+)$/.exec(plain) ?? [];
  if (over !== undefined && under !== undefined) {
    if (BigInt(under) === 0n) throw fail();
    return [sign * BigInt(over), BigInt(under)];
  }
  const [match, whole = '', fraction = '', power = '0'] =
    /^([0-9]*)(?:\.([0-9]*))?(?:e([+-]?[0-9]+))?$/i.exec(plain) ?? [];
  if (match === undefined || whole + fraction === '') throw fail();
  const exponent = Number(power) - fraction.length;
  if (Math.abs(exponent) > largestExponent) throw fail();
  const digits = sign * BigInt(whole + fraction);
  return exponent >= 0 ? [digits * 10n ** BigInt(exponent), 1n] : [digits, 10n ** BigInt(-exponent)];
}

/**
 * Reads a 32-bit float.
 * @returns the number with the fewest digits that stands for it, so that it is written as Go writes it
 * @throws ParseFailure in the words of Go's strconv
 */
export function parseRatio(text: string): number {
  const single = Math.fround(parseFloat64(text));
  if (!Number.isFinite(single)) throw floatFailure(text, 'value out of range');
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return shorter;
  }
  return Number(single.toPrecision(9));
}

/**
 * Reads a number without a sign, digits of one base alone.
 * @param limit the first value that is too large
 * @returns the value, or Go's words for why there is none: `invalid syntax`, `value out of range`
 */
export function readDigits(text: string, base: 8 | 10, limit: number): number | string {
  const digits = base === 8 ? /^[0-7]+$/ : /^[0-9]+$/;
  if (!digits.test(text)) return 'invalid syntax';
  const value = Number.parseInt(text, base);
  return value < limit ? value : 'value out of range';
}
