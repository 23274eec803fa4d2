// Reads the project's sources for the guards: which files there are, what of them is code, and what they import.

import { readdirSync, readFileSync } from 'node:fs';

/** A source file: its path from the root of the project, with forward slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Something a guard does not allow. */
export interface Violation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** All TypeScript files under `folder`, in order of their paths. */
export function readSources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** The line, from 1, on which position `index` of `text` lies. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** What may stand before a regular expression, where a division cannot be. */
const beforeExpression =
  /(?:^|[(,=:[!&|?{};+*%>~^-]|\b(?:return|typeof|case|in|of|throw|else|do|void|delete))\s*$/;

/** A stretch of code in which no literal, comment or brace begins. */
const plain = /[^'"`/{}]+/y;

/** Where a literal or comment that begins at `start` ends; `start` itself if none begins there. */
function endOfBlank(text: string, start: number, code: string): number {
  const rest = (pattern: RegExp) => {
    pattern.lastIndex = start;
    return start + (pattern.exec(text)?.[0].length ?? 0);
  };
  switch (text[start]) {
    case '/':
      if (text[start + 1] === '/') return rest(/.*/y);
      if (text[start + 1] === '*') return rest(/\/\*[\s\S]*?(?:\*\/|$)/y);
      return beforeExpression.test(code.slice(-200))
        ? rest(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y)
        : start;
    case "'":
      return rest(/'(?:\\[\s\S]|[^'\\\n])*'?/y);
    case '"':
      return rest(/"(?:\\[\s\S]|[^"\\\n])*"?/y);
    default:
      return start;
  }
}

/** Spaces in place of everything but line ends and the two quotes of a string. */
function blank(text: string): string {
  const spaces = text.replaceAll(/[^\n]/g, ' ');
  return /^['"]/.test(text) ? `${text[0]}${spaces.slice(2)}${text[0]}` : spaces;
}

/**
 * The code of `text`: comments, strings, regular expressions and the text of templates are blanked, every position stays. What
 * stands in the `${}` of a template is code.
 */
export function codeOf(text: string): string {
  let code = '';
  /** For each template that is open: how many braces are open in its `${}`; -1 while in its text. */
  const templates: number[] = [];
  while (code.length < text.length) {
    const at = code.length;
    const open = templates.at(-1);
    const char = text[at] ?? '';
    if (open === -1) {
      if (char === '`') {
        templates.pop();
        code += '`';
      } else if (text.startsWith('${', at)) {
        templates[templates.length - 1] = 0;
        code += ' {';
      } else code += blank(text.slice(at, at + (char === '\\' ? 2 : 1)));
      continue;
    }
    const end = endOfBlank(text, at, code);
    if (end > at) {
      code += blank(text.slice(at, end));
      continue;
    }
    if (char === '`') templates.push(-1);
    else if (open !== undefined && char === '{') templates[templates.length - 1] = open + 1;
    else if (open !== undefined && char === '}') templates[templates.length - 1] = open - 1;
    plain.lastIndex = at;
    code += plain.exec(text)?.[0] ?? char;
  }
  return code;
}

/** What a file imports or exports from elsewhere, types included. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** All import and export-from statements of a source, and import() with a literal. */
export function importsOf(text: string): Import[] {
  const code = codeOf(text);
  return [...code.matchAll(/\b(?:import|export)\b(?:[^;'"`()]*?\bfrom\b|\s*\()?\s*(['"])/g)].map((match) => {
    const start = match.index + match[0].length;
    const specifier = text.slice(start, code.indexOf(match[1] ?? '', start));
    return { specifier, line: lineOf(text, start) };
  });
}
