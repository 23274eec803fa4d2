// `swarmlab shell`: the script language, line by line. Time passes while a command waits. Part of the rim: a terminal, a clock, signals.

import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import { type Command, defineCommand, type ExecResult, parse, serialize } from 'just-bash';
import type { Fiber } from '../../engine/fiber.ts';
import { second } from '../../model/duration.ts';
import { ScenarioFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { asItComes } from './as-it-comes.ts';
import { createBash, refuseChance } from './bash.ts';
import { complete } from './completion.ts';
import { copyFolder } from './folder.ts';
import { ScriptFiles } from './script-files.ts';

const place = '/lab';

/** A slice of a wait, after which the terminal has a turn, and the pause in which it has it; milliseconds. */
const slice = 20;
const pause = 5;
/** What a command may go on for after Ctrl-C, to end in its own way: virtual time. */
const grace = second;
/** Reads a line and does it, until there is no more. The line is bash's own variable, so that everything it sets stays. */
const loop = 'while __line="$(__read)"; do eval "$__line"; done';

/** So many commands of a line may still be run after Ctrl-C; a loop that goes on then is stopped. */
const mostStray = 20;

/**
 * Runs the shell until `exit` or the end of its input.
 * @param rate virtual seconds in a second; Infinity for as fast as it goes
 * @returns the exit code it ended with
 */
export async function runShell(session: Session, rate: number): Promise<number> {
  return await new Shell(session, rate).run();
}

/** A line was interrupted, and what is left of it is not run. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

class Shell {
  readonly #session: Session;
  readonly #rate: number;
  readonly #prompt: Prompt;
  #interrupted = false;
  /** Commands that were run since Ctrl-C. */
  #stray = 0;
  /** Stops the loop when a line does not end by itself. */
  #abort = new AbortController();
  /** Bash's variables and its folder at the last prompt, to go on with after that. */
  #env: Record<string, string> = {};
  #cwd = place;

  constructor(session: Session, rate: number) {
    this.#session = session;
    this.#rate = rate;
    this.#prompt = new Prompt(session, () => {
      this.#interrupted = true;
    });
  }

  async run(): Promise<number> {
    const print = (text: string): void => {
      if (text !== '') process.stdout.write(text);
    };
    const complain = (text: string): void => {
      if (text !== '') process.stderr.write(text);
    };
    const files = new ScriptFiles(place, print, complain);
    copyFolder(process.cwd(), files, place);
    const bash = createBash({
      session: this.#session,
      files,
      cwd: place,
      run: (fiber) => this.#drive(fiber),
      interrupted: () => this.#interrupted,
      out: print,
      err: complain,
      commands: [this.#reader(complain)],
    });
    for (;;) {
      this.#abort = new AbortController();
      const result = await bash.exec(loop, {
        rawScript: true,
        signal: this.#abort.signal,
        env: this.#env,
        cwd: this.#cwd,
      });
      if (this.#abort.signal.aborted) continue;
      print(result.stdout);
      complain(result.stderr);
      this.#prompt.close();
      return result.exitCode;
    }
  }

  /** The command that gives the loop its next line. */
  #reader(complain: (text: string) => void): Command {
    return defineCommand('__read', async (_args, context): Promise<ExecResult> => {
      this.#interrupted = false;
      this.#stray = 0;
      this.#env = Object.fromEntries(context.env);
      this.#cwd = context.cwd;
      for (;;) {
        const place = `${this.#session.lab.time} ${context.env.get('HOSTNAME') ?? ''}:${shortened(context.cwd)}$ `;
        const text = await this.#prompt.whole(place);
        if (text === undefined) return { stdout: '', stderr: '', exitCode: 1 };
        try {
          refuseChance(text);
          return { stdout: serialize(asItComes(parse(text))), stderr: '', exitCode: 0 };
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          complain(`${error instanceof ScenarioFailure ? '' : 'bash: '}${error.message}\n`);
        }
      }
    });
  }

  /** Runs the world until a fiber has ended, with a turn for the terminal after every slice. */
  async #drive<R>(fiber: Fiber<R>): Promise<R> {
    if (this.#interrupted) this.#countStray();
    const task = this.#session.fibers.start(fiber);
    let virtual = this.#session.swarm.world.now;
    let wall = performance.now();
    let end = Number.MAX_SAFE_INTEGER;
    while (task.end === undefined) {
      const begun = performance.now();
      const due = Math.min(virtual + (begun - wall) * 1_000 * this.#rate, Number.MAX_SAFE_INTEGER);
      let behind = true;
      while (task.end === undefined && performance.now() - begun < slice && behind) {
        behind = this.#session.fibers.step(Math.min(Math.floor(due), end));
      }
      if (task.end !== undefined) break;
      const { now } = this.#session.swarm.world;
      // What was too much for one slice is not made up for.
      if (behind) {
        virtual = now;
        wall = performance.now();
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (!this.#interrupted) continue;
      if (end === Number.MAX_SAFE_INTEGER) end = now + grace;
      else if (now >= end) {
        task.cancel();
        throw new Interrupted('^C');
      }
      // Whatever it does to end in its own way, it need not be watched.
      virtual = end;
    }
    if ('error' in task.end) throw task.end.error;
    return task.end.result;
  }

  #countStray(): void {
    this.#stray += 1;
    if (this.#stray <= mostStray) return;
    this.#abort.abort();
    throw new Interrupted('^C');
  }
}

function shortened(cwd: string): string {
  return cwd === place ? '~' : cwd.startsWith(`${place}/`) ? `~${cwd.slice(place.length)}` : cwd;
}

/** The lines of the terminal, or of whatever standard input is. */
class Prompt {
  readonly #lines: Interface;
  /** Lines that came before anybody asked for them. */
  readonly #early: string[] = [];
  #closed = false;
  #asked: ((line: string | undefined) => void) | undefined;
  /** Ctrl-C was pressed at a prompt. */
  #dropped = false;

  /** @param interrupt told of Ctrl-C while no line is asked for */
  constructor(session: Session, interrupt: () => void) {
    const terminal = process.stdin.isTTY === true;
    this.#lines = createInterface({
      input: process.stdin,
      ...(terminal && { output: process.stdout }),
      terminal,
      historySize: 1_000,
      completer: (line: string) => complete(line, session),
    });
    this.#lines.on('line', (line) => {
      if (this.#asked === undefined) this.#early.push(line);
      else this.#answer(line);
    });
    this.#lines.on('close', () => {
      this.#closed = true;
      this.#answer(undefined);
    });
    this.#lines.on('SIGINT', () => {
      process.stdout.write('^C\n');
      if (this.#asked === undefined) interrupt();
      else {
        this.#dropped = true;
        this.#lines.write(null, { ctrl: true, name: 'e' });
        this.#lines.write(null, { ctrl: true, name: 'u' });
        this.#answer('');
      }
    });
  }

  close(): void {
    this.#lines.close();
  }

  /** A line, or several that belong together; undefined when there are no more. */
  async whole(prompt: string): Promise<string | undefined> {
    this.#dropped = false;
    let text = await this.#ask(prompt);
    while (text !== undefined && !this.#dropped && isUnfinished(text)) {
      const more = await this.#ask('> ');
      if (more === undefined) break;
      text += `\n${more}`;
    }
    return this.#dropped ? '' : text;
  }

  #ask(prompt: string): Promise<string | undefined> {
    const early = this.#early.shift();
    if (early !== undefined || this.#closed) return Promise.resolve(early);
    this.#lines.setPrompt(prompt);
    if (process.stdin.isTTY === true) this.#lines.prompt();
    return new Promise((resolve) => {
      this.#asked = resolve;
    });
  }

  #answer(line: string | undefined): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.(line);
  }
}

/** A quote, a here-document or a command has begun and not ended. */
function isUnfinished(text: string): boolean {
  if (/(?:\\|\||&&)\s*$/.test(text)) return true;
  const here = /<<-?\s*(["']?)(\w+)\1/.exec(text)?.[2];
  if (here !== undefined && !new RegExp(`^\\t*${here}$`, 'm').test(text)) return true;
  try {
    parse(text);
    return false;
  } catch (error) {
    return error instanceof Error && /unexpected (?:EOF|end of)|unterminated|got EOF/i.test(error.message);
  }
}
