// How users name objects of the swarm: by full ID, by name, or by the beginning of an ID that has only one.

import { RequestFailure } from './failure.ts';

/**
 * @param what `service`, `node` ... as texts have it
 * @throws RequestFailure 404 when there is none, 400 when there are several
 */
export function find<R extends { readonly id: string }>(
  what: string,
  key: string,
  records: readonly R[],
  nameOf: (record: R) => string | undefined,
): R {
  const exact = records.find(({ id }) => id === key);
  if (exact !== undefined) return exact;
  // Names are compared without regard to case (R-R196).
  const named = records.filter((record) => nameOf(record)?.toLowerCase() === key.toLowerCase());
  const found = named.length > 0 ? named : records.filter(({ id }) => id.startsWith(key));
  const [first, ...others] = found;
  if (first === undefined) throw new RequestFailure(404, `${what} ${key} not found`);
  if (others.length > 0) {
    throw new RequestFailure(400, `${what} ${key} is ambiguous (${found.length} matches found)`);
  }
  return first;
}
