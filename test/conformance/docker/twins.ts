// Two worlds that are the same: in one the real docker client types, in the other ours. Virtual time stands still in both but for what a
// command takes, so that the same command finds the same state, to the last ID.
//
// A client that waits for a service asks for it again and again, every 200 ms. The real one sleeps by a clock that virtual time does not
// know: its world is let go on by 200 ms when it asks again.

import { spawn } from 'node:child_process';
import type { IncomingMessage, Server } from 'node:http';
import { docker } from '../../../src/docker/docker.ts';
import { type DockerConfig, emptyConfig, FileError } from '../../../src/docker/process.ts';
import type { Fiber } from '../../../src/engine/fiber.ts';
import { lab } from '../../../src/lab/commands/lab.ts';
import { type Beginning, Session } from '../../../src/lab/session.ts';
import { dockerHost, type Terminal } from '../../../src/lab/terminal.ts';
import { millisecond, minute, second } from '../../../src/model/duration.ts';
import { createEngineServer } from '../../../src/serve/server.ts';
import { atOnce } from '../../serve/at-once.ts';

/** What a command printed, and how it ended. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** How long a client that waits for a service lets pass between two looks. */
const pollPause = 200 * millisecond;
/** Nothing that is compared takes longer, virtual time. */
const commandLimit = 30 * minute;

export interface Place {
  /** Relative to the folder that commands run in. */
  readonly files: ReadonlyMap<string, string>;
  /** Where the real client finds those files. */
  readonly folder: string;
  /** Where it finds its configuration, empty at first. */
  readonly config: string;
}

/** Both worlds, and a clock that shows the same in them. */
export class Twins {
  readonly #theirs: Session;
  readonly #ours: Session;
  readonly #server: Server;
  readonly #place: Place;
  readonly #docker: string;
  readonly #config: DockerConfig = emptyConfig();
  /** Microseconds since 1970 at virtual time 0, so that now is now for the real client. */
  #epoch = 0;
  /** The real client is between two looks at a service. */
  #machine = '';
  #polling: 'no' | 'tasks' | 'again' = 'no';

  /** @param docker the real client's program */
  constructor(beginning: Beginning, place: Place, docker: string) {
    const options = { epoch: () => this.#epoch };
    this.#theirs = new Session(beginning, options);
    this.#ours = new Session(beginning, options);
    this.#place = place;
    this.#docker = docker;
    this.#server = createEngineServer(this.#theirs, atOnce(this.#theirs));
    this.#server.prependListener('request', ({ method = '', url = '' }: IncomingMessage) => {
      this.#noteRequest(method, url);
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** A line of the lab command, in both worlds. @throws when it fails */
  lab(words: readonly string[]): void {
    for (const session of [this.#theirs, this.#ours]) {
      let said = '';
      const terminal = this.#terminal((text) => {
        said += text;
      });
      const code = finish(session, lab(words, session, terminal));
      if (code !== 0) throw new Error(`lab ${words.join(' ')}: ${said}`);
    }
    this.#meet();
  }

  /** One docker command in both worlds. @param options what it finds on its standard input, and the machine whose engine it talks to */
  async compare(
    args: readonly string[],
    { stdin = '', machine = '' }: { readonly stdin?: string; readonly machine?: string } = {},
  ): Promise<{ readonly theirs: Printed; readonly ours: Printed }> {
    this.#meet();
    this.#epoch = Date.now() * 1_000 - this.#ours.swarm.world.now;
    this.#polling = 'no';
    this.#machine = machine;
    const theirs = await this.#runTheirs(args, stdin);
    const ours = this.#runOurs(args, stdin);
    this.#meet();
    return { theirs, ours };
  }

  /**
   * What services there are in each world, with everything that was asked of them: IDs differ where things were made in another order.
   * Afterwards both go on in the world of the real client.
   */
  reunite(): { readonly theirs: string; readonly ours: string } {
    const [theirs, ours] = [servicesOf(this.#theirs), servicesOf(this.#ours)];
    const saved = JSON.stringify(this.#theirs.save());
    // Both are loaded: what an engine remembers besides its world, as its events, is forgotten in both.
    for (const session of [this.#theirs, this.#ours]) session.load(saved);
    return { theirs, ours };
  }

  /** Neither world is ahead of the other. */
  #meet(): void {
    const latest = Math.max(this.#theirs.swarm.world.now, this.#ours.swarm.world.now);
    const next = (Math.floor(latest / second) + 1) * second;
    for (const { fibers } of [this.#theirs, this.#ours]) while (fibers.step(next)) {}
  }

  #runOurs(args: readonly string[], stdin: string): Printed {
    let stdout = '';
    let stderr = '';
    const terminal: Terminal = {
      ...this.#terminal((text) => {
        stdout += text;
      }),
      err: (text) => {
        stderr += text;
      },
      stdin: () => stdin,
      env: new Map([
        ['HOME', this.#place.config],
        ['DOCKER_HOST', this.#address],
      ]),
    };
    const host = { ...dockerHost(this.#ours, terminal), config: this.#config };
    return { exitCode: finish(this.#ours, docker(args, host)), stdout, stderr };
  }

  #terminal(out: (text: string) => void): Terminal {
    return {
      out,
      err: out,
      stdin: () => '',
      readFile: (path) => {
        const { files, folder } = this.#place;
        const text = files.get(path.replace(`${folder}/`, '').replace(/^\.\//, ''));
        if (text === undefined) throw new FileError(`open ${path}: no such file or directory`);
        return text;
      },
      writeFile: () => {},
      env: new Map(),
      cwd: this.#place.folder,
      interrupted: () => false,
    };
  }

  get #address(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `tcp://127.0.0.1:${port}${this.#machine === '' ? '' : `/${this.#machine}`}`;
  }

  #runTheirs(args: readonly string[], stdin: string): Promise<Printed> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#docker, args, {
        cwd: this.#place.folder,
        env: { PATH: process.env.PATH, HOME: this.#place.config, DOCKER_HOST: this.#address, TZ: 'UTC' },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (piece: Buffer) => {
        stdout += piece.toString('utf8');
      });
      child.stderr.on('data', (piece: Buffer) => {
        stderr += piece.toString('utf8');
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve({ stdout, stderr, exitCode: code ?? (signal === 'SIGINT' ? 130 : 1) });
      });
      child.stdin.on('error', () => {});
      child.stdin.end(stdin);
    });
  }

  /** Told of every request of the real client, before it is answered. */
  #noteRequest(method: string, target: string): void {
    if (method === 'HEAD') this.#polling = 'no';
    else if (/\/tasks\?.*_up-to-date/.test(target)) this.#polling = 'tasks';
    else if (this.#polling === 'tasks' && /\/nodes$/.test(target)) this.#polling = 'again';
    else if (this.#polling === 'again' && /\/services\/[^/]+\?insertDefaults=false$/.test(target)) {
      this.#polling = 'no';
      const { fibers, swarm } = this.#theirs;
      const next = swarm.world.now + pollPause;
      while (fibers.step(next)) {}
    } else this.#polling = 'no';
  }
}

/** Lists of a spec in the order of a map of the real client's. */
const unordered: ReadonlySet<string> = new Set(['env', 'secrets', 'configs', 'ports']);

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** The specs of all services by name, with names in the place of IDs. */
function servicesOf({ swarm }: Session): string {
  const state = swarm.state();
  if (state === undefined) return '';
  const networks = new Map(state.list('network').map(({ id, spec }) => [id, spec.name]));
  const named = (key: string, value: unknown): unknown => {
    // Files are known by name beside their IDs.
    if (key === 'id') return '';
    if (unordered.has(key) && Array.isArray(value))
      return value.map((each) => JSON.stringify(each, named)).sort(byText);
    return key === 'target' && typeof value === 'string' ? (networks.get(value) ?? value) : value;
  };
  const specs = state.list('service').map(({ spec }) => spec);
  return [...specs]
    .sort((a, b) => byText(a.name, b.name))
    .map((spec) => JSON.stringify(spec, named))
    .join('\n');
}

/** Runs a fiber to its end. */
function finish<R>(session: Session, fiber: Fiber<R>): R {
  const task = session.fibers.start(fiber);
  const limit = session.swarm.world.now + commandLimit;
  while (task.end === undefined) {
    if (!session.fibers.step(limit)) throw new Error('the command does not end');
  }
  if ('error' in task.end) throw task.end.error;
  return task.end.result;
}
