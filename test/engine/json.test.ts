// JSON as Go writes and reads it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bool,
  bytes,
  decode,
  duration,
  int64,
  list,
  stringMap,
  struct,
  text,
} from '../../src/engine/decode.ts';
import { encodeJson, encodeJsonForHtml } from '../../src/engine/json.ts';
import { parseJson } from '../../src/engine/parse.ts';

test('keys that are data come in ascending order, fields in the order given, and what is undefined not at all', () => {
  expect(
    encodeJson({
      Name: 'x',
      Labels: Object.fromEntries([
        ['10', 'a'],
        ['2', 'b'],
        ['-', 'c'],
      ]),
      Gone: undefined,
    }),
  ).toBe('{"Name":"x","Labels":{"-":"c","10":"a","2":"b"}}');
});

test('HTML is escaped where the engine does, and large integers are exact', () => {
  expect(encodeJson({ a: '<&>' })).toBe('{"a":"<&>"}');
  expect(encodeJsonForHtml({ a: '<&>\u2028', t: 1_795_424_242_525_000_001n })).toBe(
    '{"a":"\\u003c\\u0026\\u003e\\u2028","t":1795424242525000001}',
  );
});

test('what is written is what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(JSON.parse(encodeJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

function plain(value: ReturnType<typeof parseJson>): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null && 'number' in value ? Number(value.number) : value;
}

test('what JSON.stringify writes is read', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(plain(parseJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a text is refused just when JSON.parse refuses it', () => {
  const almost = fc
    .tuple(
      fc.jsonValue({ maxDepth: 2 }),
      fc.nat(),
      fc.constantFrom('', '"', '{', ',', ':', '0', '-', '\\', 'x', '\n'),
    )
    .map(([value, at, character]) => {
      const json = JSON.stringify(value);
      const place = at % (json.length + 1);
      return json.slice(0, place) + character + json.slice(place + 1);
    });
  const refuses = (read: () => unknown): boolean => {
    try {
      return read() === undefined;
    } catch {
      return true;
    }
  };
  fc.assert(
    fc.property(almost, (json) => {
      // A closing bracket behind a value is left for whoever reads the next value.
      fc.pre(refuses(() => parseJson(json)) || !/[}\]]\s*$/.test(json) || !refuses(() => JSON.parse(json)));
      expect(refuses(() => parseJson(json))).toBe(refuses(() => JSON.parse(json)));
    }),
  );
});

test.each([
  ['{x', "invalid character 'x' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['nul', 'unexpected EOF'],
  ['nuxl', "invalid character 'x' in literal null (expecting 'l')"],
  ['-x', "invalid character 'x' in numeric literal"],
  ["'", "invalid character '\\'' looking for beginning of value"],
  ['{} {}', 'unexpected content after JSON'],
])('%s is refused in the words of Go', (json, message) => {
  expect(() => parseJson(json)).toThrow(message);
});

const sample = struct('pkg.Outer', (field) => ({
  Name: field('Name', text()),
  On: field('On', bool),
  Inner: field(
    'Inner',
    struct('pkg.Inner', (part) => ({ Count: part('Count', int64), Delay: part('Delay', duration) })),
  ),
  Names: field('Names', list(text())),
  Labels: field('Labels', stringMap),
  Data: field('Data', bytes),
}));

function read(json: string): unknown {
  const value = parseJson(json);
  return value === undefined ? undefined : decode(value, sample);
}

test('fields are known in any case, null is as good as absent, and strangers are ignored', () => {
  expect(read('{"name":"a","ON":true,"Stranger":1,"Inner":null,"Names":["x",null]}')).toEqual({
    Name: 'a',
    On: true,
    Names: ['x', ''],
  });
});

test.each([
  ['{"Name":1}', 'json: cannot unmarshal number into Go struct field Outer.Name of type string'],
  [
    '{"Inner":{"Count":"1"}}',
    'json: cannot unmarshal string into Go struct field Inner.Inner.Count of type int64',
  ],
  [
    '{"Inner":{"Count":1.5}}',
    'json: cannot unmarshal number 1.5 into Go struct field Inner.Inner.Count of type int64',
  ],
  [
    '{"Inner":{"Count":1e400}}',
    'json: cannot unmarshal number 1e400 into Go struct field Inner.Inner.Count of type int64',
  ],
  ['{"Inner":{"Delay":9223372036854775808}}', 'of type time.Duration'],
  ['{"Inner":[]}', 'json: cannot unmarshal array into Go struct field Outer.Inner of type pkg.Inner'],
  ['{"Labels":{"a":1}}', 'json: cannot unmarshal number into Go struct field Outer.Labels.a of type string'],
  ['{"Data":"a=b"}', 'illegal base64 data at input byte 1'],
  ['[]', 'json: cannot unmarshal array into Go value of type pkg.Outer'],
])('%s is refused by the name of its field', (json, message) => {
  expect(() => read(json)).toThrow(message);
});
