// What marks the objects of a stack: the prefix of their names, and a label.

import type { StringMap } from '../../../engine/api.ts';
import type { Filters } from '../../filters.ts';
import { sortedMap } from '../../maps.ts';
import { textAt } from '../read.ts';
import type { Mapping } from '../value.ts';

/** Its value is the name of the stack. */
export const namespaceLabel = 'com.docker.stack.namespace';
/** Of services: the image as the compose file has it, before a registry was asked. */
export const imageLabel = 'com.docker.stack.image';

/** What something is called in the swarm: the name it was given, else its key in the file, with the stack's name before it. */
export function scopedName(stack: string, key: string, object?: Mapping): string {
  return (object && textAt(object, 'name')) || `${stack}_${key}`;
}

export function stackLabels(stack: string, labels: readonly (readonly [string, string])[]): StringMap {
  return sortedMap([...labels, [namespaceLabel, stack]]);
}

/** What the objects of a stack have in common, and what else is asked for. */
export function stackFilters(stack: string, filters: Filters = new Map()): Filters {
  const labels = new Set(filters.get('label')).add(`${namespaceLabel}=${stack}`);
  return new Map([...filters, ['label', labels]]);
}

/** Managed outside the stack. */
export function isExternal(object: Mapping): boolean {
  return object.has('external');
}

/** Networks that every node has. */
export function isPredefined(network: string): boolean {
  return ['default', 'bridge', 'host', 'none'].includes(network) || /^container(?::|$)/.test(network);
}
