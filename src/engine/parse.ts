// Reads JSON as Go's decoder does, with its words for what is wrong. Numbers stay text: what they may be depends on where they stand.

import { ParseFailure } from '../model/failure.ts';

/** Of objects with one key twice the last counts. */
export type Parsed = string | boolean | null | NumberText | readonly Parsed[] | ReadonlyMap<string, Parsed>;

export interface NumberText {
  readonly number: string;
}

/** As deep as values may lie in each other. Go allows more; its words are kept. */
const deepest = 1_000;

/**
 * The one value that a text holds; undefined when it holds none.
 * @throws ParseFailure with Go's words, without a prefix
 */
export function parseJson(text: string): Parsed | undefined {
  const source: Source = { text, at: 0, depth: 0 };
  skipSpace(source);
  if (source.at === text.length) return undefined;
  const value = parseValue(source);
  skipSpace(source);
  // What only closes is not looked at: a stream decoder asks whether more values follow.
  if (source.at < text.length && !'}]'.includes(text.charAt(source.at))) {
    throw new ParseFailure(trailingContent);
  }
  return value;
}

/** A second value after the first. */
export const trailingContent = 'unexpected content after JSON';

interface Source {
  readonly text: string;
  at: number;
  depth: number;
}

function skipSpace(source: Source): void {
  while (' \t\r\n'.includes(source.text.charAt(source.at) || 'x')) source.at += 1;
}

function wrong(source: Source, where: string): ParseFailure {
  const code = source.text.codePointAt(source.at);
  if (code === undefined) return new ParseFailure('unexpected EOF');
  return new ParseFailure(`invalid character ${quoteCharacter(code)} ${where}`);
}

function quoteCharacter(code: number): string {
  const character = String.fromCodePoint(code);
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}

function parseValue(source: Source): Parsed {
  skipSpace(source);
  const first = source.text.charAt(source.at);
  switch (first) {
    case '{':
      return nested(source, parseObject);
    case '[':
      return nested(source, parseList);
    case '"':
      return parseString(source);
    case 't':
      return parseWord(source, 'true', true);
    case 'f':
      return parseWord(source, 'false', false);
    case 'n':
      return parseWord(source, 'null', null);
    default:
      if (/[-0-9]/.test(first)) return parseNumber(source);
      throw wrong(source, 'looking for beginning of value');
  }
}

function nested(source: Source, parse: (source: Source) => Parsed): Parsed {
  source.depth += 1;
  if (source.depth > deepest) throw new ParseFailure('exceeded max depth');
  source.at += 1;
  const value = parse(source);
  source.at += 1;
  source.depth -= 1;
  return value;
}

function parseObject(source: Source): ReadonlyMap<string, Parsed> {
  const members = new Map<string, Parsed>();
  skipSpace(source);
  if (source.text.charAt(source.at) === '}') return members;
  for (;;) {
    skipSpace(source);
    if (source.text.charAt(source.at) !== '"')
      throw wrong(source, 'looking for beginning of object key string');
    const key = parseString(source);
    skipSpace(source);
    if (source.text.charAt(source.at) !== ':') throw wrong(source, 'after object key');
    source.at += 1;
    members.delete(key);
    members.set(key, parseValue(source));
    skipSpace(source);
    const next = source.text.charAt(source.at);
    if (next === '}') return members;
    if (next !== ',') throw wrong(source, 'after object key:value pair');
    source.at += 1;
  }
}

function parseList(source: Source): readonly Parsed[] {
  const items: Parsed[] = [];
  skipSpace(source);
  if (source.text.charAt(source.at) === ']') return items;
  for (;;) {
    items.push(parseValue(source));
    skipSpace(source);
    const next = source.text.charAt(source.at);
    if (next === ']') return items;
    if (next !== ',') throw wrong(source, 'after array element');
    source.at += 1;
  }
}

function parseWord<W>(source: Source, word: string, value: W): W {
  for (const letter of word) {
    if (source.text.charAt(source.at) !== letter)
      throw wrong(source, `in literal ${word} (expecting '${letter}')`);
    source.at += 1;
  }
  return value;
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function parseString(source: Source): string {
  let value = '';
  source.at += 1;
  for (;;) {
    const character = source.text.charAt(source.at);
    if (character === '"') break;
    if (character < ' ') throw wrong(source, 'in string literal');
    if (character === '\\') value += parseEscape(source);
    else {
      value += character;
      source.at += 1;
    }
  }
  source.at += 1;
  return value;
}

function parseEscape(source: Source): string {
  source.at += 1;
  const letter = source.text.charAt(source.at);
  const simple = simpleEscapes.get(letter);
  if (simple === undefined && letter !== 'u') throw wrong(source, 'in string escape code');
  source.at += 1;
  if (simple !== undefined) return simple;
  let code = 0;
  for (let i = 0; i < 4; i++) {
    const digit = source.text.charAt(source.at);
    if (!/[0-9a-fA-F]/.test(digit)) throw wrong(source, 'in \\u hexadecimal character escape');
    code = code * 16 + Number.parseInt(digit, 16);
    source.at += 1;
  }
  return String.fromCharCode(code);
}

function parseNumber(source: Source): NumberText {
  const start = source.at;
  if (source.text.charAt(source.at) === '-') source.at += 1;
  if (source.text.charAt(source.at) === '0') source.at += 1;
  else digits(source, 'in numeric literal');
  if (source.text.charAt(source.at) === '.') {
    source.at += 1;
    digits(source, 'after decimal point in numeric literal');
  }
  if (/[eE]/.test(source.text.charAt(source.at))) {
    source.at += 1;
    if (/[-+]/.test(source.text.charAt(source.at))) source.at += 1;
    digits(source, 'in exponent of numeric literal');
  }
  return { number: source.text.slice(start, source.at) };
}

function digits(source: Source, where: string): void {
  if (!/[0-9]/.test(source.text.charAt(source.at))) throw wrong(source, where);
  while (/[0-9]/.test(source.text.charAt(source.at))) source.at += 1;
}
