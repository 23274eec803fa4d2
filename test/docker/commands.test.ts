// The tree of commands as data, and the words of command lines.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/docker/command.ts';
import { bool, list, string } from '../../src/docker/flag.ts';
import { readFlags } from '../../src/docker/flags.ts';
import { helpText } from '../../src/docker/help.ts';
import { type Parsed, parseWords } from '../../src/docker/parse.ts';
import { root } from '../../src/docker/root.ts';
import { runDocker } from './process.ts';

interface Placed {
  readonly path: string;
  readonly command: Command;
}

function all(path: string, command: Command): Placed[] {
  const inner = (command.commands ?? []).flatMap((each) => all(`${path} ${each.name}`, each));
  return [{ path, command }, ...inner];
}

const commands = all('docker', root);
const abilities = { version: '1.50', experimental: true, swarm: undefined, system: 'linux' };

describe('the tree', () => {
  test('is all of docker', () => {
    expect(commands.length).toBeGreaterThan(180);
  });

  test.each(commands)('$path', ({ path, command }) => {
    const names = (command.commands ?? []).flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    const flags = command.flags ?? [];
    expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length);
    const letters = flags.flatMap(({ shorthand }) => (shorthand === undefined ? [] : [shorthand]));
    expect(new Set(letters).size).toBe(letters.length);
    // A group has commands, all else does something.
    expect(path === 'docker' || (command.run === undefined) === (command.commands !== undefined)).toBe(true);
    const help = helpText(path, command, abilities);
    expect(help).toMatch(/^Usage: {2}docker/);
    expect(help.endsWith('\n') && !help.endsWith('\n\n')).toBe(true);
    for (const { name, kind, initial } of flags) {
      // What help shows as a default can be given.
      if (initial !== undefined && !['map', 'ipNetSlice', 'stringToString'].includes(kind.name)) {
        expect(() => readFlags(flags, new Map([[name, [initial]]])).text(name)).not.toThrow();
      }
    }
  });
});

const flags = [
  { name: 'all', shorthand: 'a', kind: bool, usage: '' },
  { name: 'name', shorthand: 'n', kind: string, usage: '' },
  { name: 'label', shorthand: 'l', kind: list, usage: '' },
];

function parse(words: readonly string[], interspersed = true): Parsed {
  const { host } = hostOf();
  return parseWords(words, flags, interspersed, host);
}

/** A host that no flag here asks anything. */
function hostOf(): { readonly host: Parameters<typeof parseWords>[3] } {
  const never = (): never => {
    throw new Error('nobody needs this');
  };
  return {
    host: {
      endpoint: { request: never },
      ...{ connect: never, now: never, sleep: never, stdin: never, readFile: never, out: never, err: never },
      ...{ env: new Map<string, string>(), cwd: '/', interrupted: never },
      config: { currentContext: '', contexts: new Map(), formats: new Map(), credentials: new Map() },
    },
  };
}

const value = fc.string({ unit: fc.constantFrom('a', '=', ',', ' ', 'é'), maxLength: 5 });

describe('words', () => {
  test('a value is the same in every way to write it', () => {
    fc.assert(
      fc.property(value, (given) => {
        const ways = [
          ['--name', given],
          [`--name=${given}`],
          ['-n', given],
          [`-n=${given}`],
          [`-an=${given}`],
        ];
        for (const way of ways) {
          // `-n=` without more is the value `=`.
          if (given === '' && way.length === 1 && !way[0]?.startsWith('--')) continue;
          expect(readFlags(flags, parse(way).given).text('name')).toBe(given);
        }
      }),
    );
  });

  test('flags and arguments may be mixed, and nothing after -- is a flag', () => {
    fc.assert(
      fc.property(
        fc.array(value),
        fc.array(fc.constantFrom('x', '-a', '--name', '--', '-')),
        (labels, rest) => {
          const words = labels.flatMap((label, index) => [`--label=${label}`, `argument${index}`]);
          const { given, args, failure } = parse([...words, '--', ...rest]);
          expect(failure).toBeUndefined();
          expect(readFlags(flags, given).list('label')).toEqual(labels);
          expect(args).toEqual([...labels.map((_, index) => `argument${index}`), ...rest]);
        },
      ),
    );
  });

  test('where flags may not be mixed with arguments, the first argument ends them', () => {
    expect(parse(['-a', 'image', '-n', 'x', '--', '-z'], false)).toMatchObject({
      args: ['image', '-n', 'x', '--', '-z'],
      failure: undefined,
    });
  });

  test('whatever the words, the command ends with an exit code', () => {
    const word = fc.constantFrom(
      ...[
        'node',
        'ls',
        'swarm',
        'init',
        'config',
        'create',
        'inspect',
        'network',
        'volume',
        'context',
        'info',
      ],
      ...[
        '-q',
        '-f',
        '--format',
        '{{.ID}}',
        '{{',
        'x=y',
        '--help',
        '-h',
        '--',
        '-',
        '',
        'nope',
        '-H',
        '--bogus',
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (args) => {
        expect([0, 1, 64, 125]).toContain(runDocker(args).exitCode);
      }),
      { numRuns: 1_000 },
    );
  });
});
