// A value against a rule: all that is wrong, in the order in which it is found. The order counts, and so does how far each of several
// alternatives gets: of all complaints, one is shown (complaint.ts).

import { parseDuration } from '../../../model/duration.ts';
import { ParseFailure } from '../../../model/failure.ts';
import { parsePorts } from '../ports.ts';
import {
  isMapping,
  isNumber,
  isSequence,
  type Mapping,
  type Sequence,
  sortedEntries,
  type Value,
} from '../value.ts';
import type { Format, Rule, TypeName } from './rule.ts';

export interface Complaint {
  readonly kind: 'type' | 'one of' | 'other';
  readonly path: readonly string[];
  /** The types that would be right. */
  readonly expected?: readonly TypeName[];
  readonly text: string;
}

/** What comes of checking: complaints, and how far the value got. */
interface Outcome {
  readonly complaints: Complaint[];
  score: number;
}

/** @param minor which version of the format: rules that came later do not count */
export function check(rule: Rule, value: Value, minor: number): readonly Complaint[] {
  return checkAlone(rule, value, [], minor).complaints;
}

function checkAlone(rule: Rule, value: Value, path: readonly string[], minor: number): Outcome {
  const outcome: Outcome = { complaints: [], score: 0 };
  checkInto(outcome, rule, value, path, minor);
  return outcome;
}

function complain(outcome: Outcome, complaint: Complaint): void {
  outcome.complaints.push(complaint);
  outcome.score -= 2;
}

function merge(outcome: Outcome, other: Outcome): void {
  outcome.complaints.push(...other.complaints);
  outcome.score += other.score;
}

function checkInto(outcome: Outcome, rule: Rule, value: Value, path: readonly string[], minor: number): void {
  const type = typeOf(value);
  const { types } = rule;
  if (types !== undefined && !types.includes(type) && !(type === 'integer' && types.includes('number'))) {
    const text = `Invalid type. Expected: ${listTypes(types)}, given: ${type}`;
    complain(outcome, { kind: 'type', path, expected: types, text });
    return;
  }
  if (rule.oneOf !== undefined) checkAlternatives(outcome, rule.oneOf, value, path, minor);
  if (isSequence(value)) checkSequence(outcome, rule, value, path, minor);
  if (isMapping(value)) checkMapping(outcome, rule, value, path, minor);
  if (typeof value !== 'boolean' && value !== null) checkScalar(outcome, rule, value, path);
  // Each aspect that was looked at counts; how many there are depends on the type alone.
  outcome.score += aspects[type];
  if (isMapping(value)) {
    for (const [key, inner] of rule.keys ?? []) {
      const item = value.get(key);
      if (item === undefined || lacks(minor, inner)) continue;
      checkInto(outcome, inner, item, [...path, key], minor);
    }
  }
}

const aspects: Readonly<Record<TypeName, number>> = {
  array: 4,
  boolean: 3,
  integer: 5,
  null: 3,
  number: 5,
  object: 4,
  string: 4,
};

/** Whether a version of the format does not have a rule. */
function lacks(minor: number, { since = 0, until = Number.POSITIVE_INFINITY }: Rule): boolean {
  return minor < since || minor >= until;
}

function checkAlternatives(
  outcome: Outcome,
  rules: readonly Rule[],
  value: Value,
  path: readonly string[],
  minor: number,
): void {
  let held = 0;
  let best: Outcome | undefined;
  for (const rule of rules) {
    if (lacks(minor, rule)) continue;
    const alone = checkAlone(rule, value, path, minor);
    if (alone.complaints.length === 0) held++;
    else if (held === 0 && (best === undefined || alone.score > best.score)) best = alone;
  }
  if (held === 1) return;
  complain(outcome, { kind: 'one of', path, text: 'Must validate one and only one schema (oneOf)' });
  if (held === 0 && best !== undefined) merge(outcome, best);
}

function checkSequence(
  outcome: Outcome,
  rule: Rule,
  sequence: Sequence,
  path: readonly string[],
  minor: number,
): void {
  const { items } = rule;
  if (items !== undefined) {
    for (const [index, item] of sequence.entries()) {
      merge(outcome, checkAlone(items, item, [...path, String(index)], minor));
    }
  }
  if (!rule.unique) return;
  const seen = new Map<string, number>();
  for (const [index, item] of sequence.entries()) {
    const key = json(item);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else complain(outcome, { kind: 'other', path, text: `array items[${first},${index}] must be unique` });
  }
}

function checkMapping(
  outcome: Outcome,
  rule: Rule,
  mapping: Mapping,
  path: readonly string[],
  minor: number,
): void {
  for (const key of rule.required ?? []) {
    if (!mapping.has(key)) complain(outcome, { kind: 'other', path, text: `${key} is required` });
  }
  const patterns = (rule.patterns ?? []).filter(([, inner]) => !lacks(minor, inner));
  for (const [key, value] of sortedEntries(mapping)) {
    const matching = patterns.filter(([pattern]) => pattern.test(key));
    for (const [, inner] of matching) merge(outcome, checkAlone(inner, value, [...path, key], minor));
    if (matching.length > 0) {
      outcome.score++;
      continue;
    }
    const known = rule.keys?.get(key);
    if (!rule.closed || (known !== undefined && !lacks(minor, known))) continue;
    complain(outcome, { kind: 'other', path, text: `Additional property ${key} is not allowed` });
  }
}

function checkScalar(outcome: Outcome, rule: Rule, value: Value, path: readonly string[]): void {
  const number = numberOf(value);
  if (rule.minimum !== undefined && number !== undefined && number < rule.minimum) {
    complain(outcome, { kind: 'other', path, text: `Must be greater than or equal to ${rule.minimum}` });
  }
  const text = number === undefined ? value : numerator(number);
  if (rule.words !== undefined && (typeof text !== 'string' || !rule.words.includes(text))) {
    const words = rule.words.map((word) => `"${word}"`).join(', ');
    complain(outcome, {
      kind: 'other',
      path,
      text: `${path.join('.')} must be one of the following: ${words}`,
    });
  }
  if (rule.format !== undefined && !formats[rule.format](text)) {
    complain(outcome, { kind: 'other', path, text: `Does not match format '${rule.format}'` });
  }
}

const formats: Readonly<Record<Format, (value: Value) => boolean>> = {
  duration: (value) => isReadable(value, parseDuration),
  ports: (value) => isReadable(value, parsePorts),
};

/** A fraction in lowest terms counts by its numerator, whatever that means for a port. */
function numerator(value: number): string {
  let whole = value;
  while (!Number.isInteger(whole)) whole *= 2;
  return String(whole);
}

function isReadable(value: Value, read: (text: string) => unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    read(value);
    return true;
  } catch (error) {
    if (error instanceof ParseFailure) return false;
    throw error;
  }
}

export function typeOf(value: Value): TypeName {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (isSequence(value)) return 'array';
  if (isMapping(value)) return 'object';
  switch (value.kind) {
    case 'integer':
      return 'integer';
    case 'float':
      return Number.isInteger(value.value) ? 'integer' : 'number';
    case 'instant':
      return 'string';
    case 'odd mapping':
      return 'object';
  }
}

function listTypes(types: readonly TypeName[]): string {
  return types.length === 1 ? (types[0] ?? '') : `[${types.join(',')}]`;
}

function numberOf(value: Value): number | undefined {
  if (!isNumber(value)) return undefined;
  return value.kind === 'integer' ? Number(value.digits) : value.value;
}

/** JSON of a value, keys sorted: equal for equal values. */
function json(value: Value): string {
  if (isSequence(value)) return `[${value.map(json).join()}]`;
  if (isMapping(value)) {
    return `{${sortedEntries(value)
      .map(([key, item]) => `${JSON.stringify(key)}:${json(item)}`)
      .join()}}`;
  }
  const number = numberOf(value);
  if (number !== undefined) return String(number);
  if (value !== null && typeof value === 'object') return JSON.stringify('text' in value ? value.text : '');
  return JSON.stringify(value);
}
