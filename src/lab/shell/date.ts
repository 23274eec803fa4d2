// The `date` of scripts: bash's own, told what time it is.

import { second } from '../../model/duration.ts';

const units: ReadonlyMap<string, number> = new Map([
  ['second', 1],
  ['sec', 1],
  ['minute', 60],
  ['min', 60],
  ['hour', 3_600],
  ['day', 86_400],
  ['week', 604_800],
]);

/** What bash's own `date` is given so that it speaks of the time of the world. @param now microseconds since 1970 */
export function dateArguments(args: readonly string[], now: number): readonly string[] {
  const seconds = Math.floor(now / second);
  let given = false;
  const told = args.map((arg, place) => {
    const before = args[place - 1];
    if (before === '-d' || before === '--date') {
      given = true;
      return moment(arg, seconds);
    }
    if (!arg.startsWith('--date=')) return arg.startsWith('+') ? nanoseconds(arg, now) : arg;
    given = true;
    return `--date=${moment(arg.slice('--date='.length), seconds)}`;
  });
  return given ? told : ['-d', `@${seconds}`, ...told];
}

/** A moment that depends on now, as one that does not; all others as they are. */
function moment(text: string, seconds: number): string {
  const words = text.trim().toLowerCase();
  if (words === '' || words === 'now' || words === 'today') return `@${seconds}`;
  const [, sign = '', count = '', unit = '', ago] = /^([+-]?)(\d+) *([a-z]+?)s?( ago)?$/.exec(words) ?? [];
  const length = units.get(unit);
  if (length === undefined) return text;
  const away = Number(count) * length;
  return `@${(sign === '-') !== (ago !== undefined) ? seconds - away : seconds + away}`;
}

/** Bash's own date knows whole seconds. */
function nanoseconds(format: string, now: number): string {
  const fraction = `${String(now % second).padStart(6, '0')}000`;
  return format.replace(/%(\d?)N/g, (_match, digits: string) =>
    fraction.slice(0, digits === '' ? 9 : Number(digits)),
  );
}
