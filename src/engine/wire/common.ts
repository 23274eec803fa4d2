// Between the model and the wire: labels and maps, microseconds and nanoseconds, and what Go leaves out when it is empty.

import { makeLabels } from '../../model/labels.ts';
import type { Meta } from '../../model/objects.ts';
import type { Driver, GenericResource, Labels } from '../../model/spec.ts';
import type * as api from '../api.ts';
import { formatInstant } from '../time.ts';

export function toMap(labels: Labels): api.StringMap {
  return Object.fromEntries(labels);
}

/** Left out when empty. */
export function toOptionalMap(labels: Labels | undefined): api.StringMap | undefined {
  return labels === undefined || labels.length === 0 ? undefined : toMap(labels);
}

export function fromMap(map: api.StringMap | null | undefined): Labels {
  return makeLabels(Object.entries(map ?? {}));
}

/** Absent when empty. */
export function fromOptionalMap(map: api.StringMap | undefined): Labels | undefined {
  const labels = fromMap(map);
  return labels.length === 0 ? undefined : labels;
}

/** A value unless it is the zero of its type: what Go's `omitempty` writes, and what the model calls absent. */
export function unlessZero<T extends string | number | boolean>(value: T | undefined): T | undefined {
  return value === '' || value === 0 || value === false ? undefined : value;
}

export function unlessEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

export function toNanoseconds(microseconds: number): api.Nanoseconds {
  return microseconds * 1_000;
}

export function toOptionalNanoseconds(microseconds: number | undefined): api.Nanoseconds | undefined {
  return microseconds === undefined ? undefined : toNanoseconds(microseconds);
}

/** Longer than anything lasts, and still exact when it is added to a moment. */
const longest = 2 ** 52;

/** Cut to microseconds; but what is less than one and not zero stays so, for there are checks that it must fail. */
export function fromNanoseconds(nanoseconds: api.Nanoseconds): number {
  const microseconds = Math.max(-longest, Math.min(longest, Math.trunc(nanoseconds / 1_000)));
  return microseconds === 0 ? Math.sign(nanoseconds) : microseconds;
}

export function fromOptionalNanoseconds(nanoseconds: api.Nanoseconds | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : fromNanoseconds(nanoseconds);
}

/** `id`, `Version`, `CreatedAt` and `UpdatedAt` of a stored object; `epoch` in microseconds since 1970. */
export function toMeta({ id, meta }: { readonly id: string; readonly meta: Meta }, epoch: number): api.Meta {
  return {
    ID: id,
    Version: { Index: unlessZero(meta.version) },
    CreatedAt: formatInstant(epoch + meta.createdAt),
    UpdatedAt: formatInstant(epoch + meta.updatedAt),
  };
}

export function toDriver({ name, options }: Driver): api.Driver {
  return { Name: unlessZero(name), Options: toOptionalMap(options) };
}

export function fromDriver({ Name = '', Options }: api.Driver): Driver {
  return { name: Name, options: fromMap(Options) };
}

export function toGenericResources(
  resources: readonly GenericResource[],
): readonly api.GenericResource[] | undefined {
  return unlessEmpty(
    resources.map((resource) =>
      'named' in resource
        ? { NamedResourceSpec: { Kind: unlessZero(resource.kind), Value: unlessZero(resource.named) } }
        : { DiscreteResourceSpec: { Kind: unlessZero(resource.kind), Value: unlessZero(resource.value) } },
    ),
  );
}

export function fromGenericResources(
  resources: readonly api.GenericResource[] | undefined,
): readonly GenericResource[] {
  return (resources ?? []).map(({ NamedResourceSpec: named, DiscreteResourceSpec: discrete }) =>
    discrete === undefined && named !== undefined
      ? { kind: named.Kind ?? '', named: named.Value ?? '' }
      : { kind: discrete?.Kind ?? '', value: discrete?.Value ?? 0 },
  );
}
