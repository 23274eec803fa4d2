// Values in the way of Go's package fmt: what `{{.}}` prints, and the verbs of printf.

import { zeroInstant } from '../../engine/time.ts';
import { decodeBase64 } from '../../model/base64.ts';
import { formatDuration } from '../../model/duration.ts';
import { quote } from '../../model/quote.ts';
import { fixed } from '../decimal.ts';
import { type GoInteger, type GoStruct, type GoValue, typeOf } from './value.ts';

/** What an action prints. */
export function printValue(value: GoValue): string {
  if (value.kind === 'invalid') return '<no value>';
  if (value.kind === 'pointer') return value.to === undefined ? '<nil>' : printValue(value.to);
  return plain(value);
}

/** Go's `%v`. @param named `%+v`: structs with the names of their fields */
export function plain(value: GoValue, named = false): string {
  switch (value.kind) {
    case 'invalid':
    case 'interface':
      return '<nil>';
    case 'string':
      return value.text;
    case 'bool':
      return String(value.on);
    case 'integer':
      return integerText(value);
    case 'float':
      return formatFloat(value.value);
    case 'time':
      return printTime(value.text);
    case 'slice':
      return `[${(value.items ?? []).map((item) => nested(item, named)).join(' ')}]`;
    case 'map': {
      const entries = [...(value.entries ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      return `map[${entries.map(([key, item]) => `${key}:${nested(item, named)}`).join(' ')}]`;
    }
    case 'struct':
      return structText(value, named);
    case 'pointer':
      if (value.to === undefined) return '<nil>';
      return value.to.kind === 'struct' ? `&${plain(value.to, named)}` : address;
  }
}

/** Some integers print themselves. */
function integerText({ type, value }: GoInteger): string {
  if (type === 'time.Duration') return formatNanoseconds(value);
  return type === 'fs.FileMode' ? formatFileMode(value) : String(value);
}

/** A duration of nanoseconds in the way of Go. */
export function formatNanoseconds(nanoseconds: number): string {
  const size = Math.abs(nanoseconds);
  return size > 0 && size < 1_000 ? `${nanoseconds}ns` : formatDuration(Math.trunc(nanoseconds / 1_000));
}

/** Permissions as `ls -l` shows them. */
function formatFileMode(mode: number): string {
  const bits = (mode & 0o777).toString(2).padStart(9, '0');
  return `-${[...bits].map((bit, index) => (bit === '1' ? ('rwx'[index % 3] ?? '') : '-')).join('')}`;
}

/** Where a pointer within a value points to: Go prints an address, which is another one each time. */
const address = '0xc000012345';

function nested(value: GoValue, named: boolean): string {
  return value.kind === 'pointer' && value.to !== undefined ? address : plain(value, named);
}

function structText({ type, fields }: GoStruct, named: boolean): string {
  // Some structs print themselves.
  if (type === 'swarm.Version') return fields.map(({ value }) => plain(value)).join('');
  const texts = fields.map(({ name, value }) => (named ? `${name}:` : '') + nested(value, named));
  return `{${texts.join(' ')}}`;
}

/** `2026-11-23 08:53:51.102 +0000 UTC`. @param text RFC 3339 in UTC */
export function printTime(text: string = zeroInstant): string {
  return `${withoutZeros(text).replace('T', ' ').replace(/Z$/, '')} +0000 UTC`;
}

/** A moment as Go writes it: no zeros at the end of its fraction. */
export function withoutZeros(instant: string): string {
  return instant.replace(/\.([0-9]*?)0+(Z|[+-])/, (_whole, digits: string, zone: string) =>
    digits === '' ? zone : `.${digits}${zone}`,
  );
}

/** A float as Go's `%v`. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [, exponent = '0'] = value.toExponential().split('e');
  if (Number(exponent) >= -4 && Number(exponent) < 21) return plainDecimal(value);
  return exponential(value.toExponential());
}

function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return value.toFixed(20).replace(/\.?0+$/, '');
}

/** JavaScript's `1e+21` with the two digits that Go's exponents have at least. */
function exponential(text: string): string {
  return text.replace(/e([+-])([0-9])$/, 'e$10$2');
}

/** `print`: blanks between operands neither of which is text. */
export function print(values: readonly GoValue[]): string {
  return values
    .map((value, index) => {
      const before = values[index - 1];
      const apart = before !== undefined && before.kind !== 'string' && value.kind !== 'string';
      return (apart ? ' ' : '') + plain(value);
    })
    .join('');
}

/** `println`. */
export function println(values: readonly GoValue[]): string {
  return `${values.map((value) => plain(value)).join(' ')}\n`;
}

interface Directive {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly verb: string;
}

/** `printf`. */
export function printf(format: string, values: readonly GoValue[]): string {
  let used = 0;
  const takeNumber = (given: string | undefined): number | undefined => {
    if (given === undefined) return undefined;
    if (given !== '*') return Number(given);
    const value = values[used++];
    return value?.kind === 'integer' ? value.value : undefined;
  };
  const text = format.replace(
    /%([-+# 0]*)([0-9]+|\*)?(?:\.([0-9]*|\*))?(.?)/gsu,
    (
      _whole: string,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      verb: string,
    ) => {
      if (verb === '') return '%!(NOVERB)';
      if (verb === '%') return '%';
      const directive = { flags, width: takeNumber(width), precision: takeNumber(precision), verb };
      const value = values[used++];
      return value === undefined
        ? `%!${verb}(MISSING)`
        : pad(directive, formatVerb(directive, value) ?? misfit(directive, value), value);
    },
  );
  const extra = values.slice(used);
  if (extra.length === 0) return text;
  return `${text}%!(EXTRA ${extra.map((value) => `${typeOf(value)}=${plain(value)}`).join(', ')})`;
}

/** What Go prints where a verb does not fit a value. */
function misfit({ verb }: Directive, value: GoValue): string {
  return `%!${verb}(${typeOf(value)}=${plain(value)})`;
}

function pad({ flags, width }: Directive, text: string, value: GoValue): string {
  if (width === undefined || text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  const zeros = flags.includes('0') && (value.kind === 'integer' || value.kind === 'float');
  if (!zeros) return text.padStart(width);
  const [, sign = '', digits = text] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  return sign + digits.padStart(width - sign.length, '0');
}

/** The value by its verb, without padding; undefined when the verb does not fit the value. */
function formatVerb(directive: Directive, value: GoValue): string | undefined {
  const { flags, precision, verb } = directive;
  if (verb === 'T') return typeOf(value);
  if (verb === 'v')
    return flags.includes('#') && value.kind === 'string'
      ? quote(value.text)
      : plain(value, flags.includes('+'));
  switch (value.kind) {
    case 'string':
      return formatText(directive, value.text);
    case 'bool':
      return verb === 't' ? String(value.on) : undefined;
    case 'integer':
      return withSign(flags, formatInteger(directive, value.value));
    case 'float':
      return withSign(flags, formatDecimal(verb, precision, value.value));
    case 'slice': {
      if (value.base64 !== undefined && verb !== 'd')
        return formatText(directive, decodeBase64(value.base64));
      const items = (value.items ?? []).map((item) => formatVerb(directive, item) ?? plain(item));
      return `[${items.join(' ')}]`;
    }
    case 'invalid':
    case 'interface':
      return verb === 's' || verb === 'd' ? `%!${verb}(<nil>)` : undefined;
    default:
      return verb === 's' ? plain(value) : undefined;
  }
}

function withSign(flags: string, text: string | undefined): string | undefined {
  if (text === undefined || text.startsWith('-')) return text;
  return flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text;
}

function formatText({ verb, precision, flags }: Directive, text: string): string | undefined {
  const cut = precision === undefined ? text : [...text].slice(0, precision).join('');
  if (verb === 's') return cut;
  if (verb === 'q') return flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : quote(cut);
  if (verb !== 'x' && verb !== 'X') return undefined;
  const hex = [...new TextEncoder().encode(cut)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return verb === 'X' ? hex.toUpperCase() : hex;
}

function formatInteger({ verb, flags }: Directive, value: number): string | undefined {
  const alternate = flags.includes('#');
  switch (verb) {
    case 'd':
      return String(value);
    case 'x':
      return `${alternate ? '0x' : ''}${value.toString(16)}`;
    case 'X':
      return `${alternate ? '0X' : ''}${value.toString(16).toUpperCase()}`;
    case 'o':
      return `${alternate ? '0' : ''}${value.toString(8)}`;
    case 'b':
      return value.toString(2);
    case 'c':
      return String.fromCodePoint(value);
    case 'q':
      return `'${String.fromCodePoint(value)}'`;
    case 'U':
      return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
    default:
      return undefined;
  }
}

function formatDecimal(verb: string, precision: number | undefined, value: number): string | undefined {
  switch (verb) {
    case 'f':
    case 'F':
      return fixed(value, precision ?? 6);
    case 'e':
      return exponential(value.toExponential(precision ?? 6));
    case 'E':
      return exponential(value.toExponential(precision ?? 6)).toUpperCase();
    case 'g':
    case 'G':
      return precision === undefined
        ? formatFloat(value)
        : exponential(String(Number(value.toPrecision(precision))));
    default:
      return undefined;
  }
}
