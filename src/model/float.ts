// Decimal numbers as users write them and Go reads them.

import { ParseFailure } from './failure.ts';
import { quote } from './quote.ts';

/**
 * Reads a number as Go's strconv.ParseFloat does: a sign, digits with a point, an exponent, `_` between digits.
 * @throws ParseFailure in its words
 */
export function parseFloat64(text: string): number {
  const plain = text.replace(/(?<=[0-9])_(?=[0-9])/g, '');
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(plain)) {
    throw floatFailure(text, 'invalid syntax');
  }
  const value = Number(plain);
  if (!Number.isFinite(value)) throw floatFailure(text, 'value out of range');
  return value;
}

/** What Go says of a text that is no number of the size that was asked for. */
export function floatFailure(text: string, why: 'invalid syntax' | 'value out of range'): ParseFailure {
  return new ParseFailure(`strconv.ParseFloat: parsing ${quote(text)}: ${why}`);
}
