// What a container mounts: checked as the engine does, its named volumes made at their first use. Anonymous volumes and tmpfs belong to the
// container alone: nobody can look into them.

import type { Mount } from '../model/spec.ts';
import type { AgentContext } from './context.ts';

/** Why no container can have these mounts, whatever the machine; undefined when it can. */
export function wrongMount(mounts: readonly Mount[]): string | undefined {
  for (const { type, source, target } of mounts) {
    if (!target.startsWith('/')) return `invalid mount target, must be an absolute path: ${target}`;
    if (type === 'bind' && !source.startsWith('/')) {
      return `invalid bind mount source, must be an absolute path: ${source}`;
    }
    if (type === 'volume' && source.startsWith('/')) {
      return `invalid volume mount source, must not be an absolute path: ${source}`;
    }
    if (type === 'tmpfs' && source !== '') return 'invalid tmpfs source, source must be empty';
  }
  return undefined;
}

/** Makes the named volumes that are not there. */
export function demandVolumes(context: AgentContext, mounts: readonly Mount[]): void {
  for (const { type, source } of mounts) if (type === 'volume' && source !== '') context.demandVolume(source);
}

/** Why this machine cannot make a container with these mounts; undefined when it can. */
export function missingSource(context: AgentContext, mounts: readonly Mount[]): string | undefined {
  const missing = mounts.find(({ type, source }) => type === 'bind' && !context.hasPath(source));
  return (
    missing && `invalid mount config for type "bind": bind source path does not exist: ${missing.source}`
  );
}
