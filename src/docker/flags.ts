// The flags of one command line: what was given, read as what it is.

import type { Nanoseconds } from '../engine/api.ts';
import { parseDuration } from '../model/duration.ts';
import { assert } from '../sim/assert.ts';
import { type Flag, parseBool } from './flag.ts';
import { readFields } from './record.ts';

/** Readers take the name of a flag of the command; any other name is a defect. */
export interface Flags {
  /** The flag was given, with whatever value. */
  readonly changed: (name: string) => boolean;
  /** The last value given, else the flag's initial one, else the empty text. */
  readonly text: (name: string) => string;
  readonly on: (name: string) => boolean;
  /** An integer or a decimal number; 0 if there is none. */
  readonly number: (name: string) => number;
  /** Integer microseconds; 0 if there is none. */
  readonly duration: (name: string) => number;
  /** The same in the API's unit. */
  readonly nanoseconds: (name: string) => Nanoseconds;
  /** All values, in the order given. */
  readonly list: (name: string) => readonly string[];
  /** All values, each of them a list with commas of its own (a slice of pflag's). */
  readonly slice: (name: string) => readonly string[];
  /** The names of the flags that were given. */
  readonly given: readonly string[];
}

/** @param given the values of each flag that was given, in the order of the command line */
export function readFlags(flags: readonly Flag[], given: ReadonlyMap<string, readonly string[]>): Flags {
  const known = new Map(flags.map((flag) => [flag.name, flag]));
  const values = (name: string): readonly string[] => {
    assert(known.has(name), `there is no flag --${name}`);
    return given.get(name) ?? [];
  };
  const last = (name: string): string => values(name).at(-1) ?? known.get(name)?.initial ?? '';
  const duration = (name: string): number => (last(name) === '' ? 0 : parseDuration(last(name)));
  return {
    changed: (name) => values(name).length > 0,
    text: last,
    on: (name) => parseBool(last(name)) === true,
    number: (name) =>
      Number(
        last(name)
          .replaceAll('_', '')
          .replace(/^0(?=[0-7])/, '0o'),
      ),
    duration,
    nanoseconds: (name) => duration(name) * 1_000,
    list: values,
    slice: (name) => values(name).flatMap(readFields),
    given: [...given.keys()],
  };
}
