// A configuration: what compose files say once they are read, checked and put together.

import { isMapping, type Mapping, type Value } from './value.ts';

/** By name. What each has is written down in shape.ts. */
export type Section = ReadonlyMap<string, Mapping>;

export interface Config {
  readonly version: string;
  readonly services: Section;
  readonly networks: Section;
  readonly volumes: Section;
  readonly secrets: Section;
  readonly configs: Section;
  /** Keys of the file that begin with `x-`. */
  readonly extensions: Mapping;
}

/** The keys of a mapping that begin with `x-`. */
export function extensionsOf(value: Value): Mapping {
  return new Map(isMapping(value) ? [...value].filter(([key]) => key.startsWith('x-')) : []);
}
