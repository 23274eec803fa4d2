// The sections of one compose file, valid by the schema, decoded and completed: paths made absolute, environments filled, names of what is
// external settled.

import { CommandFailure } from '../failure.ts';
import { absolutePath } from '../path.ts';
import type { DockerHost } from '../process.ts';
import { readEnvironment } from '../service/environment.ts';
import { type Config, extensionsOf, type Section } from './config.ts';
import { decode } from './decode.ts';
import { statedVersion } from './schema/validate.ts';
import { fileObjectShape, networkShape, serviceShape, volumeShape } from './shape.ts';
import { isMapping, isSequence, type Mapping, sortedEntries, type Value } from './value.ts';

interface Context {
  readonly version: string;
  readonly folder: string;
  readonly host: DockerHost;
  readonly warn: (message: string) => void;
}

/** @throws CommandFailure */
export function loadSections(
  file: Mapping,
  folder: string,
  host: DockerHost,
  warn: (message: string) => void,
): Config {
  const context = { version: statedVersion(file), folder, host, warn };
  const section = (key: string, load: (name: string, source: Value) => Mapping): Section => {
    const sources = file.get(key);
    if (!isMapping(sources)) return new Map();
    return new Map(sortedEntries(sources).map(([name, source]) => [name, load(name, source)]));
  };
  return {
    version: context.version,
    services: section('services', (_, source) => loadService(source, context)),
    networks: section('networks', (name, source) => loadNetwork(name, source, context)),
    volumes: section('volumes', (name, source) => loadVolume(name, source, context)),
    secrets: section('secrets', (name, source) => loadFileObject('secret', name, source, context)),
    configs: section('configs', (name, source) => loadFileObject('config', name, source, context)),
    extensions: extensionsOf(file),
  };
}

function loadService(source: Value, context: Context): Mapping {
  const service = new Map(decode(serviceShape, source, '', context.warn));
  const environment = loadEnvironment(service, context);
  if (environment.size > 0) service.set('environment', environment);
  const mounts = service.get('volumes');
  if (isSequence(mounts))
    service.set(
      'volumes',
      mounts.map((mount) => resolveMount(mount, context)),
    );
  return new Map([...service, ...extensionsOf(source)]);
}

/** The service's own variables come before those of files; one that is empty has the value it has in the client's environment, if any. */
function loadEnvironment(service: Mapping, { folder, host }: Context): Mapping {
  const environment = new Map<string, Value>();
  const add = (name: string, value: Value): void => {
    const own = host.env.get(name);
    environment.set(name, (value === null || value === '') && own !== undefined ? own : value);
  };
  const files = service.get('env_file');
  const paths = (isSequence(files) ? files : []).map((path) => absolutePath(String(path), folder));
  for (const variable of readEnvironment(paths, [], host)) {
    const equals = variable.indexOf('=');
    if (equals < 0) add(variable, null);
    else add(variable.slice(0, equals), variable.slice(equals + 1));
  }
  const own = service.get('environment');
  for (const [name, value] of isMapping(own) ? own : []) add(name, value);
  return environment;
}

function resolveMount(mount: Value, { folder, host, warn }: Context): Value {
  if (!isMapping(mount) || mount.get('type') !== 'bind') return mount;
  const source = mount.get('source') ?? '';
  if (typeof source !== 'string' || source === '') {
    throw new CommandFailure('invalid mount config for type "bind": field Source must not be empty');
  }
  const home = host.env.get('HOME');
  if (source.startsWith('~') && home === undefined) {
    warn("cannot expand '~', because the environment lacks HOME");
  }
  const expanded = home === undefined ? source : source.replace(/^~/, () => home);
  // A client may ask for folders of Windows machines.
  const absolute = /^(?:\/|[a-zA-Z]:[\\/]|\\\\)/.test(expanded);
  return new Map([...mount, ['source', absolute ? expanded : absolutePath(expanded, folder)]]);
}

function loadNetwork(name: string, source: Value, context: Context): Mapping {
  const network = decode(networkShape, source, `[${name}]`, context.warn);
  return isExternal(network) ? settleName('network', name, network, source, 5, context) : network;
}

function loadVolume(name: string, source: Value, context: Context): Mapping {
  const volume = decode(volumeShape, source, `[${name}]`, context.warn);
  if (!isExternal(volume)) return volume;
  for (const key of ['driver', 'driver_opts', 'labels']) {
    if (volume.has(key)) {
      throw new CommandFailure(
        `conflicting parameters "external" and "${key}" specified for volume "${name}"`,
      );
    }
  }
  return settleName('volume', name, volume, source, 4, context);
}

function loadFileObject(kind: 'secret' | 'config', name: string, source: Value, context: Context): Mapping {
  const object = decode(fileObjectShape, source, `[${name}]`, context.warn);
  if (isExternal(object)) return settleName(kind, name, object, source, 5, context);
  const completed = new Map([...object, ...extensionsOf(source)]);
  if (object.has('driver')) {
    if (object.has('file')) {
      throw new CommandFailure(
        `${kind} ${name}: ${kind}.driver and ${kind}.file conflict; only use ${kind}.driver`,
      );
    }
    return completed;
  }
  const path = String(object.get('file') ?? '');
  return completed.set('file', path.startsWith('/') ? path : absolutePath(path, context.folder));
}

function isExternal(object: Mapping): boolean {
  const external = object.get('external');
  return isMapping(external) && external.get('external') === true;
}

/**
 * The name of something external is its key in the file, unless it has one of its own, which may stand in either of two places.
 * @param since the minor version in which one of them became the only right one
 */
function settleName(
  kind: string,
  key: string,
  object: Mapping,
  source: Value,
  since: number,
  { version, warn }: Context,
): Mapping {
  const external = object.get('external');
  const oldName = isMapping(external) ? external.get('name') : undefined;
  if (oldName !== undefined && object.has('name')) {
    throw new CommandFailure(
      `${kind} ${key}: ${kind}.external.name and ${kind}.name conflict; only use ${kind}.name`,
    );
  }
  if (oldName !== undefined && Number(version.split('.')[1]) >= since) {
    warn(`${kind} ${key}: ${kind}.external.name is deprecated in favor of ${kind}.name`);
  }
  const name = oldName ?? object.get('name') ?? key;
  return new Map<string, Value>([
    ...object,
    ['name', name],
    ['external', new Map([['external', true]])],
    ...extensionsOf(source),
  ]);
}
