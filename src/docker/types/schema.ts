// Go types as data: they decode JSON into values the way Go does, with zero values for what is missing, so that it can be shown by templates
// and written again in the order of the fields.

import { zeroInstant } from '../../engine/time.ts';
import { decodeBase64 } from '../../model/base64.ts';
import { withoutZeros } from '../template/print.ts';
import { fromJson, type GoField, type GoValue } from '../template/value.ts';

export interface Schema {
  readonly type: string;
  /** @param json undefined for a missing member */
  readonly decode: (json: unknown) => GoValue;
}

export interface FieldSchema {
  readonly name: string;
  readonly schema: Schema;
  /** Undefined for a field that JSON does not show. */
  readonly json: string | undefined;
  readonly omitEmpty: boolean;
  readonly embedded: boolean;
}

/** A field that JSON always shows, under its own name unless told otherwise. */
export function field(name: string, schema: Schema, json = name): FieldSchema {
  return { name, schema, json, omitEmpty: false, embedded: false };
}

/** A field that JSON leaves out when it is empty. */
export function optional(name: string, schema: Schema, json = name): FieldSchema {
  return { name, schema, json, omitEmpty: true, embedded: false };
}

/** A struct whose fields are those of the struct around it. */
export function embed(name: string, schema: Schema): FieldSchema {
  return { name, schema, json: undefined, omitEmpty: false, embedded: true };
}

export function textType(type: string): Schema {
  return { type, decode: (json) => ({ kind: 'string', type, text: typeof json === 'string' ? json : '' }) };
}

function integerType(type: string): Schema {
  return { type, decode: (json) => ({ kind: 'integer', type, value: typeof json === 'number' ? json : 0 }) };
}

export const text: Schema = textType('string');
export const int: Schema = integerType('int');
export const int64: Schema = integerType('int64');
export const uint64: Schema = integerType('uint64');
export const uint32: Schema = integerType('uint32');
/** `time.Duration`, integer nanoseconds. */
export const duration: Schema = integerType('time.Duration');
export const fileMode: Schema = integerType('fs.FileMode');

export const truth: Schema = {
  type: 'bool',
  decode: (json) => ({ kind: 'bool', type: 'bool', on: json === true }),
};

export const decimal: Schema = {
  type: 'float32',
  decode: (json) => ({ kind: 'float', type: 'float32', value: typeof json === 'number' ? json : 0 }),
};

export const instant: Schema = {
  type: 'time.Time',
  decode: (json) => ({
    kind: 'time',
    type: 'time.Time',
    text: withoutZeros(typeof json === 'string' && json !== '' ? json : zeroInstant),
  }),
};

/** Bytes, base64 in JSON. */
export const bytes: Schema = {
  type: '[]uint8',
  decode: (json) => {
    const base64 = typeof json === 'string' ? json : '';
    const items = [...bytesOf(base64)].map((value): GoValue => ({ kind: 'integer', type: 'uint8', value }));
    return { kind: 'slice', type: '[]uint8', items, base64 };
  },
};

function bytesOf(base64: string): Uint8Array {
  return new TextEncoder().encode(base64 === '' ? '' : decodeBase64(base64));
}

/** Any JSON, as it comes. */
export const any: Schema = { type: 'interface {}', decode: fromJson };

export function slice(element: Schema): Schema {
  const type = `[]${element.type}`;
  return {
    type,
    decode: (json) => ({
      kind: 'slice',
      type,
      items: Array.isArray(json) ? json.map(element.decode) : undefined,
    }),
  };
}

/** A map whose keys are text. */
export function map(element: Schema): Schema {
  const type = `map[string]${element.type}`;
  return {
    type,
    decode: (json) => {
      const members = isObject(json) ? Object.entries(json) : undefined;
      const entries = members && new Map(members.map(([key, value]) => [key, element.decode(value)]));
      return { kind: 'map', type, entries };
    },
  };
}

export const labels: Schema = map(text);

export function pointer(element: Schema): Schema {
  const type = `*${element.type}`;
  return {
    type,
    decode: (json) => ({
      kind: 'pointer',
      type,
      to: json === undefined || json === null ? undefined : element.decode(json),
    }),
  };
}

export function struct(type: string, fields: readonly FieldSchema[]): Schema {
  return {
    type,
    decode: (json) => {
      const members: ReadonlyMap<string, unknown> = new Map(isObject(json) ? Object.entries(json) : []);
      return {
        kind: 'struct',
        type,
        methods: new Map(),
        fields: fields.map(({ name, schema, json: key, omitEmpty, embedded }): GoField => {
          const value = schema.decode(embedded ? json : key === undefined ? undefined : members.get(key));
          return { name, json: key, omitEmpty, embedded, value };
        }),
      };
    },
  };
}

function isObject(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
