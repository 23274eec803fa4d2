// JSON as Go writes it: members in the order given, those that are undefined left out, objects whose keys are data in ascending order.

import { assert } from '../sim/assert.ts';

/** JavaScript moves keys that look like indexes to the front. No field of a struct does, so such an object has keys that are data. */
const indexKey = /^(?:0|[1-9][0-9]*)$/;

/**
 * Plain data as one line without its newline. A bigint is an integer too large for a number, such as nanoseconds since 1970.
 * Nothing in it is escaped for HTML: the engine tells Go's encoder not to.
 */
export function encodeJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `[${value.map(encodeJson).join(',')}]` : encodeMembers(value);
    default:
      assert(false, 'a response is plain data');
      return '';
  }
}

function encodeMembers(value: object): string {
  const keys = Object.keys(value).filter((key) => Reflect.get(value, key) !== undefined);
  if (keys.some((key) => indexKey.test(key))) keys.sort((a, b) => (a < b ? -1 : 1));
  return `{${keys.map((key) => `${encodeText(key)}:${encodeJson(Reflect.get(value, key))}`).join(',')}}`;
}

/** With what means something in HTML escaped, as Go does unless told otherwise. Events alone are written so. */
export function encodeJsonForHtml(value: unknown): string {
  return encodeJson(value).replace(/[<>&]/g, unicodeEscape);
}

function encodeText(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
