// What a compose file becomes once it is read: the parts of a configuration, their fields in the order in which `stack config` prints
// them, and for each field what it holds. Decoding (decode.ts), merging (merge.ts) and printing (print.ts) all follow these tables.

import type { Value } from './value.ts';

/** What a field holds when decoded. */
export type Holding =
  /** Durations are integers of nanoseconds, sizes of bytes. Counts are not negative; short ones have 32 bits, and wrap around. */
  | {
      readonly kind: 'text' | 'boolean' | 'integer' | 'count' | 'short count' | 'float' | 'duration' | 'size';
    }
  | { readonly kind: 'list'; readonly items: Holding; readonly merge?: ListMerge }
  | {
      readonly kind: 'map';
      readonly values: Holding;
      /** A value may be missing; one that is empty overrides none that is there. */
      readonly nullable?: true;
    }
  | { readonly kind: 'part'; readonly shape: Shape; readonly merge?: 'logging' | 'ulimit' };

/** Lists are appended unless they are replaced whole, or their items have a key: then an item takes the place of its like. */
export type ListMerge = 'replace' | { readonly by: string };

export interface Field {
  readonly key: string;
  readonly holding: Holding;
  /** Named in complaints. */
  readonly name: string;
  /** Kept though it is zero or empty: it makes a difference whether the file has it. */
  readonly kept?: true;
  /** Printed though the file does not have it. */
  readonly shown?: true;
  /** Short forms to the long one, before it is decoded. */
  readonly expand?: Expansion;
}

/** What the short form of a field stands for; each is a function in expand.ts. */
export type Expansion =
  | 'command'
  | 'external'
  | 'files'
  | 'health test'
  | 'hosts'
  | 'networks'
  | 'nullable pairs'
  | 'pairs'
  | 'ports'
  | 'printed list'
  | 'context'
  | 'text list'
  | 'ulimits'
  | 'volumes';

export type Shape = readonly Field[];

const text: Holding = { kind: 'text' };
const boolean: Holding = { kind: 'boolean' };
const count: Holding = { kind: 'count' };
const shortCount: Holding = { kind: 'short count' };
const float: Holding = { kind: 'float' };
const duration: Holding = { kind: 'duration' };
const size: Holding = { kind: 'size' };
const texts: Holding = { kind: 'list', items: text };
const textMap: Holding = { kind: 'map', values: text };
const nullableMap: Holding = { kind: 'map', values: text, nullable: true };

function list(shape: Shape, by?: string): Holding {
  return { kind: 'list', items: part(shape), ...(by !== undefined && { merge: { by } }) };
}

function part(shape: Shape): Holding {
  return { kind: 'part', shape };
}

/** A field whose name in complaints is its key in capitals: `shm_size` has a name of its own, `deploy` is `Deploy`. */
function field(key: string, holding: Holding, more: Partial<Field> = {}): Field {
  const name = /[_-]/.test(key) ? key : `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
  return { key, holding, name, ...more };
}

const textList = { expand: 'text list' } as const;
const pairs = { expand: 'pairs' } as const;
const nullablePairs = { expand: 'nullable pairs' } as const;
const kept = { kept: true } as const;
const shown = { shown: true } as const;

const build: Shape = [
  field('context', text),
  field('dockerfile', text),
  field('args', nullableMap, nullablePairs),
  field('labels', textMap, pairs),
  field('cache_from', texts, textList),
  field('extra_hosts', texts, { expand: 'hosts' }),
  field('network', text),
  field('target', text),
];

const file: Shape = [
  field('source', text),
  field('target', text),
  field('uid', text, { name: 'UID' }),
  field('gid', text, { name: 'GID' }),
  field('mode', shortCount, kept),
];

const updateConfig: Shape = [
  field('parallelism', count, kept),
  field('delay', duration),
  field('failure_action', text),
  field('monitor', duration),
  field('max_failure_ratio', float),
  field('order', text),
];

const genericResource: Shape = [
  field(
    'discrete_resource_spec',
    part([field('kind', text, shown), field('value', { kind: 'integer' }, shown)]),
    kept,
  ),
];

const deploy: Shape = [
  field('mode', text),
  field('replicas', count, kept),
  field('labels', textMap, pairs),
  field('update_config', part(updateConfig), kept),
  field('rollback_config', part(updateConfig), kept),
  field(
    'resources',
    part([
      field(
        'limits',
        part([
          field('cpus', text, { name: 'cpus' }),
          field('memory', size, { name: 'memory' }),
          field('pids', { kind: 'integer' }, { name: 'pids' }),
        ]),
        kept,
      ),
      field(
        'reservations',
        part([
          field('cpus', text, { name: 'cpus' }),
          field('memory', size, { name: 'memory' }),
          field('generic_resources', list(genericResource)),
        ]),
        kept,
      ),
    ]),
  ),
  field(
    'restart_policy',
    part([
      field('condition', text),
      field('delay', duration, kept),
      field('max_attempts', count, kept),
      field('window', duration, kept),
    ]),
    kept,
  ),
  field(
    'placement',
    part([
      field('constraints', texts),
      field('preferences', list([field('spread', text)])),
      field('max_replicas_per_node', count),
    ]),
  ),
  field('endpoint_mode', text),
];

const healthcheck: Shape = [
  field('test', { kind: 'list', items: text }, { expand: 'health test' }),
  field('timeout', duration, kept),
  field('interval', duration, kept),
  field('retries', count, kept),
  field('start_period', duration, kept),
  field('start_interval', duration, kept),
  field('disable', boolean),
];

const serviceNetwork: Shape = [
  field('aliases', texts),
  field('driver_opts', textMap, pairs),
  field('ipv4_address', text),
  field('ipv6_address', text),
];

const port: Shape = [
  field('mode', text),
  field('target', shortCount),
  field('published', shortCount),
  field('protocol', text),
];

const ulimit: Shape = [
  field('single', { kind: 'integer' }),
  field('soft', { kind: 'integer' }),
  field('hard', { kind: 'integer' }),
];

const volumeMount: Shape = [
  field('type', text),
  field('source', text),
  field('target', text),
  field('read_only', boolean),
  field('consistency', text),
  field('bind', part([field('propagation', text)]), kept),
  field(
    'volume',
    part([field('nocopy', boolean, { name: 'nocopy' }), field('subpath', text, { name: 'subpath' })]),
    kept,
  ),
  field('tmpfs', part([field('size', { kind: 'integer' })]), kept),
];

const command: Holding = { kind: 'list', items: text, merge: 'replace' };

export const serviceShape: Shape = [
  field('build', part(build), { expand: 'context' }),
  field('cap_add', texts),
  field('cap_drop', texts),
  field('cgroupns_mode', text),
  field('cgroup_parent', text),
  field('command', command, { expand: 'command' }),
  field('configs', list(file, 'source'), { expand: 'files' }),
  field('container_name', text),
  field('credential_spec', part([field('config', text), field('file', text), field('registry', text)])),
  field('depends_on', texts),
  field('deploy', part(deploy)),
  field('devices', texts),
  field('dns', texts, { expand: 'text list', kept: true }),
  field('dns_search', texts, { expand: 'text list', kept: true }),
  field('domainname', text),
  field('entrypoint', command, { expand: 'command' }),
  field('environment', nullableMap, nullablePairs),
  field('env_file', texts, textList),
  field('expose', texts, { expand: 'printed list' }),
  field('external_links', texts),
  field('extra_hosts', texts, { expand: 'hosts' }),
  field('hostname', text),
  field('healthcheck', part(healthcheck), { kept: true, name: 'HealthCheck' }),
  field('image', text),
  field('init', boolean, kept),
  field('ipc', text),
  field('isolation', text),
  field('labels', textMap, pairs),
  field('links', texts),
  field(
    'logging',
    { kind: 'part', shape: [field('driver', text), field('options', textMap, pairs)], merge: 'logging' },
    kept,
  ),
  field('mac_address', text),
  field('network_mode', text),
  field('networks', { kind: 'map', values: part(serviceNetwork) }, { expand: 'networks' }),
  field('pid', text),
  field('ports', list(port, 'published'), { expand: 'ports' }),
  field('privileged', boolean),
  field('read_only', boolean),
  field('restart', text),
  field('secrets', list(file, 'source'), { expand: 'files' }),
  field('security_opt', texts),
  field('shm_size', text),
  field('stdin_open', boolean),
  field('stop_grace_period', duration, kept),
  field('stop_signal', text),
  field('sysctls', textMap, pairs),
  field('tmpfs', texts, textList),
  field('tty', boolean),
  field(
    'ulimits',
    { kind: 'map', values: { kind: 'part', shape: ulimit, merge: 'ulimit' } },
    { expand: 'ulimits' },
  ),
  field('user', text),
  field('userns_mode', text),
  field('volumes', list(volumeMount, 'target'), { expand: 'volumes' }),
  field('working_dir', text),
];

const external = field('external', part([field('name', text), field('external', boolean)]), {
  expand: 'external',
});

export const networkShape: Shape = [
  field('name', text),
  field('driver', text),
  field('driver_opts', textMap, pairs),
  field('ipam', part([field('driver', text), field('config', list([field('subnet', text)]))])),
  external,
  field('internal', boolean),
  field('attachable', boolean),
  field('labels', textMap, pairs),
];

const topology: Shape = [field('segments', textMap, pairs)];

const clusterSpec: Shape = [
  field('group', text),
  field(
    'access_mode',
    part([
      field('scope', text),
      field('sharing', text),
      field('mount_volume', part([field('fs_type', text), field('mount_flags', texts)]), kept),
      field('block_volume', part([]), kept),
    ]),
    kept,
  ),
  field(
    'accessibility_requirements',
    part([field('requisite', list(topology)), field('preferred', list(topology))]),
    kept,
  ),
  field('capacity_range', part([field('required_bytes', size), field('limit_bytes', size)]), kept),
  field('secrets', list([field('key', text), field('secret', text)])),
  field('availability', text),
];

export const volumeShape: Shape = [
  field('name', text),
  field('driver', text),
  field('driver_opts', textMap, pairs),
  external,
  field('labels', textMap, pairs),
  field('x-cluster-spec', part(clusterSpec), kept),
];

/** Secrets and configs. */
export const fileObjectShape: Shape = [
  field('name', text),
  field('file', text),
  external,
  field('labels', textMap, pairs),
  field('driver', text),
  field('driver_opts', textMap, pairs),
  field('template_driver', text),
];

/** Nothing was given: the zero of its type, which printing leaves out and merging passes over. */
export function isZero(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  if (value instanceof Map || Array.isArray(value)) return [...value].length === 0;
  if (typeof value !== 'object' || !('kind' in value)) return false;
  if (value.kind === 'integer') return value.digits === '0';
  return value.kind === 'float' && value.value === 0;
}
