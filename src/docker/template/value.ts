// Values of Go's as templates see them: plain data with the names of their Go types, which errors tell and JSON needs.

export type GoValue =
  | Invalid
  | GoString
  | GoBool
  | GoInteger
  | GoFloat
  | GoTime
  | GoSlice
  | GoMap
  | GoStruct
  | GoPointer
  | GoInterface;

/** No value at all: a missing key of a map, a pipeline without a result. */
export interface Invalid {
  readonly kind: 'invalid';
}

export interface GoString {
  readonly kind: 'string';
  readonly type: string;
  readonly text: string;
}

export interface GoBool {
  readonly kind: 'bool';
  readonly type: string;
  readonly on: boolean;
}

export interface GoInteger {
  readonly kind: 'integer';
  readonly type: string;
  readonly value: number;
}

export interface GoFloat {
  readonly kind: 'float';
  readonly type: string;
  readonly value: number;
}

/** `time.Time`, as RFC 3339 in UTC without trailing zeros. */
export interface GoTime {
  readonly kind: 'time';
  readonly type: 'time.Time';
  readonly text: string;
}

export interface GoSlice {
  readonly kind: 'slice';
  readonly type: string;
  /** Undefined for a nil slice. */
  readonly items: readonly GoValue[] | undefined;
  /** Of bytes, which JSON holds in base 64. */
  readonly base64?: string;
}

/** Keys are text. */
export interface GoMap {
  readonly kind: 'map';
  readonly type: string;
  /** Undefined for a nil map. */
  readonly entries: ReadonlyMap<string, GoValue> | undefined;
  readonly methods?: ReadonlyMap<string, GoMethod>;
}

export interface GoStruct {
  readonly kind: 'struct';
  readonly type: string;
  readonly fields: readonly GoField[];
  readonly methods: ReadonlyMap<string, GoMethod>;
}

export interface GoField {
  readonly name: string;
  /** Its name in JSON; undefined for one that JSON does not show. */
  readonly json: string | undefined;
  readonly omitEmpty: boolean;
  /** A struct whose fields count as those of the struct around it. */
  readonly embedded: boolean;
  readonly value: GoValue;
}

export interface GoPointer {
  readonly kind: 'pointer';
  readonly type: string;
  readonly to: GoValue | undefined;
}

/** A nil interface; one that holds something is what it holds. */
export interface GoInterface {
  readonly kind: 'interface';
  readonly type: string;
}

export interface GoMethod {
  /** The names of its parameters' types. */
  readonly parameters: readonly string[];
  readonly call: (args: readonly GoValue[]) => GoValue;
}

export const invalid: Invalid = { kind: 'invalid' };

export function string(text: string, type = 'string'): GoString {
  return { kind: 'string', type, text };
}

export function bool(on: boolean): GoBool {
  return { kind: 'bool', type: 'bool', on };
}

export function integer(value: number, type = 'int'): GoInteger {
  return { kind: 'integer', type, value };
}

export function float(value: number): GoFloat {
  return { kind: 'float', type: 'float64', value };
}

export function slice(type: string, items: readonly GoValue[]): GoSlice {
  return { kind: 'slice', type, items };
}

export function map(type: string, entries: ReadonlyMap<string, GoValue>): GoMap {
  return { kind: 'map', type, entries };
}

/** A struct that shows itself through methods alone, behind a pointer: what docker lists. */
export function rowValue(type: string, methods: ReadonlyMap<string, GoMethod>): GoPointer {
  return { kind: 'pointer', type, to: { kind: 'struct', type: type.slice(1), fields: [], methods } };
}

/** A method without parameters. */
export function getter(read: () => GoValue): GoMethod {
  return { parameters: [], call: read };
}

/** Any JSON value as Go decodes it into an empty interface. */
export function fromJson(json: unknown): GoValue {
  if (json === null || json === undefined) return { kind: 'interface', type: 'interface {}' };
  if (typeof json === 'string') return string(json);
  if (typeof json === 'boolean') return bool(json);
  if (typeof json === 'number') return float(json);
  if (Array.isArray(json)) return slice('[]interface {}', json.map(fromJson));
  const entries = typeof json === 'object' ? Object.entries(json) : [];
  return map('map[string]interface {}', new Map(entries.map(([key, value]) => [key, fromJson(value)])));
}

/** Go's name of a value's type. */
export function typeOf(value: GoValue): string {
  return value.kind === 'invalid' ? '<nil>' : value.type;
}

/** What `if` takes for true. */
export function isTrue(value: GoValue): boolean {
  switch (value.kind) {
    case 'invalid':
    case 'interface':
      return false;
    case 'string':
      return value.text !== '';
    case 'bool':
      return value.on;
    case 'integer':
    case 'float':
      return value.value !== 0;
    case 'slice':
      return (value.items ?? []).length > 0;
    case 'map':
      return (value.entries?.size ?? 0) > 0;
    case 'pointer':
      return value.to !== undefined;
    case 'struct':
    case 'time':
      return true;
  }
}
