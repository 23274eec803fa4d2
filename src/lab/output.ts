// What a run looks like on a terminal. Part of the rim: writes to the standard streams.
// Colour only on a terminal, and never against NO_COLOR.

import process from 'node:process';
import type { Outcome } from './run.ts';
import type { StoryKind, StoryLine } from './story.ts';
import { formatTime } from './time.ts';

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
type Colour = keyof typeof codes;

const colourOf: { readonly [K in StoryKind]: Colour | undefined } = {
  command: 'cyan',
  fault: 'magenta',
  raft: 'blue',
  node: undefined,
  service: 'bold',
  task: 'dim',
  trouble: 'red',
  say: 'yellow',
  kept: 'green',
};

/** Paints text for one stream, or leaves it alone. */
export type Paint = (colour: Colour | undefined, text: string) => string;

export function painter(stream: NodeJS.WriteStream): Paint {
  const { NO_COLOR } = process.env;
  const colours = stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '');
  return (colour, text) =>
    colours && colour !== undefined ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
}

const whoWidth = 12;

/** One line of the story: time, who, what. */
export function storyText(line: StoryLine, paint: Paint): string {
  const time = paint('dim', formatTime(line.at).padStart(9));
  if (line.kind === 'say') return `\n${time}  ${paint('yellow', line.text)}`;
  if (line.kind === 'kept') return `${time}  ${paint('green', '\u2713')} ${line.text}`;
  const who = line.who.padEnd(whoWidth);
  return `${time}  ${paint(colourOf[line.kind], `${who} ${line.text}`)}`;
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
