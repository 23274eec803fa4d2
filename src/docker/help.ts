// The text of `--help`, made from the tables alone, byte for byte as docker prints it on something that is no terminal: 80 columns.

import { quote } from '../model/quote.ts';
import { type Abilities, isOlder } from './abilities.ts';
import { type Command, flagsOf } from './command.ts';
import type { Flag } from './flag.ts';

const columns = 79;
/** The narrowest column that text is wrapped in; below it the text moves to the next line. */
const narrowest = 24;
/** A line may be longer by this much when the rest of the text then fits on it. */
const slack = 5;

/** The names of flags that were given beside `--help`. */
type Given = ReadonlySet<string>;

/** The whole help of a command. @param path as in `docker node ls` */
export function helpText(
  path: string,
  command: Command,
  abilities: Abilities,
  given: Given = new Set(),
): string {
  return isRoot(path) ? rootHelp(command, abilities, given) : commandHelp(path, command, abilities, given);
}

/** The usage line, as errors show it. */
export function usageLine(path: string, command: Command): string {
  return command.usage === undefined ? path : `${path} ${command.usage}`;
}

function isRoot(path: string): boolean {
  return !path.includes(' ');
}

function commandHelp(path: string, command: Command, abilities: Abilities, given: Given): string {
  const groups = command.commands !== undefined;
  const options = visibleFlags(command, abilities);
  const usage = groups
    ? `${path}${options.length > 0 ? ' [OPTIONS]' : ''} COMMAND`
    : usageLine(path, command);
  const blocks = [`Usage:  ${usage}`, (command.long ?? command.short).trim()];
  if (command.spellings !== undefined) blocks.push(`Aliases:\n  ${command.spellings}`);
  if (command.examples !== undefined) blocks.push(`Examples:\n${command.examples}`);
  if (options.length > 0) blocks.push(`Options:\n${flagUsages(options, given)}`);
  blocks.push(...commandBlocks(command, abilities));
  if (groups) blocks.push(`Run '${path} COMMAND --help' for more information on a command.`);
  return `${blocks.join('\n\n')}\n`;
}

function rootHelp(root: Command, abilities: Abilities, given: Given): string {
  const blocks = [
    'Usage:  docker [OPTIONS] COMMAND',
    root.short,
    ...commandBlocks(root, abilities),
    `Global Options:\n${flagUsages(visibleFlags(root, abilities), given)}`,
    "Run 'docker COMMAND --help' for more information on a command.",
    'For more help on how to use Docker, head to https://docs.docker.com/go/guides/',
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Lists of commands under their titles. */
function commandBlocks(group: Command, abilities: Abilities): string[] {
  const all = group.commands ?? [];
  const width = Math.max(11, ...all.map(({ name }) => name.length)) + 1;
  const shown = all.filter((command) => isShown(command, abilities));
  const sorted = [...shown].sort((a, b) => (a.name < b.name ? -1 : 1));
  const block = (title: string, commands: readonly Command[]): string[] =>
    commands.length === 0
      ? []
      : [`${title}:\n${commands.map(({ name, short }) => `  ${name.padEnd(width)}${short}`).join('\n')}`];
  return [
    // The common ones come in the order of the table.
    ...block(
      'Common Commands',
      shown.filter(({ section }) => section === 'common'),
    ),
    ...block(
      'Management Commands',
      sorted.filter(({ section }) => section === 'management'),
    ),
    ...block(
      'Swarm Commands',
      sorted.filter(({ section }) => section === 'swarm'),
    ),
    ...block(
      'Commands',
      sorted.filter(({ section }) => section === undefined),
    ),
  ];
}

function visibleFlags(command: Command, abilities: Abilities): readonly Flag[] {
  return flagsOf(command).filter((flag) => isShown(flag, abilities));
}

function isShown(
  { hidden, version, swarm, experimental }: Pick<Flag, 'hidden' | 'version' | 'swarm' | 'experimental'>,
  abilities: Abilities,
): boolean {
  if (hidden === true) return false;
  if (experimental === true && !abilities.experimental) return false;
  if (version !== undefined && isOlder(abilities.version, version)) return false;
  if (abilities.swarm === undefined) return true;
  if (swarm === 'manager') return abilities.swarm === 'active/manager';
  return swarm !== 'active' || abilities.swarm !== 'inactive';
}

function flagUsages(flags: readonly Flag[], given: Given): string {
  const heads = flags.map(flagHead);
  const width = Math.max(...heads.map((head) => head.length)) + 3;
  return flags
    .map((flag, index) => `${(heads[index] ?? '').padEnd(width)}${wrap(width, flagUsage(flag, given))}`)
    .join('\n')
    .trimEnd();
}

function flagHead({ name, shorthand, kind }: Flag): string {
  const names = shorthand === undefined ? `      --${name}` : `  -${shorthand}, --${name}`;
  const bare =
    kind.bare === undefined || kind.name === '' ? '' : `[=${kind.quoted ? quote(kind.bare) : kind.bare}]`;
  return kind.name === '' ? names : `${names} ${kind.name}${bare}`;
}

function flagUsage({ name, usage, initial, kind, deprecated }: Flag, given: Given): string {
  // Of a kind that pflag does not know, a flag that was given is taken for one with a default, which is nothing.
  const nothing = numberKinds.includes(kind.name) ? '0' : '';
  const value = initial ?? (given.has(name) && !pflagKinds.includes(kind.name) ? nothing : undefined);
  const shown = value === undefined ? '' : ` (default ${kind.quoted ? quote(value) : value})`;
  return `${usage}${shown}${deprecated === undefined ? '' : ` (DEPRECATED: ${deprecated})`}`;
}

/** Kinds of values by their names in help: those that are pflag's own, and of the others those that are numbers. */
const pflagKinds: readonly string[] = ['', 'string', 'strings', 'int', 'uint', 'uint32', 'float', 'duration'];
const numberKinds: readonly string[] = ['bytes', 'decimal'];

/** Text in the columns right of `indent`, which the first line already has. */
function wrap(indent: number, text: string): string {
  let margin = indent;
  let wrapped = '';
  if (columns - margin < narrowest) {
    margin = 16;
    wrapped = `\n${' '.repeat(margin)}`;
  }
  const width = columns - margin - slack;
  const newline = `\n${' '.repeat(margin)}`;
  let [line, rest] = takeLine(width, text);
  wrapped += line.replaceAll('\n', newline);
  while (rest !== '') {
    [line, rest] = takeLine(width, rest);
    wrapped += newline + line.replaceAll('\n', newline);
  }
  return wrapped;
}

/** The text of one line and what is left, cut at a blank. */
function takeLine(width: number, text: string): readonly [line: string, rest: string] {
  if (width + slack > text.length) return [text, ''];
  const room = text.slice(0, width);
  const blank = Math.max(room.lastIndexOf(' '), room.lastIndexOf('\t'), room.lastIndexOf('\n'));
  if (blank <= 0) return [text, ''];
  const newline = room.lastIndexOf('\n');
  const cut = newline > 0 && newline < blank ? newline : blank;
  return [text.slice(0, cut), text.slice(cut + 1)];
}
