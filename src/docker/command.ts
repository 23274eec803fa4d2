// Commands as data: a tree of names, arguments and flags, with what each does. Parsing (parse.ts) and help (help.ts) read the same tables.

import type { Fiber } from '../engine/fiber.ts';
import type { Client } from './client.ts';
import type { Flag } from './flag.ts';
import type { Flags } from './flags.ts';
import type { DockerHost } from './process.ts';

export interface Command {
  readonly name: string;
  /** Other names, as typed. */
  readonly aliases?: readonly string[];
  /** What follows the command's path in its usage line: `[OPTIONS] NODE [NODE...]`. */
  readonly usage?: string;
  /** One line, for lists of commands; also what its own help says unless there is `long`. */
  readonly short: string;
  readonly long?: string;
  /** Full command lines that mean the same, as help lists them: `docker node ls, docker node list`. */
  readonly spellings?: string;
  readonly examples?: string;
  /** How many arguments it takes; any number when absent. */
  readonly arity?: Arity;
  readonly flags?: readonly Flag[];
  /** False: everything after the first argument is an argument, whatever it looks like. */
  readonly interspersed?: false;
  /** Every word after its name is an argument. */
  readonly takesAll?: true;
  readonly commands?: readonly Command[];
  /** Absent for groups, which print their help. */
  readonly run?: (invocation: Invocation) => Fiber<number>;
  /** The part of the root's help that lists it; `management` is for groups, and `swarm` for those of a swarm. */
  readonly section?: 'common' | 'management' | 'swarm';
  readonly hidden?: true;
  /** Ctrl-C ends all commands but these, which end by themselves when it was pressed. */
  readonly handlesInterrupt?: true;
  /** The first API version that knows it. */
  readonly version?: string;
  /** Listed in help by engines in a swarm only, or by managers only. */
  readonly swarm?: 'active' | 'manager';
  readonly experimental?: true;
}

/** One command line, parsed. */
export interface Invocation {
  /** As in `docker node ls`. */
  readonly path: string;
  readonly command: Command;
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly client: Client;
  /** What `--context` says; empty if it was not given. */
  readonly context: string;
  /** `--debug` was given. */
  readonly debug: boolean;
  readonly host: DockerHost;
}

/** The least and the greatest number of arguments. */
export interface Arity {
  readonly least: number;
  readonly most: number;
  /** Refused in few words, without the usage. */
  readonly terse?: true;
}

export function exactly(count: number): Arity {
  return { least: count, most: count };
}

export function atLeast(least: number): Arity {
  return { least, most: Number.POSITIVE_INFINITY };
}

export function atMost(most: number): Arity {
  return { least: 0, most };
}

export function between(least: number, most: number): Arity {
  return { least, most };
}

export const noArguments: Arity = exactly(0);

/** Flags in the order of help, which is that of their names. */
export function flagsOf(command: Command): readonly Flag[] {
  return [...(command.flags ?? [])].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The command of a group with this name or alias. */
export function subcommand(group: Command, word: string): Command | undefined {
  return group.commands?.find(({ name, aliases = [] }) => name === word || aliases.includes(word));
}
