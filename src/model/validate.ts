// What the control API refuses in a spec by looking at the spec alone (orchestration reference, section 8). The order of the checks is the
// order in which users see the errors. Checks that need the store are the control API's.

import { ConstraintError, parseConstraints } from './constraint.ts';
import { formatDuration, hour, millisecond } from './duration.ts';
import { CallFailure, ParseFailure } from './failure.ts';
import { parseImage } from './image.ts';
import { cidrContains, parseCidr, parseIp } from './ip.ts';
import { isJob } from './job.ts';
import { lookupLabel, noLabels } from './labels.ts';
import type { CallError } from './messages.ts';
import type {
  Annotations,
  ClusterSpec,
  ContainerSpec,
  EndpointSpec,
  FileReference,
  FileSpec,
  HealthCheck,
  NetworkSpec,
  Resources,
  RestartPolicy,
  ServiceMode,
  ServiceSpec,
  TaskSpec,
  UpdateConfig,
} from './spec.ts';
import { expandContainerSpec } from './template.ts';

const leastNanoCpus = 1_000_000;
const leastMemory = 4 * 1024 * 1024;
const leastHealthTime = millisecond;
const leastCertificateExpiry = hour;
/** Bytes of data that are one too many. */
const secretSizeLimit = 512_000;
const configSizeLimit = 1_024_000;
/** Marks the networks that SwarmKit makes itself (R-A10). */
export const predefinedLabel = 'com.docker.swarm.predefined';

/** @throws CallFailure for the first thing wrong with the spec */
export function validateServiceSpec(spec: ServiceSpec): void {
  validateAnnotations(spec);
  validateTaskSpec(spec.task);
  validateMode(spec.mode);
  if (isJob(spec.mode)) {
    check(spec.update === undefined, 'Jobs may not have an update config');
  } else if (spec.update !== undefined) {
    // The rollback block is not looked at.
    validateUpdateConfig(spec.update);
  }
  if (spec.endpoint !== undefined) validateEndpointSpec(spec.endpoint);
}

/**
 * Limits on the spec alone (R-A18); whether there is an ingress network already is for the control API to say.
 * @throws CallFailure
 */
export function validateNetworkSpec(spec: NetworkSpec): void {
  check(
    !spec.ingress || spec.driver === 'overlay' || spec.driver === '',
    'only overlay driver is currently supported for ingress network',
    'Unimplemented',
  );
  check(!spec.ingress || !spec.attachable, 'ingress network cannot be attachable');
  validateAnnotations(spec);
  check(
    lookupLabel(spec.labels, predefinedLabel) === undefined,
    `label ${predefinedLabel} is for internally created predefined networks and cannot be applied by users`,
    'PermissionDenied',
  );
  for (const pool of spec.subnets) validateSubnet(pool);
}

/** @throws CallFailure */
export function validateConfigSpec(spec: FileSpec): void {
  validateFileSpec(spec, 'config', configSizeLimit);
}

/** @throws CallFailure */
export function validateSecretSpec(spec: FileSpec): void {
  if (spec.driver === undefined) validateFileSpec(spec, 'secret', secretSizeLimit);
  else {
    // The data comes from elsewhere.
    validateFileName(spec.name);
    check(spec.driver.name !== '', 'secret driver must have a name');
  }
}

/**
 * A cluster spec in the place of `current` (R-R214).
 * @throws CallFailure
 */
export function validateClusterSpec(spec: ClusterSpec, current: ClusterSpec): void {
  check(
    spec.certificateExpiry >= leastCertificateExpiry,
    `minimum certificate expiry time is: ${formatDuration(leastCertificateExpiry)}`,
  );
  check(spec.dispatcherHeartbeat >= 0, 'heartbeat time period cannot be a negative duration');
  check(spec.name === current.name, 'modification of cluster name is not allowed');
}

function validateAnnotations({ name }: Annotations): void {
  check(name !== '', 'meta: name must be provided');
  check(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?$/.test(name),
    'name must be valid as a DNS name component',
  );
  check(name.length <= 63, 'name must be 63 characters or fewer');
}

function validateTaskSpec(spec: TaskSpec): void {
  validateResources(spec.limits);
  validateResources(spec.reservations);
  if (spec.restart !== undefined) validateRestartPolicy(spec.restart);
  validateConstraints(spec.placement.constraints);
  validateReferences(spec.container.secrets, 'secret');
  validateReferences(spec.container.configs, 'config');
  validateContainerSpec(spec.container);
}

/** Limits come before reservations; a reservation above its limit is not refused (R-G2). */
function validateResources({ nanoCpus, memoryBytes }: Resources): void {
  check(
    nanoCpus === 0 || nanoCpus >= leastNanoCpus,
    `invalid cpu value ${formatCpus(nanoCpus)}: Must be at least 0.001`,
  );
  check(
    memoryBytes === 0 || memoryBytes >= leastMemory,
    `invalid memory value ${memoryBytes}: Must be at least 4MiB`,
  );
}

function validateRestartPolicy({ delay = 0, window = 0 }: RestartPolicy): void {
  check(delay >= 0, 'TaskSpec: restart-delay cannot be negative');
  check(window >= 0, 'TaskSpec: restart-window cannot be negative');
}

/** These errors alone carry no gRPC code of their own (R-C3). */
function validateConstraints(expressions: readonly string[]): void {
  try {
    parseConstraints(expressions);
  } catch (error) {
    if (error instanceof ConstraintError) throw new CallFailure('Unknown', error.message);
    throw error;
  }
}

function validateReferences(references: readonly FileReference[], kind: 'secret' | 'config'): void {
  const targets = new Map<string, string>();
  for (const { id, name, target, runtime } of references) {
    check(id !== '' && name !== '', `malformed ${kind} reference`);
    if (runtime) continue;
    check(target !== '', `malformed file ${kind} reference, invalid target file name provided`);
    const other = targets.get(target);
    check(
      other === undefined,
      `${kind} references '${other}' and '${name}' have a conflicting target: '${target}'`,
    );
    targets.set(target, name);
  }
}

function validateContainerSpec(spec: ContainerSpec): void {
  const { image, mounts, healthCheck } = expandForSomeTask(spec);
  check(image !== '', 'ContainerSpec: image reference must be provided');
  check(isImage(image), `ContainerSpec: "${image}" is not a valid repository/tag`);
  const targets = new Set<string>();
  for (const { target } of mounts) {
    check(!targets.has(target), `ContainerSpec: duplicate mount point: ${target}`);
    targets.add(target);
  }
  if (healthCheck !== undefined) validateHealthCheck(healthCheck);
}

/** Placeholders must exist; what they stand for is not known yet. */
function expandForSomeTask(spec: ContainerSpec): ContainerSpec {
  const task = {
    id: '',
    annotations: { name: 'taskname' },
    serviceId: 'serviceid',
    serviceAnnotations: { name: 'servicename', labels: noLabels },
    slot: 1,
    nodeId: 'nodeid',
  };
  const node = { hostname: 'nodeHostname', platform: { os: 'os', architecture: 'architecture' } };
  try {
    return expandContainerSpec(spec, task, node);
  } catch (error) {
    if (error instanceof ParseFailure) throw new CallFailure('InvalidArgument', error.message);
    throw error;
  }
}

function isImage(text: string): boolean {
  try {
    parseImage(text);
    return true;
  } catch (error) {
    if (error instanceof ParseFailure) return false;
    throw error;
  }
}

function validateHealthCheck(health: HealthCheck): void {
  const times = [
    ['Interval', health.interval],
    ['Timeout', health.timeout],
    ['StartPeriod', health.startPeriod],
    ['StartInterval', health.startInterval],
  ] as const;
  for (const [name, time] of times) {
    check(
      time === 0 || time >= leastHealthTime,
      `ContainerSpec: ${name} in HealthConfig cannot be less than ${formatDuration(leastHealthTime)}`,
    );
  }
  check(health.retries >= 0, 'ContainerSpec: Retries in HealthConfig cannot be negative');
}

function validateMode(mode: ServiceMode): void {
  switch (mode.kind) {
    case 'replicated':
      check(mode.replicas >= 0, 'Number of replicas must be non-negative');
      return;
    case 'replicated-job':
      check(mode.maxConcurrent >= 0, 'Maximum concurrent jobs must not be negative');
      check(mode.totalCompletions >= 0, 'Total completed jobs must not be negative');
      return;
    case 'global':
    case 'global-job':
      return;
  }
}

function validateUpdateConfig({ delay, monitor = 0, maxFailureRatio }: UpdateConfig): void {
  check(delay >= 0, 'TaskSpec: update-delay cannot be negative');
  check(monitor >= 0, 'TaskSpec: update-monitor cannot be negative');
  check(
    maxFailureRatio >= 0 && maxFailureRatio <= 1,
    'TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1',
  );
}

function validateEndpointSpec({ mode, ports }: EndpointSpec): void {
  const published = new Set<string>();
  for (const { publishMode, publishedPort, protocol } of ports) {
    check(
      mode !== 'dnsrr' || publishMode !== 'ingress',
      "EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
    );
    if (publishedPort === 0) continue;
    const port = `${publishedPort}/${protocol}`;
    check(!published.has(port), 'EndpointSpec: duplicate published ports provided');
    published.add(port);
  }
}

function validateSubnet({ subnet, gateway, range = '' }: NetworkSpec['subnets'][number]): void {
  check(subnet !== '' || gateway !== '' || range !== '', 'ipam configuration: cannot be empty');
  const whole = subnet === '' ? undefined : parseCidr(subnet);
  check(subnet === '' || whole !== undefined, `ipam configuration: invalid subnet ${subnet}`);
  if (range !== '') {
    const part = parseCidr(range);
    check(part !== undefined, `ipam configuration: invalid range ${range}`);
    check(
      whole === undefined || cidrContains(whole, part.ip),
      `ipam configuration: subnet ${subnet} does not contain range ${range}`,
    );
  }
  if (gateway === '') return;
  const ip = parseIp(gateway);
  check(ip !== undefined, `ipam configuration: invalid gateway ${gateway}`);
  check(
    whole === undefined || cidrContains(whole, ip),
    `ipam configuration: subnet ${subnet} does not contain gateway ${gateway}`,
  );
}

function validateFileSpec({ name, data }: FileSpec, kind: 'config' | 'secret', limit: number): void {
  validateFileName(name);
  const size = sizeOfBase64(data);
  check(size > 0 && size < limit, `${kind} data must be larger than 0 and less than ${limit} bytes`);
}

function validateFileName(name: string): void {
  check(name !== '', 'name must be provided');
  check(
    name.length <= 64 && /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/.test(name),
    'invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]',
  );
}

/** Bytes that base 64 text stands for. */
function sizeOfBase64(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}

/** CPUs in Go's `%g`: the shortest decimals, with an exponent below 1e-4 (R-G2). */
function formatCpus(nanoCpus: number): string {
  const [digits = '', exponent = ''] = (nanoCpus / 1e9).toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(nanoCpus / 1e9);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Refuses the call unless the condition holds. */
function check(
  condition: boolean,
  message: string,
  code: CallError['code'] = 'InvalidArgument',
): asserts condition {
  if (!condition) throw new CallFailure(code, message);
}
