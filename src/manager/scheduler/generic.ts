// Generic resources: what a node still offers of a kind, claiming and giving back (R-G4 to R-G7). Pure functions from list to list.

import type { GenericResource } from '../../model/spec.ts';

type Offer = readonly GenericResource[];

/** True when each entry of `request` by itself could be claimed from `available` (R-G5). */
export function enough(available: Offer, request: Offer): boolean {
  return request.every((wanted) => 'value' in wanted && enoughOf(available, wanted.kind, wanted.value));
}

/**
 * Takes what `request` asks for: what is left, and what was taken. A request that finds a kind missing takes nothing at all (R-G6).
 */
export function claim(available: Offer, request: Offer): { readonly left: Offer; readonly taken: Offer } {
  if (request.length === 0) return { left: available, taken: request };
  const taken: GenericResource[] = [];
  for (const wanted of request) {
    // Each entry chooses from what was there before the claim, not from what the entries before it left.
    const chosen = 'value' in wanted ? choose(available, wanted.kind, wanted.value) : undefined;
    if (chosen === undefined) return { left: available, taken: [] };
    taken.push(...chosen);
  }
  return { left: deduct(available, taken), taken };
}

/** `available` without `held`. A discrete amount that reaches 0 or less is removed: its kind then counts as missing (R-G6). */
export function deduct(available: Offer, held: Offer): Offer {
  if (held.length === 0) return available;
  const left: GenericResource[] = [];
  for (const offered of available) {
    if ('named' in offered) {
      const gone = held.some((h) => 'named' in h && h.kind === offered.kind && h.named === offered.named);
      if (!gone) left.push(offered);
      continue;
    }
    const amounts = held.filter((h) => 'value' in h && h.kind === offered.kind);
    const value = amounts.reduce((rest, h) => ('value' in h ? rest - h.value : rest), offered.value);
    if (amounts.length === 0) left.push(offered);
    else if (value > 0) left.push({ kind: offered.kind, value });
  }
  return left;
}

/** `available` with `held` given back, and then held against what the node reports to have (R-G7). */
export function giveBack(available: Offer, held: Offer, reported: Offer): Offer {
  let more = available;
  for (const resource of held) more = add(more, resource);
  return sanitize(more, reported);
}

function enoughOf(available: Offer, kind: string, value: number): boolean {
  const first = available.find((resource) => resource.kind === kind);
  if (first === undefined) return false;
  if ('value' in first) return value <= first.value;
  return value <= available.filter((resource) => resource.kind === kind).length;
}

/** Undefined when the node has nothing of that kind. */
function choose(available: Offer, kind: string, value: number): GenericResource[] | undefined {
  const names: GenericResource[] = [];
  for (const resource of available) {
    if (resource.kind !== kind) continue;
    if ('value' in resource) return resource.value >= value && value !== 0 ? [{ kind, value }] : [];
    names.push(resource);
    // 0 is never reached, so it takes all names.
    if (names.length === value) return names;
  }
  return names.length === 0 ? undefined : names;
}

function add(available: Offer, resource: GenericResource): Offer {
  if ('named' in resource) return [...available, resource];
  const same = available.filter((other) => other.kind === resource.kind);
  const [only] = same;
  if (only === undefined) return [...available, resource];
  // The kind has become a set of names: `sanitize` decides.
  if (same.length > 1 || 'named' in only) return available;
  const sum = { kind: resource.kind, value: only.value + resource.value };
  return available.map((other) => (other === only ? sum : other));
}

/** What is not as the node reports it is replaced by what the node reports, at the end of the list, once per kind. */
function sanitize(available: Offer, reported: Offer): Offer {
  const kept: GenericResource[] = [];
  const replaced: GenericResource[] = [];
  const kinds = new Set<string>();
  for (const resource of available) {
    const offered = reported.filter((other) => other.kind === resource.kind);
    if (isSane(resource, offered)) {
      kept.push(resource);
    } else if (!kinds.has(resource.kind)) {
      kinds.add(resource.kind);
      const typeChanged = 'value' in resource || offered.some((other) => 'value' in other);
      if (typeChanged) replaced.push(...offered);
    }
  }
  return [...kept, ...replaced];
}

function isSane(resource: GenericResource, offered: Offer): boolean {
  if ('named' in resource) return offered.some((other) => 'named' in other && other.named === resource.named);
  const [only] = offered;
  return offered.length === 1 && only !== undefined && 'value' in only && resource.value <= only.value;
}
