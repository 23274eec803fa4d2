// Cuts a template into tokens, as Go's text/template does. The texts of its errors are Go's.

import { quote } from '../../model/quote.ts';

export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'assign'
  | 'declare'
  | 'end of file'
  | 'error'
  | 'field'
  | 'identifier'
  | 'leftParen'
  | 'rightParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'string'
  | 'variable'
  | 'dot'
  | 'nil'
  | 'keyword';

export interface Token {
  readonly kind: TokenKind;
  /** For an error, what is wrong. */
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
}

const keywords: readonly string[] = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
];

/** How a token is told in an error. */
export function describeToken({ kind, text }: Token): string {
  if (kind === 'end of file') return 'EOF';
  if (kind === 'error') return text;
  if (kind === 'keyword' || kind === 'dot' || kind === 'nil') return `<${text}>`;
  return text.length > 10 ? `${quote(text.slice(0, 10))}...` : quote(text);
}

/** The tokens of a template. The last is the end of the file or an error. */
export function lex(input: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let parens = 0;

  const lineAt = (position: number): number => input.slice(0, position).split('\n').length;
  const emit = (kind: TokenKind, length: number): void => {
    tokens.push({ kind, text: input.slice(at, at + length), at, line: lineAt(at) });
    at += length;
  };
  const fail = (text: string, from = at): false => {
    tokens.push({ kind: 'error', text, at: from, line: lineAt(at) });
    return false;
  };
  /** A right delimiter here, with its trim mark if it has one. */
  const rightAt = (position: number): string | undefined =>
    /^(?:[ \t\r\n]-\}\}|\}\})/.exec(input.slice(position, position + 4))?.[0];
  const atTerminator = (position: number): boolean =>
    position >= input.length ||
    /[ \t\r\n.,|:()]/.test(input.charAt(position)) ||
    rightAt(position) !== undefined;
  const badCharacter = (position: number): false => {
    const rune = String.fromCodePoint(input.codePointAt(position) ?? 0);
    at = position;
    return fail(`bad character ${describeRune(rune)}`);
  };

  /** A comment after a left delimiter. */
  const skipComment = (): boolean => {
    const end = input.indexOf('*/', at);
    if (end < 0) return fail('unclosed comment');
    at = end + 2;
    const right = rightAt(at);
    if (right === undefined) return fail('comment ends before closing delimiter');
    at += right.length;
    if (right.length > 2) skipSpaces();
    return true;
  };
  const skipSpaces = (): void => {
    at += /^[ \t\r\n]*/.exec(input.slice(at))?.[0].length ?? 0;
  };

  /** Everything up to the right delimiter. False at an error. */
  const lexAction = (): boolean => {
    for (;;) {
      const right = rightAt(at);
      if (right !== undefined) {
        if (parens > 0) return fail('unclosed left paren');
        const trims = right.length > 2;
        if (trims) at += 2;
        emit('right', 2);
        if (trims) skipSpaces();
        return true;
      }
      if (at >= input.length) return fail('unclosed action');
      if (!lexInside()) return false;
    }
  };
  const lexInside = (): boolean => {
    const rest = input.slice(at);
    const [space] = /^[ \t\r\n]+/.exec(rest) ?? [];
    if (space !== undefined) {
      // The last blank may belong to a trim mark.
      const length = /^-\}\}/.test(rest.slice(space.length)) ? space.length - 1 : space.length;
      if (length > 0) emit('space', length);
      return true;
    }
    const first = rest.charAt(0);
    if (first === '=') emit('assign', 1);
    else if (first === ':') {
      if (rest.charAt(1) !== '=') return fail('expected :=');
      emit('declare', 2);
    } else if (first === '|') emit('pipe', 1);
    else if (first === '"' || first === "'") return lexQuoted(rest, first);
    else if (first === '`') {
      const end = rest.indexOf('`', 1);
      if (end < 0) return fail('unterminated raw quoted string');
      emit('rawString', end + 1);
    } else if (first === '(') {
      parens++;
      emit('leftParen', 1);
    } else if (first === ')') {
      parens--;
      if (parens < 0) return fail('unexpected right paren');
      emit('rightParen', 1);
    } else if (/^[+-]|^\.?[0-9]/.test(rest)) return lexNumber(rest);
    else if (first === '.' || first === '$') return lexField(rest, first);
    else if (/^[\p{L}\p{Nd}_]/u.test(rest)) return lexWord(rest);
    else if (/^[ -~]/.test(rest)) emit('char', 1);
    else {
      return fail(
        `unrecognized character in action: ${describeRune(String.fromCodePoint(rest.codePointAt(0) ?? 0))}`,
      );
    }
    return true;
  };
  const lexQuoted = (rest: string, mark: string): boolean => {
    const pattern = mark === '"' ? /^"(?:[^"\\\n]|\\[^\n])*"/ : /^'(?:[^'\\\n]|\\[^\n])*'/;
    const [whole] = pattern.exec(rest) ?? [];
    if (whole === undefined) {
      return fail(mark === '"' ? 'unterminated quoted string' : 'unterminated character constant');
    }
    emit(mark === '"' ? 'string' : 'charConstant', whole.length);
    return true;
  };
  const lexNumber = (rest: string): boolean => {
    const [whole = ''] =
      /^[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/.exec(
        rest,
      ) ?? [];
    if (/^[\p{L}\p{Nd}_]/u.test(rest.slice(whole.length)) || whole === '') {
      return fail(`bad number syntax: ${quote(rest.slice(0, whole.length + 1))}`);
    }
    // A number with another right behind it would be a complex one.
    const [second] = /^[+-][0-9a-zA-Z_.]*/.exec(rest.slice(whole.length)) ?? [];
    if (second !== undefined && !/^[+-]$/.test(whole))
      return fail(`bad number syntax: ${quote(whole + second)}`);
    emit('number', whole.length);
    return true;
  };
  const lexField = (rest: string, first: string): boolean => {
    if (atTerminator(at + 1)) {
      emit(first === '.' ? 'dot' : 'variable', 1);
      return true;
    }
    const [whole = first] = /^.[\p{L}\p{Nd}_]*/u.exec(rest) ?? [];
    if (!atTerminator(at + whole.length)) return badCharacter(at + whole.length);
    emit(first === '.' ? 'field' : 'variable', whole.length);
    return true;
  };
  const lexWord = (rest: string): boolean => {
    const [whole = ''] = /^[\p{L}\p{Nd}_]+/u.exec(rest) ?? [];
    if (!atTerminator(at + whole.length)) return badCharacter(at + whole.length);
    if (whole === 'nil') emit('nil', 3);
    else if (whole === 'true' || whole === 'false') emit('bool', whole.length);
    else emit(keywords.includes(whole) ? 'keyword' : 'identifier', whole.length);
    return true;
  };

  for (;;) {
    const left = input.indexOf('{{', at);
    if (left < 0) break;
    const trims = /^- |^-[\t\r\n]/.test(input.slice(left + 2, left + 4));
    const text = input.slice(at, left);
    const kept = trims ? text.replace(/[ \t\r\n]+$/, '') : text;
    if (kept !== '') tokens.push({ kind: 'text', text: kept, at, line: lineAt(at) });
    at = left;
    const inside = left + 2 + (trims ? 2 : 0);
    if (input.startsWith('/*', inside)) {
      at = inside;
      if (!skipComment()) return tokens;
      continue;
    }
    emit('left', 2);
    at = inside;
    parens = 0;
    if (!lexAction()) return tokens;
  }
  if (at < input.length) emit('text', input.length - at);
  tokens.push({ kind: 'end of file', text: '', at, line: lineAt(at) });
  return tokens;
}

/** Go's `%#U`: `U+0023 '#'`. */
function describeRune(rune: string): string {
  const code = (rune.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `U+${code} '${rune}'`;
}
