// Whether Go's reader of YAML takes a text, and if not, what it says: the grammar of the first document, token by token. The tree itself is
// read by package yaml, which is content with more in some places and with less in others, and has other words for what is wrong.

import { YamlMistake } from './cursor.ts';
import { Scanner, type Token, type TokenKind } from './tokens.ts';

/**
 * @returns where lines begin whose indentation means nothing
 * @throws YamlMistake
 */
export function checkYaml(text: string): readonly number[] {
  const grammar: Grammar = { scanner: new Scanner(text), anchors: new Set() };
  const { scanner } = grammar;
  let directives = false;
  for (; scanner.peek().kind === 'directive'; directives = true) scanner.take();
  if (scanner.peek().kind === 'stream end') return [];
  if (scanner.peek().kind === 'document start') {
    scanner.take();
    checkUnless(grammar, ['directive', 'document start', 'document end', 'stream end'], true);
  } else if (directives) {
    throw mistake('did not find expected <document start>', scanner.peek(), scanner.peek());
  } else checkNode(grammar, true, false);
  // What comes right after the document counts.
  scanner.peek();
  return scanner.loose;
}

interface Grammar {
  readonly scanner: Scanner;
  /** Those that were seen. */
  readonly anchors: Set<string>;
}

/** The parser's mistakes. @param start the collection or node that is being read; the line that is told, unless it is the first */
function mistake(problem: string, start: Token, found: Token): YamlMistake {
  const line = start.line > 0 ? start.line : found.line;
  return new YamlMistake(line > 0 ? `line ${line}: ${problem}` : problem);
}

/**
 * @param inBlock block collections may stand here
 * @param indentless so may a sequence that is not indented
 */
function checkNode(grammar: Grammar, inBlock: boolean, indentless: boolean): void {
  const { scanner, anchors } = grammar;
  const start = scanner.peek();
  if (start.kind === 'alias') {
    const { name = '' } = scanner.take();
    if (!anchors.has(name)) throw new YamlMistake(`unknown anchor '${name}' referenced`);
    return;
  }
  const properties = takeProperties(grammar);
  const token = scanner.peek();
  if (token.kind === 'block entry' && indentless) checkIndentless(grammar);
  else if (token.kind === 'scalar') scanner.take();
  else if (token.kind === 'flow sequence start') checkFlow(grammar, 'flow sequence end', ']');
  else if (token.kind === 'flow mapping start') checkFlow(grammar, 'flow mapping end', '}');
  else if (token.kind === 'block sequence start' && inBlock) checkBlockSequence(grammar);
  else if (token.kind === 'block mapping start' && inBlock) checkBlockMapping(grammar);
  else if (!properties) throw mistake('did not find expected node content', start, token);
}

/** An anchor and a tag, in either order. @returns whether there were any */
function takeProperties({ scanner, anchors }: Grammar): boolean {
  const first = scanner.peek();
  if (first.kind !== 'anchor' && first.kind !== 'tag') return false;
  const taken = [scanner.take()];
  if (scanner.peek().kind === (first.kind === 'anchor' ? 'tag' : 'anchor')) taken.push(scanner.take());
  for (const { name } of taken) if (name !== undefined) anchors.add(name);
  return true;
}

/** A node, unless one of these comes, which means that there is nothing. */
function checkUnless(
  grammar: Grammar,
  ends: readonly TokenKind[],
  inBlock: boolean,
  indentless = false,
): void {
  if (!ends.includes(grammar.scanner.peek().kind)) checkNode(grammar, inBlock, indentless);
}

function checkBlockSequence(grammar: Grammar): void {
  const { scanner } = grammar;
  const start = scanner.take();
  while (scanner.peek().kind === 'block entry') {
    scanner.take();
    checkUnless(grammar, ['block entry', 'block end'], true);
  }
  const end = scanner.peek();
  if (end.kind !== 'block end') throw mistake("did not find expected '-' indicator", start, end);
  scanner.take();
}

function checkIndentless(grammar: Grammar): void {
  while (grammar.scanner.peek().kind === 'block entry') {
    grammar.scanner.take();
    checkUnless(grammar, ['block entry', 'key', 'value', 'block end'], true);
  }
}

function checkBlockMapping(grammar: Grammar): void {
  const { scanner } = grammar;
  const start = scanner.take();
  while (scanner.peek().kind === 'key') {
    scanner.take();
    checkPair(grammar, ['key', 'value', 'block end'], ['key', 'value', 'block end'], true);
  }
  const end = scanner.peek();
  if (end.kind !== 'block end') throw mistake('did not find expected key', start, end);
  scanner.take();
}

/** A key and its value, either of which may be missing. @param noKey what comes when the key is @param noValue when the value is */
function checkPair(
  grammar: Grammar,
  noKey: readonly TokenKind[],
  noValue: readonly TokenKind[],
  inBlock: boolean,
): void {
  checkUnless(grammar, noKey, inBlock, inBlock);
  if (grammar.scanner.peek().kind !== 'value') return;
  grammar.scanner.take();
  checkUnless(grammar, noValue, inBlock, inBlock);
}

/** Sequences have pairs among their items, mappings keys without a value. */
function checkFlow(grammar: Grammar, end: TokenKind, closing: string): void {
  const { scanner } = grammar;
  const start = scanner.take();
  for (let first = true; scanner.peek().kind !== end; first = false) {
    if (!first) {
      const comma = scanner.peek();
      if (comma.kind !== 'flow entry') {
        throw mistake(`did not find expected ',' or '${closing}'`, start, comma);
      }
      scanner.take();
    }
    if (scanner.peek().kind === 'key') {
      scanner.take();
      checkPair(grammar, ['value', 'flow entry', end], ['flow entry', end], false);
    } else checkUnless(grammar, [end], false);
  }
  scanner.take();
}
