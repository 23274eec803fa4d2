// The docker command: one command line against one engine, as the real client behaves, to the bytes it prints and its exit code.

import type { Fiber } from '../engine/fiber.ts';
import { assert } from '../sim/assert.ts';
import { isOlder } from './abilities.ts';
import { addressOf, configFolder } from './address.ts';
import { abilitiesOf, type Client, createClient } from './client.ts';
import { type Arity, type Command, flagsOf, type Invocation, subcommand } from './command.ts';
import { CommandFailure, DaemonError } from './failure.ts';
import { type Flags, readFlags } from './flags.ts';
import { helpText, usageLine } from './help.ts';
import { Interrupted, untilInterrupted } from './interrupt.ts';
import { allArguments, findCommand, type Parsed, parseWords } from './parse.ts';
import type { DockerHost } from './process.ts';
import { rootCommand } from './root.ts';

/** Said of `-h`: by commands on standard output, by docker itself on standard error. */
const shortHelpNote = 'Flag shorthand -h has been deprecated, use --help\n';

/** The exit code for flags that cannot be read. */
const badFlags = 125;

/** Runs one docker command. @param args what follows the word `docker` @returns its exit code */
export function* docker(args: readonly string[], host: DockerHost): Fiber<number> {
  try {
    return yield* run(args, host);
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    if (error instanceof DaemonError || error instanceof CommandFailure) {
      if (error.message !== '') host.err(`${error.message}\n`);
      return error instanceof CommandFailure ? error.exitCode : 1;
    }
    throw error;
  }
}

function* run(args: readonly string[], host: DockerHost): Fiber<number> {
  const root = rootCommand(configFolder(host.env));
  const global = readGlobal(args, root, host);
  const { flags, words, help } = global;
  const client = createClient(addressOf(flags, host), host.env.get('DOCKER_API_VERSION') || undefined);
  if (words[0] === helpCommand.name) return yield* helpTopic(root, words.slice(1), client, host);
  if (isCommand(root, words[0])) return yield* findAndRun(root, global, client, host);
  if (!help && flags.on('version')) {
    host.out('Docker version 28.2.2, build e6534b4\n');
    return 0;
  }
  if (!help && words.length > 0) {
    const hint = "Run 'docker --help' for more information";
    throw new CommandFailure(`docker: unknown command: docker ${words[0]}\n\n${hint}`);
  }
  const print = help ? host.out : host.err;
  print(helpText('docker', root, yield* abilitiesOf(client), new Set(flags.given)));
  return 0;
}

/** `docker help` is no command among others: help does not list it. */
const helpCommand: Command = { name: 'help', usage: '[command]', short: 'Help about the command' };

function isCommand(root: Command, word = ''): boolean {
  return word === helpCommand.name || subcommand(root, word) !== undefined;
}

/** Docker's own flags, and the words that are not. */
interface Global {
  readonly flags: Flags;
  readonly words: readonly string[];
  readonly help: Parsed['help'];
}

/** @throws CommandFailure for flags that cannot be read */
function readGlobal(args: readonly string[], root: Command, host: DockerHost): Global {
  const known = flagsOf(root);
  const front = parseWords(args, known, false, host);
  const level = readFlags(known, front.given).text('log-level');
  if (!logLevels.includes(level)) throw new CommandFailure(`Unable to parse logging level: ${level}`);
  host.err(shortHelpNote.repeat(front.shortHelps));
  if (front.failure !== undefined) throw flagFailure('docker', root, front.failure);
  if (isCommand(root, front.args[0])) {
    return { flags: readFlags(known, front.given), words: front.args, help: front.help };
  }
  // Without a command, docker looks for flags of its own in all that is left.
  const rest = parseWords(front.args, known, true, host);
  if (rest.failure !== undefined) throw flagFailure('docker', root, rest.failure);
  host.out(shortHelpNote.repeat(rest.shortHelps));
  const flags = readFlags(known, joined(front.given, rest.given));
  return { flags, words: rest.args, help: front.help || rest.help };
}

function* findAndRun(
  root: Command,
  { flags, words: all, help }: Global,
  client: Client,
  host: DockerHost,
): Fiber<number> {
  const { chain, between, words } = findCommand(root, all);
  const { failure, help: asked, shortHelps } = parseWords(between, [], true, host);
  // Cobra does not word what is wrong between the names of commands.
  if (failure !== undefined) throw new CommandFailure(failure);
  // These are read three times.
  host.out(shortHelpNote.repeat(3 * shortHelps));
  const asks = asked || help ? ['--help'] : [];
  return yield* runCommand(chain, [...asks, ...words], client, host, flags);
}

/** The values of flags that were given in two places. */
function joined(first: Parsed['given'], second: Parsed['given']): Parsed['given'] {
  const names = new Set([...first.keys(), ...second.keys()]);
  return new Map([...names].map((name) => [name, [...(first.get(name) ?? []), ...(second.get(name) ?? [])]]));
}

const logLevels: readonly string[] = [
  '',
  'debug',
  'info',
  'warn',
  'warning',
  'error',
  'fatal',
  'panic',
  'trace',
];

function* runCommand(
  chain: readonly Command[],
  words: readonly string[],
  client: Client,
  host: DockerHost,
  global: Flags,
): Fiber<number> {
  const path = pathOf(chain);
  const command = chain.at(-1);
  assert(command !== undefined, 'a command line names a command');
  const parsed =
    command.takesAll === true
      ? allArguments(words)
      : parseWords(words, flagsOf(command), command.interspersed !== false, host);
  const tooNew = yield* unsupported(chain, parsed.help ? new Map() : parsed.given, client);
  if (parsed.help && parsed.failure === undefined) {
    if (tooNew !== undefined) host.out(`${tooNew}\n`);
    else {
      host.out(shortHelpNote.repeat(parsed.shortHelps));
      host.out(helpText(path, command, yield* abilitiesOf(client), new Set(parsed.given.keys())));
    }
    return 0;
  }
  if (tooNew !== undefined) throw new CommandFailure(tooNew);
  if (parsed.failure !== undefined) throw flagFailure(path, command, parsed.failure);
  if (command.run === undefined) {
    const [word] = parsed.args;
    if (word !== undefined) throw usageFailure(path, command, `docker: unknown command: ${path} ${word}`);
    host.err(helpText(path, command, yield* abilitiesOf(client)));
    return 0;
  }
  for (const flag of flagsOf(command)) {
    if (flag.deprecated !== undefined && parsed.given.has(flag.name)) {
      host.out(`Flag --${flag.name} has been deprecated, ${flag.deprecated}\n`);
    }
  }
  // The commands of contexts need no engine.
  if (client.failure !== undefined && chain[0]?.name !== 'context') throw new CommandFailure(client.failure);
  const wrong = argumentFailure(path, command, parsed.args.length);
  if (wrong !== undefined) throw wrong;
  const invocation: Invocation = {
    path,
    command,
    args: parsed.args,
    flags: readFlags(flagsOf(command), parsed.given),
    client,
    context: global.text('context'),
    debug: global.on('debug'),
    host,
  };
  const running = command.run(invocation);
  return yield* command.handlesInterrupt === true ? running : untilInterrupted(running, host);
}

/** What of the command and the flags that were given the engine's API is too old for, in words; undefined when nothing. */
function* unsupported(
  chain: readonly Command[],
  given: ReadonlyMap<string, readonly string[]>,
  client: Client,
): Fiber<string | undefined> {
  const command = chain.at(-1);
  if (command === undefined) return undefined;
  const flags = flagsOf(command).filter(({ name, version }) => version !== undefined && given.has(name));
  if (flags.length === 0 && chain.every(({ version, experimental }) => !version && !experimental)) {
    return undefined;
  }
  const { version: spoken, experimental } = yield* abilitiesOf(client);
  if (!experimental && chain.some((part) => part.experimental)) {
    return `${pathOf(chain)} is only supported on a Docker daemon with experimental features enabled`;
  }
  const isTooNew = ({ version }: { readonly version?: string }): boolean =>
    version !== undefined && isOlder(spoken, version);
  const needs = (what: string, version: string | undefined): string =>
    `${what} requires API version ${version}, but the Docker daemon API version is ${spoken}`;
  const tooNew = chain.findLast(isTooNew);
  if (tooNew !== undefined) return needs(pathOf(chain), tooNew.version);
  const failures = flags.filter(isTooNew).map(({ name, version }) => needs(`"--${name}"`, version));
  return failures.length === 0 ? undefined : failures.join('\n');
}

function pathOf(chain: readonly Command[]): string {
  return ['docker', ...chain.map(({ name }) => name)].join(' ');
}

/** `docker help swarm init`. */
function* helpTopic(
  root: Command,
  words: readonly string[],
  client: Client,
  host: DockerHost,
): Fiber<number> {
  const path = `docker ${helpCommand.name}`;
  const { args, failure, help, shortHelps } = parseWords(words, [], true, host);
  if (failure !== undefined) throw flagFailure(path, helpCommand, failure);
  if (help) {
    host.out(shortHelpNote.repeat(shortHelps));
    host.out(helpText(path, helpCommand, yield* abilitiesOf(client)));
    return 0;
  }
  const { chain, words: unknown } = findCommand(root, args);
  if (unknown.length > 0) throw new CommandFailure(`unknown help topic: ${unknown.join(' ')}`);
  host.out(helpText(pathOf(chain), chain.at(-1) ?? root, yield* abilitiesOf(client)));
  return 0;
}

function flagFailure(path: string, command: Command, text: string): CommandFailure {
  return usageFailure(path, command, text, badFlags);
}

/** A failure whose text ends with the command's usage. */
function usageFailure(path: string, command: Command, text: string, exitCode = 1): CommandFailure {
  const usage = `Usage:  ${usageLine(path, command)}`;
  return new CommandFailure(`${text}\n\n${usage}\n\nRun '${path} --help' for more information`, exitCode);
}

function argumentFailure(path: string, command: Command, count: number): CommandFailure | undefined {
  const { arity } = command;
  if (arity === undefined || (count >= arity.least && count <= arity.most)) return undefined;
  if (arity.terse === true) return new CommandFailure(terseWords(arity, count));
  const [rule, hint] = arityWords(arity);
  const usage = `Usage:  ${usageLine(path, command)}`;
  const more = `${hint} '${path} --help' for more information`;
  return new CommandFailure(`docker: '${path}' ${rule}\n\n${usage}\n\n${more}`);
}

/** The rule in words, and how the pointer to the help begins: docker 28.2.2 words it in three ways (0.3). */
function arityWords({ least, most }: Arity): readonly [rule: string, hint: string] {
  if (most === 0) return ['accepts no arguments', 'Run'];
  if (least === most) return [`requires ${least} ${argumentWord(least)}`, 'Run'];
  if (most === Number.POSITIVE_INFINITY) return [`requires at least ${least} ${argumentWord(least)}`, 'See'];
  if (least === 0) return [`requires at most ${most} ${argumentWord(most)}`, 'SRun'];
  return [`requires at least ${least} and at most ${most} ${argumentWord(most)}`, 'Run'];
}

/** Cobra's own words, which some commands leave as they are. */
function terseWords({ least, most }: Arity, count: number): string {
  if (least === most) return `accepts ${least} arg(s), received ${count}`;
  return count < least
    ? `requires at least ${least} arg(s), only received ${count}`
    : `accepts at most ${most} arg(s), received ${count}`;
}

function argumentWord(count: number): string {
  return count === 1 ? 'argument' : 'arguments';
}
