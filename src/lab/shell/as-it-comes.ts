// Output as it comes. Bash gives what a script printed when all of it has ended. So every statement at the top of a script is redirected to a
// sink, which passes on what the statement printed when that has ended: what it complained of first, then the rest. A statement
// that is one command of ours, and goes nowhere else, is told to print by itself, and does so at once.

import type { CommandNode, ScriptNode, SimpleCommandNode, StatementNode, WordNode } from 'just-bash';
import { sinks } from './script-files.ts';

/** Set for commands of ours that print at once. */
export const liveVariable = 'LAB_LIVE';

type RedirectionNode = SimpleCommandNode['redirections'][number];

const ours: ReadonlySet<string> = new Set(['docker', 'lab', 'curl']);

export function asItComes(script: ScriptNode): ScriptNode {
  return { ...script, statements: script.statements.map(heard) };
}

function heard(statement: StatementNode): StatementNode {
  // Bash tells the place of a syntax error only when it comes to it.
  if (statement.deferredError !== undefined) return statement;
  return live(statement) ?? redirected(statement);
}

/** A statement that is one command of ours, has no other in its words, and goes nowhere else. */
export function isLive(statement: StatementNode): boolean {
  return live(statement) !== undefined;
}

/** The statement with a command that prints by itself; undefined when it is not one of those. */
function live(statement: StatementNode): StatementNode | undefined {
  const [pipeline, ...more] = statement.pipelines;
  const [command, ...others] = pipeline?.commands ?? [];
  const alone = pipeline !== undefined && more.length === 0 && others.length === 0 && !statement.background;
  if (!alone || command?.type !== 'SimpleCommand' || command.redirections.some(isOutput)) return undefined;
  const [name] = command.name?.parts ?? [];
  if (name?.type !== 'Literal' || !ours.has(name.value) || substitutes(command)) return undefined;
  const assignment = {
    type: 'Assignment' as const,
    name: liveVariable,
    value: word('1'),
    append: false,
    array: null,
  };
  const printing: CommandNode = { ...command, assignments: [...command.assignments, assignment] };
  return { ...statement, pipelines: [{ ...pipeline, commands: [printing] }] };
}

/** What runs in its words would inherit the variable, and print what the command is to be given. */
function substitutes(command: SimpleCommandNode): boolean {
  return /"type":"(?:Command|Process)Substitution"/.test(JSON.stringify(command));
}

function isOutput({ operator }: RedirectionNode): boolean {
  return operator.includes('>');
}

function redirected(statement: StatementNode): StatementNode {
  const to = (fd: number | null, path: string): RedirectionNode => ({
    type: 'Redirection',
    fd,
    operator: '>>',
    target: word(path),
  });
  const group: CommandNode = {
    type: 'Group',
    body: [statement],
    redirections: [to(null, sinks.out), to(2, sinks.err)],
  };
  return {
    type: 'Statement',
    pipelines: [{ type: 'Pipeline', commands: [group], negated: false }],
    operators: [],
    background: false,
  };
}

function word(value: string): WordNode {
  return { type: 'Word', parts: [{ type: 'Literal', value }] };
}
