// Values as Go's package encoding/json writes them: fields in their order, `omitempty`, keys of maps sorted.

import type { GoField, GoStruct, GoValue } from './value.ts';

/** A value as one line of JSON. @param html escape what HTML gives a meaning to */
export function encodeJson(value: GoValue, html = false): string {
  switch (value.kind) {
    case 'invalid':
    case 'interface':
      return 'null';
    case 'string':
      return value.type === 'json.Number' ? value.text : encodeText(value.text, html);
    case 'bool':
      return String(value.on);
    case 'integer':
      return String(value.value);
    case 'float':
      return encodeFloat(value.value);
    case 'time':
      return encodeText(value.text, html);
    case 'slice':
      if (value.base64 !== undefined) return encodeText(value.base64, html);
      return value.items === undefined
        ? 'null'
        : `[${value.items.map((item) => encodeJson(item, html)).join(',')}]`;
    case 'map': {
      if (value.entries === undefined) return 'null';
      const entries = [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1));
      return encodeObject(entries, html);
    }
    case 'struct':
      // A row of a list writes itself, and Go then escapes what HTML gives a meaning to (0.5).
      return value.methods.size > 0 ? encodeMethods(value) : encodeObject(members(value), html);
    case 'pointer':
      return value.to === undefined ? 'null' : encodeJson(value.to, html);
  }
}

function encodeObject(entries: ReadonlyArray<readonly [key: string, value: GoValue]>, html: boolean): string {
  return `{${entries.map(([key, value]) => `${encodeText(key, html)}:${encodeJson(value, html)}`).join(',')}}`;
}

/** Whatever methods without parameters give, in the order of their names. */
function encodeMethods({ methods }: GoStruct): string {
  const entries = [...methods]
    .filter(([, { parameters }]) => parameters.length === 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { call }]) => [name, call([])] as const);
  return encodeObject(entries, true);
}

function members({ fields }: GoStruct): ReadonlyArray<readonly [key: string, value: GoValue]> {
  return fields.flatMap((field) => {
    if (field.embedded && field.value.kind === 'struct') return members(field.value);
    if (field.json === undefined || (field.omitEmpty && isEmpty(field))) return [];
    return [[field.json, field.value] as const];
  });
}

/** What `omitempty` leaves out; structs and times never are. */
function isEmpty({ value }: GoField): boolean {
  switch (value.kind) {
    case 'string':
      return value.text === '';
    case 'bool':
      return !value.on;
    case 'integer':
    case 'float':
      return value.value === 0;
    case 'slice':
      return (value.items ?? []).length === 0;
    case 'map':
      return (value.entries?.size ?? 0) === 0;
    case 'pointer':
      return value.to === undefined;
    case 'interface':
    case 'invalid':
      return true;
    case 'struct':
    case 'time':
      return false;
  }
}

function encodeFloat(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return plainNumber(value);
  return value.toExponential().replace(/e-0([0-9])$/, 'e-$1');
}

function plainNumber(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

/** Text as Go quotes it in JSON. */
export function encodeText(text: string, html = false): string {
  const json = JSON.stringify(text).replace(/[\u2028\u2029]/g, unicode);
  return html ? json.replace(/[<>&]/g, unicode) : json;
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
