// A configuration as `docker stack config` prints it: what a compose file would say that says the same in full.

import { type Config, extensionsOf, type Section } from './config.ts';
import { printNanoseconds } from './duration.ts';
import {
  type Field,
  fileObjectShape,
  type Holding,
  isZero,
  networkShape,
  type Shape,
  serviceShape,
  volumeShape,
} from './shape.ts';
import { integer, isMapping, isNumber, isSequence, type Mapping, printValue, type Value } from './value.ts';
import { compareKeys, emitYaml } from './yaml/emit.ts';

export function printConfig(config: Config): string {
  const sections: readonly (readonly [string, Section, Shape])[] = [
    ['networks', config.networks, networkShape],
    ['volumes', config.volumes, volumeShape],
    ['secrets', config.secrets, fileObjectShape],
    ['configs', config.configs, fileObjectShape],
  ];
  const file = new Map<string, Value>([['version', config.version]]);
  file.set('services', printSection(config.services, serviceShape));
  for (const [key, section, shape] of sections) {
    if (section.size > 0) file.set(key, printSection(section, shape));
  }
  return emitYaml(new Map([...file, ...printExtensions(config.extensions)]));
}

function printSection(section: Section, shape: Shape): Mapping {
  return mapSorted(
    section,
    (source) => new Map([...printPart(shape, source), ...printOwnExtensions(shape, source)]),
  );
}

function printOwnExtensions(shape: Shape, source: Mapping): Mapping {
  const known = new Set(shape.map(({ key }) => key));
  return printExtensions(new Map([...extensionsOf(source)].filter(([key]) => !known.has(key))));
}

function printExtensions(extensions: Mapping): Mapping {
  return mapSorted(extensions, printAny);
}

function printPart(shape: Shape, source: Mapping): Mapping {
  const printed = new Map<string, Value>();
  for (const field of shape) {
    const value = source.get(field.key) ?? (field.shown ? zeroOf(field.holding) : undefined);
    if (value === undefined || (isZero(value) && !field.kept && !field.shown)) continue;
    const item = printField(field, value);
    if (isPrinted(field, item)) printed.set(field.key, item);
  }
  return printed;
}

/** What has nothing in it to print is left out, unless it makes a difference that it is there. */
function isPrinted({ key, holding, kept, shown }: Field, item: Value): boolean {
  const stays = (kept && holding.kind !== 'list') || shown || key === 'external';
  return stays || !isZero(item);
}

function zeroOf(holding: Holding): Value {
  return holding.kind === 'text' ? '' : integer(0);
}

function printField(field: Field, value: Value): Value {
  if (field.key === 'external' && isMapping(value)) {
    return value.has('name') ? value : (value.get('external') ?? false);
  }
  return printHeld(field.holding, value);
}

function printHeld(holding: Holding, value: Value): Value {
  switch (holding.kind) {
    case 'duration':
      return printNanoseconds(numberOf(value));
    case 'size':
      return printValue(value);
    case 'list':
      return isSequence(value) ? value.map((item) => printHeld(holding.items, item)) : value;
    case 'map':
      return isMapping(value) ? mapSorted(value, (item) => printHeld(holding.values, item)) : value;
    case 'part':
      if (!isMapping(value)) return value;
      // A limit that is one number is printed as such.
      return value.get('single') ?? printPart(holding.shape, value);
    default:
      return value;
  }
}

function printAny(value: Value): Value {
  if (isSequence(value)) return value.map(printAny);
  return isMapping(value) ? mapSorted(value, printAny) : value;
}

function mapSorted<T>(mapping: ReadonlyMap<string, T>, print: (item: T) => Value): Mapping {
  return new Map([...mapping].sort(([a], [b]) => compareKeys(a, b)).map(([key, item]) => [key, print(item)]));
}

function numberOf(value: Value): number {
  return isNumber(value) && value.kind === 'integer' ? Number(value.digits) : 0;
}
