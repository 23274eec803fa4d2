// The loop of the shell: reads a line, does it, and lets time pass while a command waits. Part of the rim: waits for whoever types, and for
// the wall clock.

import { type Command, defineCommand, type ExecResult } from 'just-bash';
import type { Fiber } from '../../engine/fiber.ts';
import { second } from '../../model/duration.ts';
import { brokenText } from '../broken.ts';
import { ScenarioFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { createBash, refuseChance } from './bash.ts';
import type { Console } from './console.ts';
import { definitions, heardLine, isUnfinished } from './line.ts';
import { ScriptFiles } from './script-files.ts';

/** Where the shell finds the files of its folder. */
export const place = '/lab';

/** The wall clock, and the pauses in which the terminal has a turn. */
export interface Wall {
  /** Milliseconds. */
  readonly now: () => number;
  readonly pause: () => Promise<void>;
}

export const realWall: Wall = {
  now: () => performance.now(),
  pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
};

/** A slice of a wait, after which the terminal has a turn, milliseconds. */
const slice = 20;
/** What a command may go on for after Ctrl-C, to end in its own way: virtual time. */
const grace = second;
/** A loop of bash's own commands alone gives the terminal no turn, and Ctrl-C with it: after so many rounds it ends by itself. */
const mostRounds = 100_000;
const endless = Number.MAX_SAFE_INTEGER;
/** As bash says that Ctrl-C ended a command. */
const interruptedStatus = 130;

/**
 * Reads a line and does it, until there is no more. The line is evaluated by the shell itself, so that everything it sets stays; it finds the
 * status of the line before as it was.
 */
const loop = `while __line="$(__read)"; do eval "__restore $__status
$__line"; __status=$?; done; exit $__status`;

export interface ShellOptions {
  readonly session: Session;
  readonly console: Console;
  /** Virtual seconds in a second; Infinity for as fast as it goes. */
  readonly rate: number;
  /** Fills in the files of the folder that the shell is in. */
  readonly fill: (files: ScriptFiles) => void;
  readonly wall?: Wall;
}

/** A line was interrupted, and what is left of it is not run. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Where docker commands go: what `ssh NODE` changes. */
interface Login {
  readonly HOSTNAME: string;
  readonly DOCKER_HOST: string;
  readonly DOCKER_CONTEXT: string;
}

export class Shell {
  readonly #session: Session;
  readonly #console: Console;
  readonly #rate: number;
  readonly #wall: Wall;
  readonly #files: ScriptFiles;
  #interrupted = false;
  /** Stops the loop: after Ctrl-C, or because the simulation broke. */
  #abort = new AbortController();
  #broken: unknown;
  /** Bash gave up on a loop, and on the line with it. */
  #tooLong = false;
  /** Bash's variables and its folder at the last prompt, and the functions so far: to go on with after Ctrl-C. */
  #env: Record<string, string> = {};
  #cwd = place;
  readonly #functions = new Map<string, string>();
  /** What the shells were that `ssh NODE` was typed in. */
  readonly #logins: Login[] = [];

  constructor({ session, console, rate, fill, wall = realWall }: ShellOptions) {
    this.#session = session;
    this.#console = console;
    this.#rate = rate;
    this.#wall = wall;
    this.#files = new ScriptFiles(place, console.out, (text) => {
      this.#tooLong ||= text.includes('too many iterations');
      console.err(this.#tooLong ? `bash: a loop was stopped after ${mostRounds} rounds\n` : text);
    });
    fill(this.#files);
    console.onInterrupt(() => {
      this.#interrupted = true;
    });
  }

  /** Runs until `exit` or the end of its input. @returns the exit code it ended with */
  async run(): Promise<number> {
    const { out, err } = this.#console;
    const bash = createBash({
      session: this.#session,
      files: this.#files,
      cwd: place,
      run: (fiber) => this.#drive(fiber),
      interrupted: () => this.#interrupted,
      out,
      err,
      commands: [this.#reader(), restorer],
      mostRounds,
    });
    for (let status = 0; ; status = interruptedStatus) {
      this.#abort = new AbortController();
      this.#tooLong = false;
      const result = await bash.exec([`__status=${status}`, ...this.#functions.values(), loop].join('\n'), {
        rawScript: true,
        signal: this.#abort.signal,
        env: this.#env,
        cwd: this.#cwd,
      });
      this.#files.flush();
      if (this.#abort.signal.aborted && this.#broken === undefined) continue;
      if (this.#tooLong) continue;
      this.#console.close();
      if (this.#broken !== undefined) {
        const text = brokenText(this.#broken, this.#session);
        if (text === undefined) throw this.#broken;
        err(`${text}\n`);
        return 1;
      }
      out(result.stdout);
      err(result.stderr);
      return result.exitCode;
    }
  }

  /** The command that gives the loop its next line. */
  #reader(): Command {
    return defineCommand('__read', async (_args, { env, cwd }): Promise<ExecResult> => {
      this.#files.flush();
      this.#interrupted = false;
      this.#env = Object.fromEntries(env);
      this.#cwd = cwd;
      for (;;) {
        const prompt = `${this.#session.lab.time} ${env.get('HOSTNAME') ?? ''}:${shortened(cwd)}$ `;
        const text = await this.#whole(prompt);
        const moved = this.#moved(text, env);
        if (moved !== undefined) return line(moved);
        if (text === undefined) return { stdout: '', stderr: '', exitCode: 1 };
        try {
          refuseChance(text);
          const heard = heardLine(text);
          for (const [name, definition] of definitions(text)) this.#functions.set(name, definition);
          return line(heard);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          this.#console.err(`${error instanceof ScenarioFailure ? '' : 'bash: '}${error.message}\n`);
        }
      }
    });
  }

  /** What was typed, or several lines that belong together; undefined when there is no more. */
  async #whole(prompt: string): Promise<string | undefined> {
    let answer = await this.#console.ask(prompt);
    let text = '';
    for (;;) {
      if (answer.kind === 'dropped') return '';
      // What is missing at the end of a file, bash says.
      if (answer.kind === 'end') return text === '' ? undefined : text;
      text += text === '' ? answer.text : `\n${answer.text}`;
      if (!isUnfinished(text)) return text;
      answer = await this.#console.ask('> ');
    }
  }

  /** A line that goes to another machine (`ssh worker1`), or comes back from it: what it sets. */
  #moved(text: string | undefined, env: ReadonlyMap<string, string>): string | undefined {
    const { swarm } = this.#session;
    const [, host] = /^\s*ssh\s+(?:\w+@)?([\w-]+)\s*$/.exec(text ?? '') ?? [];
    if (host !== undefined && swarm.machines.some(({ name }) => name === host) && swarm.world.isUp(host)) {
      this.#logins.push({
        HOSTNAME: env.get('HOSTNAME') ?? '',
        DOCKER_HOST: env.get('DOCKER_HOST') ?? '',
        DOCKER_CONTEXT: env.get('DOCKER_CONTEXT') ?? '',
      });
      return assignments({ HOSTNAME: host, DOCKER_HOST: '', DOCKER_CONTEXT: '' });
    }
    if (text !== undefined && !/^\s*(?:exit|logout)\b\s*\d*\s*$/.test(text)) return undefined;
    const login = this.#logins.pop();
    if (login === undefined) return undefined;
    this.#console.out(`Connection to ${env.get('HOSTNAME') ?? ''} closed.\n`);
    return assignments(login);
  }

  /** Runs the world until a fiber has ended, with a turn for the terminal after every slice. */
  async #drive<R>(fiber: Fiber<R>): Promise<R> {
    // A command that comes after Ctrl-C belongs to a line that was to end.
    if (this.#interrupted) throw this.#stop();
    try {
      return await this.#toEnd(fiber);
    } catch (error) {
      if (!(error instanceof Interrupted)) {
        this.#broken = error;
        this.#abort.abort();
      }
      throw error;
    }
  }

  async #toEnd<R>(fiber: Fiber<R>): Promise<R> {
    const { fibers } = this.#session;
    const task = fibers.start(fiber);
    let virtual = this.#session.swarm.world.now;
    let wall = this.#wall.now();
    let end: number | undefined;
    while (task.end === undefined) {
      const begun = this.#wall.now();
      const due =
        this.#rate === Number.POSITIVE_INFINITY ? endless : virtual + (begun - wall) * 1_000 * this.#rate;
      let behind = true;
      while (task.end === undefined && this.#wall.now() - begun < slice && behind) {
        behind = fibers.step(Math.min(Math.floor(due), end ?? due));
      }
      if (task.end !== undefined) break;
      const { now } = this.#session.swarm.world;
      // What was too much for one slice is not made up for.
      if (behind) {
        virtual = now;
        wall = this.#wall.now();
      }
      await this.#wall.pause();
      if (!this.#interrupted) continue;
      end ??= now + grace;
      if (now >= end) {
        task.cancel();
        throw this.#stop();
      }
      // Whatever it does to end in its own way, it need not be watched.
      virtual = end;
    }
    if ('error' in task.end) throw task.end.error;
    return task.end.result;
  }

  #stop(): Interrupted {
    this.#abort.abort();
    return new Interrupted('^C');
  }
}

/** What comes before every line: the status that the one before it had. */
const restorer = defineCommand('__restore', async ([status = '0']) => ({
  stdout: '',
  stderr: '',
  exitCode: Number(status),
}));

function line(text: string): ExecResult {
  return { stdout: text, stderr: '', exitCode: 0 };
}

function assignments({ HOSTNAME, DOCKER_HOST, DOCKER_CONTEXT }: Login): string {
  return `HOSTNAME='${HOSTNAME}' DOCKER_HOST='${DOCKER_HOST}' DOCKER_CONTEXT='${DOCKER_CONTEXT}'`;
}

function shortened(cwd: string): string {
  return cwd === place ? '~' : cwd.startsWith(`${place}/`) ? `~${cwd.slice(place.length)}` : cwd;
}
