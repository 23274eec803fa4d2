// The rules of style for explanations, as checks: each returns what is wrong, in words.

import type { Explanation } from '../../../src/lab/explain/explanation.ts';
import type { RunRecord } from '../../../src/lab/explain/record.ts';

const banned =
  /\b(simply|just|obviously|magic(ally)?|easily|of course|unfortunately|swarm decide[sd]?|your fault)\b/i;
/** Words with quotation marks in them are between others. */
const quotes = /“([^”]*)”|"([^"]*)"/g;

/** Everything wrong with an explanation of a run. */
export function faultsOf(record: RunRecord, explanation: Explanation): readonly string[] {
  return [...faultsOfWords(record, explanation), ...faultsOfChain(record, explanation)];
}

function faultsOfWords(record: RunRecord, explanation: Explanation): string[] {
  const { line, chain, rule, next, ifOnly, youCan } = explanation;
  const faults: string[] = [];
  const others = [rule?.text, next, ifOnly, youCan].filter((text) => text !== undefined);
  const texts = [line, ...chain.map(({ sentence }) => sentence), ...others];
  if (wordsIn(line) > 18) faults.push(`the line has ${wordsIn(line)} words: ${line}`);
  for (const text of texts) {
    const own = text.replace(quotes, 'QUOTE');
    if (banned.test(own)) faults.push(`a banned word: ${text}`);
    if (/!(?!=)/.test(own)) faults.push(`an exclamation mark: ${text}`);
    if (!/[.]$/.test(text)) faults.push(`no full stop: ${text}`);
    if (/undefined|NaN|Infinity|\[object/.test(text)) faults.push(`no word: ${text}`);
    if (/ {2}|^ /.test(text)) faults.push(`a hole: ${text}`);
    for (const sentence of own.split(/(?<=\.) (?=[A-Z])/)) {
      if (wordsIn(sentence) > 20) faults.push(`a sentence has ${wordsIn(sentence)} words: ${text}`);
    }
    for (const [, marked, plain = ''] of text.matchAll(quotes)) {
      const quote = marked ?? plain;
      if (!isReal(record, explanation, quote)) faults.push(`nobody said ${JSON.stringify(quote)}`);
    }
  }
  for (const { actor, sentence, root } of chain) {
    if (root === 'fault') continue;
    const begins = sentence.replace(/^The /, '').toLowerCase().startsWith(actor.toLowerCase());
    if (!begins) faults.push(`the actor ${actor} does not begin: ${sentence}`);
  }
  if (rule !== undefined && !/^R-[A-Z]\d+$/.test(rule.reference)) faults.push(`no rule: ${rule.reference}`);
  return faults;
}

function faultsOfChain(record: RunRecord, { chain, nodes, subject }: Explanation): string[] {
  const faults: string[] = [];
  if (chain.length > 6) faults.push(`${chain.length} links`);
  if (chain.every(({ root }) => root === undefined)) faults.push(`the chain of ${subject} has no root`);
  chain.forEach(({ at, event: seq, root, sentence }, i) => {
    const event = record.eventOf(seq);
    if (at < event.at) faults.push(`told before it happened: ${sentence}`);
    if (at < (chain[i - 1]?.at ?? 0)) faults.push(`out of order: ${sentence}`);
    if (root === 'draw') {
      if (record.draws.every((draw) => draw.seq !== seq)) faults.push(`nothing was drawn: ${sentence}`);
    } else if (root !== undefined && root !== event.kind) {
      faults.push(`the root is a ${event.kind}, not a ${root}: ${sentence}`);
    }
  });
  const chosen = nodes?.filter((row) => row.chosen) ?? [];
  if (chosen.length > 1) faults.push('two nodes are chosen');
  for (const { node, rejected } of chosen) {
    if (rejected.length > 0) faults.push(`${node} is chosen and rejected: ${rejected.join()}`);
  }
  return faults;
}

function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Whether the swarm said it, or an operator typed it, in this run. */
function isReal(record: RunRecord, { chain }: Explanation, quote: string): boolean {
  return (
    chain.some(({ facts }) => facts.command === quote || facts.constraint === quote) ||
    record.changes.some(({ event }) => {
      if (event.action === 'remove') return false;
      if (event.kind === 'task') return [event.after.status.err, event.after.status.message].includes(quote);
      return event.kind === 'service' && event.after.updateStatus?.message === quote;
    }) ||
    record.notes.some(({ note }) => {
      if (note.kind !== 'answer') return false;
      if ('error' in note) return note.error.message === quote;
      return 'reply' in note && note.reply.method === 'control.failed' && note.reply.error.message === quote;
    })
  );
}
