// A terminal with nobody at it: lines typed in advance, what was printed, and Ctrl-C at chosen moments. Time is what the test says it is.

import type { Answer, Console } from '../../../src/lab/shell/console.ts';
import type { Wall } from '../../../src/lab/shell/shell-loop.ts';

export class FakeConsole implements Console, Wall {
  /** Everything that somebody at the terminal sees. */
  seen = '';
  readonly #answers: Answer[];
  #interrupt: () => void = () => {};
  /** Pauses of a command until Ctrl-C is pressed. */
  readonly #patience: number;
  #pauses = 0;
  #time = 0;

  /** @param lines what is typed; `^C` drops what has been typed of a line @param patience in pauses; then Ctrl-C is pressed */
  constructor(lines: readonly string[], patience = Number.POSITIVE_INFINITY) {
    this.#answers = lines.map((text) => (text === '^C' ? { kind: 'dropped' } : { kind: 'line', text }));
    this.#patience = patience;
  }

  async ask(prompt: string): Promise<Answer> {
    const answer = this.#answers.shift() ?? { kind: 'end' };
    this.seen += `${prompt}${answer.kind === 'line' ? answer.text : `<${answer.kind}>`}\n`;
    this.#pauses = 0;
    return answer;
  }

  out = (text: string): void => {
    this.seen += text;
  };

  err = (text: string): void => {
    this.seen += text;
  };

  onInterrupt(listener: () => void): void {
    this.#interrupt = listener;
  }

  close(): void {}

  now = (): number => this.#time;

  pause = async (): Promise<void> => {
    this.#time += 5;
    this.#pauses += 1;
    if (this.#pauses === this.#patience) this.#interrupt();
  };
}
