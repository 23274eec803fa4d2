// A command written as one text, split into words as a shell would: `--entrypoint`, `--args`.

import { ParseFailure } from '../../model/failure.ts';

/**
 * Blanks part words. Single quotes keep everything, double quotes everything but a backslash, which keeps the character after it; a `#`
 * where a word could begin starts a comment, to the end of the line.
 * @throws ParseFailure for a quote that is not closed and a backslash at the end
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  const runes = [...text];
  for (let i = 0; i < runes.length; i++) {
    const rune = runes[i] ?? '';
    if (rune === '\\' && quote !== "'") {
      const kept = runes[++i];
      if (kept === undefined) throw new ParseFailure('EOF found after escape character');
      word = (word ?? '') + kept;
    } else if (quote !== '') {
      if (rune === quote) quote = '';
      else word += rune;
    } else if (rune === '"' || rune === "'") {
      quote = rune;
      word ??= '';
    } else if (/[ \t\r\n]/.test(rune)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (rune === '#' && word === undefined) {
      while (i + 1 < runes.length && runes[i + 1] !== '\n') i++;
    } else word = (word ?? '') + rune;
  }
  if (quote !== '') throw new ParseFailure('EOF found when expecting closing quote');
  if (word !== undefined) words.push(word);
  return words;
}
