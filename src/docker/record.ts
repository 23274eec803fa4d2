// One record of comma-separated values, as flags such as `--mount` take it, read as strictly as Go's encoding/csv reads it.

import { ParseFailure } from '../model/failure.ts';

/**
 * Reads the first record of a text. Fields in double quotes may hold commas and newlines; two double quotes in them mean one.
 * @throws ParseFailure `EOF` for a text without a record; `parse error on line 1, column 8: bare " in non-quoted-field`
 */
export function readRecord(text: string): string[] {
  const start = /^(?:\r?\n)*/.exec(text)?.[0].length ?? 0;
  if (start === text.length) throw new ParseFailure('EOF');
  const fields: string[] = [];
  let at = start;
  for (;;) {
    if (text[at] === '"') {
      const [quoted, inside] = /^"((?:[^"]|"")*)"/.exec(text.slice(at)) ?? [];
      if (quoted === undefined || inside === undefined) throw misquoted(text, text.length, start);
      fields.push(inside.replaceAll('""', '"').replaceAll('\r\n', '\n'));
      at += quoted.length;
      if (!atEndOfField(text, at)) throw misquoted(text, at - 1, start);
    } else {
      const [plain = ''] = /^[^,\n]*/.exec(text.slice(at)) ?? [];
      const quote = plain.indexOf('"');
      if (quote >= 0) throw malformed(text, at + quote, start, 'bare " in non-quoted-field');
      at += plain.length;
      fields.push(at === text.length || text[at] === '\n' ? plain.replace(/\r$/, '') : plain);
    }
    if (text[at] !== ',') return fields;
    at++;
  }
}

/** The same for flags of which an empty text is a list without members. */
export function readFields(text: string): string[] {
  return text === '' ? [] : readRecord(text);
}

function atEndOfField(text: string, at: number): boolean {
  return at === text.length || /^(?:,|\r?\n|\r$)/.test(text.slice(at));
}

function misquoted(text: string, at: number, start: number): ParseFailure {
  return malformed(text, at, start, 'extraneous or missing " in quoted-field');
}

/** Lines count from 1, columns are bytes and count from 1. */
function malformed(text: string, at: number, start: number, why: string): ParseFailure {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = new TextEncoder().encode(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
  const first = text.slice(0, start).split('\n').length;
  const record = first === line ? '' : `record on line ${first}; `;
  return new ParseFailure(`${record}parse error on line ${line}, column ${column}: ${why}`);
}
