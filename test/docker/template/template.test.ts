// Templates by themselves: what docker's recordings do not reach, and what holds for all of them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { execute } from '../../../src/docker/template/evaluate.ts';
import { isFunction } from '../../../src/docker/template/functions.ts';
import { parseTemplate, TemplateError } from '../../../src/docker/template/parse.ts';
import { fromJson } from '../../../src/docker/template/value.ts';

const data = {
  Name: 'web',
  Count: 3,
  Ratio: 0.25,
  On: true,
  Off: false,
  Tags: ['b', 'a'],
  Labels: { zone: 'x', 'a b': 'y' },
  Inner: { Deep: { Name: 'deep' } },
  Nothing: null,
};

function show(text: string, strict = false): string {
  return execute(parseTemplate(text, isFunction), fromJson(data), { strict });
}

function failure(text: string): string {
  try {
    show(text, true);
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
  return 'no failure';
}

describe('what Go prints', () => {
  test.each([
    ['plain', 'plain'],
    ['{{.Name}}-{{.Count}}', 'web-3'],
    ['{{.Inner.Deep.Name}} {{(.Inner).Deep.Name}}', 'deep deep'],
    ['{{.Ratio}} {{.On}} {{.Nothing}} {{.Missing}}', '0.25 true <no value> <no value>'],
    ['{{.Tags}} {{.Labels}}', '[b a] map[a b:y zone:x]'],
    ['{{index .Labels "a b"}} {{index .Tags 1}}', 'y a'],
    ['{{range .Tags}}<{{.}}>{{end}}', '<b><a>'],
    ['{{range $i, $tag := .Tags}}{{if $i}},{{end}}{{$i}}={{$tag}}{{end}}', '0=b,1=a'],
    ['{{range $key, $value := .Labels}}{{$key}}:{{$value}};{{end}}', 'a b:y;zone:x;'],
    ['{{range .Nothing}}x{{else}}none{{end}}', 'none'],
    ['{{range .Tags}}{{if eq . "a"}}{{break}}{{end}}{{.}}{{end}}', 'b'],
    ['{{range .Tags}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'a'],
    ['{{with .Inner.Deep}}{{.Name}} of {{$.Name}}{{end}}', 'deep of web'],
    ['{{with .Off}}x{{else with .Name}}{{.}}{{end}}', 'web'],
    ['{{if .Off}}1{{else if .On}}2{{else}}3{{end}}', '2'],
    ['{{$x := 1}}{{if .On}}{{$x = 2}}{{end}}{{$x}}', '2'],
    ['{{$x := 1}}{{if .On}}{{$x := 2}}{{$x}}{{end}}{{$x}}', '21'],
    ['a  {{- .Name -}}  b', 'awebb'],
    ['{{- /* nothing */ -}} x', 'x'],
    ['{{define "t"}}[{{.}}]{{end}}{{template "t" .Name}}{{template "t"}}', '[web][<no value>]'],
    ['{{block "b" .Count}}<{{.}}>{{end}}', '<3>'],
    ['{{.Name | printf "%-6s|"}}{{printf "%05.1f" .Ratio}}', 'web   |000.2'],
    ['{{printf "%q %v %T" .Name .Tags .On}}', '"web" [b a] bool'],
    ['{{len .Tags}} {{len .Name}} {{slice .Name 1}} {{slice .Name 0 2}}', '2 3 eb we'],
    ['{{and .On .Name}} {{or .Off .Name}} {{not .On}} {{and .Off .Missing.More}}', 'web web false false'],
    ['{{eq .Name "x" "web"}} {{ne 1 2}} {{lt 1 2}} {{ge "b" "a"}}', 'true true true true'],
    ['{{json .Labels}} {{json .Ratio}} {{json "<"}}', '{"a b":"y","zone":"x"} 0.25 "<"'],
    ['{{"\\u00e9\\x41\\101\\n" | printf "%q"}}', '"éAA\\n"'],
    ["{{'a'}} {{0x1F}} {{1_000}} {{1e2}} {{.5}} {{-3}}", '97 31 1000 100 0.5 -3'],
    ['{{html "<a href=\'x\'>&"}}', '&lt;a href=&#39;x&#39;&gt;&amp;'],
    ['{{urlquery "a b/é"}} {{js "it\'s"}}', "a+b%2F%C3%A9 it\\'s"],
    ['{{title "hello big world"}} {{upper .Name}} {{pad .Name 1 1}}|', 'Hello Big World WEB  web |'],
    ['{{join (split "a,b,c" ",") "+"}}', 'a+b+c'],
    ['{{range 3}}{{.}}{{end}}', '012'],
    ['{{print 1 2 "x" 3}}{{println "y" 4}}', '1 2x3y 4\n'],
  ])('%s', (text, printed) => {
    expect(show(text)).toBe(printed);
  });
});

describe('what Go says is wrong', () => {
  test.each([
    ['{{.Name', 'template: :1: unclosed action'],
    ['{{\n.Name\n', 'template: :3: unclosed action started at :1'],
    ['{{"abc}}', 'template: :1: unterminated quoted string'],
    ['{{/* x', 'template: :1: unclosed comment'],
    ['{{foo}}', 'template: :1: function "foo" not defined'],
    ['{{$x}}', 'template: :1: undefined variable "$x"'],
    ['{{end}}', 'template: :1: unexpected {{end}}'],
    ['{{if .On}}', 'template: :1: unexpected EOF'],
    ['{{}}', 'template: :1: missing value for command'],
    ['{{range}}{{end}}', 'template: :1: missing value for range'],
    ['{{.Name | "x"}}', 'template: :1: non executable command in pipeline stage 2'],
    ['{{1.Name}}', 'template: :1: bad number syntax: "1.N"'],
    [
      '{{.Inner.Deep.Nope}}',
      'template: :1:8: executing "" at <.Inner.Deep.Nope>: map has no entry for key "Nope"',
    ],
    [
      '\n  {{.Name.More}}',
      'template: :2:9: executing "" at <.Name.More>: can\'t evaluate field More in type interface {}',
    ],
    ['{{template "x"}}', 'template: :1:11: executing "" at <{{template "x"}}>: template "x" not defined'],
    [
      '{{index .Tags 9}}',
      'template: :1:2: executing "" at <index .Tags 9>: error calling index: index out of range: 9',
    ],
    [
      '{{upper .Count}}',
      'template: :1:8: executing "" at <.Count>: wrong type for value; expected string; got float64',
    ],
    ['{{upper}}', 'template: :1:2: executing "" at <upper>: wrong number of args for upper: want 1 got 0'],
    ['{{range .Ratio}}{{end}}', 'template: :1:8: executing "" at <.Ratio>: range can\'t iterate over 0.25'],
  ])('%s', (text, message) => {
    expect(failure(text)).toBe(message);
  });
});

test('text without actions is printed as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('{{'));
      expect(show(text)).toBe(text);
    }),
  );
});

/** Texts that look like templates, right and wrong. */
const scraps = fc.array(
  fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{{-',
      '-}}',
      ' ',
      '.',
      '.Name',
      '$x',
      ':=',
      '=',
      '|',
      '(',
      ')',
      '"a"',
      '"',
      '`',
      "'",
      '1',
      '1a',
    ],
    ...[
      'if',
      'else',
      'end',
      'range',
      'with',
      'define',
      'template',
      'block',
      'break',
      'nil',
      'true',
      'len',
      'json',
      ',',
    ],
    ...['/*', '*/', '\n', 'x', '#', '\\'],
  ),
  { maxLength: 14 },
);

test('whatever a template looks like, it prints or fails as a template does', () => {
  fc.assert(
    fc.property(scraps, (parts) => {
      try {
        expect(typeof show(`{{${parts.join('')}}}`)).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateError);
        expect(String(error)).toMatch(/template: :\d+: |template: :\d+:\d+: executing /);
      }
    }),
    { numRuns: 2_000 },
  );
});
