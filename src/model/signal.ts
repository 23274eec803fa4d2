// Signals of Linux, by the names that users write.

import { ParseFailure } from './failure.ts';

const names: readonly string[] = [
  ...['HUP', 'INT', 'QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV', 'USR2', 'PIPE'],
  ...['ALRM', 'TERM', 'STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ'],
  ...['VTALRM', 'PROF', 'WINCH', 'IO', 'PWR', 'SYS'],
];
/** The first and the last of the real-time signals that programs may use. */
const firstRealTime = 34;
const lastRealTime = 64;

const numbers: ReadonlyMap<string, number> = new Map([
  ...names.map((name, i): [string, number] => [name, i + 1]),
  ['IOT', 6],
  ['CLD', 17],
  ['POLL', 29],
  ...Array.from({ length: 16 }, (_, i): [string, number] => [
    i === 0 ? 'RTMIN' : `RTMIN+${i}`,
    firstRealTime + i,
  ]),
  ...Array.from({ length: 15 }, (_, i): [string, number] => [
    i === 0 ? 'RTMAX' : `RTMAX-${i}`,
    lastRealTime - i,
  ]),
]);

const known: ReadonlySet<number> = new Set(numbers.values());

export const killSignal = 9;
const termSignal = 15;
/** Whoever sends one of these wants the program to end: INT, QUIT, TERM. */
const endSignals: readonly number[] = [2, 3, termSignal];

/**
 * Reads `TERM`, `SIGTERM`, `term` or `15`; any number but 0 is one, whether there is such a signal or not.
 * @throws ParseFailure `invalid signal: X`
 */
export function parseSignal(text: string): number {
  const number = /^[+-]?[0-9]{1,9}$/.test(text)
    ? Number(text)
    : numbers.get(text.toUpperCase().replace(/^SIG/, ''));
  if (number === undefined || number === 0) throw new ParseFailure(`invalid signal: ${text}`);
  return number;
}

/** There is such a signal. */
export function isSignal(number: number): boolean {
  return known.has(number);
}

/** The signal that a container's program is told to end with. @param written as the service has it; empty: SIGTERM */
export function stopSignalOf(written: string): number {
  try {
    return written === '' ? termSignal : parseSignal(written);
  } catch (error) {
    if (error instanceof ParseFailure) return termSignal;
    throw error;
  }
}

/** Whether a signal asks a program to end that has this stop signal; no other does anything to it, but the kill. */
export function asksToEnd(signal: number, stopSignal: number): boolean {
  return signal === stopSignal || endSignals.includes(signal);
}
