// The story as lines of text, painted or not.

import type { StoryKind, StoryLine } from './story.ts';
import { formatTime } from './time.ts';

/** Escape codes by colour. */
export const colourCodes = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
} as const;
export type Colour = keyof typeof colourCodes;

/** Paints text for one stream, or leaves it alone. */
export type Paint = (colour: Colour | undefined, text: string) => string;

/** For what is no terminal. */
export const unpainted: Paint = (_colour, text) => text;

const colourOf: { readonly [K in StoryKind]: Colour | undefined } = {
  command: 'cyan',
  fault: 'magenta',
  raft: 'blue',
  node: undefined,
  service: 'bold',
  task: 'dim',
  request: undefined,
  trouble: 'red',
  say: 'yellow',
  kept: 'green',
};

const whoWidth = 12;

/** One line of the story: time, who, what. */
export function storyText(line: StoryLine, paint: Paint): string {
  const time = paint('dim', formatTime(line.at).padStart(9));
  if (line.kind === 'say') return `\n${time}  ${paint('yellow', line.text)}`;
  if (line.kind === 'kept') return `${time}  ${paint('green', '\u2713')} ${line.text}`;
  const who = line.who.padEnd(whoWidth);
  return `${time}  ${paint(colourOf[line.kind], `${who} ${line.text}`)}`;
}

/** Lines for those who read them as the output of a command. */
export function storyLines(lines: readonly StoryLine[]): string {
  return lines.map((line) => `${storyText(line, unpainted)}\n`).join('');
}
