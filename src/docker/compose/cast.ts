// Text to numbers and truth values, as the client reads what a variable stands for.

import { quote } from '../quote.ts';
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
  const digits = text.replace(/(?<=[0-9])_(?=[0-9])/g, '');
  if (!/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(digits)) {
    const named = /^([-+]?)(?:inf|infinity|(nan))$/i.exec(text);
    if (named !== null) {
      const infinity = named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      return { kind: 'float', value: named[2] === undefined ? infinity : Number.NaN };
    }
    return { problem: `strconv.ParseFloat: parsing ${quote(text)}: invalid syntax` };
  }
  const value = Number(digits);
  if (!Number.isFinite(value)) {
    return { problem: `strconv.ParseFloat: parsing ${quote(text)}: value out of range` };
  }
  return { kind: 'float', value };
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
