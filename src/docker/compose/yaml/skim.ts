// Over the texts of YAML to where they end, as Go's scanner goes over them: quoted, plain and block scalars, names of anchors, tags and directives.

import { type Cursor, isBlank, isBlankOrEnd, isBreakOrEnd } from './cursor.ts';

/** @throws YamlMistake, as all here do */
export function skimQuoted(cursor: Cursor, quote: string): void {
  const start = cursor.line;
  cursor.skip();
  for (;;) {
    if (cursor.atDocumentMark()) throw cursor.mistake('found unexpected document indicator', start);
    const character = cursor.look();
    if (character === '') throw cursor.mistake('found unexpected end of stream', start);
    if (character === '\n') cursor.skipBreak(true);
    else if (character === quote) {
      if (quote === '"' || cursor.look(1) !== "'") break;
      cursor.skip(2);
    } else if (character === '\\' && quote === '"') skipEscape(cursor, start);
    else cursor.skip();
  }
  cursor.skip();
}

function skipEscape(cursor: Cursor, start: number): void {
  cursor.skip();
  const sign = cursor.look();
  if (sign === '\n') {
    cursor.skipBreak(true);
    return;
  }
  const digits = sign === 'x' ? 2 : sign === 'u' ? 4 : sign === 'U' ? 8 : 0;
  if (digits === 0 && !/^[0abt\tnvfre "'\\N_LP/]$/.test(sign)) {
    throw cursor.mistake('found unknown escape character', start);
  }
  cursor.skip();
  const code = cursor.text.slice(cursor.at, cursor.at + digits);
  if (digits > 0 && !/^[0-9a-fA-F]+$/.test(code.padEnd(digits, '?'))) {
    throw cursor.mistake('did not find expected hexdecimal number', start);
  }
  const value = Number.parseInt(code, 16);
  if (digits > 0 && ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)) {
    throw cursor.mistake('found invalid Unicode character escape code', start);
  }
  cursor.skip(digits);
}

/**
 * @param indent less than this ends it
 * @returns whether it ended with a line break
 */
export function skimPlain(cursor: Cursor, indent: number, inFlow: boolean): boolean {
  const start = cursor.line;
  let broken = false;
  for (;;) {
    if (cursor.atDocumentMark() || cursor.look() === '#') break;
    while (!isBlankOrEnd(cursor.look()) && !endsPlain(cursor, inFlow)) {
      broken = false;
      cursor.skip();
    }
    if (!isBlank(cursor.look()) || cursor.look() === '') break;
    while (isBlank(cursor.look())) {
      if (cursor.look() === '\n') {
        broken = true;
        cursor.skipBreak(inFlow);
        continue;
      }
      if (broken && cursor.column < indent && cursor.look() === '\t') {
        throw cursor.mistake('found a tab character that violates indentation', start);
      }
      cursor.skip();
    }
    if (!inFlow && cursor.column < indent) break;
  }
  return broken;
}

function endsPlain(cursor: Cursor, inFlow: boolean): boolean {
  const character = cursor.look();
  if (character === ':' && isBlankOrEnd(cursor.look(1))) return true;
  if (!inFlow) return false;
  return /[,[\]{}]/.test(character) || (character === '?' && isBlankOrEnd(cursor.look(1)));
}

/** @param parent the indentation of what it is in, -1 for nothing */
export function skimBlock(cursor: Cursor, parent: number): void {
  const start = cursor.line;
  cursor.skip();
  const [header = ''] = /^(?:[+-][0-9]?|[0-9][+-]?)?/.exec(cursor.text.slice(cursor.at)) ?? [];
  if (header.includes('0')) throw cursor.mistake('found an indentation indicator equal to 0', start);
  cursor.skip(header.length);
  while (/^[ \t]$/.test(cursor.look())) cursor.skip();
  if (cursor.look() === '#') cursor.skipLine();
  if (!isBreakOrEnd(cursor.look())) {
    throw cursor.mistake('did not find expected comment or line break', start);
  }
  if (cursor.look() === '\n') cursor.skipBreak();
  const given = Number(header.replace(/[+-]/, ''));
  const indent = skipBlockBreaks(cursor, given === 0 ? 0 : Math.max(parent, 0) + given, parent, start);
  while (cursor.column === indent && cursor.look() !== '') {
    cursor.skipLine();
    if (cursor.look() === '\n') cursor.skipBreak();
    skipBlockBreaks(cursor, indent, parent, start);
  }
}

/** Skips indentation and empty lines. @param known the indentation, 0 for whatever there is @returns the indentation */
function skipBlockBreaks(cursor: Cursor, known: number, parent: number, start: number): number {
  let widest = 0;
  for (;;) {
    while ((known === 0 || cursor.column < known) && cursor.look() === ' ') cursor.skip();
    widest = Math.max(widest, cursor.column);
    if ((known === 0 || cursor.column < known) && cursor.look() === '\t') {
      throw cursor.mistake('found a tab character where an indentation space is expected', start);
    }
    if (cursor.look() !== '\n') break;
    cursor.skipBreak();
  }
  return known === 0 ? Math.max(widest, parent + 1, 1) : known;
}

/** @returns the name */
export function skimAnchor(cursor: Cursor): string {
  const [name = ''] = /^[A-Za-z0-9_-]*/.exec(cursor.text.slice(cursor.at + 1)) ?? [];
  cursor.skip(1 + name.length);
  if (name === '' || !(isBlankOrEnd(cursor.look()) || /[?:,\]}%@`]/.test(cursor.look()))) {
    throw cursor.mistake('did not find expected alphabetic or numeric character');
  }
  return name;
}

export function skimTag(cursor: Cursor, inFlow: boolean): void {
  const [tag = ''] = /^!(?:<[^\s>]*>?|[^\s,[\]{}]*)/.exec(cursor.text.slice(cursor.at)) ?? [];
  if (/^!<>?$/.test(tag)) throw cursor.mistake('did not find expected tag URI');
  if (tag.startsWith('!<') && !tag.endsWith('>')) throw cursor.mistake("did not find the expected '>'");
  cursor.skip(tag.length);
  if (!isBlankOrEnd(cursor.look()) && !(inFlow && cursor.look() === ',')) {
    throw cursor.mistake('did not find expected whitespace or line break');
  }
}

export function skimDirective(cursor: Cursor): void {
  const [, name = '', rest = ''] = /^%([A-Za-z0-9_-]*)(.*)/.exec(cursor.text.slice(cursor.at)) ?? [];
  if (name === '') throw cursor.mistake('could not find expected directive name');
  if (name !== 'YAML' && name !== 'TAG') throw cursor.mistake('found unknown directive name');
  if (name === 'YAML' && !/^[ \t]+1\.[12][ \t]*(?:#|$)/.test(rest)) {
    throw cursor.mistake('found incompatible YAML document');
  }
  cursor.skipLine();
}
