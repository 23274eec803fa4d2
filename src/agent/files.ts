// Secrets and configs as files of a container: put there when it starts, from what the node was sent (R-R178).

import { decodeBase64 } from '../model/base64.ts';
import { ParseFailure } from '../model/failure.ts';
import type { AssignedFile } from '../model/messages.ts';
import type { NodeDescription, Task } from '../model/objects.ts';
import type { FileReference } from '../model/spec.ts';
import { expandContent, type TemplateFunctions } from '../model/template.ts';
import type { ContainerFile } from './container.ts';
import type { AgentState } from './state.ts';

type Kind = 'secret' | 'config';

/** The secrets or the configs that a task asks for, with those that the node has. */
interface Shelf {
  readonly kind: Kind;
  readonly references: readonly FileReference[];
  readonly held: ReadonlyMap<string, AssignedFile>;
  readonly folder: string;
}

/** All files of a task, or why it cannot have them: after a restart a node has none before a manager sends them again (R-R190). */
export function filesOf(
  state: AgentState,
  task: Task,
): { readonly files: readonly ContainerFile[] } | { readonly error: string } {
  const { container } = task.spec;
  const shelves: readonly Shelf[] = [
    { kind: 'secret', references: container.secrets, held: state.secrets, folder: '/run/secrets/' },
    { kind: 'config', references: container.configs, held: state.configs, folder: '/' },
  ];
  try {
    return { files: shelves.flatMap((shelf) => readShelf(shelf, shelves, task, state.description)) };
  } catch (error) {
    if (error instanceof ParseFailure) return { error: error.message };
    throw error;
  }
}

/** @throws ParseFailure for what is missing, or is a template that cannot be filled in */
function readShelf(
  { kind, references, held, folder }: Shelf,
  shelves: readonly Shelf[],
  task: Task,
  node: NodeDescription,
): ContainerFile[] {
  const missing = references.find(({ id }) => !held.has(id));
  if (missing !== undefined) throw unavailable(kind, `${kind} ${missing.id} not found`);
  return references.flatMap(({ id, target, runtime }) => {
    const file = held.get(id);
    if (file === undefined || runtime) return [];
    const path = target.startsWith('/') ? target : folder + target;
    return [{ path, content: readFile(kind, file, shelves, task, node) }];
  });
}

/** The content, filled in where it is a template of the only kind there is. */
function readFile(
  kind: Kind,
  { id, spec }: AssignedFile,
  shelves: readonly Shelf[],
  task: Task,
  node: NodeDescription,
): string {
  const content = decodeBase64(spec.data);
  if (spec.templating === undefined) return content;
  try {
    if (spec.templating.name !== 'golang') throw new ParseFailure('unrecognized template type');
    return expandContent(content, task, node, functionsOf(shelves, task));
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    throw unavailable(kind, `failed to expand templated ${kind} ${id}: ${error.message}`);
  }
}

function unavailable(kind: Kind, why: string): ParseFailure {
  return new ParseFailure(`unable to get ${kind} from ${kind} store: ${why}`);
}

/** What a template of a task may call: `env` with a variable's name, `secret` and `config` with the target of another file, as it is. */
function functionsOf(shelves: readonly Shelf[], task: Task): TemplateFunctions {
  const variables = new Map(
    task.spec.container.env.map((entry): readonly [string, string] => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
  return new Map([
    ['env', (name: string) => variables.get(name) ?? ''],
    ...shelves.map(({ kind, references, held }) => {
      const read = (target: string): string => {
        const file = held.get(references.find((reference) => reference.target === target)?.id ?? '');
        if (file === undefined) throw new ParseFailure(`${kind} target ${target} not found`);
        return decodeBase64(file.spec.data);
      };
      return [kind, read] as const;
    }),
  ]);
}
