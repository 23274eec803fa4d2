// Keys of services that a stack may not have, has without effect, or should not have.

import { isMapping, type Mapping } from './value.ts';

const refused: ReadonlyMap<string, string> = new Map([
  ['extends', 'Support for `extends` is not implemented yet.'],
  [
    'volume_driver',
    'Instead of setting the volume driver on the service, define a volume using the top-level `volumes` option and specify the driver there.',
  ],
  [
    'volumes_from',
    'To share a volume between services, define it using the top-level `volumes` option and reference it from each service that shares it using the service-level `volumes` option.',
  ],
  ['cpu_quota', 'Set resource limits using deploy.resources'],
  ['cpu_shares', 'Set resource limits using deploy.resources'],
  ['cpuset', 'Set resource limits using deploy.resources'],
  ['mem_limit', 'Set resource limits using deploy.resources'],
  ['memswap_limit', 'Set resource limits using deploy.resources'],
]);

const deprecated: ReadonlyMap<string, string> = new Map([
  ['container_name', 'Setting the container name is not supported.'],
  [
    'expose',
    "Exposing ports is unnecessary - services on the same network can access each other's containers on any port.",
  ],
]);

const unsupported: readonly string[] = [
  'build',
  'cgroupns_mode',
  'cgroup_parent',
  'devices',
  'domainname',
  'external_links',
  'ipc',
  'links',
  'mac_address',
  'network_mode',
  'pid',
  'privileged',
  'restart',
  'security_opt',
  'shm_size',
  'userns_mode',
];

/** What a file has that no stack may have, and why. */
export function refusedKeys(file: Mapping): ReadonlyMap<string, string> {
  return found(refused, [file]);
}

export function deprecatedKeys(files: readonly Mapping[]): ReadonlyMap<string, string> {
  return found(deprecated, files);
}

/** In ascending order. */
export function unsupportedKeys(files: readonly Mapping[]): readonly string[] {
  const services = files.flatMap(servicesOf);
  return unsupported
    .filter((key) => services.some((service) => service.has(key)))
    .sort((a, b) => (a < b ? -1 : 1));
}

function found(reasons: ReadonlyMap<string, string>, files: readonly Mapping[]): ReadonlyMap<string, string> {
  const services = files.flatMap(servicesOf);
  return new Map([...reasons].filter(([key]) => services.some((service) => service.has(key))));
}

/** A file is looked at before it is checked. */
function servicesOf(file: Mapping): readonly Mapping[] {
  const services = file.get('services');
  return isMapping(services) ? [...services.values()].filter(isMapping) : [];
}

/** One paragraph for each key. */
export function explainKeys(reasons: ReadonlyMap<string, string>): string {
  return [...reasons]
    .map(([key, reason]) => `${key}: ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('\n\n');
}
