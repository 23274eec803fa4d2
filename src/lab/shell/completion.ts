// What the shell offers at Tab: commands and flags from the tables of docker and lab, and the names of what is in the world.

import { type Command, flagsOf, subcommand } from '../../docker/command.ts';
import { root } from '../../docker/root.ts';
import { asHelp } from '../commands/command.ts';
import { labCommands } from '../commands/lab.ts';
import type { Session } from '../session.ts';

const labRoot: Command = { name: 'lab', short: '', commands: labCommands.map(asHelp) };
const shellCommands = [
  'docker',
  'lab',
  'curl',
  'ssh',
  'sleep',
  'timeout',
  'date',
  'jq',
  'grep',
  'awk',
  'exit',
];

/** What the last word of a line may be, sorted, and that word as it is now. The only one there is comes with the space after it. */
export function complete(line: string, session: Session): readonly [found: string[], word: string] {
  // What begins after a pipe, a semicolon or a bracket is a command of its own.
  const [, rest = ''] = /([^|;&(]*)$/.exec(line) ?? [];
  const words = rest.trimStart().split(/\s+/);
  const word = words.pop() ?? '';
  const found = offers(words, word, session)
    .filter((offer) => offer.startsWith(word))
    .sort(byText);
  const [only, ...more] = found;
  return [only !== undefined && more.length === 0 ? [`${only} `] : found, word];
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function offers(before: readonly string[], word: string, session: Session): readonly string[] {
  const [program, ...words] = before;
  if (program === undefined) return shellCommands;
  if (program === 'ssh')
    return words.length === 0 ? machines(session) : offers(words.slice(1), word, session);
  const tree = program === 'docker' ? root : program === 'lab' ? labRoot : undefined;
  if (tree === undefined) return [...machines(session), ...names(session)];
  let command = tree;
  for (const each of words) command = subcommand(command, each) ?? command;
  if (word.startsWith('-')) {
    return [
      ...flagsOf(command)
        .filter(({ hidden }) => hidden !== true)
        .map(({ name }) => `--${name}`),
      '--help',
    ];
  }
  const inner = (command.commands ?? []).filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  return inner.length > 0 ? inner : [...machines(session), ...names(session)];
}

function machines({ swarm }: Session): readonly string[] {
  return swarm.machines.map(({ name }) => name);
}

/** Services, networks, configs and secrets. */
function names({ swarm }: Session): readonly string[] {
  const state = swarm.state();
  if (state === undefined) return [];
  return [
    ...state.list('service').map(({ spec }) => spec.name),
    ...state.list('network').map(({ spec }) => spec.name),
    ...state.list('config').map(({ spec }) => spec.name),
    ...state.list('secret').map(({ spec }) => spec.name),
  ];
}
