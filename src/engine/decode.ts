// From parsed JSON to the types of the API, as Go's decoder does it: names of fields in any case, unknown ones ignored, null as good as absent,
// and what has the wrong type refused by the name of its field.

import { ParseFailure } from '../model/failure.ts';
import type { StringMap } from './api.ts';
import type { NumberText, Parsed } from './parse.ts';

/** How one type is read. */
export interface Decoder<T> {
  /** Its name in Go. */
  readonly type: string;
  /** What null in a list stands for. */
  readonly zero: T;
  readonly decode: (value: Parsed, place: Place) => T;
}

/** Where a value stands. */
interface Place {
  /** The struct around it; empty at the top. */
  readonly struct: string;
  /** The names of fields from the top, joined by dots. */
  readonly path: string;
}

/** A member by its name; undefined when it is absent or null. */
type Fields = <T>(name: string, of: Decoder<T>) => T | undefined;

/** @throws ParseFailure `json: cannot unmarshal ...` */
export function decode<T>(value: Parsed, of: Decoder<T>): T {
  return value === null ? of.zero : of.decode(value, { struct: '', path: '' });
}

function mismatch(value: string, type: string, { struct, path }: Place): ParseFailure {
  const where = struct === '' ? 'value' : `struct field ${struct}.${path}`;
  return new ParseFailure(`json: cannot unmarshal ${value} into Go ${where} of type ${type}`);
}

function kindOf(value: Parsed): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value === null) return 'null';
  if (isNumber(value)) return 'number';
  return isObject(value) ? 'object' : 'array';
}

function isNumber(value: NumberText | readonly Parsed[] | ReadonlyMap<string, Parsed>): value is NumberText {
  return 'number' in value;
}

function isObject(value: Parsed): value is ReadonlyMap<string, Parsed> {
  return value instanceof Map;
}

function isList(value: Parsed): value is readonly Parsed[] {
  return Array.isArray(value);
}

/** Text, or a type of Go's that is text. */
export function text(type = 'string'): Decoder<string> {
  return {
    type,
    zero: '',
    decode: (value, place) => {
      if (typeof value !== 'string') throw mismatch(kindOf(value), type, place);
      return value;
    },
  };
}

export const bool: Decoder<boolean> = {
  type: 'bool',
  zero: false,
  decode: (value, place) => {
    if (typeof value !== 'boolean') throw mismatch(kindOf(value), 'bool', place);
    return value;
  },
};

/** An integer of a Go type. What does not fit a safe integer is refused as if it did not fit that type. */
export function integer(type: string, least: number, most: number): Decoder<number> {
  return {
    type,
    zero: 0,
    decode: (value, place) => {
      if (typeof value !== 'object' || value === null || !isNumber(value))
        throw mismatch(kindOf(value), type, place);
      const number = Number(value.number);
      if (
        !/^-?[0-9]+$/.test(value.number) ||
        !Number.isSafeInteger(number) ||
        number < least ||
        number > most
      ) {
        throw mismatch(`number ${value.number}`, type, place);
      }
      return number === 0 ? 0 : number;
    },
  };
}

const safest = Number.MAX_SAFE_INTEGER;
export const int64 = integer('int64', -safest, safest);
export const uint64 = integer('uint64', 0, safest);
export const uint32 = integer('uint32', 0, 2 ** 32 - 1);
export const int = integer('int', -safest, safest);
export const fileMode = integer('fs.FileMode', 0, 2 ** 32 - 1);

/** Nanoseconds. Those beyond a safe integer lose what is far below a microsecond. */
export const duration: Decoder<number> = {
  type: 'time.Duration',
  zero: 0,
  decode: (value, place) => {
    if (typeof value !== 'object' || value === null || !isNumber(value)) {
      throw mismatch(kindOf(value), 'time.Duration', place);
    }
    const number = Number(value.number);
    if (!/^-?[0-9]+$/.test(value.number) || Math.abs(number) >= 2 ** 63) {
      throw mismatch(`number ${value.number}`, 'time.Duration', place);
    }
    return number === 0 ? 0 : number;
  },
};

export const float32: Decoder<number> = {
  type: 'float32',
  zero: 0,
  decode: (value, place) => {
    if (typeof value !== 'object' || value === null || !isNumber(value)) {
      throw mismatch(kindOf(value), 'float32', place);
    }
    const number = Number(value.number);
    if (!Number.isFinite(Math.fround(number))) throw mismatch(`number ${value.number}`, 'float32', place);
    return number;
  },
};

/** Bytes as base64, kept as they came. */
export const bytes: Decoder<string> = {
  type: '[]uint8',
  zero: '',
  decode: (value, place) => {
    if (typeof value !== 'string') throw mismatch(kindOf(value), '[]uint8', place);
    const data = value.replace(/[\r\n]/g, '');
    const good = /^[A-Za-z0-9+/]*/.exec(data)?.[0].length ?? 0;
    const padding = data.slice(good);
    if ((padding !== '' && padding !== '=' && padding !== '==') || data.length % 4 !== 0) {
      throw new ParseFailure(`illegal base64 data at input byte ${good}`);
    }
    return data;
  },
};

export function list<T>(of: Decoder<T>): Decoder<readonly T[]> {
  const type = `[]${of.type}`;
  return {
    type,
    zero: [],
    decode: (value, place) => {
      if (!isList(value)) throw mismatch(kindOf(value), type, place);
      return value.map((item) => (item === null ? of.zero : of.decode(item, place)));
    },
  };
}

export const stringMap: Decoder<StringMap> = {
  type: 'map[string]string',
  zero: {},
  decode: (value, place) => {
    if (!isObject(value)) throw mismatch(kindOf(value), 'map[string]string', place);
    const of = text();
    const entries = [...value].map(
      ([key, item]) =>
        [key, item === null ? '' : of.decode(item, { ...place, path: inside(place.path, key) })] as const,
    );
    return Object.fromEntries(entries);
  },
};

function inside(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** `type` with its package, `swarm.ServiceSpec`; `read` makes a value of the members it asks for. */
export function struct<T>(type: string, read: (field: Fields) => T): Decoder<T> {
  const name = type.slice(type.lastIndexOf('.') + 1);
  return {
    type,
    zero: read(() => undefined),
    decode: (value, place) => {
      if (!isObject(value)) throw mismatch(kindOf(value), type, place);
      return read((field, of) => {
        const member = memberOf(value, field);
        if (member === undefined || member === null) return undefined;
        return of.decode(member, { struct: name, path: inside(place.path, field) });
      });
    },
  };
}

/** A member by its name in any case; its own name wins. */
function memberOf(value: ReadonlyMap<string, Parsed>, name: string): Parsed | undefined {
  const exact = value.get(name);
  if (exact !== undefined) return exact;
  const wanted = name.toLowerCase();
  let found: Parsed | undefined;
  for (const [key, member] of value) if (key.toLowerCase() === wanted) found = member;
  return found;
}
