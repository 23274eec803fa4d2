// Values as people read them: sizes, cut identifiers, image names, and the order of names with numbers in them.

import { fixed } from './decimal.ts';

/** A size in decimal units with three digits, as `docker images` shows it: `187MB`. */
export function decimalSize(bytes: number): string {
  return sizeIn(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 3);
}

/** The same with four digits. */
export function preciseSize(bytes: number): string {
  return sizeIn(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 4);
}

/** A size in binary units with four digits: `7.637GiB`. */
export function binarySize(bytes: number): string {
  return sizeIn(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], 4);
}

function sizeIn(bytes: number, base: number, units: readonly string[], digits: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= base && unit < units.length - 1) {
    size /= base;
    unit++;
  }
  return `${significant(size, digits)}${units[unit]}`;
}

/** Go's `%.Ng`: without trailing zeros, in powers of ten when there are more digits before the point than asked for. */
export function significant(value: number, digits: number): string {
  const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < digits) return String(Number(fixed(value, digits - 1 - exponent)));
  return `${Number(mantissa)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** The first twelve characters of an identifier, without the name of its digest. */
export function shortId(id: string): string {
  return id.slice(id.indexOf(':') + 1).slice(0, 12);
}

/** The first letter upper, all others lower. */
export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

/** At most `length` columns, the last of them `…` when something was cut. */
export function ellipsis(text: string, length: number): string {
  const runes = [...text];
  return runes.length <= length ? text : `${runes.slice(0, length - 1).join('')}…`;
}

/** Compares names so that `web2` comes before `web10`; digits come before all else. Negative, zero or positive. */
export function compareNatural(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const digitsA = /^[0-9]+/.exec(a.slice(i))?.[0];
    const digitsB = /^[0-9]+/.exec(b.slice(j))?.[0];
    if (digitsA === undefined || digitsB === undefined) {
      if (digitsA !== undefined) return -1;
      if (digitsB !== undefined) return 1;
      const unlike = compareText(a.charAt(i), b.charAt(j));
      if (unlike !== 0) return unlike;
      i++;
      j++;
      continue;
    }
    const numberA = digitsA.replace(/^0+/, '');
    const numberB = digitsB.replace(/^0+/, '');
    const unlike =
      numberA.length - numberB.length || compareText(numberA, numberB) || digitsA.length - digitsB.length;
    if (unlike !== 0) return unlike;
    i += digitsA.length;
    j += digitsB.length;
  }
  return a.length - b.length;
}

/** Compares by code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
