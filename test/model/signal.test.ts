import { describe, expect, it } from 'vitest';
import { ParseFailure } from '../../src/model/failure.ts';
import { asksToEnd, isSignal, parseSignal, stopSignalOf } from '../../src/model/signal.ts';

describe('a signal', () => {
  it.each([
    ['KILL', 9],
    ['SIGKILL', 9],
    ['sigterm', 15],
    ['Hup', 1],
    ['SYS', 31],
    ['POLL', 29],
    ['RTMIN', 34],
    ['SIGRTMIN+15', 49],
    ['RTMAX-14', 50],
    ['RTMAX', 64],
    ['15', 15],
    ['100', 100],
  ])('%s is %i', (written, number) => {
    expect(parseSignal(written)).toBe(number);
  });

  it.each(['', '0', 'BOGUS', 'SIG', 'SIGSIGTERM', 'RTMIN+16', '1.5', ' 9'])('is not %j', (written) => {
    expect(() => parseSignal(written)).toThrow(new ParseFailure(`invalid signal: ${written}`));
  });

  it('of any number can be written, and of these there are such', () => {
    expect([-1, 0, 1, 31, 32, 33, 34, 49, 50, 64, 65].filter(isSignal)).toEqual([1, 31, 34, 49, 50, 64]);
  });

  it('ends a program by its own stop signal, and by what ends programs; others do nothing', () => {
    expect(['', 'SIGUSR1', 'nonsense'].map(stopSignalOf)).toEqual([15, 10, 15]);
    const ends = (stopSignal: string) =>
      ['HUP', 'INT', 'QUIT', 'USR1', 'TERM', 'WINCH'].filter((name) =>
        asksToEnd(parseSignal(name), stopSignalOf(stopSignal)),
      );
    expect(ends('')).toEqual(['INT', 'QUIT', 'TERM']);
    expect(ends('USR1')).toEqual(['INT', 'QUIT', 'USR1', 'TERM']);
  });
});
