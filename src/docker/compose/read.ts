// What is in a configuration, read as what its shape says it is; the zero of its type when it is not there.

import { isMapping, isNumber, isSequence, type Mapping, type Value } from './value.ts';

export function textAt(source: Mapping, key: string): string {
  const value = source.get(key);
  return typeof value === 'string' ? value : '';
}

export function isOn(source: Mapping, key: string): boolean {
  return source.get(key) === true;
}

/** Undefined when it is not there. */
export function numberAt(source: Mapping, key: string): number | undefined {
  const value = source.get(key);
  if (!isNumber(value)) return undefined;
  return value.kind === 'integer' ? Number(value.digits) : value.value;
}

export function textsAt(source: Mapping, key: string): readonly string[] {
  const value = source.get(key);
  return isSequence(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function partAt(source: Mapping, key: string): Mapping | undefined {
  const value = source.get(key);
  return isMapping(value) ? value : undefined;
}

export function partsAt(source: Mapping, key: string): readonly Mapping[] {
  const value = source.get(key);
  return isSequence(value) ? value.filter(isMapping) : [];
}

/** Texts by name. */
export function pairsAt(source: Mapping, key: string): readonly (readonly [string, string])[] {
  return [...(partAt(source, key) ?? [])].map(([name, value]) => [name, asText(value)] as const);
}

function asText(value: Value): string {
  return typeof value === 'string' ? value : '';
}
