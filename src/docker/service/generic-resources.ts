// `--generic-resource`: amounts of what docker knows by name alone, `gpu=2`.

import type { GenericResource } from '../../engine/api.ts';
import { ParseFailure } from '../../model/failure.ts';
import { CommandFailure } from '../failure.ts';
import { compareText } from '../human.ts';
import { splitPair } from '../maps.ts';

/** @throws ParseFailure for a text that cannot be a resource */
export function checkGenericResource(text: string): void {
  if (!text.includes('=')) {
    throw new ParseFailure(`invalid generic-resource format \`${text}\` expected \`name=value\``);
  }
}

/** In the order of their first mention. @throws CommandFailure for members of a set, which a service cannot ask for, and for nonsense */
export function readGenericResources(texts: readonly string[]): readonly GenericResource[] {
  const values = new Map<string, string[]>();
  for (const text of texts) {
    const [kind, value] = splitPair(text);
    if (value.includes('=')) throw malformed(`incorrect term ${text}, missing '=' or malformed expression`);
    values.set(kind.trim(), [...(values.get(kind.trim()) ?? []), value.trim()]);
  }
  const read = [...values].map(([kind, given]) => readKind(kind, given));
  const named = read.find(({ names }) => names.length > 0);
  if (named !== undefined) {
    throw new CommandFailure(
      `invalid generic-resource request \`${named.kind}=${named.names[0]}\`, Named Generic Resources is not supported for service create or update`,
    );
  }
  return read.map(({ kind, amount }) => discrete(kind, amount));
}

export function discrete(kind: string, amount: number): GenericResource {
  return { DiscreteResourceSpec: { Kind: kind || undefined, Value: amount || undefined } };
}

/** In the order of their kinds; of two of one kind the later wins. */
export function mergeGenericResources(resources: readonly GenericResource[]): readonly GenericResource[] {
  const byKind = new Map(resources.map((resource) => [kindOf(resource), resource]));
  return [...byKind].sort(([a], [b]) => compareText(a, b)).map(([, resource]) => resource);
}

export function kindOf({ DiscreteResourceSpec, NamedResourceSpec }: GenericResource): string {
  return DiscreteResourceSpec?.Kind ?? NamedResourceSpec?.Kind ?? '';
}

function readKind(
  kind: string,
  values: readonly string[],
): { readonly kind: string; readonly amount: number; readonly names: readonly string[] } {
  const [first = ''] = values;
  const isAmount = (value: string): boolean => /^[+-]?[0-9]{1,18}$/.test(value);
  if (values.length > 1) {
    if (!values.some(isAmount)) return { kind, amount: 0, names: values };
    throw malformed(`mixed discrete and named resources in expression '${kind}=[${values.join(' ')}]'`);
  }
  if (!isAmount(first)) return { kind, amount: 0, names: values };
  if (Number(first) < 0) throw malformed(`cannot ask for negative resource ${kind}`);
  return { kind, amount: Number(first), names: [] };
}

function malformed(why: string): CommandFailure {
  return new CommandFailure(
    `invalid generic resource specification: could not parse GenericResource: ${why}`,
  );
}
