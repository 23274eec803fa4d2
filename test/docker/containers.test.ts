// docker kill, stop, rm, wait, logs and their like against an engine of the lab; test/conformance has the real client beside them.

import { describe, expect, test } from 'vitest';
import { docker } from '../../src/docker/docker.ts';
import { FileError } from '../../src/docker/process.ts';
import { sideBySide } from '../../src/docker/side-by-side.ts';
import { type Fiber, sleepUntil } from '../../src/engine/fiber.ts';
import { Session } from '../../src/lab/session.ts';
import { dockerHost } from '../../src/lab/terminal.ts';
import type { ImageBehaviour } from '../../src/model/image-behaviour.ts';
import { drive } from '../engine/drive.ts';

const second = 1_000_000;

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** Virtual time it took. */
  readonly seconds: number;
}

class Machine {
  readonly session = new Session({ seed: '1', cluster: { managers: 1, workers: 0 }, fresh: false });

  /** A service of one task, and the ID of its container. */
  serve(name: string, behaviour: ImageBehaviour): string {
    this.session.swarm.scriptImage(`${name}:1`, behaviour);
    this.run(`service create -d --name ${name} ${name}:1`);
    this.session.swarm.advance(10 * second);
    return this.run(`ps -q -f name=${name}`).stdout.trim();
  }

  /** @param interruptedAfter when Ctrl-C is pressed, in seconds */
  run(line: string, interruptedAfter = Number.POSITIVE_INFINITY): Printed {
    const { session } = this;
    const from = session.swarm.world.now;
    const passed = (): number => (session.swarm.world.now - from) / second;
    let stdout = '';
    let stderr = '';
    const host = dockerHost(session, {
      out: (text) => {
        stdout += text;
      },
      err: (text) => {
        stderr += text;
      },
      stdin: () => '',
      readFile: (path) => {
        throw new FileError(path);
      },
      writeFile: () => undefined,
      env: new Map(),
      cwd: '/',
      interrupted: () => passed() >= interruptedAfter,
    });
    const exitCode = drive(session.swarm, docker(line.split(' '), host));
    return { stdout, stderr, exitCode, seconds: Math.round(passed() * 10) / 10 };
  }

  state(id: string): string {
    return this.run(`container inspect -f {{.State.Status}}/{{.State.ExitCode}} ${id}`).stdout.trim();
  }
}

const deaf: ImageBehaviour = { stop: { kind: 'ignore' } };
const slow: ImageBehaviour = { stop: { kind: 'exit', after: 3 * second, code: 0 } };
const quick: ImageBehaviour = { stop: { kind: 'exit', after: second, code: 2 } };

describe('several containers', () => {
  test('are stopped at once, and printed in the order in which they were given', () => {
    const machine = new Machine();
    const ids = [machine.serve('deaf', deaf), machine.serve('slow', slow), machine.serve('quick', quick)];
    expect(machine.run(`stop ${ids.join(' ')}`)).toEqual({
      stdout: `${ids.join('\n')}\n`,
      stderr: '',
      exitCode: 0,
      seconds: 10,
    });
    expect(ids.map((id) => machine.state(id))).toEqual(['exited/137', 'exited/0', 'exited/2']);
  });

  test.each(['kill', 'stop', 'rm --force', 'container rm -f', 'container kill', 'container stop'])(
    '%s goes on after one that is not there',
    (command) => {
      const machine = new Machine();
      const id = machine.serve('quick', quick);
      const { stdout, stderr, exitCode } = machine.run(`${command} nope ${id}`);
      expect(stdout).toBe(`${id}\n`);
      expect(stderr).toMatch(
        /^Error response from daemon: (?:cannot kill container: nope: )?No such container: nope\n$/,
      );
      // What is to be gone by force is gone.
      expect(exitCode).toBe(/rm/.test(command) ? 0 : 1);
    },
  );

  test('are waited for one after the other', () => {
    const machine = new Machine();
    const ends = (after: number, code: number): ImageBehaviour => ({
      run: { kind: 'exit', after: after * second, code },
    });
    const ids = [machine.serve('late', ends(100, 3)), machine.serve('soon', ends(50, 4))];
    const { stdout, stderr, exitCode, seconds } = machine.run(`wait ${ids[0]} nope ${ids[1]}`);
    expect([stdout, stderr, exitCode]).toEqual([
      '3\n4\n',
      'Error response from daemon: No such container: nope\n',
      1,
    ]);
    expect(seconds).toBeGreaterThan(70);
    expect(seconds).toBeLessThan(100);
  });
});

describe('a container', () => {
  test('that runs is removed by force alone, and its service goes on', () => {
    const machine = new Machine();
    const id = machine.serve('slow', slow);
    const refused = machine.run(`rm ${id}`);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(
      /container is running: stop the container before removing or force remove\n$/,
    );
    expect(machine.run(`rm -f ${id}`).stdout).toBe(`${id}\n`);
    machine.session.swarm.advance(10 * second);
    const left = machine.run('ps -aq -f name=slow').stdout.trim();
    expect(left).toMatch(/^[0-9a-f]{12}$/);
    expect(left).not.toBe(id);
    expect(machine.run('service ps slow --format {{.DesiredState}}').stdout).toBe('Running\nShutdown\n');
  });

  test('is stopped in the time that is given, by either name of it', () => {
    for (const flag of ['-t 4', '--timeout 4', '--timeout=4']) {
      const machine = new Machine();
      expect(machine.run(`stop ${flag} ${machine.serve('deaf', deaf)}`).seconds).toBe(4);
    }
    const machine = new Machine();
    const id = machine.serve('deaf', deaf);
    expect(machine.run(`stop --time 1 -t 4 ${id}`).stderr).toBe(
      'conflicting options: cannot specify both --timeout and --time\n',
    );
    expect(machine.run(`stop --time 4 ${id}`)).toMatchObject({
      stdout: `Flag --time has been deprecated, use --timeout instead\n${id}\n`,
      seconds: 4,
    });
  });

  test('is stopped though nobody waits for it any more', () => {
    const machine = new Machine();
    const id = machine.serve('deaf', deaf);
    expect(machine.run(`stop -t 5 ${id}`, 2)).toMatchObject({ exitCode: 130, stdout: '' });
    expect(machine.state(id)).toBe('running/0');
    machine.session.swarm.advance(4 * second);
    expect(machine.state(id)).toBe('exited/137');
  });

  test('is not started again by hand, and that is said', () => {
    const machine = new Machine();
    const id = machine.serve('slow', slow);
    expect(machine.run(`restart ${id}`)).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(
        /^Error response from daemon: a container that has ended has ended its task.*\n$/,
      ),
      exitCode: 1,
    });
    expect(machine.state(id)).toBe('running/0');
  });

  test.each(['run', 'exec', 'create', 'attach', 'cp', 'commit', 'start', 'pause', 'top', 'stats', 'port'])(
    'is nothing for docker %s, and one sentence says so',
    (command) => {
      const machine = new Machine();
      for (const path of [command, `container ${command}`]) {
        expect(machine.run(`${path} -it x sh`)).toMatchObject({
          stdout: '',
          stderr: `docker ${path}: the lab has no such command\n`,
          exitCode: 1,
        });
      }
    },
  );
});

describe('docker logs', () => {
  const talking: ImageBehaviour = {
    logs: [
      { kind: 'once', stream: 'stdout', after: 0, text: 'first' },
      { kind: 'every', stream: 'stderr', every: 15 * second, text: 'again' },
    ],
    run: { kind: 'exit', after: 50 * second, code: 0 },
  };

  test('has both streams, and follows them to the end of the container', () => {
    const machine = new Machine();
    const id = machine.serve('talking', talking);
    expect(machine.run(`logs ${id}`)).toMatchObject({
      stdout: 'first\n',
      stderr: '',
      exitCode: 0,
      seconds: 0,
    });
    const { stdout, stderr, exitCode } = machine.run(`logs --follow ${id}`);
    expect([stdout, stderr, exitCode]).toEqual(['first\n', 'again\nagain\nagain\n', 0]);
    expect(machine.state(id)).toBe('exited/0');
    expect(machine.run(`logs -n 1 -t ${id}`).stderr).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z again\n$/,
    );
    expect(machine.run(`logs --since 5m --until 4m ${id}`)).toMatchObject({
      stdout: '',
      stderr: '',
      exitCode: 0,
    });
  });

  test('is ended by Ctrl-C', () => {
    const machine = new Machine();
    const id = machine.serve('talking', talking);
    expect(machine.run(`logs -f ${id}`, 12)).toMatchObject({ stdout: 'first\n', exitCode: 130 });
  });

  test('names the flag whose moment is none', () => {
    const machine = new Machine();
    const id = machine.serve('talking', talking);
    for (const flag of ['since', 'until']) {
      expect(machine.run(`logs --${flag} x ${id}`).stderr).toBe(
        `invalid value for "${flag}": failed to parse value as time or duration: "x"\n`,
      );
    }
  });
});

describe('fibers side by side', () => {
  const { swarm } = new Session({ seed: '1', cluster: { managers: 1, workers: 0 }, fresh: true });

  test('end each in its time, with its failure', () => {
    const from = swarm.world.now;
    const ends: string[] = [];
    const sleeper = function* (name: string, ...seconds: number[]): Fiber<void> {
      for (const each of seconds) yield* sleepUntil(swarm.world.now + each * second);
      ends.push(`${name} ${(swarm.world.now - from) / second}`);
      if (name === 'bad') throw new Error('why');
    };
    const done = drive(
      swarm,
      sideBySide([sleeper('late', 2, 3), sleeper('bad', 4), sleeper('now'), sleeper('soon', 1, 1)]),
    );
    expect(ends).toEqual(['now 0', 'soon 2', 'bad 4', 'late 5']);
    expect(done).toEqual([{}, { failure: new Error('why') }, {}, {}]);
    expect(drive(swarm, sideBySide([]))).toEqual([]);
  });

  test('give back what they hold when they are broken off', () => {
    let held = 0;
    const holder = function* (): Fiber<void> {
      held += 1;
      try {
        yield* sleepUntil(Number.POSITIVE_INFINITY);
      } finally {
        held -= 1;
      }
    };
    const both = sideBySide([holder(), holder()]);
    both.next();
    expect(held).toBe(2);
    expect(() => both.throw(new Error('Ctrl-C'))).toThrow('Ctrl-C');
    expect(held).toBe(0);
  });
});
