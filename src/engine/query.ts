// The part of a target behind its question mark, and the values in it.

import { RequestFailure } from './failure.ts';

/** The first value of every name. */
export type Query = ReadonlyMap<string, string>;

/** @throws RequestFailure 400 for an escape that is none */
export function parseQuery(text: string): Query {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    if (pair.includes(';')) throw new RequestFailure(400, 'invalid semicolon separator in query');
    const equals = pair.indexOf('=');
    const key = unescapeQuery(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : unescapeQuery(pair.slice(equals + 1));
    if (!query.has(key)) query.set(key, value);
  }
  return query;
}

function unescapeQuery(text: string): string {
  return unescapePart(text.replaceAll('+', ' '));
}

/** @throws RequestFailure 400 for an escape that is none */
export function unescapePart(text: string): string {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  if (wrong !== null) throw new RequestFailure(400, `invalid URL escape ${JSON.stringify(wrong[0])}`);
  try {
    return decodeURIComponent(text);
  } catch {
    // Bytes that are no UTF-8 are nobody's name.
    return text
      .replace(/(?:%[89a-fA-F][0-9a-fA-F])+/g, '\ufffd')
      .replace(/%([0-7][0-9a-fA-F])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
}

/** Switches of the looser kind: whatever does not say no says yes (reference 2.1). */
export function isOn(query: Query, name: string): boolean {
  const value = (query.get(name) ?? '').trim().toLowerCase();
  return !['', '0', 'no', 'false', 'none'].includes(value);
}

const trueWords: readonly string[] = ['1', 't', 'T', 'true', 'True', 'TRUE'];
const falseWords: readonly string[] = ['0', 'f', 'F', 'false', 'False', 'FALSE'];

/** Switches of the stricter kind; undefined for what is neither. */
export function parseBool(text: string): boolean | undefined {
  if (trueWords.includes(text)) return true;
  return falseWords.includes(text) ? false : undefined;
}

/** A switch of the stricter kind that tells why. @throws RequestFailure 400 */
export function strictBool(query: Query, name: string): boolean {
  const text = query.get(name) ?? '';
  const value = text === '' ? false : parseBool(text);
  if (value !== undefined) return value;
  const reason = `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw new RequestFailure(400, `invalid value for ${name}: ${text}: ${reason}`);
}

/** The version of an object that a change was made from. @throws RequestFailure 400 `invalid service version 'x': ...` */
export function parseVersion(query: Query, what: string): number {
  const text = query.get('version') ?? '';
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value)) return value;
  const reason = /^[0-9]+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw new RequestFailure(
    400,
    `invalid ${what} version '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: ${reason}`,
  );
}
