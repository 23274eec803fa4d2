// What was typed at a prompt: whether more of it is to come, and how bash is given it. Lines, not the shell that reads them.

import { parse, serialize } from 'just-bash';
import { asItComes, isLive, liveVariable } from './as-it-comes.ts';
import { sinks } from './script-files.ts';

/** A quote, a here-document or a command has begun and not ended. */
export function isUnfinished(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return true;
  if (/(?:^|[^|])(?:\||\|\||&&)\s*$/.test(text)) return true;
  const here = /<<-?\s*(["']?)(\w+)\1/.exec(text)?.[2];
  if (here !== undefined && !new RegExp(`^\\t*${here}$`, 'm').test(text)) return true;
  try {
    parse(text);
    return false;
  } catch (error) {
    return error instanceof Error && isAtEnd(error.message, text);
  }
}

/** A syntax error that is where the text ends: what is wrong is that there is no more of it. */
function isAtEnd(message: string, text: string): boolean {
  if (/unexpected (?:EOF|end of)|unterminated|got EOF/i.test(message)) return true;
  const [, row, column] = /error at (\d+):(\d+)/.exec(message) ?? [];
  const lines = text.split('\n');
  const last = lines.at(-1) ?? '';
  return Number(row) > lines.length || (Number(row) === lines.length && Number(column) > last.length);
}

/** The line as bash is to evaluate it, so that what it prints is heard as it comes. @throws Error for what is no bash */
export function heardLine(text: string): string {
  const script = parse(text);
  for (const { deferredError } of script.statements) {
    if (deferredError !== undefined) throw new Error(deferredError.message);
  }
  // Written again by bash's own printer, here-documents could not be read again: such a line stays as it is.
  if (!text.includes('<<')) return serialize(asItComes(script));
  const [only, ...more] = script.statements;
  if (only !== undefined && more.length === 0 && isLive(only)) return `${liveVariable}=1 ${text}`;
  return `{ ${text}\n} >> ${sinks.out} 2>> ${sinks.err}`;
}

/** The functions that a line defines, by name, as bash would read them again. */
export function definitions(text: string): readonly (readonly [name: string, definition: string])[] {
  const script = parse(text);
  return script.statements.flatMap((statement) => {
    const [command] = statement.pipelines[0]?.commands ?? [];
    if (command?.type !== 'FunctionDef') return [];
    const alone = script.statements.length === 1;
    return [[command.name, alone ? text : serialize({ ...script, statements: [statement] })] as const];
  });
}
