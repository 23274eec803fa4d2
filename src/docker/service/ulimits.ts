// `--ulimit`: `nofile=1024:2048`.

import type { Ulimit } from '../../engine/api.ts';
import { ParseFailure } from '../../model/failure.ts';
import { quote } from '../../model/quote.ts';
import { compareText } from '../human.ts';

const names: readonly string[] = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
];
const limit = 2n ** 63n;
const unlimited = -1;

/** The hard limit is the soft one when it is not given; -1 is no limit. @throws ParseFailure in docker's words */
export function parseUlimit(text: string): Ulimit {
  const at = text.indexOf('=');
  if (at < 0) throw new ParseFailure(`invalid ulimit argument: ${text}`);
  const name = text.slice(0, at);
  if (!names.includes(name)) throw new ParseFailure(`invalid ulimit type: ${name}`);
  const values = text.slice(at + 1);
  const [first = '', second, ...more] = values.split(':');
  if (more.length > 0) {
    throw new ParseFailure(
      `too many limit value arguments - ${values}, can only have up to two, \`soft[:hard]\``,
    );
  }
  const soft = readLimit(first);
  const hard = second === undefined ? soft : readLimit(second);
  if (hard !== unlimited && soft === unlimited) throw tooSoft(`soft: -1 (unlimited), hard: ${hard}`);
  if (hard !== unlimited && soft > hard) throw tooSoft(`${soft} > ${hard}`);
  return { Name: name, Hard: hard, Soft: soft };
}

/** In the order of their names; of two with one name the later wins. */
export function sortUlimits(ulimits: readonly Ulimit[]): readonly Ulimit[] {
  const byName = new Map(ulimits.map((ulimit) => [ulimit.Name, ulimit]));
  return [...byName.values()].sort((a, b) => compareText(a.Name, b.Name));
}

function readLimit(text: string): number {
  const fail = (why: string): ParseFailure =>
    new ParseFailure(`strconv.ParseInt: parsing ${quote(text)}: ${why}`);
  if (!/^[+-]?[0-9]+$/.test(text)) throw fail('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  if (value < -limit || value >= limit) throw fail('value out of range');
  return Number(value);
}

function tooSoft(how: string): ParseFailure {
  return new ParseFailure(`ulimit soft limit must be less than or equal to hard limit: ${how}`);
}
