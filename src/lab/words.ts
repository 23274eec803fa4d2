// A command line as one text, cut into words as a shell does it, without anything a shell would fill in.

import { ScenarioFailure } from './failure.ts';

/** @throws ScenarioFailure for a quote that does not end */
export function lineWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let rest = line;
  while (rest !== '') {
    const [part = ''] = /^(?:\s+|'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\]+)/s.exec(rest) ?? [];
    if (part === '') throw new ScenarioFailure(`the command line has a quote that does not end: ${rest}`);
    rest = rest.slice(part.length);
    if (part.trim() === '') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = `${word ?? ''}${unquoted(part)}`;
  }
  return word === undefined ? words : [...words, word];
}

function unquoted(part: string): string {
  if (part.startsWith("'")) return part.slice(1, -1);
  if (part.startsWith('"')) return part.slice(1, -1).replace(/\\(["\\$`])/g, '$1');
  return part.startsWith('\\') ? part.slice(1) : part;
}

/** A word as a shell, and `lineWords`, would read it again. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
