// Every command is there, and tells of itself.

import { describe, expect, test } from 'vitest';
import type { LabCommand } from '../../../src/lab/commands/command.ts';
import { labCommands } from '../../../src/lab/commands/lab.ts';
import { Stage } from './stage.ts';

const stage = new Stage(1, 0);

function paths(commands: readonly LabCommand[], before = ''): readonly (readonly [string, LabCommand])[] {
  return commands.flatMap((command) => {
    const path = `${before}${command.name}`;
    return [[path, command] as const, ...paths(command.commands ?? [], `${path} `)];
  });
}

test('all commands are there', () => {
  expect(paths(labCommands).map(([path]) => path)).toEqual([
    ...[
      'balancer',
      'clock',
      'close-port',
      'cluster',
      'crash',
      'cut',
      'draw',
      'expect',
      'explain',
      'fork',
      'heal',
      'image',
    ],
    ...[
      'isolate',
      'link',
      'load',
      'load-world',
      'log',
      'node',
      'node add',
      'node remove',
      'open-port',
      'partition',
      'pause',
    ],
    ...[
      'registry',
      'restart',
      'resume',
      'save',
      'seed',
      'status',
      'story',
      'volume',
      'wait',
      'why-not',
      'wipe',
    ],
  ]);
});

describe.each(paths(labCommands))('%s', (path, { short, flags = [], run }) => {
  test('tells of itself and of its flags, and does nothing', () => {
    const { digest } = stage;
    const asked = stage.lab(`${path} --help`);
    expect([asked.exitCode, asked.err]).toEqual([0, '']);
    expect(asked.out).toContain(`Usage:  lab ${path}`);
    expect(asked.out).toContain(short);
    for (const { name } of flags) expect(asked.out).toContain(`--${name}`);
    expect(stage.lab(`help ${path}`)).toEqual(asked);
    expect(stage.lab(`${path} -h`)).toEqual(asked);
    expect(stage.digest).toBe(digest);
  });

  test('knows no flag that it does not tell of', () => {
    if (run === undefined) return;
    const { exitCode, err } = stage.lab(`${path} --nonsense`);
    expect(exitCode).toBe(2);
    expect(err).toMatch(new RegExp(`^lab ${path}: unknown flag: --nonsense\nUsage:  lab ${path}`));
  });
});

test.each(['', '--help', '-h', 'help'])('lab %s lists the commands', (line) => {
  const { exitCode, out, err } = stage.lab(line);
  expect([exitCode, err]).toEqual([0, '']);
  for (const { name, short } of labCommands)
    expect(out).toMatch(new RegExp(`^  ${name} +${short.slice(0, 10)}`, 'm'));
});
