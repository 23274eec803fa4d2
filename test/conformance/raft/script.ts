// Reads the trace language: stanzas of a command, its input, and the output it must give.

/** One word of a command line: `3`, `key=value`, `key=(1,2)`. */
export interface Argument {
  readonly key: string;
  readonly values: readonly string[];
}

/** A command and what is expected of it. */
export interface Stanza {
  /** The line of the command, counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly command: string;
  readonly args: readonly Argument[];
  readonly input: readonly string[];
  readonly expected: readonly string[];
}

const SEPARATOR = '----';

/** Parses a whole file. Throws on a command without a separator. */
export function parseScript(source: string): Stanza[] {
  const lines = source.split('\n').map((line) => line.trimEnd());
  const stanzas: Stanza[] = [];
  let at = 0;
  const peek = (): string | undefined => lines[at];
  while (at < lines.length) {
    const first = peek() ?? '';
    const line = at + 1;
    at += 1;
    if (first === '' || first.startsWith('#')) continue;
    let text = first;
    while (text.endsWith('\\')) {
      text = text.slice(0, -1) + (peek() ?? '').trimStart();
      at += 1;
    }
    const input: string[] = [];
    while (peek() !== SEPARATOR) {
      const next = peek();
      if (next === undefined) throw new Error(`line ${line}: no ---- after \`${text}\``);
      input.push(next);
      at += 1;
    }
    at += 1;
    const doubled = peek() === SEPARATOR;
    if (doubled) at += 1;
    const expected: string[] = [];
    for (let next = peek(); next !== undefined; next = peek()) {
      if (doubled ? next === SEPARATOR && lines[at + 1] === SEPARATOR : next === '') break;
      expected.push(next);
      at += 1;
    }
    if (doubled) at += 2;
    const [head, ...args] = parseWords(text);
    if (head === undefined) throw new Error(`line ${line}: no command in \`${text}\``);
    stanzas.push({ line, text, command: head.key, args, input, expected });
  }
  return stanzas;
}

function parseWords(text: string): Argument[] {
  const words: Argument[] = [];
  for (const [, key = '', value] of text.matchAll(/([^\s=]+)(?:=(\([^)]*\)|\S*))?/g)) {
    words.push({ key, values: value === undefined ? [] : parseValues(value) });
  }
  return words;
}

function parseValues(value: string): string[] {
  const inner = value.startsWith('(') && value.endsWith(')') ? value.slice(1, -1) : value;
  return inner
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
