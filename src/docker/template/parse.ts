// Parses templates as Go's text/template does, with its error texts.

import { quote } from '../../model/quote.ts';
import { describeToken, lex, type Token, type TokenKind } from './lex.ts';
import { type Body, type Call, describe, type Operand, type Pipe, type Statement } from './node.ts';
import { unquote } from './unquote.ts';

/** A template that cannot be parsed, or whose execution failed; the message begins with `template: `. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** What execution had made until then. */
  readonly printed: string;

  constructor(message: string, printed = '') {
    super(message);
    this.printed = printed;
  }
}

export interface Template {
  /** Told in errors; mostly empty. */
  readonly name: string;
  readonly text: string;
  readonly body: Body;
  /** What `define` and `block` made. */
  readonly named: ReadonlyMap<string, Body>;
}

/** What ended a list of statements. */
type Ending = Stop | { readonly kind: 'end of file' };

type Stop = { readonly kind: 'end' } | { readonly kind: 'else' };

/**
 * @param isFunction tells the names of functions
 * @throws TemplateError
 */
export function parseTemplate(text: string, isFunction: (name: string) => boolean, name = ''): Template {
  const tokens = lex(text);
  const named = new Map<string, Body>();
  let variables: string[] = ['$'];
  let loops = 0;
  let position = 0;
  let actionLine = 0;

  const token = (at: number): Token => {
    const found = tokens[Math.min(at, tokens.length - 1)];
    if (found === undefined) throw new Error('a template has no tokens');
    return found;
  };
  const peek = (): Token => token(position);
  const next = (): Token => token(position++);
  const skipSpace = (): void => {
    while (peek().kind === 'space') position++;
  };
  const nextSolid = (): Token => {
    skipSpace();
    return next();
  };
  const peekSolid = (): Token => {
    skipSpace();
    return peek();
  };
  const fail = (message: string): TemplateError => {
    const { line } = token(Math.max(0, position - 1));
    return new TemplateError(`template: ${name}:${line}: ${message}`);
  };
  const unexpected = (found: Token, context: string): TemplateError => {
    if (found.kind !== 'error') return fail(`unexpected ${describeToken(found)} in ${context}`);
    const elsewhere = actionLine !== 0 && actionLine !== found.line;
    const started = elsewhere ? ` started at ${name}:${actionLine}` : '';
    return fail(
      found.text + (elsewhere && !found.text.endsWith(' action') ? ` in action${started}` : started),
    );
  };
  const expect = (kind: TokenKind, context: string): Token => {
    const found = nextSolid();
    if (found.kind !== kind) throw unexpected(found, context);
    return found;
  };

  const parsePipe = (context: string, end: TokenKind): Pipe => {
    const { at } = peekSolid();
    const declared: string[] = [];
    let assigns = false;
    while (peekSolid().kind === 'variable') {
      const before = position;
      const variable = next();
      const after = peekSolid();
      if (after.kind === 'assign' || after.kind === 'declare') {
        next();
        assigns = after.kind === 'assign';
        declared.push(variable.text);
        if (!assigns) variables.push(variable.text);
        break;
      }
      if (after.kind === 'char' && after.text === ',') {
        next();
        declared.push(variable.text);
        variables.push(variable.text);
        if (context !== 'range' || declared.length >= 2) throw fail(`too many declarations in ${context}`);
        const kind = peekSolid().kind;
        if (kind === 'variable') continue;
        if (kind !== 'right' && kind !== 'rightParen') throw fail('range can only initialize variables');
        break;
      }
      position = before;
      break;
    }
    const commands: Call[] = [];
    for (;;) {
      const found = nextSolid();
      if (found.kind === end) break;
      if (!operandKinds.has(found.kind)) throw unexpected(found, context);
      position--;
      commands.push(parseCall());
    }
    if (commands.length === 0) throw fail(`missing value for ${context}`);
    commands.forEach(({ words: [first] }, index) => {
      if (
        index > 0 &&
        first !== undefined &&
        ['bool', 'dot', 'nil', 'number', 'string'].includes(first.kind)
      ) {
        throw fail(`non executable command in pipeline stage ${index + 1}`);
      }
    });
    return { kind: 'pipe', at, declared, assigns, commands };
  };

  const parseCall = (): Call => {
    const { at } = peekSolid();
    const words: Operand[] = [];
    for (;;) {
      skipSpace();
      const operand = parseOperand();
      if (operand !== undefined) words.push(operand);
      const found = next();
      if (found.kind === 'space') continue;
      if (found.kind === 'right' || found.kind === 'rightParen') position--;
      else if (found.kind !== 'pipe') throw unexpected(found, 'operand');
      break;
    }
    if (words.length === 0) throw fail('empty command');
    return { at, words };
  };

  const parseOperand = (): Operand | undefined => {
    const base = parseTerm();
    if (base === undefined || peek().kind !== 'field') return base;
    // Go points at the second part of a chain.
    const { at } = peek();
    const names: string[] = [];
    while (peek().kind === 'field') names.push(next().text.slice(1));
    if (base.kind === 'field') return { ...base, at, names: [...base.names, ...names] };
    if (base.kind === 'variable') return { ...base, at, names: [...base.names, ...names] };
    if (['bool', 'string', 'number', 'nil', 'dot'].includes(base.kind)) {
      throw fail(`unexpected . after term ${quote(describe(base))}`);
    }
    return { kind: 'chain', at, base, names };
  };

  const parseTerm = (): Operand | undefined => {
    const found = nextSolid();
    const { at } = found;
    switch (found.kind) {
      case 'identifier':
        if (!isFunction(found.text)) throw fail(`function ${quote(found.text)} not defined`);
        return { kind: 'function', at, name: found.text };
      case 'dot':
      case 'nil':
        return { kind: found.kind, at };
      case 'variable':
        if (!variables.includes(found.text)) throw fail(`undefined variable ${quote(found.text)}`);
        return { kind: 'variable', at, name: found.text, names: [] };
      case 'field':
        return { kind: 'field', at, names: [found.text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, on: found.text === 'true' };
      case 'charConstant': {
        const rune = unquote(found.text);
        if (rune === undefined) throw fail(`malformed character constant: ${found.text}`);
        return { kind: 'number', at, written: found.text, value: rune.codePointAt(0) ?? 0, float: false };
      }
      case 'number': {
        const value = Number(found.text.replaceAll('_', '').replace(/^([+-]?)0(?=[0-7]+$)/, '$10o'));
        if (Number.isNaN(value)) throw fail(`illegal number syntax: ${quote(found.text)}`);
        const float = /^[^xX]*[.eE]/.test(found.text);
        if (!float && Math.abs(value) >= 2 ** 64) throw fail(`integer overflow: ${quote(found.text)}`);
        return { kind: 'number', at, written: found.text, value, float };
      }
      case 'leftParen':
        return parsePipe('parenthesized pipeline', 'rightParen');
      case 'string':
      case 'rawString': {
        const text = unquote(found.text);
        if (text === undefined) throw fail('invalid syntax');
        return { kind: 'string', at, quoted: found.text, text };
      }
      default:
        position--;
        return undefined;
    }
  };

  /** The statements up to `end`, `else` or the end of the file. */
  const parseList = (atTop: boolean): { readonly body: Body; readonly ending: Ending } => {
    const body: Statement[] = [];
    for (;;) {
      const found = peekSolid();
      if (found.kind === 'end of file') {
        if (!atTop) throw fail('unexpected EOF');
        return { body, ending: { kind: 'end of file' } };
      }
      next();
      if (found.kind === 'text') {
        body.push({ kind: 'text', text: found.text });
        continue;
      }
      if (found.kind !== 'left') throw unexpected(found, 'input');
      const statement = parseAction(atTop);
      if (statement === undefined) continue;
      if (statement.kind === 'end' || statement.kind === 'else') return { body, ending: statement };
      body.push(statement);
    }
  };

  const parseAction = (atTop: boolean): Statement | Stop | undefined => {
    actionLine = token(position - 1).line;
    const found = peekSolid();
    const { at } = found;
    if (found.kind === 'keyword') {
      next();
      switch (found.text) {
        case 'if':
        case 'with':
        case 'range':
          return parseControl(found.text, at);
        case 'end':
          expect('right', 'end');
          return { kind: 'end' };
        case 'else': {
          const after = peekSolid();
          if (after.kind === 'keyword' && (after.text === 'if' || after.text === 'with'))
            return { kind: 'else' };
          expect('right', 'else');
          return { kind: 'else' };
        }
        case 'break':
        case 'continue':
          expect('right', `{{${found.text}}}`);
          if (loops === 0) throw fail(`{{${found.text}}} outside {{range}}`);
          return { kind: found.text, at };
        case 'template':
          return parseTemplateCall();
        case 'block':
          return parseBlock();
        default:
          if (!atTop) throw unexpected(found, 'command');
          parseDefinition();
          return undefined;
      }
    }
    return { kind: 'action', at, pipe: parsePipe('command', 'right') };
  };

  const parseControl = (kind: 'if' | 'with' | 'range', at: number): Statement => {
    const known = variables.length;
    const pipe = parsePipe(kind, 'right');
    if (kind === 'range') loops++;
    const { body, ending } = parseList(false);
    if (kind === 'range') loops--;
    let otherwise: Body | undefined;
    if (ending.kind === 'else') {
      const after = peekSolid();
      if (after.kind === 'keyword' && after.text === kind && kind !== 'range') {
        next();
        otherwise = [parseControl(kind, after.at)];
      } else if (after.kind === 'keyword' && token(position - 1).kind !== 'right') {
        throw unexpected(next(), 'else');
      } else {
        const rest = parseList(false);
        if (rest.ending.kind !== 'end') throw fail('expected end; found {{else}}');
        otherwise = rest.body;
      }
    }
    variables = variables.slice(0, known);
    return { kind, at, pipe, body, otherwise };
  };

  const parseName = (context: string): string => {
    const found = nextSolid();
    const name = found.kind === 'string' || found.kind === 'rawString' ? unquote(found.text) : undefined;
    if (name === undefined) throw unexpected(found, context);
    return name;
  };
  const parseTemplateCall = (): Statement => {
    const { at } = peekSolid();
    const name = parseName('template clause');
    if (peekSolid().kind === 'right') {
      next();
      return { kind: 'template', at, name, pipe: undefined };
    }
    return { kind: 'template', at, name, pipe: parsePipe('template clause', 'right') };
  };
  const parseNamed = (name: string, context: string): void => {
    const outer = variables;
    variables = ['$'];
    const { body, ending } = parseList(false);
    if (ending.kind !== 'end') throw fail(`unexpected {{else}} in ${context}`);
    variables = outer;
    named.set(name, body);
  };
  const parseBlock = (): Statement => {
    const { at } = peekSolid();
    const name = parseName('block clause');
    const pipe = parsePipe('block clause', 'right');
    parseNamed(name, 'block clause');
    return { kind: 'template', at, name, pipe };
  };
  const parseDefinition = (): void => {
    const name = parseName('define clause');
    expect('right', 'define clause');
    parseNamed(name, 'define clause');
  };

  const { body, ending } = parseList(true);
  if (ending.kind !== 'end of file') throw fail(`unexpected {{${ending.kind}}}`);
  return { name, text, body, named };
}

/** What a command may begin with. */
const operandKinds: ReadonlySet<TokenKind> = new Set([
  'bool',
  'charConstant',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);
