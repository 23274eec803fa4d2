// The lab command's own commands as data: names, arguments and flags, with what each does. The `lab` of scripts, the shell, the server and
// docs/commands.md are made from the same tables.

import { type Arity, type Command, flagsOf } from '../../docker/command.ts';
import type { Flag } from '../../docker/flag.ts';
import type { Flags } from '../../docker/flags.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { ScenarioFailure } from '../failure.ts';
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

/** What a flag says, as text; undefined when it was not given. */
export function given(flags: Flags, name: string): string | undefined {
  return flags.changed(name) ? flags.text(name) : undefined;
}

/** The machines of a group such as `worker1,worker2`. @throws ScenarioFailure when there is no such machine, or none at all */
export function group(text: string, session: Session): readonly string[] {
  const names = [...new Set(text.split(','))];
  if (names.includes('')) {
    throw new ScenarioFailure(
      `machines are named with commas between them, as worker1,worker2, not ${JSON.stringify(text)}`,
    );
  }
  return names.map((name) => session.host(name));
}

/** @param text what ends in a port, such as `worker1:8080` or `4789/udp` @throws ScenarioFailure for a port that no machine has */
export function checkPort(text: string): void {
  const [, port] = /(?:^|:)(\d+)(?:\/\w+)?$/.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    throw new ScenarioFailure(`a port is a number from 1 to 65535, not ${port}`);
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
