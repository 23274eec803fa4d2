// Secrets and configs as files of a container: put there when it starts, from what the node was sent (R-R178).

import { decodeBase64 } from '../model/base64.ts';
import type { AssignedFile } from '../model/messages.ts';
import type { Task } from '../model/objects.ts';
import type { FileReference } from '../model/spec.ts';
import type { ContainerFile } from './container.ts';
import type { AgentState } from './state.ts';

/** All files of a task, or why it cannot have them: after a restart a node has none before a manager sends them again (R-R190). */
export function filesOf(
  state: AgentState,
  { spec: { container } }: Task,
): { readonly files: readonly ContainerFile[] } | { readonly error: string } {
  const files: ContainerFile[] = [];
  for (const [kind, references, held, folder] of [
    ['secret', container.secrets, state.secrets, '/run/secrets/'],
    ['config', container.configs, state.configs, '/'],
  ] as const) {
    const missing = references.find(({ id }) => !held.has(id));
    if (missing !== undefined) {
      return { error: `unable to get ${kind} from ${kind} store: ${kind} ${missing.id} not found` };
    }
    for (const reference of references) files.push(...fileOf(reference, held, folder));
  }
  return { files };
}

function fileOf(
  { id, target, runtime }: FileReference,
  held: ReadonlyMap<string, AssignedFile>,
  folder: string,
): ContainerFile[] {
  const file = held.get(id);
  if (file === undefined || runtime) return [];
  return [{ path: target.startsWith('/') ? target : folder + target, content: decodeBase64(file.spec.data) }];
}
