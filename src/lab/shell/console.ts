// The terminal that a shell is typed at, or whatever standard input is. Part of the rim: streams, signals.

import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';

/** What somebody answered to a prompt. */
export type Answer =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C: what was typed is dropped. */
  | { readonly kind: 'dropped' }
  /** Ctrl-D, or the end of a file. */
  | { readonly kind: 'end' };

export interface Console {
  readonly ask: (prompt: string) => Promise<Answer>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whom to tell of Ctrl-C while no line is asked for. */
  readonly onInterrupt: (listener: () => void) => void;
  readonly close: () => void;
}

type Completer = (line: string) => readonly [found: string[], word: string];

export class TerminalConsole implements Console {
  readonly #lines: Interface;
  readonly #isTerminal = process.stdin.isTTY === true;
  /** Lines that came before anybody asked for them. */
  readonly #early: string[] = [];
  #closed = false;
  #asked: ((answer: Answer) => void) | undefined;
  #interrupt: () => void = () => {};

  constructor(completer: Completer) {
    this.#lines = createInterface({
      input: process.stdin,
      ...(this.#isTerminal && { output: process.stdout }),
      terminal: this.#isTerminal,
      historySize: 1_000,
      completer,
    });
    this.#lines.on('line', (text) => {
      if (this.#asked === undefined) this.#early.push(text);
      else this.#answer({ kind: 'line', text });
    });
    this.#lines.on('close', () => {
      this.#closed = true;
      this.#answer({ kind: 'end' });
    });
    this.#lines.on('SIGINT', () => {
      // What was typed for later is not meant any more.
      this.#early.length = 0;
      if (this.#asked === undefined) {
        this.out('^C\n');
        this.#interrupt();
        return;
      }
      // Readline draws its prompt anew when a line is emptied.
      this.#lines.setPrompt('');
      this.#lines.write(null, { ctrl: true, name: 'e' });
      this.out('^C\n');
      this.#lines.write(null, { ctrl: true, name: 'u' });
      this.#answer({ kind: 'dropped' });
    });
  }

  out = (text: string): void => {
    if (text !== '') process.stdout.write(text);
  };

  err = (text: string): void => {
    if (text !== '') process.stderr.write(text);
  };

  onInterrupt(listener: () => void): void {
    this.#interrupt = listener;
  }

  close(): void {
    this.#lines.close();
  }

  ask(prompt: string): Promise<Answer> {
    const text = this.#early.shift();
    if (text !== undefined) return Promise.resolve({ kind: 'line', text });
    if (this.#closed) return Promise.resolve({ kind: 'end' });
    this.#lines.setPrompt(prompt);
    if (this.#isTerminal) this.#lines.prompt();
    return new Promise((resolve) => {
      this.#asked = resolve;
    });
  }

  #answer(answer: Answer): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.(answer);
  }
}
