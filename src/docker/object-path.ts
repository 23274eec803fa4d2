// Paths of the API, of things that users call by name or identifier.

import { CommandFailure } from './failure.ts';

type Noun = 'config' | 'container' | 'network' | 'node' | 'secret' | 'service' | 'volume';

/** @param called what a failure calls the thing @throws CommandFailure for an empty reference */
export function objectPath(noun: Noun, reference: string, called: string = noun): string {
  if (reference.trim() === '') throw new CommandFailure(`invalid ${called} name or ID: value is empty`);
  return `/${noun}s/${reference}`;
}
