// What Go's YAML reader says of text that is no YAML, worked out from what ours says. Go's scanner and parser stop at their first
// mistake and name the line where the thing they were reading began, by rules of their own; the common mistakes get its words and lines.

import type { ErrorCode, LineCounter } from 'yaml';

export interface Mistake {
  readonly code: ErrorCode;
  readonly message: string;
  /** Offsets of its first and last character. */
  readonly pos: readonly [number, number];
}

/** Lines count from 0 here, as they do there. */
export function describeMistake(text: string, mistake: Mistake, lines: LineCounter): string {
  const line = lines.linePos(mistake.pos[0]).line - 1;
  const column = lines.linePos(mistake.pos[0]).col - 1;
  switch (mistake.code) {
    case 'BAD_DIRECTIVE':
      return scanning(
        line,
        line,
        mistake.message.startsWith('Unsupported YAML version')
          ? 'found incompatible YAML document'
          : 'found unknown directive name',
      );
    case 'BAD_ALIAS':
      return scanning(line, line, 'did not find expected alphabetic or numeric character');
    case 'BAD_SCALAR_START':
      if (text[mistake.pos[0]] === ',') return parsing(line, line, 'did not find expected node content');
      return scanning(line, line, 'found character that cannot start any token');
    case 'TAB_AS_INDENT':
      return scanning(line, line, 'found character that cannot start any token');
    case 'BAD_DQ_ESCAPE':
      return scanning(line, line, 'found unknown escape character');
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY': {
      const colon = mistake.pos[0] + text.slice(mistake.pos[0]).search(/:(?=\s|$)/);
      const at = lines.linePos(Math.max(colon, mistake.pos[0])).line - 1;
      return scanning(at, at, 'mapping values are not allowed in this context');
    }
    case 'MISSING_CHAR':
      if (mistake.message.startsWith('Missing closing')) {
        const start = lines.linePos(openingQuote(text, mistake.pos[0])).line - 1;
        return scanning(start, lastLine(text), 'found unexpected end of stream');
      }
      return scanning(line, line + 1, "could not find expected ':'");
    case 'UNEXPECTED_TOKEN':
      if (mistake.message.startsWith('Unexpected block-seq-ind')) {
        return scanning(line, line, 'block sequence entries are not allowed in this context');
      }
      if (mistake.message.startsWith('Block scalar header')) {
        return scanning(line, line, 'did not find expected comment or line break');
      }
      if (mistake.message.startsWith('Unexpected explicit-key-ind')) {
        return scanning(line, line, 'mapping keys are not allowed in this context');
      }
      if (/^Unexpected (?:,|comma|flow-(?:map|seq)-end)/.test(mistake.message)) {
        return parsing(line, line, 'did not find expected node content');
      }
      return inCollection(text, line, column);
    case 'BAD_INDENT':
      if (mistake.message.startsWith('Flow')) return inFlow(text, mistake, lines);
      return inCollection(text, line, nextColumn(text, mistake.pos[0]));
    default:
      return inCollection(text, line, column);
  }
}

/** The scanner's mistakes: where the token began or, if that was in the first line, where it stopped. */
function scanning(start: number, end: number, problem: string): string {
  const line = start > 0 ? start : end;
  return line > 0 ? `line ${line + 1}: ${problem}` : problem;
}

/** The parser's: the same, and one line less. */
function parsing(start: number, end: number, problem: string): string {
  const line = start > 0 ? start : end;
  return line > 0 ? `line ${line}: ${problem}` : problem;
}

function inCollection(text: string, line: number, column: number): string {
  const open = openCollections(text, line).filter(({ indent }) => indent <= column);
  const around = open.at(-1) ?? { kind: 'mapping', indent: 0, line: 0 };
  const expected = around.kind === 'mapping' ? 'key' : "'-' indicator";
  return parsing(around.line, line, `did not find expected ${expected}`);
}

interface Open {
  readonly kind: 'mapping' | 'sequence';
  readonly indent: number;
  readonly line: number;
}

/** The block collections that lines before this one have begun, by their indentation. */
function openCollections(text: string, before: number): readonly Open[] {
  let open: Open[] = [];
  for (const [line, content] of text.split('\n').slice(0, Math.max(before, 1)).entries()) {
    let indent = content.search(/[^ ]/);
    if (indent < 0 || content[indent] === '#' || content.startsWith('---')) continue;
    open = open.filter((collection) => collection.indent <= indent);
    let rest = content.slice(indent);
    while (/^-(?: |$)/.test(rest)) {
      if (open.at(-1)?.indent !== indent || open.at(-1)?.kind !== 'sequence') {
        open.push({ kind: 'sequence', indent, line });
      }
      const width = rest.length - rest.slice(1).trimStart().length;
      indent += width;
      rest = rest.slice(width);
    }
    if (/^[^#]*:(?: |$)/.test(rest)) {
      if (open.at(-1)?.kind === 'sequence' && open.at(-1)?.indent === indent) open.pop();
      if (open.at(-1)?.indent !== indent) open.push({ kind: 'mapping', indent, line });
    }
  }
  return open;
}

/** A flow collection that is not closed, or has something in the place of a comma. */
function inFlow(text: string, mistake: Mistake, lines: LineCounter): string {
  const before = text.slice(0, mistake.pos[0] + 1);
  const opened = openBracket(before);
  const start = lines.linePos(opened).line - 1;
  const end = lines.linePos(mistake.pos[0]).line - 1;
  if (/[[{,:]\s*$/.test(text.slice(0, mistake.pos[0])) && /^[\]}]?$/.test(text[mistake.pos[0]] ?? '')) {
    return parsing(end, end, 'did not find expected node content');
  }
  const closing = text[opened] === '[' ? ']' : '}';
  return parsing(start, end, `did not find expected ',' or '${closing}'`);
}

function openBracket(before: string): number {
  const open: number[] = [];
  for (let at = 0; at < before.length; at++) {
    if (before[at] === '[' || before[at] === '{') open.push(at);
    else if (before[at] === ']' || before[at] === '}') open.pop();
  }
  return open.at(-1) ?? 0;
}

/** Where the quoted text begins that nothing ends. */
function openingQuote(text: string, end: number): number {
  const quote = text.slice(0, end).lastIndexOf('"');
  const single = text.slice(0, end).lastIndexOf("'");
  return Math.max(quote, single, 0);
}

function nextColumn(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const indent = text.slice(start).search(/[^ ]/);
  return Math.max(indent, 0);
}

function lastLine(text: string): number {
  return text.split('\n').length - 1;
}
