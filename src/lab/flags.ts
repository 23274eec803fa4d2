// The command line that says the same as an operator's options: `docker service create --name web --replicas 4 nginx:1.27`.

import type { ServiceSpec } from '../model/spec.ts';
import { fileText } from './files.ts';
import { mountText, parseMount } from './mounts.ts';
import type { RestartOptions, ServiceOptions, UpdateOptions } from './options.ts';

export function createCommand(name: string, options: ServiceOptions): string {
  const mode = options.mode === undefined ? [] : ['--mode', options.mode];
  const flags = [...mode, ...serviceFlags(options, undefined)];
  return line('docker service create --name', name, ...flags, options.image ?? '');
}

/** @param before what the service is now; undefined when there is no such service */
export function updateCommand(
  name: string,
  options: ServiceOptions,
  before: ServiceSpec | undefined,
): string {
  const force = options.force === true ? ['--force'] : [];
  const flags = serviceFlags(options, before === undefined ? nothing : listsOf(before));
  return line('docker service update', ...flag('--image', options.image), ...flags, ...force, name);
}

/** A command line of words, quoted where a shell needs it; the first is taken as it is. */
export function line(command: string, ...words: readonly string[]): string {
  return [command, ...words.map(quoted)].join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./<>-]*$/.test(word) && word !== '' ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Options that are lists, each value as its flag has it. */
interface Lists {
  readonly labels: readonly string[];
  readonly env: readonly string[];
  readonly secrets: readonly string[];
  readonly configs: readonly string[];
  readonly mounts: readonly string[];
  readonly constraints: readonly string[];
  readonly preferences: readonly string[];
  readonly ports: readonly string[];
  readonly generic: readonly string[];
}

const nothing: Lists = {
  labels: [],
  env: [],
  secrets: [],
  configs: [],
  mounts: [],
  constraints: [],
  preferences: [],
  ports: [],
  generic: [],
};

function listsOf({ labels, task, endpoint }: ServiceSpec): Lists {
  return {
    labels: pairs(labels),
    env: task.container.env,
    secrets: task.container.secrets.map(fileText),
    configs: task.container.configs.map(fileText),
    mounts: task.container.mounts.map(mountText),
    constraints: task.placement.constraints,
    preferences: task.placement.spread.map(preference),
    ports: (endpoint?.ports ?? []).map(({ publishedPort, targetPort, protocol, publishMode }) =>
      portText(`${publishedPort}:${targetPort}/${protocol}/${publishMode}`),
    ),
    generic: task.reservations.generic.map((resource) =>
      'named' in resource ? `${resource.kind}=${resource.named}` : `${resource.kind}=${resource.value}`,
    ),
  };
}

/** The flags that `create` and `update` share; with `before`, lists become what is added and what is removed. */
function serviceFlags(options: ServiceOptions, before?: Lists): string[] {
  const { labels, health } = options;
  return [
    ...flag('--replicas', options.replicas),
    ...flag('--max-concurrent', options.maxConcurrent),
    ...list('--label', labels && pairs(Object.entries(labels)), before?.labels),
    ...list('--env', options.env, before?.env),
    ...flag('--hostname', options.hostname),
    ...list('--secret', options.secrets, before?.secrets),
    ...list('--config', options.configs, before?.configs),
    ...list(
      '--mount',
      options.mounts?.map((mount) => mountText(parseMount(mount))),
      before?.mounts,
    ),
    ...list('--constraint', options.constraints, before?.constraints),
    ...list('--placement-pref', options.spread?.map(preference), before?.preferences),
    ...flag('--replicas-max-per-node', options.maxReplicasPerNode),
    ...flag('--reserve-cpu', options.reserveCpus),
    ...flag('--reserve-memory', options.reserveMemory),
    ...list('--generic-resource', options.genericResources, before?.generic),
    ...(options.networks ?? []).flatMap((network) => ['--network', network]),
    ...flag('--endpoint-mode', options.endpointMode),
    ...list('--publish', options.publish?.map(portText), before?.ports),
    ...flag('--stop-grace-period', options.stopGracePeriod),
    ...(health === undefined ? [] : ['--health-cmd', 'check']),
    ...flag('--health-interval', health?.interval),
    ...flag('--health-timeout', health?.timeout),
    ...flag('--health-retries', health?.retries),
    ...flag('--health-start-period', health?.startPeriod),
    ...restartFlags(options.restart),
    ...updateFlags('--update', options.update),
    ...updateFlags('--rollback', options.rollback),
    ...(options.withRegistryAuth === true ? ['--with-registry-auth'] : []),
  ];
}

function restartFlags(restart: RestartOptions = {}): string[] {
  return [
    ...flag('--restart-condition', restart.condition),
    ...flag('--restart-delay', restart.delay),
    ...flag('--restart-max-attempts', restart.maxAttempts),
    ...flag('--restart-window', restart.window),
  ];
}

function updateFlags(prefix: '--update' | '--rollback', update: UpdateOptions = {}): string[] {
  return [
    ...flag(`${prefix}-parallelism`, update.parallelism),
    ...flag(`${prefix}-delay`, update.delay),
    ...flag(`${prefix}-monitor`, update.monitor),
    ...flag(`${prefix}-failure-action`, update.failureAction),
    ...flag(`${prefix}-max-failure-ratio`, update.maxFailureRatio),
    ...flag(`${prefix}-order`, update.order),
  ];
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}

/** A flag that is given once for each value: `--constraint` when creating, `--constraint-add` and `-rm` when updating. */
function list(name: string, values: readonly string[] | undefined, before?: readonly string[]): string[] {
  if (values === undefined) return [];
  if (before === undefined) return values.flatMap((value) => [name, value]);
  return [
    ...before
      .filter((value) => !values.includes(value) && !isReplaced(name, value, values))
      .flatMap((value) => [`${name}-rm`, removed(name, value)]),
    ...values.filter((value) => !before.includes(value)).flatMap((value) => [`${name}-add`, value]),
  ];
}

/** A new mount takes the place of an old one with its target, which to remove would remove both. */
function isReplaced(name: string, value: string, values: readonly string[]): boolean {
  return name === '--mount' && values.some((other) => removed(name, other) === removed(name, value));
}

/** Labels, variables and generic resources are removed by key, secrets and configs by name, mounts by target; constraints, preferences and ports as they are. */
function removed(name: string, value: string): string {
  if (name === '--mount') return value.replace(/^.*target=([^,]*).*$/, '$1');
  if (name === '--secret' || name === '--config') return value.replace(/^source=([^,]*).*$/, '$1');
  const byKey = name === '--label' || name === '--env' || name === '--generic-resource';
  return byKey ? (value.split('=')[0] ?? '') : value;
}

function pairs(entries: Iterable<readonly [key: string, value: string]>): string[] {
  return [...entries].map(([key, value]) => `${key}=${value}`);
}

function preference(descriptor: string): string {
  return `spread=${descriptor}`;
}

/** A port of a script as docker has it: `8080:80`, `53:53/udp`, and the long form for host mode. */
function portText(text: string): string {
  const [, published, target, protocol = 'tcp', mode] =
    /^(\d+):(\d+)(?:\/(tcp|udp|sctp))?(?:\/(\w+))?$/.exec(text) ?? [];
  if (mode === 'host') return `published=${published},target=${target},protocol=${protocol},mode=host`;
  return protocol === 'tcp' ? text.replace(/\/.*$/, '') : text.replace(/\/ingress$/, '');
}
