// Reads the words of a command line as pflag and cobra do: which command is meant, its flags, its arguments.

import { ParseFailure } from '../model/failure.ts';
import { quote, quoteRune } from '../model/quote.ts';
import type { Command } from './command.ts';
import { subcommand } from './command.ts';
import { type Flag, parseBool } from './flag.ts';
import { type DockerHost, FileError } from './process.ts';

/** What a set of flags made of some words. */
export interface Parsed {
  /** The values of each flag that was given, in the order of the words. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly args: readonly string[];
  /** `--help` or `-h` was among them. */
  readonly help: boolean;
  /** How often `-h` was, which docker says something about. */
  readonly shortHelps: number;
  /** What is wrong with the words; nothing after it was looked at. */
  readonly failure: string | undefined;
}

/** Flags that every command has. */
const help: Flag = { name: 'help', kind: { name: '', bare: 'true', check: () => {} }, usage: 'Print usage' };

/** @param interspersed false: everything after the first argument is an argument */
export function parseWords(
  words: readonly string[],
  flags: readonly Flag[],
  interspersed: boolean,
  host: DockerHost,
): Parsed {
  const given = new Map<string, string[]>();
  const args: string[] = [];
  let asksHelp = false;
  let shortHelps = 0;
  const rest = [...words];

  const set = (flag: Flag, value: string): void => {
    if (flag === help) {
      if (parseBool(value) !== false) asksHelp = true;
      return;
    }
    try {
      flag.kind.check(value, host);
    } catch (error) {
      if (!(error instanceof ParseFailure || error instanceof FileError)) throw error;
      const shown = flag.shorthand === undefined ? `--${flag.name}` : `-${flag.shorthand}, --${flag.name}`;
      throw new ParseFailure(`invalid argument ${quote(value)} for ${quote(shown)} flag: ${error.message}`);
    }
    given.set(flag.name, [...(given.get(flag.name) ?? []), value]);
  };

  const parseLong = (word: string): void => {
    const body = word.slice(2);
    if (/^[-=]/.test(body)) throw new ParseFailure(`bad flag syntax: ${word}`);
    const at = body.indexOf('=');
    const name = at < 0 ? body : body.slice(0, at);
    const flag = name === 'help' ? help : flags.find((candidate) => candidate.name === name);
    if (flag === undefined) throw new ParseFailure(`unknown flag: --${name}`);
    const value = at >= 0 ? body.slice(at + 1) : (flag.kind.bare ?? rest.shift());
    if (value === undefined) throw new ParseFailure(`flag needs an argument: ${word}`);
    set(flag, value);
  };

  const parseShort = (word: string): void => {
    let letters = word.slice(1);
    while (letters !== '') {
      const letter = letters.charAt(0);
      const after = letters.slice(1);
      const flag = flags.find(({ shorthand }) => shorthand === letter);
      if (flag === undefined && letter === 'h') {
        asksHelp = true;
        shortHelps++;
        letters = after;
        continue;
      }
      if (flag === undefined) {
        throw new ParseFailure(`unknown shorthand flag: ${quoteRune(letter)} in -${letters}`);
      }
      letters = '';
      if (after.length > 1 && after.startsWith('=')) set(flag, after.slice(1));
      else if (flag.kind.bare !== undefined) {
        set(flag, flag.kind.bare);
        letters = after;
      } else {
        const value = after === '' ? rest.shift() : after;
        if (value === undefined) {
          throw new ParseFailure(`flag needs an argument: ${quoteRune(letter)} in -${letter}`);
        }
        set(flag, value);
      }
    }
  };

  try {
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      if (!word.startsWith('-') || word === '-') {
        args.push(word);
        if (interspersed) continue;
        args.push(...rest);
        break;
      }
      if (word === '--') {
        args.push(...rest);
        break;
      }
      if (word.startsWith('--')) parseLong(word);
      else parseShort(word);
    }
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    return { given, args, help: asksHelp, shortHelps, failure: error.message };
  }
  return { given, args, help: asksHelp, shortHelps, failure: undefined };
}

/** Words of a command that takes them as they are. */
export function allArguments(words: readonly string[]): Parsed {
  return { given: new Map(), args: words, help: false, shortHelps: 0, failure: undefined };
}

/** The command that words name, and what is left of them. */
export interface Found {
  /** From the root's first command to the one that was found; empty for the root itself. */
  readonly chain: readonly Command[];
  /** The flags that stood between the names; they are those of `--help` alone. */
  readonly between: readonly string[];
  readonly words: readonly string[];
}

/** Walks down the tree as far as words name commands. */
export function findCommand(root: Command, words: readonly string[]): Found {
  const chain: Command[] = [];
  const between: string[] = [];
  let group = root;
  let left = words;
  for (;;) {
    const at = left.findIndex((word) => !standsAlone(word));
    const next = subcommand(group, left[at] ?? '');
    if (next === undefined) return { chain, between, words: left };
    chain.push(next);
    between.push(...left.slice(0, at));
    group = next;
    left = left.slice(at + 1);
  }
}

/** A flag that takes no value from the next word, as far as its looks tell. */
function standsAlone(word: string): boolean {
  if (word === '--help' || word === '-h') return true;
  if (!word.startsWith('-') || word === '-' || word === '--') return false;
  return word.includes('=') || (!word.startsWith('--') && word.length > 2);
}
