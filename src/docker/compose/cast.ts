// Text to numbers and truth values, as the client reads what a variable stands for.

import { ParseFailure } from '../../model/failure.ts';
import { parseFloat64 } from '../../model/float.ts';
import { quote } from '../../model/quote.ts';
import type { Float, Integer } from './value.ts';

export interface Problem {
  readonly problem: string;
}

export function readInteger(text: string): Integer | Problem {
  if (!/^[-+]?[0-9]+$/.test(text)) {
    return { problem: `strconv.Atoi: parsing ${quote(text)}: invalid syntax` };
  }
  const value = BigInt(text.replace('+', ''));
  if (value !== BigInt.asIntN(64, value)) {
    return { problem: `strconv.Atoi: parsing ${quote(text)}: value out of range` };
  }
  return { kind: 'integer', digits: String(value) };
}

export function readFloat(text: string): Float | Problem {
  const [named, sign, nan] = /^([-+]?)(?:inf|infinity|(nan))$/i.exec(text) ?? [];
  if (named !== undefined) {
    const infinity = sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return { kind: 'float', value: nan === undefined ? infinity : Number.NaN };
  }
  try {
    return { kind: 'float', value: parseFloat64(text) };
  } catch (error) {
    if (error instanceof ParseFailure) return { problem: error.message };
    throw error;
  }
}

export function readBoolean(text: string): boolean | Problem {
  switch (text.toLowerCase()) {
    case 'y':
    case 'yes':
    case 'true':
    case 'on':
      return true;
    case 'n':
    case 'no':
    case 'false':
    case 'off':
      return false;
    default:
      return { problem: `invalid boolean: ${text}` };
  }
}
