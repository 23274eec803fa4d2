// The lab command's own commands as data: names, arguments and flags, with what each does. The `lab` of scripts, the shell, the server and
// docs/commands.md are made from the same tables.

import { type Arity, type Command, flagsOf } from '../../docker/command.ts';
import type { Flag } from '../../docker/flag.ts';
import type { Flags } from '../../docker/flags.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { duration } from '../options.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export interface LabCommand {
  readonly name: string;
  /** What follows the command's path: `NODE [NODE...]`; empty for a group. */
  readonly usage: string;
  /** One line. */
  readonly short: string;
  /** More of its help, in whole sentences. */
  readonly long?: string;
  readonly arity?: Arity;
  readonly flags?: readonly Flag[];
  readonly commands?: readonly LabCommand[];
  /** Absent for groups. What takes virtual time is a fiber. @throws ScenarioFailure for what cannot be done */
  readonly run?: (call: LabCall) => Fiber<void> | void;
}

/** One command line of the lab, parsed. */
export interface LabCall {
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly session: Session;
  readonly terminal: Terminal;
}

/** The argument at a place that the command's arity promises. */
export function argument({ args }: LabCall, place: number): string {
  return args[place] ?? '';
}

/** A duration such as `10s` as a flag gives it; undefined when it was not given. */
export function durationFlag(flags: Flags, name: string): string | undefined {
  if (!flags.changed(name)) return undefined;
  const text = flags.text(name);
  duration(`--${name}`, text);
  return text;
}

/** The command as help shows it. */
export function asHelp({ name, usage, short, long, flags, commands }: LabCommand): Command {
  const options = (flags ?? []).length > 0 ? '[OPTIONS] ' : '';
  return {
    name,
    usage: `${options}${usage}`.trim(),
    short,
    ...(long !== undefined && { long: `${short}\n\n${long}` }),
    ...(flags && { flags: flagsOf({ name, short, flags }) }),
    ...(commands && { commands: commands.map(asHelp) }),
  };
}
