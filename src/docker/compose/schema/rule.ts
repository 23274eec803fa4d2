// How the schema of compose files is written down: rules, as data. A rule says what a value may be; check.ts applies it.

export type TypeName = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';
export type Format = 'duration' | 'ports';

export interface Rule {
  /** In the order in which a complaint lists them. Any type when absent. */
  readonly types?: readonly TypeName[];
  /** Of a text or a number. */
  readonly format?: Format;
  readonly minimum?: number;
  /** The texts that are allowed. */
  readonly words?: readonly string[];
  /** Exactly one of these must hold. Of those that fail, the one that gets furthest says why. */
  readonly oneOf?: readonly Rule[];
  /** Of a list. */
  readonly items?: Rule;
  readonly unique?: true;
  /** Of a mapping: rules by key, and by what keys match. */
  readonly keys?: ReadonlyMap<string, Rule>;
  readonly patterns?: readonly (readonly [RegExp, Rule])[];
  readonly required?: readonly string[];
  /** No other keys are allowed. */
  readonly closed?: true;
  /** The minor version of the format in which this appeared. Before that, it is as if it were not written down. */
  readonly since?: number;
  /** The one in which it disappeared. */
  readonly until?: number;
}

export function until(version: number, rule: Rule): Rule {
  return { ...rule, until: version };
}

export function since(version: number, rule: Rule): Rule {
  return { ...rule, since: version };
}

export const text: Rule = { types: ['string'] };
export const truth: Rule = { types: ['boolean'] };
export const integer: Rule = { types: ['integer'] };
export const number: Rule = { types: ['number'] };
export const duration: Rule = { types: ['string'], format: 'duration' };
export const texts: Rule = { types: ['array'], items: text, unique: true };

export function oneOf(...rules: readonly Rule[]): Rule {
  return { oneOf: rules };
}

export function list(items: Rule): Rule {
  return { types: ['array'], items };
}

export function unique(items: Rule): Rule {
  return { types: ['array'], items, unique: true };
}

/** Keys that begin with `x-` are left to whoever reads the file; from version 3.7 on they may stand in most mappings. */
export const extensions: readonly [RegExp, Rule] = [/^x-/, { since: 7 }];

/** A mapping with these keys and no others. */
export function mapping(keys: Readonly<Record<string, Rule>>, more: Partial<Rule> = {}): Rule {
  return { types: ['object'], keys: new Map(Object.entries(keys)), closed: true, ...more };
}

/** A mapping whose keys are free, within a pattern. */
export function mappingOf(pattern: RegExp, rule: Rule): Rule {
  return { types: ['object'], patterns: [[pattern, rule]], closed: true };
}
