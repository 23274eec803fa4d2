// A service as a script asks for it, in docker's words, and how it becomes a spec or changes one.

import { encodeBase64 } from '../model/base64.ts';
import {
  defaultEndpointSpec,
  defaultRestartPolicy,
  defaultUpdateConfig,
  serviceSpec,
} from '../model/defaults.ts';
import { parseDuration } from '../model/duration.ts';
import { ParseFailure } from '../model/failure.ts';
import { makeLabels } from '../model/labels.ts';
import { parseBytes } from '../model/size.ts';
import type {
  EndpointSpec,
  FailureAction,
  GenericResource,
  HealthCheck,
  PortConfig,
  Resources,
  RestartCondition,
  RestartPolicy,
  ServiceMode,
  ServiceSpec,
  UpdateConfig,
} from '../model/spec.ts';
import { Refusal, ScenarioFailure } from './failure.ts';
import { parseMount } from './mounts.ts';

/** How an update or a rollback proceeds. Durations are like `10s`. */
export interface UpdateOptions {
  readonly parallelism?: number;
  readonly delay?: string;
  readonly monitor?: string;
  readonly failureAction?: FailureAction;
  readonly maxFailureRatio?: number;
  readonly order?: 'stop-first' | 'start-first';
}

export interface RestartOptions {
  readonly condition?: RestartCondition;
  readonly delay?: string;
  readonly maxAttempts?: number;
  readonly window?: string;
}

/** A health check by a command. Defaults as docker's: 30s, 30s, 3 retries, no start period. */
export interface HealthOptions {
  readonly interval?: string;
  readonly timeout?: string;
  readonly retries?: number;
  readonly startPeriod?: string;
}

/** What a client that is logged in sends; the registry asks for nobody in particular. */
const credentials = encodeBase64(JSON.stringify({ username: 'operator' }));

/** The options of `docker service create` and `update`. */
export interface ServiceOptions {
  readonly image?: string;
  readonly mode?: ServiceMode['kind'];
  /** Of a replicated job, how many tasks are to complete. */
  readonly replicas?: number;
  /** Of a replicated job, how many tasks run at a time; default all. */
  readonly maxConcurrent?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Such as `SLOT={{.Task.Slot}}`: placeholders are filled in on the node. */
  readonly env?: readonly string[];
  /** May have placeholders. */
  readonly hostname?: string;
  /** Names, or `source=db,target=/run/db`; files in `/run/secrets` unless the target says otherwise. */
  readonly secrets?: readonly string[];
  /** Likewise; files in `/`. */
  readonly configs?: readonly string[];
  /** `data:/var/lib/data` (a volume), `/srv/www:/www:ro` (a directory), or `type=tmpfs,target=/tmp`. */
  readonly mounts?: readonly string[];
  /** Such as `node.labels.zone==a`. */
  readonly constraints?: readonly string[];
  /** Such as `node.labels.rack`: tasks are spread over its values. */
  readonly spread?: readonly string[];
  /** 0 = no limit. */
  readonly maxReplicasPerNode?: number;
  readonly reserveCpus?: number;
  /** Such as `512m`. */
  readonly reserveMemory?: string;
  /** Amounts of what nodes offer besides, such as `gpu=2`. */
  readonly genericResources?: readonly string[];
  /** Such as `8080:80` or `8080:80/udp`; ingress mode unless `host` is added, as in `8080:80/tcp/host`. */
  readonly publish?: readonly string[];
  /** Names of overlay networks; `create` alone. */
  readonly networks?: readonly string[];
  readonly endpointMode?: 'vip' | 'dnsrr';
  readonly stopGracePeriod?: string;
  readonly health?: HealthOptions;
  readonly restart?: RestartOptions;
  readonly update?: UpdateOptions;
  readonly rollback?: UpdateOptions;
  /** Sends the credentials of a client that is logged in along with the service; from then on they stay in it. */
  readonly withRegistryAuth?: boolean;
  /** Replaces all tasks even when nothing else has changed. */
  readonly force?: boolean;
}

/** The spec of a new service. @throws Refusal for options that do not go with its mode, with docker's text */
export function createdSpec(name: string, options: ServiceOptions): ServiceSpec {
  if (options.image === undefined) throw new ScenarioFailure(`service ${name} needs an image`);
  checkMode(options);
  return changedParts(
    serviceSpec({
      name,
      image: options.image,
      mode: createdMode(options),
    }),
    options,
  );
}

function createdMode({ mode = 'replicated', replicas = 1, maxConcurrent }: ServiceOptions): ServiceMode {
  switch (mode) {
    case 'replicated':
      return { kind: mode, replicas };
    case 'replicated-job':
      return { kind: mode, totalCompletions: replicas, maxConcurrent: maxConcurrent ?? replicas };
    default:
      return { kind: mode };
  }
}

/** What `docker service create` itself refuses. @throws Refusal */
function checkMode({ mode = 'replicated', replicas, maxConcurrent, ...options }: ServiceOptions): void {
  const everywhere = mode === 'global' || mode === 'global-job';
  const only = 'can only be used with replicated or replicated-job mode';
  if (everywhere && replicas !== undefined) throw new Refusal(`replicas ${only}`);
  if (everywhere && options.maxReplicasPerNode !== undefined) {
    throw new Refusal(`replicas-max-per-node ${only}`);
  }
  if (mode !== 'replicated-job' && maxConcurrent !== undefined) {
    throw new Refusal('max-concurrent can only be used with replicated-job mode');
  }
  const isJob = mode === 'replicated-job' || mode === 'global-job';
  if (isJob && (options.update !== undefined || options.rollback !== undefined)) {
    throw new Refusal('update and rollback configuration is not supported for jobs');
  }
}

/** A spec with the options given changed and the others kept, as `docker service update` does. @throws Refusal with docker's text */
export function changedSpec(spec: ServiceSpec, options: ServiceOptions): ServiceSpec {
  const { replicas, maxConcurrent } = options;
  return {
    ...changedParts(spec, options),
    ...(maxConcurrent !== undefined && { mode: concurrent(spec.mode, maxConcurrent) }),
    ...(replicas !== undefined && { mode: replicated(spec.mode, replicas) }),
  };
}

/** All but the mode. */
function changedParts(spec: ServiceSpec, options: ServiceOptions): ServiceSpec {
  const { task } = spec;
  const { container, placement } = task;
  const { health, restart, update, rollback } = options;
  return {
    ...spec,
    ...(options.labels && { labels: makeLabels(Object.entries(options.labels)) }),
    ...((options.publish || options.endpointMode) && { endpoint: changedEndpoint(spec.endpoint, options) }),
    ...(update && { update: changedUpdate(spec.update, update) }),
    ...(rollback && { rollback: changedUpdate(spec.rollback, rollback) }),
    task: {
      ...task,
      forceUpdate: task.forceUpdate + (options.force === true ? 1 : 0),
      reservations: reserved(task.reservations, options),
      ...(restart && { restart: changedRestart(task.restart, restart) }),
      placement: {
        ...placement,
        ...(options.constraints && { constraints: options.constraints }),
        ...(options.spread && { spread: options.spread }),
        ...(options.maxReplicasPerNode !== undefined && { maxReplicas: options.maxReplicasPerNode }),
      },
      container: {
        ...container,
        ...(options.image !== undefined && { image: options.image }),
        ...(options.withRegistryAuth === true && { registryAuth: credentials }),
        ...(options.env && { env: options.env }),
        ...(options.mounts && { mounts: options.mounts.map(parseMount) }),
        ...(options.hostname !== undefined && { hostname: options.hostname }),
        ...(options.stopGracePeriod !== undefined && {
          stopGracePeriod: duration('stopGracePeriod', options.stopGracePeriod),
        }),
        ...(health && { healthCheck: healthCheck(health) }),
      },
    },
  };
}

/** `docker service update --replicas` is for replicated services alone (R-O71). @throws Refusal */
function replicated(mode: ServiceMode, replicas: number): ServiceMode {
  if (mode.kind !== 'replicated') throw new Refusal('replicas can only be used with replicated mode');
  return { kind: 'replicated', replicas };
}

/** @throws Refusal for what is no replicated job */
function concurrent(mode: ServiceMode, maxConcurrent: number): ServiceMode {
  if (mode.kind !== 'replicated-job') {
    throw new Refusal('max-concurrent can only be used with replicated-job mode');
  }
  return { ...mode, maxConcurrent };
}

/** `docker service scale`: of a job, how many tasks are to complete; being an update, it runs all of it again (R-O71). @throws Refusal */
export function scaled(spec: ServiceSpec, replicas: number): ServiceSpec {
  switch (spec.mode.kind) {
    case 'replicated':
      return { ...spec, mode: { kind: 'replicated', replicas } };
    case 'replicated-job':
      return { ...spec, mode: { ...spec.mode, totalCompletions: replicas } };
    default:
      throw new Refusal(`${spec.name}: scale can only be used with replicated or replicated-job mode`);
  }
}

function reserved(
  resources: Resources,
  { reserveCpus, reserveMemory, genericResources }: ServiceOptions,
): Resources {
  return {
    ...resources,
    ...(reserveCpus !== undefined && { nanoCpus: Math.round(reserveCpus * 1_000_000_000) }),
    ...(reserveMemory !== undefined && {
      memoryBytes: parsed('reserveMemory', reserveMemory, parseBytes),
    }),
    ...(genericResources && { generic: genericResources.map(genericResource) }),
  };
}

/** @throws Refusal for what is no amount, with docker's text */
function genericResource(text: string): GenericResource {
  const [kind = '', value, ...more] = text.split('=');
  if (value === undefined || more.length > 0) {
    throw new Refusal(`invalid generic-resource format \`${text}\` expected \`name=value\``);
  }
  if (!/^-?[0-9]+$/.test(value)) {
    const not = 'Named Generic Resources is not supported for service create or update';
    throw new Refusal(`invalid generic-resource request \`${text}\`, ${not}`);
  }
  return { kind, value: Number(value) };
}

function changedUpdate(config: UpdateConfig | undefined, options: UpdateOptions): UpdateConfig {
  const { parallelism, delay, monitor, failureAction, maxFailureRatio, order } = options;
  return {
    ...(config ?? defaultUpdateConfig),
    ...(parallelism !== undefined && { parallelism }),
    ...(delay !== undefined && { delay: duration('delay', delay) }),
    ...(monitor !== undefined && { monitor: duration('monitor', monitor) }),
    ...(failureAction && { failureAction }),
    ...(maxFailureRatio !== undefined && { maxFailureRatio }),
    ...(order && { order }),
  };
}

function changedRestart(policy: RestartPolicy | undefined, options: RestartOptions): RestartPolicy {
  const { condition, delay, maxAttempts, window } = options;
  return {
    ...(policy ?? defaultRestartPolicy),
    ...(condition && { condition }),
    ...(delay !== undefined && { delay: duration('restart.delay', delay) }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(window !== undefined && { window: duration('restart.window', window) }),
  };
}

function healthCheck(options: HealthOptions): HealthCheck {
  return {
    test: ['CMD-SHELL', 'check'],
    interval: duration('health.interval', options.interval ?? '30s'),
    timeout: duration('health.timeout', options.timeout ?? '30s'),
    retries: options.retries ?? 3,
    startPeriod: duration('health.startPeriod', options.startPeriod ?? '0s'),
    startInterval: duration('health.startInterval', '5s'),
  };
}

function changedEndpoint(
  endpoint: EndpointSpec | undefined,
  { publish, endpointMode }: ServiceOptions,
): EndpointSpec {
  return {
    ...(endpoint ?? defaultEndpointSpec),
    ...(endpointMode && { mode: endpointMode }),
    ...(publish && { ports: publish.map(port) }),
  };
}

function port(text: string): PortConfig {
  const [, published = '', target = '', protocol = 'tcp', mode = 'ingress'] =
    /^(\d+):(\d+)(?:\/(tcp|udp|sctp))?(?:\/(ingress|host))?$/.exec(text) ?? [];
  if (target === '') {
    throw new ScenarioFailure(
      `publish must be like 8080:80, 53:53/udp or 80:80/tcp/host, not ${JSON.stringify(text)}`,
    );
  }
  return {
    name: '',
    protocol: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp',
    targetPort: Number(target),
    publishedPort: Number(published),
    publishMode: mode === 'host' ? 'host' : 'ingress',
  };
}

/** A duration a script gave, as microseconds. */
export function duration(what: string, text: string): number {
  return parsed(what, text, parseDuration);
}

function parsed(what: string, text: string, parse: (text: string) => number): number {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    throw new ScenarioFailure(`${what}: ${error.message}`);
  }
}
