// The values of a compose file: what its YAML says, in the types Go's decoder gives it. Each step of loading turns a tree of
// them into another; no step changes one in place.

export type Value = null | boolean | string | Integer | Float | Instant | Sequence | Mapping | OddMapping;

export interface Integer {
  readonly kind: 'integer';
  /** Decimal, with a sign if negative: 64-bit numbers do not fit a JavaScript number. */
  readonly digits: string;
}

export interface Float {
  readonly kind: 'float';
  readonly value: number;
}

/** A plain scalar that YAML takes for a date or a time. */
export interface Instant {
  readonly kind: 'instant';
  /** RFC 3339, which is what JSON makes of it. */
  readonly text: string;
}

export type Sequence = readonly Value[];
/** Keys keep the order of the file; whoever goes through one sorts it, as Go's order is none. */
export type Mapping = ReadonlyMap<string, Value>;

/** A mapping with a key that is no string. A compose file may not have one anywhere. */
export interface OddMapping {
  readonly kind: 'odd mapping';
  readonly entries: readonly (readonly [Value, Value])[];
}

export function integer(value: number): Integer {
  return { kind: 'integer', digits: String(value) };
}

export function isSequence(value: Value | undefined): value is Sequence {
  return Array.isArray(value);
}

export function isMapping(value: Value | undefined): value is Mapping {
  return value instanceof Map;
}

export function isNumber(value: Value | undefined): value is Integer | Float {
  if (value === null || typeof value !== 'object' || !('kind' in value)) return false;
  return value.kind === 'integer' || value.kind === 'float';
}

/** The type that Go's decoder gives a value, as complaints name it. */
export function goType(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (isSequence(value)) return '[]interface {}';
  if (isMapping(value)) return 'map[string]interface {}';
  switch (value.kind) {
    case 'integer':
      return 'int';
    case 'float':
      return 'float64';
    case 'instant':
      return 'time.Time';
    case 'odd mapping':
      return 'map[interface {}]interface {}';
  }
}

/** The keys in byte order, which is the order in which everything is done that Go does in any order. */
export function sortedEntries<T>(mapping: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...mapping].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** As Go prints a value with `%v`. */
export function printValue(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isSequence(value)) return `[${value.map(printValue).join(' ')}]`;
  if (isMapping(value)) return printEntries(sortedEntries(value));
  switch (value.kind) {
    case 'integer':
      return value.digits;
    case 'float':
      return printFloat(value.value);
    case 'instant':
      return printInstant(value.text);
    case 'odd mapping':
      return printEntries(value.entries.map(([key, item]) => [printValue(key), item] as const));
  }
}

function printEntries(entries: readonly (readonly [string, Value])[]): string {
  return `map[${entries.map(([key, item]) => `${key}:${printValue(item)}`).join(' ')}]`;
}

/** The shortest decimal that is the number, with an exponent if that is below -4 or above 5: Go's `%g`. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent <= 5) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function printInstant(text: string): string {
  const [, date = '', time = '', zone = ''] = /^([^T]*)T([^Z+-]*)(.*)$/.exec(text) ?? [];
  const offset = zone === 'Z' ? '+0000 UTC' : `${zone.replace(':', '')} ${zone.replace(':', '')}`;
  return `${date} ${time} ${offset}`;
}
