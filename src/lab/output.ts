// What a run looks like on a terminal. Part of the rim: writes to the standard streams.
// Colour only on a terminal, and never against NO_COLOR.

import process from 'node:process';
import type { Outcome } from './run.ts';
import { colourCodes, type Paint } from './story-text.ts';
import { formatTime } from './time.ts';

export function painter(stream: NodeJS.WriteStream): Paint {
  const { NO_COLOR } = process.env;
  const colours = stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '');
  return (colour, text) =>
    colours && colour !== undefined ? `\u001b[${colourCodes[colour]}m${text}\u001b[0m` : text;
}

/** How a run ended, in one line, and why, if it failed. `wall` is the time it took, milliseconds. */
export function outcomeText(name: string, outcome: Outcome, wall: number, paint: Paint): string {
  const verdict = outcome.passed ? paint('green', 'passed') : paint('red', 'FAILED');
  const facts = [
    `seed ${outcome.seed}`,
    `${formatTime(outcome.time)} virtual`,
    `${(wall / 1000).toFixed(2)} s wall`,
    `${outcome.events} events`,
    // A run that never began has none.
    ...(outcome.digest === '' ? [] : [`digest ${outcome.digest}`]),
  ];
  const promises = `${outcome.promises} ${outcome.promises === 1 ? 'promise' : 'promises'} kept`;
  return `${name}: ${verdict}, ${promises} (${facts.join(', ')})`;
}

/** A bar of seeds that have run, on a terminal alone. */
export class Progress {
  readonly #stream = process.stderr;
  readonly #total: number;

  constructor(total: number) {
    this.#total = total;
  }

  show(done: number, failed: number): void {
    if (this.#stream.isTTY !== true) return;
    const width = 40;
    const full = Math.round((width * done) / this.#total);
    const bar = '\u2588'.repeat(full) + '\u2591'.repeat(width - full);
    this.#stream.write(`\r${bar} ${done}/${this.#total}${failed > 0 ? `, ${failed} failed` : ''}`);
  }

  end(): void {
    if (this.#stream.isTTY === true) this.#stream.write('\r\u001b[2K');
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
