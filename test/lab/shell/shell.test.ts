// The shell's loop, driven by a terminal that is none: what is printed line by line, what stays from line to line, and Ctrl-C.

import { describe, expect, test } from 'vitest';
import { Session } from '../../../src/lab/session.ts';
import { Shell } from '../../../src/lab/shell/shell-loop.ts';
import { FakeConsole } from './fake-console.ts';

interface Typed {
  readonly rate?: number;
  /** Pauses of five milliseconds until Ctrl-C. */
  readonly patience?: number;
}

async function type(lines: readonly string[], { rate = 60, patience }: Typed = {}) {
  const session = new Session({ seed: '1', cluster: { managers: 1, workers: 2 }, fresh: false });
  const console = new FakeConsole(lines, patience);
  const fill = (files: { writeFileSync: (path: string, text: string) => void }) =>
    files.writeFileSync('/lab/notes.txt', 'a note\n');
  const exitCode = await new Shell({ session, console, rate, fill, wall: console }).run();
  // The time of a prompt, which is not what these tests are of.
  const seen = console.seen.replace(/^(?:\d+:)?\d\d:\d\d\.\d{3} /gm, '').split('\n');
  return { session, exitCode, seen };
}

const prompt = 'manager1:~$ ';
const end = `${prompt}<end>`;

describe('a line', () => {
  test.each([
    [['echo one; echo two'], ['one', 'two']],
    [['cat notes.txt'], ['a note']],
    [['nosuch'], ['bash: nosuch: command not found']],
    [[')'], ["bash: syntax error near unexpected token `)'"]],
    [
      ['echo $RANDOM'],
      [
        'line 1: $RANDOM would differ from run to run: `lab draw N` draws by the seed, `date +%s` tells virtual time',
      ],
    ],
    [['docker node ls --format "{{.Hostname}}" | grep worker'], ['worker1', 'worker2']],
    [['lab expect leader worker1 2> /dev/null || echo no'], ['no']],
    [['cat nosuch | wc -l'], ['cat: nosuch: No such file or directory', '0']],
  ])('%s', async (lines, printed) => {
    const { seen, session } = await type(lines);
    expect(seen).toEqual([`${prompt}${lines[0]}`, ...printed, end, '']);
    expect(session.swarm.world.isUp('manager1')).toBe(true);
  });

  test.each([
    [
      ['for i in 1 2; do', 'echo $i', 'done'],
      ['1', '2'],
    ],
    [['cat <<E', 'a $HOSTNAME', 'E'], ['a manager1']],
    [
      ['cat <<E | tr a-z A-Z; echo end', 'hello', 'E'],
      ['HELLO', 'end'],
    ],
    [
      ["echo 'a", "b'"],
      ['a', 'b'],
    ],
    [['echo a \\', 'b'], ['a b']],
    [['echo aa |', 'tr a b'], ['bb']],
    [['true &&', 'echo yes'], ['yes']],
    [['if true', 'then echo yes', 'fi'], ['yes']],
    [['docker node ls -q | while read id; do', 'echo $id', 'done | wc -l'], ['3']],
  ])('of several lines: %s', async (lines, printed) => {
    const { seen } = await type(lines);
    const [first, ...more] = lines;
    expect(seen).toEqual([`${prompt}${first}`, ...more.map((line) => `> ${line}`), ...printed, end, '']);
  });

  test('that is dropped by Ctrl-C, or is never finished', async () => {
    const { seen } = await type(['^C', 'for i in 1 2; do', '^C', 'echo after', "echo 'a"]);
    expect(seen).toEqual([
      `${prompt}<dropped>`,
      `${prompt}for i in 1 2; do`,
      '> <dropped>',
      `${prompt}echo after`,
      'after',
      `${prompt}echo 'a`,
      '> <end>',
      expect.stringMatching(/^bash: .*unexpected EOF|^bash: .*[Uu]nterminated/),
      end,
      '',
    ]);
  });
});

test('variables, functions, the folder and the status stay from line to line', async () => {
  const { seen, exitCode } = await type([
    'x=1',
    'f() { echo "f $1 $x"; }',
    'f a',
    'mkdir sub; cd sub',
    'pwd',
    'false',
    'echo $?',
    'echo $?',
    '(exit 7)',
  ]);
  expect(seen.filter((line) => !line.includes('$ '))).toEqual(['f a 1', '/lab/sub', '1', '0', '']);
  expect(seen).toContain('manager1:~/sub$ pwd');
  expect(exitCode, 'the end of input ends with the status of the last line').toBe(7);
});

test('what the last line printed is seen before it ends the shell', async () => {
  const { seen, exitCode } = await type(['{ echo bye; exit 3; }']);
  expect(seen).toEqual([`${prompt}{ echo bye; exit 3; }`, 'bye', '']);
  expect(exitCode).toBe(3);
});

test.each([
  ['exit 3', 3],
  ['false; exit', 1],
  ['true', 0],
])('%s ends with %i', async (line, status) => {
  const { exitCode } = await type([line]);
  expect(exitCode).toBe(status);
});

describe('ssh', () => {
  test('without a command is a shell at another machine, until exit', async () => {
    const { seen, exitCode } = await type([
      'ssh worker1',
      'docker info -f {{.Name}}',
      'ssh root@worker2',
      'hostname',
      'exit',
      'hostname',
      'exit',
      'exit 4',
    ]);
    expect(seen).toEqual([
      'manager1:~$ ssh worker1',
      'worker1:~$ docker info -f {{.Name}}',
      'worker1',
      'worker1:~$ ssh root@worker2',
      'worker2:~$ hostname',
      'worker2',
      'worker2:~$ exit',
      'Connection to worker2 closed.',
      'worker1:~$ hostname',
      'worker1',
      'worker1:~$ exit',
      'Connection to worker1 closed.',
      'manager1:~$ exit 4',
      '',
    ]);
    expect(exitCode).toBe(4);
  });

  test('to a machine that is not there, or is off', async () => {
    const { seen } = await type(['lab crash worker1', 'ssh worker1', 'ssh nosuch', 'ssh worker2 hostname']);
    expect(seen.slice(1)).toEqual([
      `${prompt}ssh worker1`,
      'ssh: connect to host worker1 port 22: No route to host',
      `${prompt}ssh nosuch`,
      'ssh: Could not resolve hostname nosuch: Name or service not known',
      `${prompt}ssh worker2 hostname`,
      'worker2',
      end,
      '',
    ]);
  });
});

describe('time', () => {
  test('passes at the rate while a command waits', async () => {
    const { session } = await type(['lab wait 1m']);
    expect(session.swarm.world.now).toBeGreaterThan(60_000_000);
    const slow = await type(['lab wait 1h'], { rate: 1, patience: 200 });
    // 200 pauses of 5 ms are a second; Ctrl-C lets another pass at most.
    expect(slow.session.swarm.world.now).toBeLessThan(60_000_000);
  });

  test('as fast as it goes', async () => {
    const { session } = await type(['lab wait 1h'], { rate: Number.POSITIVE_INFINITY });
    expect(session.swarm.world.now).toBeGreaterThan(3_600_000_000);
  });
});

describe('Ctrl-C', () => {
  const interrupted = { patience: 10 };

  test.each([
    'lab wait 1h',
    'docker events',
    'sleep 100h',
    'lab wait converged web --timeout 1h',
    'load() { lab load worker1:80 --for 1h; }; load',
  ])('ends %s, and not the shell', async (line) => {
    const { seen } = await type(
      [
        'docker service create -d --name web --constraint node.role==x nginx > id.txt',
        line,
        'echo $?',
        'echo after',
      ],
      interrupted,
    );
    expect(seen.slice(-6)).toEqual([`${prompt}echo $?`, '130', `${prompt}echo after`, 'after', end, '']);
  });

  test('ends what is left of the line too', async () => {
    const { seen, session } = await type(['lab wait 1h; lab crash worker1', 'echo $?'], interrupted);
    expect(session.swarm.world.isUp('worker1')).toBe(true);
    expect(seen.slice(-3)).toEqual(['130', end, '']);
  });

  test('while a service converges leaves the service', async () => {
    const { seen } = await type(
      [
        'docker service create --name web --constraint node.role==x nginx',
        'docker service ls --format "{{.Name}} {{.Replicas}}"',
      ],
      interrupted,
    );
    expect(seen.join('\n')).toContain('Operation continuing in background.');
    expect(seen.slice(-3)).toEqual(['web 0/1', end, '']);
  });

  test('ends a loop, with all functions, and the variables as they were before it', async () => {
    const { seen } = await type(
      ['f() { echo "f $x"; }', 'x=1', 'while true; do x=2; sleep 1; done; echo never', 'echo $?', 'f'],
      interrupted,
    );
    expect(seen.slice(-6)).toEqual([`${prompt}echo $?`, '130', `${prompt}f`, 'f 1', end, '']);
    expect(seen).not.toContain('never');
  });
});

test('a loop that gives nobody a turn ends by itself', async () => {
  const { seen } = await type(['while true; do :; done', 'echo after']);
  expect(seen.join('\n')).toContain('bash: a loop was stopped after 100000 rounds');
  expect(seen.slice(-3)).toEqual(['after', end, '']);
});

test('another world, and the shell goes on in it', async () => {
  const { seen } = await type(['lab cluster --managers 1 --workers 0', 'docker node ls -q | wc -l']);
  expect(seen.slice(1)).toEqual([`${prompt}docker node ls -q | wc -l`, '1', end, '']);
});
