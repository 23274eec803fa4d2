// How values are looked into: pointers, fields, methods, what can be ranged over.

import { parseInstant } from '../../engine/time.ts';
import { printValue } from './print.ts';
import { type GoField, type GoMethod, type GoStruct, type GoValue, integer, string } from './value.ts';

/** What a pointer points to; a nil pointer is itself. */
export function indirect(value: GoValue): GoValue {
  return value.kind === 'pointer' && value.to !== undefined ? indirect(value.to) : value;
}

/** A field by its name, its own or one of an embedded struct. */
export function findField({ fields }: GoStruct, name: string): GoField | undefined {
  const own = fields.find((field) => field.name === name);
  if (own !== undefined) return own;
  for (const { embedded, value } of fields) {
    const inner = embedded && value.kind === 'struct' ? findField(value, name) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** A method by its name. */
export function methodOf(value: GoValue, name: string): GoMethod | undefined {
  if (value.kind === 'struct' || value.kind === 'map') return value.methods?.get(name);
  if (value.kind !== 'time') return undefined;
  return timeMethods(value.text).get(name);
}

function timeMethods(text: string): ReadonlyMap<string, GoMethod> {
  const itself: GoMethod = { parameters: [], call: () => ({ kind: 'time', type: 'time.Time', text }) };
  return new Map([
    ['UTC', itself],
    ['String', { parameters: [], call: () => string(printValue({ kind: 'time', type: 'time.Time', text })) }],
    [
      'Unix',
      { parameters: [], call: () => integer(Math.floor((parseInstant(text) ?? 0) / 1_000_000), 'int64') },
    ],
  ]);
}

/** Keys and values to range over; undefined for what cannot be. */
export function itemsOf(value: GoValue): ReadonlyArray<readonly [key: GoValue, value: GoValue]> | undefined {
  switch (value.kind) {
    case 'invalid':
      return [];
    case 'slice':
      return (value.items ?? []).map((item, index) => [integer(index), item]);
    case 'map':
      return [...(value.entries ?? [])]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [string(key), item]);
    case 'integer':
      return Array.from({ length: Math.max(0, value.value) }, (_, index) => [integer(index), integer(index)]);
    default:
      return undefined;
  }
}
