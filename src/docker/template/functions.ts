// The functions of templates: those that Go has, and those that docker adds.

import { encodeJson } from './json.ts';
import { plain, print, printf, println } from './print.ts';
import { bool, type GoValue, integer, invalid, isTrue, slice, string, typeOf } from './value.ts';

/** What a function says that fails; the evaluator adds which and where. */
export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';
}

export interface TemplateFunction {
  /** Names of types; `any` takes every value. */
  readonly parameters: readonly string[];
  /** The last parameter may be given any number of times, also none. */
  readonly variadic: boolean;
  /** @throws FunctionFailure */
  readonly call: (args: readonly GoValue[]) => GoValue;
}

function define(parameters: readonly string[], call: TemplateFunction['call']): TemplateFunction {
  return { parameters, variadic: false, call };
}

function variadic(parameters: readonly string[], call: TemplateFunction['call']): TemplateFunction {
  return { parameters, variadic: true, call };
}

export const functions: ReadonlyMap<string, TemplateFunction> = new Map([
  // Docker's own.
  ['json', define(['any'], ([value = invalid]) => string(encodeJson(value)))],
  ['split', define(['string', 'string'], ([text, by]) => strings(textOf(text).split(textOf(by))))],
  ['join', define(['[]string', 'string'], ([items, by]) => string(textsOf(items).join(textOf(by))))],
  ['title', define(['string'], ([text]) => string(title(textOf(text))))],
  ['lower', define(['string'], ([text]) => string(textOf(text).toLowerCase()))],
  ['upper', define(['string'], ([text]) => string(textOf(text).toUpperCase()))],
  [
    'pad',
    define(['string', 'int', 'int'], ([text, before, after]) => string(pad(textOf(text), before, after))),
  ],
  [
    'truncate',
    define(['string', 'int'], ([text, length]) => string(truncate(textOf(text), numberOf(length)))),
  ],
  // Go's.
  ['and', variadic(['any', 'any'], ([first = invalid]) => first)],
  ['or', variadic(['any', 'any'], ([first = invalid]) => first)],
  ['not', define(['any'], ([value = invalid]) => bool(!isTrue(value)))],
  ['len', define(['any'], ([value = invalid]) => integer(length(value)))],
  ['index', variadic(['any', 'any'], ([value = invalid, ...keys]) => keys.reduce(index, value))],
  ['slice', variadic(['any', 'any'], ([value = invalid, ...bounds]) => cut(value, bounds))],
  ['print', variadic(['any'], (values) => string(print(values)))],
  ['printf', variadic(['string', 'any'], ([format, ...values]) => string(printf(textOf(format), values)))],
  ['println', variadic(['any'], (values) => string(println(values)))],
  ['html', variadic(['any'], (values) => string(print(values).replace(/["&'<>\0]/g, escapeHtml)))],
  ['js', variadic(['any'], (values) => string(escapeScript(print(values))))],
  ['urlquery', variadic(['any'], (values) => string(escapeQuery(print(values))))],
  [
    'call',
    variadic(['any', 'any'], ([value = invalid]) => {
      if (value.kind === 'invalid') throw new FunctionFailure('call of nil');
      throw new FunctionFailure(`non-function ${plain(value)} of type ${typeOf(value)}`);
    }),
  ],
  ['eq', variadic(['any', 'any'], ([first = invalid, ...others]) => bool(equalsOne(first, others)))],
  ['ne', define(['any', 'any'], ([a = invalid, b = invalid]) => bool(!equals(a, b)))],
  ['lt', define(['any', 'any'], ([a = invalid, b = invalid]) => bool(compare(a, b) < 0))],
  ['le', define(['any', 'any'], ([a = invalid, b = invalid]) => bool(compare(a, b) <= 0))],
  ['gt', define(['any', 'any'], ([a = invalid, b = invalid]) => bool(compare(a, b) > 0))],
  ['ge', define(['any', 'any'], ([a = invalid, b = invalid]) => bool(compare(a, b) >= 0))],
]);

/** In the head of a table the names of columns pass through functions unchanged. */
export const headerFunctions: ReadonlyMap<string, TemplateFunction> = new Map([
  ['json', define(['string'], ([text = invalid]) => text)],
  ['split', define(['string', 'string'], ([text = invalid]) => text)],
  ['join', define(['string', 'string'], ([text = invalid]) => text)],
  ['title', define(['string'], ([text = invalid]) => text)],
  ['lower', define(['string'], ([text = invalid]) => text)],
  ['upper', define(['string'], ([text = invalid]) => text)],
  ['truncate', define(['string', 'int'], ([text = invalid]) => text)],
]);

export function isFunction(name: string): boolean {
  return functions.has(name);
}

function textOf(value: GoValue | undefined): string {
  return value?.kind === 'string' ? value.text : '';
}

function numberOf(value: GoValue | undefined): number {
  return value?.kind === 'integer' ? value.value : 0;
}

function strings(items: readonly string[]): GoValue {
  return slice(
    '[]string',
    items.map((item) => string(item)),
  );
}

function textsOf(value: GoValue | undefined): string[] {
  return value?.kind === 'slice' ? (value.items ?? []).map(textOf) : [];
}

/** Go's strings.Title: the first letter of each word upper. */
function title(text: string): string {
  return text.replace(/(?<![\p{L}\p{Nd}_])\p{L}/gu, (letter) => letter.toUpperCase());
}

function pad(text: string, before: GoValue | undefined, after: GoValue | undefined): string {
  return text === '' ? '' : ' '.repeat(numberOf(before)) + text + ' '.repeat(numberOf(after));
}

function truncate(text: string, length: number): string {
  return text.length < length ? text : text.slice(0, length);
}

function target(value: GoValue): GoValue {
  return value.kind === 'pointer' && value.to !== undefined ? target(value.to) : value;
}

function length(given: GoValue): number {
  const value = target(given);
  switch (value.kind) {
    case 'string':
      return new TextEncoder().encode(value.text).length;
    case 'slice':
      return (value.items ?? []).length;
    case 'map':
      return value.entries?.size ?? 0;
    case 'invalid':
    case 'interface':
      throw new FunctionFailure('len of nil pointer');
    default:
      throw new FunctionFailure(`len of type ${typeOf(value)}`);
  }
}

function index(given: GoValue, key: GoValue): GoValue {
  const value = target(given);
  switch (value.kind) {
    case 'invalid':
    case 'interface':
      throw new FunctionFailure('index of untyped nil');
    case 'map':
      if (key.kind !== 'string') throw new FunctionFailure(`value has type ${typeOf(key)}; should be string`);
      return value.entries?.get(key.text) ?? zeroOf(value.type);
    case 'slice':
    case 'string': {
      if (key.kind !== 'integer')
        throw new FunctionFailure(`cannot index slice/array with type ${typeOf(key)}`);
      const size = length(value);
      if (key.value < 0 || key.value >= size) throw new FunctionFailure(`index out of range: ${key.value}`);
      if (value.kind === 'string')
        return integer(new TextEncoder().encode(value.text)[key.value] ?? 0, 'uint8');
      return value.items?.[key.value] ?? invalid;
    }
    default:
      throw new FunctionFailure(`can't index item of type ${typeOf(value)}`);
  }
}

/** What a map gives for a key it has not. */
function zeroOf(type: string): GoValue {
  if (type.endsWith(']string')) return string('');
  if (type.endsWith(']bool')) return bool(false);
  return invalid;
}

function cut(given: GoValue, bounds: readonly GoValue[]): GoValue {
  const value = target(given);
  if (value.kind !== 'string' && value.kind !== 'slice') {
    throw new FunctionFailure(`can't slice item of type ${typeOf(value)}`);
  }
  const size = length(value);
  const [from = 0, to = size] = bounds.map((bound) => {
    if (bound.kind !== 'integer')
      throw new FunctionFailure(`cannot index slice/array with type ${typeOf(bound)}`);
    if (bound.value < 0 || bound.value > size)
      throw new FunctionFailure(`index out of range: ${bound.value}`);
    return bound.value;
  });
  if (from > to) throw new FunctionFailure(`invalid slice index: ${from} > ${to}`);
  if (value.kind === 'slice') return slice(value.type, (value.items ?? []).slice(from, to));
  return string(new TextDecoder().decode(new TextEncoder().encode(value.text).slice(from, to)));
}

const htmlEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '&#34;'],
  ['&', '&amp;'],
  ["'", '&#39;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['\0', '\ufffd'],
]);

function escapeHtml(character: string): string {
  return htmlEscapes.get(character) ?? character;
}

function escapeScript(text: string): string {
  return text
    .replace(/[\\'"]/g, '\\$&')
    .replace(
      /[<>&=\p{Cc}]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
    );
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

type Basic = { readonly kind: 'string' | 'bool' | 'number'; readonly value: string | boolean | number };

/** @throws FunctionFailure for what cannot be compared */
function basic(given: GoValue): Basic | undefined {
  const value = given;
  switch (value.kind) {
    case 'string':
      return { kind: 'string', value: value.text };
    case 'bool':
      return { kind: 'bool', value: value.on };
    case 'integer':
    case 'float':
      return { kind: 'number', value: value.value };
    default:
      return undefined;
  }
}

function equalsOne(first: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0) throw new FunctionFailure('missing argument for comparison');
  return others.some((other) => equals(first, other));
}

function equals(a: GoValue, b: GoValue): boolean {
  const one = basic(a);
  const other = basic(b);
  const isFloat = (value: GoValue): boolean => value.kind === 'float';
  if (one !== undefined && other !== undefined) {
    if (one.kind !== other.kind || isFloat(a) !== isFloat(b)) {
      throw new FunctionFailure('incompatible types for comparison');
    }
    return one.value === other.value;
  }
  const unfit = [a, b].find(({ kind }) => kind === 'slice' || kind === 'map');
  if (unfit !== undefined && one === undefined && other === undefined) {
    throw new FunctionFailure(`non-comparable type ${plain(unfit)}: ${typeOf(unfit)}`);
  }
  if (one === undefined && other === undefined) {
    const isNil = (value: GoValue): boolean =>
      value.kind === 'invalid' ||
      value.kind === 'interface' ||
      (value.kind === 'pointer' && value.to === undefined);
    return isNil(a) === isNil(b) && (isNil(a) || plain(a) === plain(b));
  }
  const nil = [a, b].some(({ kind }) => kind === 'invalid' || kind === 'interface');
  if (nil) return false;
  throw new FunctionFailure('incompatible types for comparison');
}

function compare(a: GoValue, b: GoValue): number {
  const one = basic(a);
  const other = basic(b);
  if (one === undefined || other === undefined) throw new FunctionFailure('invalid type for comparison');
  if (one.kind !== other.kind) throw new FunctionFailure('incompatible types for comparison');
  if ((a.kind === 'float') !== (b.kind === 'float')) {
    throw new FunctionFailure('incompatible types for comparison');
  }
  if (one.kind === 'bool') throw new FunctionFailure('invalid type for comparison');
  return one.value < other.value ? -1 : one.value > other.value ? 1 : 0;
}
