// A part of a compose file, valid by the schema, to what its shape says it holds. What is zero or empty is left out unless the shape keeps it.

import { ParseFailure } from '../../model/failure.ts';
import { parseBytes } from '../../model/size.ts';
import { CommandFailure } from '../failure.ts';
import { parseRatio } from '../service/numbers.ts';
import { nanoseconds } from './duration.ts';
import { type Expanded, expand } from './expand.ts';
import { type Field, type Holding, isZero, type Shape } from './shape.ts';
import {
  type Float,
  goType,
  type Integer,
  integer,
  isMapping,
  isNumber,
  isSequence,
  type Mapping,
  printValue,
  type Value,
} from './value.ts';

/** Where decoding stands, what it found wrong, and what it wants to say. */
interface Decoding {
  readonly problems: string[];
  readonly warn: (message: string) => void;
}

/** @throws CommandFailure that lists all that could not be decoded */
export function decode(shape: Shape, source: Value, path: string, warn: (message: string) => void): Mapping {
  const problems: string[] = [];
  const part = decodeValue({ kind: 'part', shape }, source, path, { problems, warn });
  if (problems.length === 0 && isMapping(part)) return part;
  throw new CommandFailure(`decoding failed due to the following error(s):\n\n${problems.join('\n')}`);
}

function decodePart(shape: Shape, source: Mapping, path: string, decoding: Decoding): Mapping {
  const part = new Map<string, Value>();
  for (const field of shape) {
    const given = source.get(field.key);
    if (given === undefined || given === null) continue;
    const place = path === '' ? field.name : `${path}.${field.name}`;
    const value = decodeField(field, given, place, decoding);
    if (value !== undefined && (field.kept || !isZero(value))) part.set(field.key, value);
  }
  return part;
}

function decodeField(field: Field, given: Value, place: string, decoding: Decoding): Value | undefined {
  let expanded: Expanded = { value: given };
  if (field.expand !== undefined) expanded = expand(field.expand, given, decoding.warn);
  if ('problem' in expanded) {
    decoding.problems.push(`error decoding '${place}${expanded.at ?? ''}': ${expanded.problem}`);
    return undefined;
  }
  return decodeValue(field.holding, expanded.value, place, decoding);
}

function decodeValue(holding: Holding, value: Value, place: string, decoding: Decoding): Value | undefined {
  switch (holding.kind) {
    case 'text':
      if (value === null || typeof value === 'string') return value;
      decoding.problems.push(
        `'${place}' expected type 'string', got unconvertible type '${goType(value)}', value: '${printValue(value)}'`,
      );
      return undefined;
    case 'boolean':
      return value;
    case 'integer':
      return wholeNumber(value);
    case 'float':
      return isNumber(value) ? decodeRatio(value) : undefined;
    case 'count':
    case 'short count':
      return decodeCount(value, place, holding.kind === 'count' ? 64 : 32, decoding);
    case 'duration':
      return typeof value === 'string' ? integer(nanoseconds(value)) : undefined;
    case 'size':
      return decodeSize(value, place, decoding);
    case 'list':
      if (value === null) return undefined;
      if (!isSequence(value)) {
        const got = isMapping(value) ? 'map' : goType(value);
        decoding.problems.push(`'${place}': source data must be an array or slice, got ${got}`);
        return undefined;
      }
      return value.flatMap((item, index) => {
        const decoded = decodeValue(holding.items, item, `${place}[${index}]`, decoding);
        return decoded === undefined ? [] : [decoded];
      });
    case 'map':
      if (!isMapping(value)) return undefined;
      return new Map(
        [...value].flatMap(([key, item]) => {
          if (item === null) return [[key, null] as const];
          const decoded = decodeValue(holding.values, item, `${place}[${key}]`, decoding);
          return decoded === undefined ? [] : [[key, decoded] as const];
        }),
      );
    case 'part':
      if (value === null) return new Map();
      if (isMapping(value)) return decodePart(holding.shape, value, place, decoding);
      decoding.problems.push(
        `'${place}' expected a map, got '${isSequence(value) ? 'slice' : goType(value)}'`,
      );
      return undefined;
  }
}

function decodeCount(value: Value, place: string, bits: number, decoding: Decoding): Value | undefined {
  const whole = wholeNumber(value);
  if (whole === undefined) return undefined;
  if (whole.digits.startsWith('-')) {
    decoding.problems.push(`cannot parse '${place}', ${printValue(value)} overflows uint`);
    return undefined;
  }
  return { kind: 'integer', digits: String(BigInt.asUintN(bits, BigInt(whole.digits))) };
}

/** Fractions are cut; a float beyond all integers becomes the number whose bits are a sign alone. */
function wholeNumber(value: Value): Integer | undefined {
  if (!isNumber(value)) return undefined;
  if (value.kind === 'integer') return value;
  const whole = BigInt(Math.trunc(value.value));
  return { kind: 'integer', digits: String(whole < 2n ** 63n ? whole : 2n ** 63n) };
}

/** A float of 32 bits, written with the fewest digits. */
function decodeRatio(number: Integer | Float): Value {
  const value = number.kind === 'integer' ? Number(number.digits) : number.value;
  return { kind: 'float', value: Number.isFinite(value) ? parseRatio(String(value)) : value };
}

function decodeSize(value: Value, place: string, decoding: Decoding): Value | undefined {
  if (typeof value !== 'string') return wholeNumber(value);
  try {
    return integer(parseBytes(value));
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    decoding.problems.push(`error decoding '${place}': ${error.message}`);
    return undefined;
  }
}
