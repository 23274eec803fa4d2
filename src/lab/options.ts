// A service as a script asks for it, in docker's words, and how it becomes a spec or changes one.

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
  HealthCheck,
  PortConfig,
  Resources,
  RestartCondition,
  RestartPolicy,
  ServiceSpec,
  UpdateConfig,
} from '../model/spec.ts';
import { ScenarioFailure } from './failure.ts';
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

/** The options of `docker service create` and `update`. */
export interface ServiceOptions {
  readonly image?: string;
  readonly mode?: 'replicated' | 'global';
  readonly replicas?: number;
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
  /** Replaces all tasks even when nothing else has changed. */
  readonly force?: boolean;
}

/** The spec of a new service. */
export function createdSpec(name: string, options: ServiceOptions): ServiceSpec {
  if (options.image === undefined) throw new ScenarioFailure(`service ${name} needs an image`);
  return changedSpec(
    serviceSpec({
      name,
      image: options.image,
      ...(options.mode === 'global' && { mode: { kind: 'global' } as const }),
    }),
    options,
  );
}

/** A spec with the options given changed and the others kept, as `docker service update` does. */
export function changedSpec(spec: ServiceSpec, options: ServiceOptions): ServiceSpec {
  const { task } = spec;
  const { container, placement } = task;
  const { health, restart, update, rollback } = options;
  return {
    ...spec,
    ...(options.labels && { labels: makeLabels(Object.entries(options.labels)) }),
    ...(options.replicas !== undefined && { mode: scaled(spec, options.replicas) }),
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

function scaled(spec: ServiceSpec, replicas: number): ServiceSpec['mode'] {
  if (spec.mode.kind !== 'replicated') {
    throw new ScenarioFailure(
      `replicas can only be used with replicated mode, and ${spec.name} is ${spec.mode.kind}`,
    );
  }
  return { kind: 'replicated', replicas };
}

function reserved(resources: Resources, { reserveCpus, reserveMemory }: ServiceOptions): Resources {
  return {
    ...resources,
    ...(reserveCpus !== undefined && { nanoCpus: Math.round(reserveCpus * 1_000_000_000) }),
    ...(reserveMemory !== undefined && {
      memoryBytes: parsed('reserveMemory', reserveMemory, parseBytes),
    }),
  };
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
