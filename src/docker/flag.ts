// A flag as data: its name, the kind of its values, the words `--help` shows. Kinds check a text when it is parsed; commands read it again
// when they need it, so that what was given stays text and nothing else has to be kept.

import { parseDuration } from '../model/duration.ts';
import { ParseFailure } from '../model/failure.ts';
import { quote } from '../model/quote.ts';
import type { DockerHost } from './process.ts';
import { readFields } from './record.ts';

export interface Kind {
  /** The name of the value in help; empty for switches. */
  readonly name: string;
  /** The value of a flag without one; flags of such a kind take a value with `=` only. */
  readonly bare?: string;
  /** Defaults are quoted in help. */
  readonly quoted?: true;
  /** @throws ParseFailure, or FileError for kinds that name a file */
  readonly check: (text: string, host: DockerHost) => void;
}

export interface Flag {
  readonly name: string;
  readonly shorthand?: string;
  readonly kind: Kind;
  /** The words of help, in lines as docker writes them, wrapped only when shown. */
  readonly usage: string;
  /** The value when the flag is not given, shown in help. What help does not show is the empty text. */
  readonly initial?: string;
  /** Not in help. */
  readonly hidden?: true;
  /** Printed when the flag is used: `Flag --x has been deprecated, <this>`. */
  readonly deprecated?: string;
  /** The first API version that knows it. */
  readonly version?: string;
  /** Shown by engines in a swarm only, or by managers only. */
  readonly swarm?: 'active' | 'manager';
  /** Shown by daemons with experimental features only. */
  readonly experimental?: true;
}

function anything(): void {}

/** Any text, whatever help calls it. */
export function text(name: string): Kind {
  return { name, check: anything };
}

export const string: Kind = { name: 'string', quoted: true, check: anything };
export const strings: Kind = { name: 'strings', check: readFields };
export const list: Kind = text('list');

/** `key=value`, or a key alone, each once more for another pair. */
export const map: Kind = text('map');

/** The same for labels, whose keys hold no blanks. */
export const labels: Kind = {
  name: 'list',
  check: (text) => {
    const key = (text.split('=')[0] ?? '').replace(/^[ \t]+/, '');
    if (key === '') throw new ParseFailure(`invalid label '${text}': empty name`);
    if (/[ \t]/.test(key)) throw new ParseFailure(`label '${key}' contains whitespaces`);
  },
};

/** The same as pflag has it: pairs with `=`, each once more or with commas for others. */
export const stringToString: Kind = {
  name: 'stringToString',
  check: (given) => {
    const bad = given.split(',').find((pair) => !pair.includes('='));
    if (bad !== undefined) throw new ParseFailure(`${bad} must be formatted as key=value`);
  },
};

export const bool: Kind = {
  name: '',
  bare: 'true',
  check: (given) => {
    if (parseBool(given) === undefined) {
      throw new ParseFailure(`strconv.ParseBool: parsing ${quote(given)}: invalid syntax`);
    }
  },
};

export const duration: Kind = { name: 'duration', check: parseDuration };

export const int: Kind = {
  name: 'int',
  check: (given) => readInteger(given, 'ParseInt', -(2n ** 63n), 2n ** 63n),
};
export const uint: Kind = unsigned('uint', 64n);
export const uint32: Kind = unsigned('uint32', 32n);

function unsigned(name: string, bits: bigint): Kind {
  return { name, check: (given) => readInteger(given, 'ParseUint', 0n, 2n ** bits) };
}

/** `name=value`, the name in lower case; an empty text is no condition at all. */
export const filter: Kind = {
  name: 'filter',
  check: (given) => {
    if (given !== '' && !given.includes('=')) {
      throw new ParseFailure('bad format of filter (expected name=value)');
    }
  },
};

/** Go's strconv.ParseBool; undefined for what is neither. */
export function parseBool(given: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(given)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(given)) return false;
  return undefined;
}

/**
 * Reads an integer as Go does with base 0: decimal, `0x`, `0o`, `0b`, a leading zero for octal, `_` between digits.
 * @param least the least allowed value
 * @param limit the first value that is too large
 * @throws ParseFailure in Go's words
 */
export function readInteger(
  given: string,
  reader: 'ParseInt' | 'ParseUint',
  least: bigint,
  limit: bigint,
): number {
  const fail = (why: string): ParseFailure =>
    new ParseFailure(`strconv.${reader}: parsing ${quote(given)}: ${why}`);
  const signed = reader === 'ParseInt' && /^[+-]/.test(given);
  const digits = signed ? given.slice(1) : given;
  const valid =
    /^(?:0|[1-9](?:_?[0-9])*|0(?:_?[0-7])+|0o(?:_?[0-7])+|0x(?:_?[0-9a-f])+|0b(?:_?[01])+)$/i.test(digits);
  if (!valid) throw fail('invalid syntax');
  const plain = digits.replaceAll('_', '').replace(/^0(?=[0-7])/, '0o');
  const size = BigInt(plain);
  const value = signed && given.startsWith('-') ? -size : size;
  if (value < least || value >= limit) throw fail('value out of range');
  return Number(value);
}
