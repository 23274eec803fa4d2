// Lists of command lines, one a line: `docker ...` is compared, `lab ...` happens to both worlds, `@worker1 docker ...` talks to the engine of
// another machine, `<<< TEXT` at the end is standard input, and `$(docker ...)` is what that printed. Lines that begin with # are comments.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineWords } from '../../../src/lab/words.ts';

export interface Line {
  /** `nodes.txt:12`. */
  readonly place: string;
  readonly text: string;
}

export interface List {
  readonly name: string;
  /** Where it lies, with the files it speaks of. */
  readonly folder: string;
  readonly lines: readonly Line[];
}

/** The lists of a folder, by name. */
export function readLists(folder: string): readonly List[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !notLists.test(entry.name))
    .map(({ name }) => name)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, folder, lines: linesOf(name, readFileSync(join(folder, name), 'utf8')) }));
}

/** Files that commands of the lists read lie beside them. */
const notLists = /^\.|\.(?:ya?ml|json|env|conf|md|pem|crt|key)$/i;

function linesOf(name: string, text: string): readonly Line[] {
  return text
    .split('\n')
    .map((line, i) => ({ place: `${name}:${i + 1}`, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

export type Step =
  | { readonly does: 'lab'; readonly words: readonly string[] }
  | {
      readonly does: 'docker';
      readonly args: readonly string[];
      readonly machine: string;
      readonly stdin: string;
    };

/** The command lines of `$(...)` in a line, to be run before it. */
export function inner(text: string): readonly string[] {
  return [...text.matchAll(/\$\(([^()]*)\)/g)].map(([, command = '']) => command);
}

/** @param outputs what the command lines of `$(...)` printed, in their order */
export function parseLine(text: string, outputs: readonly string[]): Step {
  let next = 0;
  const whole = text.replace(/\$\(([^()]*)\)/g, () => {
    const output = outputs[next] ?? '';
    next += 1;
    return output.trimEnd();
  });
  const [, command = '', here] = /^(.*?)(?:\s<<<\s+(.*))?$/s.exec(whole) ?? [];
  const words = lineWords(command);
  const [first = ''] = words;
  if (first === 'lab') return { does: 'lab', words: words.slice(1) };
  const machine = first.startsWith('@') ? first.slice(1) : '';
  const rest = machine === '' ? words : words.slice(1);
  const args = rest[0] === 'docker' ? rest.slice(1) : rest;
  return { does: 'docker', args, machine, stdin: here === undefined ? '' : `${lineWords(here).join(' ')}\n` };
}
