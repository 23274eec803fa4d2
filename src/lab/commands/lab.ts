// The lab command: one line of it, parsed by the tables, run, and what goes wrong told in one sentence.

import type { Command } from '../../docker/command.ts';
import { readFlags } from '../../docker/flags.ts';
import { helpText, usageLine } from '../../docker/help.ts';
import { parseWords } from '../../docker/parse.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { ScenarioFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { dockerHost, type Terminal } from '../terminal.ts';
import { asHelp, type LabCommand } from './command.ts';
import { faults } from './faults.ts';
import { image } from './image.ts';
import { load } from './load.ts';
import { look } from './look.ts';
import { stage } from './stage.ts';
import { wait } from './time.ts';
import { worlds } from './worlds.ts';

/** All commands, in the order of their names. */
export const labCommands: readonly LabCommand[] = [
  ...stage,
  image,
  wait,
  load,
  ...faults,
  ...look,
  ...worlds,
].sort((a, b) => (a.name < b.name ? -1 : 1));

const summary = 'What happens to the machines, and what somebody sees who looks at them from outside';

/** Every command and flag is shown to everybody. */
const abilities = { version: '1.50', experimental: true, swarm: undefined, system: undefined };

/** Runs `lab ...`. @param words what follows the word `lab` @returns its exit code: 0, 1 for what cannot be done, 2 for what is no command, 130 for what Ctrl-C ended */
export function* lab(words: readonly string[], session: Session, terminal: Terminal): Fiber<number> {
  const chain: LabCommand[] = [];
  let rest = words;
  for (;;) {
    const [word = ''] = rest;
    const next = (chain.length === 0 ? labCommands : chain.at(-1)?.commands)?.find(
      ({ name }) => name === word,
    );
    if (next === undefined) break;
    chain.push(next);
    rest = rest.slice(1);
  }
  const path = ['lab', ...chain.map(({ name }) => name)].join(' ');
  const command = chain.at(-1);
  if (command?.run === undefined) {
    const [word = '', ...more] = rest;
    if (word === 'help' && more.length > 0)
      return yield* lab([...words.slice(0, -rest.length), ...more, '--help'], session, terminal);
    const asked = word === '' || word === '--help' || word === 'help' || word === '-h';
    if (asked) terminal.out(labHelp(path, command));
    else terminal.err(`lab: ${word} is no command of ${path}; ${path} --help lists them\n`);
    return asked ? 0 : usageError;
  }
  const flags = command.flags ?? [];
  const parsed = parseWords(rest, flags, true, dockerHost(session, terminal));
  if (parsed.help) {
    terminal.out(labHelp(path, command));
    return 0;
  }
  const wrong = parsed.failure ?? arityFailure(command, parsed.args.length);
  if (wrong !== undefined) {
    terminal.err(`${path}: ${wrong}\nUsage:  ${usageLine(path, asHelp(command))}\n`);
    return usageError;
  }
  try {
    const { args, given } = parsed;
    const waits = command.run({ args, flags: readFlags(flags, given), session, terminal });
    if (waits === undefined) return 0;
    yield* waits;
    return terminal.interrupted() ? interrupted : 0;
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    terminal.err(`${path}: ${error.message}\n`);
    return 1;
  }
}

const usageError = 2;
/** As bash counts Ctrl-C. */
const interrupted = 130;

/** The help of a command or a group, or of the lab command itself. */
export function labHelp(path: string, command: LabCommand | undefined): string {
  const shown: Command =
    command === undefined
      ? { name: 'lab', short: summary, commands: labCommands.map(asHelp) }
      : asHelp(command);
  // A help of the root, as docker has one, would speak of docker.
  return command === undefined
    ? `Usage:  lab COMMAND\n\n${summary}\n\nCommands:\n${commandList(labCommands)}\nRun 'lab COMMAND --help' for more information on a command.\n`
    : helpText(path, shown, abilities);
}

function commandList(commands: readonly LabCommand[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return commands.map(({ name, short }) => `  ${name.padEnd(width)}${short}\n`).join('');
}

function arityFailure({ arity }: LabCommand, count: number): string | undefined {
  if (arity === undefined || (count >= arity.least && count <= arity.most)) return undefined;
  const most = count < arity.least ? arity.least : arity.most;
  const bound = count < arity.least ? 'at least' : 'at most';
  return `it takes ${arity.least === arity.most ? '' : `${bound} `}${most} ${most === 1 ? 'argument' : 'arguments'}, not ${count}`;
}
