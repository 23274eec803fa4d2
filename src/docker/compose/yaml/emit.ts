// Values to YAML text, byte for byte as Go's encoder writes it: two spaces a level, sequences indented, no line folded.

import { isMapping, isSequence, type Mapping, printFloat, type Value } from '../value.ts';
import { needsQuotes } from './scalar.ts';

const step = 2;
/** A key may be this long and stand before its colon; a longer one gets a question mark. */
const longestSimpleKey = 128;

/** Mappings are written in the order they have. */
export function emitYaml(mapping: Mapping): string {
  return mapping.size === 0 ? '{}\n' : emitMapping(mapping, 0);
}

function emitMapping(mapping: Mapping, indent: number): string {
  const pad = ' '.repeat(indent);
  let text = '';
  for (const [key, value] of mapping) {
    const after = emitValue(value, indent);
    const simple = !key.includes('\n') && !isBreak.test(key) && byteLength(key) <= longestSimpleKey;
    if (simple) text += `${pad}${emitText(key, indent, true)}:${after}`;
    else text += `${pad}? ${emitText(key, indent, false)}\n${pad}:${compact(after, indent + step)}`;
  }
  return text;
}

/** What follows a key's colon, up to and with the end of the line. */
function emitValue(value: Value, indent: number): string {
  if (isMapping(value) && value.size > 0) return `\n${emitMapping(value, indent + step)}`;
  if (isSequence(value) && value.length > 0) return `\n${emitSequence(value, indent + step)}`;
  return ` ${emitScalar(value, indent)}\n`;
}

/** A collection that begins on the line of what stands before it. */
function compact(after: string, indent: number): string {
  return after.startsWith('\n') ? ` ${after.slice(1 + indent)}` : after;
}

function emitSequence(sequence: readonly Value[], indent: number): string {
  const pad = ' '.repeat(indent);
  let text = '';
  for (const value of sequence) {
    text += `${pad}-${compact(emitValue(value, indent), indent + step)}`;
  }
  return text;
}

function emitScalar(value: Value, indent: number): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return emitText(value, indent, false);
  if (typeof value === 'boolean') return String(value);
  if (isSequence(value)) return '[]';
  if (isMapping(value)) return '{}';
  switch (value.kind) {
    case 'integer':
      return value.digits;
    case 'float':
      return printFloat(value.value).replace(/^([-+]?)Inf$/, (_, sign) => `${sign === '-' ? '-' : ''}.inf`);
    case 'instant':
      return value.text;
    case 'odd mapping':
      return '{}';
  }
}

const isBreak = /[\r\n\x85\u2028\u2029]/;
/** What is written as an escape: control characters, the byte order mark, what has no place in 16 bits. */
const unprintable = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

function emitText(text: string, indent: number, isKey: boolean): string {
  const special = unprintable.test(text.replaceAll('\t', ''));
  const spaceBeforeBreak = / [\n\u2028\u2029]/.test(text);
  const spaceAfterBreak = /[\n\u2028\u2029] /.test(text);
  if (text.includes('\n')) {
    const block = !isKey && !text.endsWith(' ') && !special && !spaceBeforeBreak;
    return block ? emitLiteral(text, indent + step) : emitDouble(text);
  }
  if (needsQuotes(text) || special || spaceBeforeBreak || spaceAfterBreak || text.includes('\t')) {
    return emitDouble(text);
  }
  if (!isBreak.test(text) && !/^ | $/.test(text) && !hasIndicator(text)) return text;
  if (isKey && isBreak.test(text)) return emitDouble(text);
  const pad = ' '.repeat(indent + step);
  return `'${text.replaceAll("'", "''").replace(/([\u2028\u2029]+)(?=[^\u2028\u2029])/g, `$1${pad}`)}'`;
}

/** Whether plain text would be taken for something else than a scalar. */
function hasIndicator(text: string): boolean {
  return (
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-](?:[ \t\n\r]|$)/.test(text) ||
    /:(?:[ \t\n\r]|$)/.test(text) ||
    /[ \t]#/.test(text)
  );
}

function emitLiteral(text: string, indent: number): string {
  const pad = ' '.repeat(indent);
  const hint = /^[ \n\u2028\u2029]/.test(text) ? String(step) : '';
  const keep = /^\n$|\n\n$/.test(text) ? '+' : '';
  const chomp = text.endsWith('\n') ? keep : '-';
  const body = text.replace(/[^\n]+/g, (line) => `${pad}${line}`);
  // Whoever writes the scalar ends its last line; a break that begins it ends the first one, and so is lost.
  const first = text.startsWith('\n') ? '' : '\n';
  return `|${hint}${chomp}${first}${text.endsWith('\n') ? body.slice(0, -1) : body}`;
}

const escapes: ReadonlyMap<number, string> = new Map([
  [0x00, '0'],
  [0x07, 'a'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x1b, 'e'],
  [0x22, '"'],
  [0x5c, '\\'],
  [0x85, 'N'],
  [0xa0, '_'],
  [0x2028, 'L'],
  [0x2029, 'P'],
]);

function emitDouble(text: string): string {
  // Text that begins with a byte order mark is escaped whole.
  const all = text.startsWith('\uFEFF');
  let quoted = '';
  for (const character of text) {
    if (!all && !/["\\\r\n\x85\u2028\u2029]/.test(character) && !unprintable.test(character)) {
      quoted += character;
      continue;
    }
    const code = character.codePointAt(0) ?? 0;
    const short = escapes.get(code);
    if (short !== undefined) quoted += `\\${short}`;
    else if (code <= 0xff) quoted += `\\x${hex(code, 2)}`;
    else if (code <= 0xffff) quoted += `\\u${hex(code, 4)}`;
    else quoted += `\\U${hex(code, 8)}`;
  }
  return `"${quoted}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Orders keys as Go's encoder does: digits by the number they make, letters after all else. */
export function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  let digits = false;
  for (let i = 0; i < left.length && i < right.length; i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x === y) {
      digits = isDigit(x);
      continue;
    }
    const letters = [isLetter(x), isLetter(y)];
    if (letters[0] && letters[1]) return x < y ? -1 : 1;
    if (letters[0] || letters[1]) return (digits ? letters[0] : letters[1]) ? -1 : 1;
    const [m, afterM] = numberAt(left, i, x === '0' || y === '0');
    const [n, afterN] = numberAt(right, i, x === '0' || y === '0');
    if (m !== n) return m < n ? -1 : 1;
    if (afterM !== afterN) return afterM < afterN ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** The number whose digits begin at a place, and where they end. Zeros after other digits count. */
function numberAt(runes: readonly string[], start: number, zero: boolean): readonly [number, number] {
  let number = 0;
  for (let at = start - 1; zero && at >= 0 && isDigit(runes[at] ?? ''); at--) {
    if (runes[at] !== '0') number = 1;
  }
  let end = start;
  for (; end < runes.length && isDigit(runes[end] ?? ''); end++) number = number * 10 + Number(runes[end]);
  return [number, end];
}

function isDigit(rune: string): boolean {
  return /^\p{Nd}$/u.test(rune);
}

function isLetter(rune: string): boolean {
  return /^\p{L}$/u.test(rune);
}
