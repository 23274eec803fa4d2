// What may not be used where a run must be the same every time. docs/determinism.md says why.

import { codeOf, importsOf, lineOf, type Source, type Violation } from './source.ts';

/** The rim: the files that may touch the real world. docs/determinism.md names each, with what it does there. */
export const rim: readonly string[] = [
  'src/cli.ts',
  'src/lab/command.ts',
  'src/lab/load.ts',
  'src/lab/output.ts',
  'src/lab/shell/bash.ts',
  'src/lab/shell/console.ts',
  'src/lab/shell/deadlines.ts',
  'src/lab/shell/files.ts',
  'src/lab/shell/folder.ts',
  'src/lab/shell/script-command.ts',
  'src/lab/shell/script-files.ts',
  'src/lab/shell/script.ts',
  'src/lab/shell/shell-loop.ts',
  'src/lab/shell/shell.ts',
  'src/serve/clock.ts',
  'src/serve/lab-client.ts',
  'src/serve/lab-routes.ts',
  'src/serve/pacer.ts',
  'src/serve/serve.ts',
  'src/serve/server.ts',
];

/** Global names by what is wrong with them. */
const names: ReadonlyMap<string, readonly string[]> = new Map([
  ['a clock', ['Date', 'performance', 'Temporal']],
  ['randomness', ['crypto']],
  ['a timer', ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame']],
  ['asynchrony', ['Promise', 'async', 'await']],
  ['the outside', ['process', 'console', 'globalThis', 'fetch', 'require', 'eval', 'structuredClone']],
  ['a locale', ['Intl']],
  ['the garbage collector', ['WeakRef', 'FinalizationRegistry']],
]);

/** Rounded the same by every engine. */
const exactMath = ['abs', 'ceil', 'clz32', 'floor', 'fround', 'imul', 'max', 'min', 'round', 'sign', 'trunc'];

/** A name as itself: neither the property of something, nor a key; a key's colon is told from that of a choice. */
function bare(words: readonly string[]): RegExp {
  const word = `(?<![\\w$#])(?<!(?<!\\.\\.)\\.)(?:${words.join('|')})(?![\\w$])`;
  return new RegExp(`${word}(?!\\s*\\??\\s*:)|(?<=\\?\\s*)${word}`, 'g');
}

const bans: readonly (readonly [pattern: RegExp, why: string])[] = [
  ...[...names].map(([why, words]) => [bare(words), why] as const),
  [
    new RegExp(`(?<![\\w$.])Math\\b(?!\\s*\\.\\s*(?:${exactMath.join('|')})\\b)`, 'g'),
    'randomness or inexact mathematics',
  ],
  [/\.\s*(?:localeCompare|toLocale\w+)\b/g, 'a locale'],
  [/\.\s*(?:sort|toSorted)\s*\(\s*\)/g, 'an order by text: give a comparator'],
  [/\bimport\s*\(/g, 'asynchrony'],
  [/\bimport\s*\.\s*meta\b/g, 'the outside'],
];

/** What a source that is not of the rim uses and may not. */
export function banViolations({ path, text }: Source): Violation[] {
  const code = codeOf(text);
  const used = bans.flatMap(([pattern, why]) =>
    [...code.matchAll(pattern)].map((match) => ({
      path,
      line: lineOf(text, match.index),
      what: `${match[0].trim()}: ${why}`,
    })),
  );
  const imported = importsOf(text)
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ specifier, line }) => ({ path, line, what: `${specifier}: the outside` }));
  return [...used, ...imported].sort((a, b) => a.line - b.line);
}
