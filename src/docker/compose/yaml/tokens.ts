// The tokens of YAML as Go's reader finds them. Its scanner has rules of its own for what may stand where, and stops at the first mistake with
// words and a line of its own; that is what this one is for (see check.ts). What the tokens say is left aside: package yaml reads that.

import { Cursor, isBlankOrEnd } from './cursor.ts';
import { skimAnchor, skimBlock, skimDirective, skimPlain, skimQuoted, skimTag } from './skim.ts';

export type TokenKind =
  | 'stream end'
  | 'directive'
  | 'document start'
  | 'document end'
  | 'block sequence start'
  | 'block mapping start'
  | 'block end'
  | 'flow sequence start'
  | 'flow sequence end'
  | 'flow mapping start'
  | 'flow mapping end'
  | 'block entry'
  | 'flow entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export interface Token {
  readonly kind: TokenKind;
  /** Where it begins, from 0. */
  readonly line: number;
  /** Of an anchor or an alias. */
  readonly name?: string;
}

/** Something that may turn out to be a key, when a colon follows. */
interface PossibleKey {
  readonly line: number;
  readonly column: number;
  readonly at: number;
  /** How many tokens come before it. */
  readonly token: number;
  /** Nothing but a key can stand there. */
  readonly required: boolean;
}

/** How many tokens are found before the first is taken; a mistake in the second is told before any that the first makes. */
const ahead = 3;
/** A key and its colon are on one line, and not further apart than this. */
const longestKey = 1_024;

export class Scanner {
  readonly #cursor: Cursor;
  /** Tokens that are found and not yet taken, and how many were taken. */
  readonly #found: Token[] = [];
  #taken = 0;
  /** The indentation of the block collection that is open, and of those around it. */
  #indent = -1;
  readonly #indents: number[] = [];
  /** One for each flow collection that is open, and one for what is around them. */
  readonly #keys: (PossibleKey | undefined)[] = [undefined];
  #keyAllowed = true;
  #ended = false;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  /** Where lines begin whose indentation means nothing, as far as tokens were found. */
  get loose(): readonly number[] {
    return this.#cursor.loose;
  }

  /** The next token, which is not taken. @throws YamlMistake */
  peek(): Token {
    while (!this.#ended && (this.#found.length < ahead || this.#mayBecomeKey())) this.#fetch();
    return this.#found[0] ?? { kind: 'stream end', line: this.#cursor.line };
  }

  take(): Token {
    const token = this.peek();
    this.#found.shift();
    this.#taken++;
    return token;
  }

  /** The first token that is found may have a key before it, which only the tokens to come will tell. */
  #mayBecomeKey(): boolean {
    return this.#keys.some((key, level) => key?.token === this.#taken && this.#isValid(level));
  }

  #isValid(level: number): boolean {
    const key = this.#keys[level];
    if (key === undefined) return false;
    if (key.line === this.#cursor.line && key.at + longestKey >= this.#cursor.at) return true;
    this.#dropKey(level);
    return false;
  }

  #dropKey(level: number): void {
    const key = this.#keys[level];
    if (key?.required) throw this.#cursor.mistake("could not find expected ':'", key.line);
    this.#keys[level] = undefined;
  }

  get #level(): number {
    return this.#keys.length - 1;
  }

  #push(kind: TokenKind): void {
    this.#found.push({ kind, line: this.#cursor.line });
  }

  #fetch(): void {
    this.#skipToToken();
    this.#unroll(this.#cursor.column);
    const character = this.#cursor.look();
    if (character === '') this.#fetchEnd();
    else if (this.#cursor.column === 0 && character === '%') this.#fetchDirective();
    else if (this.#cursor.atDocumentMark()) this.#fetchDocumentMark();
    else if (character === '[') this.#fetchFlowStart('flow sequence start');
    else if (character === '{') this.#fetchFlowStart('flow mapping start');
    else if (character === ']') this.#fetchFlowEnd('flow sequence end');
    else if (character === '}') this.#fetchFlowEnd('flow mapping end');
    else if (character === ',') this.#fetchFlowEntry();
    else if (character === '*') this.#fetchAnchor('alias');
    else if (character === '&') this.#fetchAnchor('anchor');
    else if (character === '!') this.#fetchTag();
    else if (character === '"' || character === "'") this.#fetchQuoted(character);
    else this.#fetchByContext(character, isBlankOrEnd(this.#cursor.look(1)), this.#level > 0);
  }

  /** What means one thing here and another there. @param apart a blank comes next */
  #fetchByContext(character: string, apart: boolean, inFlow: boolean): void {
    if (character === '-' && apart) this.#fetchBlockEntry();
    else if (character === '?' && (inFlow || apart)) this.#fetchKey();
    else if (character === ':' && (inFlow || apart)) this.#fetchValue();
    else if (/[|>]/.test(character) && !inFlow) this.#fetchBlockScalar();
    else if (!/[\s|>%@`#]/.test(character)) this.#fetchPlain();
    else throw this.#cursor.mistake('found character that cannot start any token');
  }

  #skipToToken(): void {
    for (;;) {
      const tabs = this.#level > 0 || !this.#keyAllowed;
      while (this.#cursor.look() === ' ' || (tabs && this.#cursor.look() === '\t')) this.#cursor.skip();
      if (this.#cursor.look() === '#') this.#cursor.skipLine();
      if (this.#cursor.look() !== '\n') return;
      this.#cursor.skipBreak(this.#level > 0);
      if (this.#level === 0) this.#keyAllowed = true;
    }
  }

  /** Ends the block collections that are indented more than a column. */
  #unroll(column: number): void {
    if (this.#level > 0) return;
    while (this.#indent > column) {
      this.#push('block end');
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  /** Begins a block collection where there is none of this indentation, before a token that was found, or after all. */
  #roll(column: number, kind: TokenKind, line: number, before?: number): void {
    if (this.#level > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.#insert({ kind, line }, before);
  }

  #insert(token: Token, before?: number): void {
    this.#found.splice(before === undefined ? this.#found.length : before - this.#taken, 0, token);
  }

  /** What comes next may be a key. */
  #noteKey(): void {
    if (!this.#keyAllowed) return;
    this.#dropKey(this.#level);
    this.#keys[this.#level] = {
      line: this.#cursor.line,
      column: this.#cursor.column,
      at: this.#cursor.at,
      token: this.#taken + this.#found.length,
      required: this.#level === 0 && this.#indent === this.#cursor.column,
    };
  }

  #fetchEnd(): void {
    if (this.#cursor.column > 0) {
      this.#cursor.column = 0;
      this.#cursor.line++;
    }
    this.#unroll(-1);
    this.#dropKey(this.#level);
    this.#push('stream end');
    this.#ended = true;
  }

  #fetchDocumentMark(): void {
    this.#unroll(-1);
    this.#dropKey(this.#level);
    this.#keyAllowed = false;
    this.#push(this.#cursor.look() === '-' ? 'document start' : 'document end');
    this.#cursor.skip(3);
  }

  #fetchDirective(): void {
    this.#unroll(-1);
    this.#dropKey(this.#level);
    this.#keyAllowed = false;
    this.#push('directive');
    skimDirective(this.#cursor);
  }

  #fetchQuoted(quote: string): void {
    this.#noteKey();
    this.#keyAllowed = false;
    this.#push('scalar');
    skimQuoted(this.#cursor, quote);
  }

  #fetchPlain(): void {
    this.#noteKey();
    this.#push('scalar');
    // After a line break a key may come.
    this.#keyAllowed = skimPlain(this.#cursor, this.#indent + 1, this.#level > 0);
  }

  #fetchBlockScalar(): void {
    this.#dropKey(this.#level);
    this.#keyAllowed = true;
    this.#push('scalar');
    skimBlock(this.#cursor, this.#indent);
  }

  #fetchFlowStart(kind: TokenKind): void {
    this.#noteKey();
    this.#keys.push(undefined);
    this.#keyAllowed = true;
    this.#push(kind);
    this.#cursor.skip();
  }

  #fetchFlowEnd(kind: TokenKind): void {
    this.#dropKey(this.#level);
    if (this.#level > 0) this.#keys.pop();
    this.#keyAllowed = false;
    this.#push(kind);
    this.#cursor.skip();
  }

  #fetchFlowEntry(): void {
    this.#dropKey(this.#level);
    this.#keyAllowed = true;
    this.#push('flow entry');
    this.#cursor.skip();
  }

  #fetchBlockEntry(): void {
    if (this.#level === 0) {
      if (!this.#keyAllowed) {
        throw this.#cursor.mistake('block sequence entries are not allowed in this context');
      }
      this.#roll(this.#cursor.column, 'block sequence start', this.#cursor.line);
    }
    this.#dropKey(this.#level);
    this.#keyAllowed = true;
    this.#push('block entry');
    this.#cursor.skip();
  }

  #fetchKey(): void {
    if (this.#level === 0) {
      if (!this.#keyAllowed) throw this.#cursor.mistake('mapping keys are not allowed in this context');
      this.#roll(this.#cursor.column, 'block mapping start', this.#cursor.line);
    }
    this.#dropKey(this.#level);
    this.#keyAllowed = this.#level === 0;
    this.#push('key');
    this.#cursor.skip();
  }

  #fetchValue(): void {
    const key = this.#keys[this.#level];
    if (key !== undefined && this.#isValid(this.#level)) {
      this.#insert({ kind: 'key', line: key.line }, key.token);
      this.#roll(key.column, 'block mapping start', key.line, key.token);
      this.#keys[this.#level] = undefined;
      this.#keyAllowed = false;
    } else {
      if (this.#level === 0) {
        if (!this.#keyAllowed) throw this.#cursor.mistake('mapping values are not allowed in this context');
        this.#roll(this.#cursor.column, 'block mapping start', this.#cursor.line);
      }
      this.#keyAllowed = this.#level === 0;
    }
    this.#push('value');
    this.#cursor.skip();
  }

  #fetchAnchor(kind: 'alias' | 'anchor'): void {
    this.#noteKey();
    this.#keyAllowed = false;
    const { line } = this.#cursor;
    this.#insert({ kind, line, name: skimAnchor(this.#cursor) });
  }

  #fetchTag(): void {
    this.#noteKey();
    this.#keyAllowed = false;
    this.#push('tag');
    skimTag(this.#cursor, this.#level > 0);
  }
}
