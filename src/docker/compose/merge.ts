// Several configurations put together: each adds to those before it and overrides them. What is zero or empty overrides nothing.

import { type Config, extensionsOf, type Section } from './config.ts';
import { type Holding, isZero, type ListMerge, type Shape, serviceShape } from './shape.ts';
import { isMapping, isSequence, type Mapping, printValue, type Sequence, type Value } from './value.ts';

type MapHolding = Extract<Holding, { readonly kind: 'map' }>;

/** The version and the extensions are those of the first. */
export function merge(configs: readonly Config[]): Config {
  return configs.reduce((base, override) => ({
    version: base.version,
    services: mergeServices(base.services, override.services),
    networks: mergeSection(base.networks, override.networks),
    volumes: mergeSection(base.volumes, override.volumes),
    secrets: mergeSection(base.secrets, override.secrets),
    configs: mergeSection(base.configs, override.configs),
    extensions: base.extensions,
  }));
}

function mergeServices(base: Section, override: Section): Section {
  return mergeEach(base, override, (earlier, later) => {
    const own = mergeEach(extensionsOf(earlier), extensionsOf(later), mergeAny);
    return new Map([...mergePart(serviceShape, earlier, later), ...own]);
  });
}

/** Of what is no service, the last word counts. */
function mergeSection(base: Section, override: Section): Section {
  return new Map([...base, ...override]);
}

function mergeEach<T>(
  base: ReadonlyMap<string, T>,
  override: ReadonlyMap<string, T>,
  both: (earlier: T, later: T) => T,
): ReadonlyMap<string, T> {
  const merged = new Map(base);
  for (const [key, later] of override) {
    const earlier = merged.get(key);
    merged.set(key, earlier === undefined ? later : both(earlier, later));
  }
  return merged;
}

function mergePart(shape: Shape, base: Mapping, override: Mapping): Mapping {
  const merged = new Map(base);
  for (const field of shape) {
    const earlier = base.get(field.key);
    const later = override.get(field.key);
    if (earlier === undefined) {
      if (later !== undefined) merged.set(field.key, later);
      continue;
    }
    const value = mergeValue(field.holding, earlier, later, field.kept === true);
    merged.set(field.key, value);
  }
  return merged;
}

/** Extensions add up, at every depth. */
function mergeAny(base: Value, override: Value): Value {
  if (isSequence(base) && isSequence(override)) return [...base, ...override];
  return isMapping(base) && isMapping(override) ? mergeEach(base, override, mergeAny) : override;
}

/** @param kept a count that is zero counts all the same */
function mergeValue(holding: Holding, base: Value, override: Value | undefined, kept: boolean): Value {
  switch (holding.kind) {
    case 'list':
      if (!isSequence(base)) return override ?? base;
      return mergeLists(base, isSequence(override) ? override : [], holding.merge);
    case 'map':
      if (!isMapping(base) || !isMapping(override)) return base;
      return mergeEach(base, override, (earlier, later) => mergeItem(holding, earlier, later));
    case 'part':
      if (!isMapping(base) || !isMapping(override)) return base;
      if (holding.merge === 'logging') return mergeLogging(holding.shape, base, override);
      return mergePart(holding.shape, base, override);
    case 'count':
      return override !== undefined && (kept || !isZero(override)) ? override : base;
    default:
      return override === undefined || isZero(override) ? base : override;
  }
}

/** What two mappings have under one key. */
function mergeItem({ values, nullable }: MapHolding, base: Value, override: Value): Value {
  if (nullable && isZero(override) && !isZero(base)) return base;
  if (values.kind !== 'part' || values.merge === 'ulimit') return override;
  if (!isMapping(base)) return override;
  if (!isMapping(override)) return base;
  // A service's attachment to a network: its aliases are replaced, its options stay.
  const merged = new Map(base);
  const aliases = override.get('aliases');
  if (aliases === undefined) merged.delete('aliases');
  else merged.set('aliases', aliases);
  for (const key of ['ipv4_address', 'ipv6_address']) {
    const address = override.get(key);
    if (address !== undefined) merged.set(key, address);
  }
  return merged;
}

function mergeLists(base: Sequence, override: Sequence, how: ListMerge | undefined): Sequence {
  if (how === undefined) return [...base, ...override];
  if (how === 'replace') return override.length > 0 ? override : base;
  const byKey = new Map<string, Value>();
  for (const item of [...base, ...override]) byKey.set(keyOf(item, how.by), item);
  return [...byKey].sort(([a], [b]) => compareByKey(a, b)).map(([, item]) => item);
}

function keyOf(item: Value, key: string): string {
  return isMapping(item) ? printValue(item.get(key) ?? '') : '';
}

/** Ports by their number, all else as text. */
function compareByKey(a: string, b: string): number {
  const numbers = /^[0-9]*$/.test(a) && /^[0-9]*$/.test(b);
  if (numbers) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Options of the same driver add up; another driver brings its own. */
function mergeLogging(shape: Shape, base: Mapping, override: Mapping): Mapping {
  const [earlier, later] = [base.get('driver'), override.get('driver')];
  const same = earlier === later || earlier === undefined || later === undefined;
  if (!same) return override;
  const merged = new Map([...mergePart(shape, base, override), ['driver', earlier ?? later ?? ''] as const]);
  // Where there were no options none are added.
  if (!base.has('options')) merged.delete('options');
  return merged;
}
