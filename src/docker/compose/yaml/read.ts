// YAML to values as docker's client reads it: by the rules of Go's decoder, which differ from any schema of ours, so scalars, tags, merge
// keys and repeated keys are dealt with here, on the nodes that the parser finds. Only the first document of a file counts.

import { Alias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type Scalar } from 'yaml';
import { decodeBase64 } from '../../../model/base64.ts';
import { ParseFailure } from '../../../model/failure.ts';
import { quote } from '../../../model/quote.ts';
import { CommandFailure } from '../../failure.ts';
import { isMapping, isSequence, type Mapping, type Value } from '../value.ts';
import { checkYaml } from './check.ts';
import { YamlMistake } from './cursor.ts';
import { resolveScalar } from './scalar.ts';

/**
 * Reads a compose file's text.
 * @throws CommandFailure in the words of Go's reader
 */
export function readYaml(text: string): Mapping {
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const unprintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ud800-\udfff\ue000-\ufffd]/.exec(source);
  if (unprintable !== null) throw failure('control characters are not allowed');
  const lines = new LineCounter();
  const documents = parseAllDocuments(indented(source, refuseMistakes(source)), {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  // Go's reader takes this text. What stands after the document, and a comment right after a text, it takes too.
  const error = document?.errors.find(
    ({ code, message }) => code !== 'UNEXPECTED_TOKEN' && !message.startsWith('Comments must be separated'),
  );
  if (error !== undefined) throw failure(error.message);
  const reader = new Reader(lines);
  const value = document?.contents === undefined ? null : reader.read(document.contents);
  if (reader.repeated.length > 0) {
    throw failure(`unmarshal errors:${reader.repeated.map((complaint) => `\n  ${complaint}`).join('')}`);
  }
  if (!isMapping(value)) throw new CommandFailure('top-level object must be a mapping');
  return value;
}

/** @returns where lines begin whose indentation means nothing @throws CommandFailure */
function refuseMistakes(source: string): readonly number[] {
  try {
    return checkYaml(source);
  } catch (error) {
    if (error instanceof YamlMistake) throw failure(error.message);
    throw error;
  }
}

/** Go's reader asks for no indentation within quotes and brackets, where the parser does: these lines get more than any has. */
function indented(source: string, loose: readonly number[]): string {
  const widest = Math.max(...source.split('\n').map((line) => line.search(/[^ ]|$/)));
  const starts = [0, ...loose];
  return starts.map((start, i) => source.slice(start, starts[i + 1])).join(' '.repeat(widest + 1));
}

function failure(problem: string): CommandFailure {
  return new CommandFailure(`yaml: ${problem}`);
}

/** Tags that say what a scalar is; any other leaves it text. */
const scalarTags: ReadonlySet<string> = new Set([
  '!!bool',
  '!!int',
  '!!float',
  '!!null',
  '!!timestamp',
  '!!binary',
]);

/** Goes through one document, and remembers anchors and complaints. */
class Reader {
  readonly repeated: string[] = [];
  private readonly lines: LineCounter;
  private readonly anchors = new Map<string, Node>();
  private readonly within = new Set<Node>();

  constructor(lines: LineCounter) {
    this.lines = lines;
  }

  read(node: unknown): Value {
    if (node instanceof Alias) {
      const target = this.anchors.get(node.source);
      if (target === undefined) throw failure(`unknown anchor '${node.source}' referenced`);
      if (this.within.has(target)) throw failure(`anchor '${node.source}' value contains itself`);
      return this.readAnchored(target);
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    return this.readAnchored(node);
  }

  private readAnchored(node: Node): Value {
    this.within.add(node);
    const value = this.readNode(node);
    this.within.delete(node);
    return value;
  }

  private readNode(node: Node): Value {
    if (isScalar(node)) return this.readScalar(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    if (!isMap(node)) return null;
    const pairs = node.items.map(({ key, value }) => ({ key, value }));
    if (this.complain(pairs.map(({ key }) => key))) return null;
    const entries: [Value, Value][] = [];
    const merged: Mapping[] = [];
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) merged.push(...this.readMerged(value));
      else entries.push([this.read(key), this.read(value)]);
    }
    const texts: [string, Value][] = [];
    for (const [key, value] of entries) {
      if (typeof key !== 'string') return { kind: 'odd mapping', entries };
      texts.push([key, value]);
    }
    const mapping = new Map(texts);
    for (const [key, value] of merged.flatMap((other) => [...other])) {
      if (!mapping.has(key)) mapping.set(key, value);
    }
    return mapping;
  }

  /** What a merge key brings in: one mapping, or several of which the first to have a key wins. */
  private readMerged(node: unknown): Mapping[] {
    const value = this.read(node);
    const mappings = isSequence(value) ? value : [value];
    return mappings.map((mapping) => {
      if (!isMapping(mapping)) throw failure('map merge requires map or sequence of maps as the value');
      return mapping;
    });
  }

  private readScalar(node: Scalar): Value {
    const text = typeof node.value === 'string' ? node.value : '';
    const quoted = node.type !== 'PLAIN';
    const tag = (node.tag ?? '').replace(/^tag:yaml\.org,2002:/, '!!');
    if (tag === '' || tag === '!') return quoted ? text : resolveScalar(text);
    if (!scalarTags.has(tag)) return text;
    if (tag === '!!binary') return decodeBinary(text);
    const value = resolveScalar(text);
    const found = tagOf(value);
    if (found === tag) return value;
    if (tag === '!!float' && found === '!!int') return { kind: 'float', value: Number(text) };
    throw failure(`cannot decode ${found} \`${text}\` as a ${tag}`);
  }

  /** Whether the same key is there twice. */
  private complain(keys: readonly unknown[]): boolean {
    const known = this.repeated.length;
    for (const [index, first] of keys.entries()) {
      for (const other of keys.slice(index + 1)) {
        if (!isScalar(first) || !isScalar(other) || first.value !== other.value) continue;
        const name = quote(String(other.value));
        this.repeated.push(
          `line ${this.line(other)}: mapping key ${name} already defined at line ${this.line(first)}`,
        );
      }
    }
    return this.repeated.length > known;
  }

  private line(node: Scalar): number {
    return this.lines.linePos(node.range?.[0] ?? 0).line;
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && key.tag === undefined;
}

function tagOf(value: Value): string {
  if (value === null) return '!!null';
  if (typeof value === 'string') return '!!str';
  if (typeof value === 'boolean') return '!!bool';
  if (isSequence(value)) return '!!seq';
  if (isMapping(value)) return '!!map';
  switch (value.kind) {
    case 'integer':
      return '!!int';
    case 'float':
      return '!!float';
    case 'instant':
      return '!!timestamp';
    case 'odd mapping':
      return '!!map';
  }
}

function decodeBinary(text: string): string {
  try {
    return decodeBase64(text.replace(/[\r\n]/g, ''));
  } catch (error) {
    if (error instanceof ParseFailure) throw failure('!!binary value contains invalid base64 data');
    throw error;
  }
}
