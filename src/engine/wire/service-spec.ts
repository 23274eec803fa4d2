// The specs of services and tasks, between the model and the wire. What a client sends comes back as it was, with what the engine fills in.

import { emptyPlacement, emptyResources } from '../../model/defaults.ts';
import { second } from '../../model/duration.ts';
import type {
  EndpointSpec,
  NetworkAttachmentSpec,
  Placement,
  PortConfig,
  RestartPolicy,
  ServiceMode,
  ServiceSpec,
  TaskSpec,
  UpdateConfig,
} from '../../model/spec.ts';
import type * as api from '../api.ts';
import { RequestFailure } from '../failure.ts';
import {
  fromDriver,
  fromGenericResources,
  fromMap,
  fromNanoseconds,
  fromOptionalMap,
  fromOptionalNanoseconds,
  toDriver,
  toGenericResources,
  toMap,
  toNanoseconds,
  toOptionalMap,
  toOptionalNanoseconds,
  unlessEmpty,
  unlessZero,
} from './common.ts';
import { fromContainerSpec, toContainerSpec } from './container-spec.ts';

export function toServiceSpec(spec: ServiceSpec): api.ServiceSpec {
  return {
    Name: unlessZero(spec.name),
    Labels: toMap(spec.labels),
    TaskTemplate: toTaskSpec(spec.task),
    Mode: toMode(spec.mode),
    UpdateConfig: spec.update && toUpdateConfig(spec.update),
    RollbackConfig: spec.rollback && toUpdateConfig(spec.rollback),
    EndpointSpec: spec.endpoint && toEndpointSpec(spec.endpoint),
  };
}

export function toTaskSpec(spec: TaskSpec): api.TaskSpec {
  return {
    ContainerSpec: toContainerSpec(spec.container),
    Resources: toResources(spec),
    RestartPolicy: spec.restart && toRestartPolicy(spec.restart),
    Placement: toPlacement(spec.placement),
    Networks: unlessEmpty(
      spec.networks.map(({ target, aliases, driverOptions }) => ({
        Target: unlessZero(target),
        Aliases: unlessEmpty(aliases),
        DriverOpts: toOptionalMap(driverOptions),
      })),
    ),
    LogDriver: spec.logDriver && toDriver(spec.logDriver),
    ForceUpdate: spec.forceUpdate,
    Runtime: 'container',
  };
}

function toResources({
  container,
  limits,
  reservations,
  unsent,
}: TaskSpec): api.ResourceRequirements | undefined {
  if (unsent?.includes('resources')) return undefined;
  return {
    Limits: unsent?.includes('limits')
      ? undefined
      : {
          NanoCPUs: unlessZero(limits.nanoCpus),
          MemoryBytes: unlessZero(limits.memoryBytes),
          Pids: unlessZero(container.pidsLimit),
        },
    Reservations: unsent?.includes('reservations')
      ? undefined
      : {
          NanoCPUs: unlessZero(reservations.nanoCpus),
          MemoryBytes: unlessZero(reservations.memoryBytes),
          GenericResources: toGenericResources(reservations.generic),
        },
  };
}

function toRestartPolicy({ condition, delay, maxAttempts, window }: RestartPolicy): api.RestartPolicy {
  return {
    Condition: condition,
    Delay: toOptionalNanoseconds(delay),
    MaxAttempts: maxAttempts,
    Window: toOptionalNanoseconds(window),
  };
}

function toPlacement({ constraints, spread, maxReplicas, platforms }: Placement): api.Placement {
  return {
    Constraints: unlessEmpty(constraints),
    Preferences: unlessEmpty(spread.map((descriptor) => ({ Spread: { SpreadDescriptor: descriptor } }))),
    MaxReplicas: unlessZero(maxReplicas),
    Platforms: unlessEmpty(
      platforms.map(({ architecture, os }) => ({
        Architecture: unlessZero(architecture),
        OS: unlessZero(os),
      })),
    ),
  };
}

function toMode(mode: ServiceMode): api.ServiceMode {
  switch (mode.kind) {
    case 'replicated':
      return { Replicated: { Replicas: mode.replicas } };
    case 'global':
      return { Global: {} };
    case 'replicated-job':
      return {
        ReplicatedJob: { MaxConcurrent: mode.maxConcurrent, TotalCompletions: mode.totalCompletions },
      };
    case 'global-job':
      return { GlobalJob: {} };
  }
}

function toUpdateConfig(config: UpdateConfig): api.UpdateConfig {
  return {
    Parallelism: config.parallelism,
    Delay: unlessZero(toNanoseconds(config.delay)),
    FailureAction: config.failureAction,
    Monitor: unlessZero(toNanoseconds(config.monitor ?? 0)),
    MaxFailureRatio: config.maxFailureRatio,
    Order: config.order,
  };
}

export function toEndpointSpec({ mode, ports }: EndpointSpec): api.EndpointSpec {
  return { Mode: mode, Ports: unlessEmpty(ports.map(toPort)) };
}

export function toPort({
  name,
  protocol,
  targetPort,
  publishedPort,
  publishMode,
}: PortConfig): api.PortConfig {
  return {
    Name: unlessZero(name),
    Protocol: protocol,
    TargetPort: unlessZero(targetPort),
    PublishedPort: unlessZero(publishedPort),
    PublishMode: publishMode,
  };
}

const defaultUpdateConfig: api.UpdateConfig = {
  Parallelism: 1,
  FailureAction: 'pause',
  Monitor: toNanoseconds(5 * second),
  MaxFailureRatio: 0,
  Order: 'stop-first',
};

/** The spec with what an absent field means (`insertDefaults`, reference 2.10). */
export function withDefaults(spec: api.ServiceSpec): api.ServiceSpec {
  const { TaskTemplate: task } = spec;
  const container = task.ContainerSpec ?? {};
  const restart = task.RestartPolicy ?? { Condition: 'any', Delay: undefined, MaxAttempts: 0 };
  return {
    ...spec,
    TaskTemplate: {
      ...task,
      ContainerSpec: inOrder(container, {
        StopGracePeriod: container.StopGracePeriod ?? toNanoseconds(10 * second),
        DNSConfig: container.DNSConfig ?? {},
      }),
      Resources: task.Resources ?? {},
      RestartPolicy: inOrder<api.RestartPolicy>(restart, {
        Delay: restart.Delay ?? toNanoseconds(5 * second),
      }),
      Placement: task.Placement ?? {},
    },
    UpdateConfig: withMonitor(spec.UpdateConfig),
    RollbackConfig: withMonitor(spec.RollbackConfig),
  };
}

function withMonitor(config: api.UpdateConfig | undefined): api.UpdateConfig {
  if (config === undefined) return defaultUpdateConfig;
  return { ...config, Monitor: config.Monitor ?? toNanoseconds(5 * second) };
}

/** Fields keep their places: those of a value of ours are there even when they are undefined. */
function inOrder<T extends object>(value: T, filled: Partial<T>): T {
  return { ...value, ...filled };
}

/**
 * A spec as a client sends it, its networks given by ID.
 * @param name the name of a service that has none of its own
 * @throws RequestFailure 400, in the order of the engine's own checks
 */
export function fromServiceSpec(spec: api.ServiceSpec, name: string): ServiceSpec {
  const task = fromTaskSpec(spec.TaskTemplate, spec.TaskTemplate.Networks ?? spec.Networks ?? []);
  const update = spec.UpdateConfig && fromUpdateConfig(spec.UpdateConfig);
  const rollback = spec.RollbackConfig && fromUpdateConfig(spec.RollbackConfig);
  const endpoint = spec.EndpointSpec && fromEndpointSpec(spec.EndpointSpec);
  return {
    name: spec.Name || name,
    labels: fromMap(spec.Labels),
    task,
    mode: fromMode(spec.Mode),
    ...(update && { update }),
    ...(rollback && { rollback }),
    ...(endpoint && { endpoint }),
  };
}

function fromTaskSpec(spec: api.TaskSpec, networks: readonly api.NetworkAttachmentConfig[]): TaskSpec {
  const { Runtime = '', ContainerSpec, Resources, RestartPolicy, LogDriver } = spec;
  if (Runtime === 'plugin') throw new RequestFailure(501, 'services of plugins are not simulated');
  if (Runtime !== '' && Runtime !== 'container') throw invalid('unsupported runtime');
  if (ContainerSpec === undefined) throw invalid('mismatched Runtime and *Spec fields');
  const container = fromContainerSpec(ContainerSpec);
  const restart = RestartPolicy && fromRestartPolicy(RestartPolicy);
  const { Limits: limits, Reservations: reservations } = Resources ?? {};
  const unsent = (
    [
      ['resources', Resources],
      ['limits', limits],
      ['reservations', reservations],
    ] as const
  ).flatMap(([block, sent]) => (sent === undefined ? [block] : []));
  return {
    container: { ...container, ...(limits?.Pids && { pidsLimit: limits.Pids }) },
    limits:
      limits === undefined
        ? emptyResources
        : { nanoCpus: limits.NanoCPUs ?? 0, memoryBytes: limits.MemoryBytes ?? 0, generic: [] },
    reservations:
      reservations === undefined
        ? emptyResources
        : {
            nanoCpus: reservations.NanoCPUs ?? 0,
            memoryBytes: reservations.MemoryBytes ?? 0,
            generic: fromGenericResources(reservations.GenericResources),
          },
    ...(restart && { restart }),
    placement: spec.Placement === undefined ? emptyPlacement : fromPlacement(spec.Placement),
    networks: networks.map(fromNetwork),
    ...(LogDriver && { logDriver: fromDriver(LogDriver) }),
    forceUpdate: spec.ForceUpdate,
    ...(unsent.length > 0 && { unsent }),
  };
}

function fromNetwork({
  Target = '',
  Aliases = [],
  DriverOpts,
}: api.NetworkAttachmentConfig): NetworkAttachmentSpec {
  const driverOptions = fromOptionalMap(DriverOpts);
  return { target: Target, aliases: Aliases, ...(driverOptions && { driverOptions }) };
}

function fromRestartPolicy({ Condition = '', Delay, MaxAttempts, Window }: api.RestartPolicy): RestartPolicy {
  const delay = fromOptionalNanoseconds(Delay);
  const window = fromOptionalNanoseconds(Window);
  return {
    condition: restartCondition(Condition),
    ...(delay !== undefined && { delay }),
    maxAttempts: MaxAttempts ?? 0,
    ...(window !== undefined && { window }),
  };
}

function restartCondition(text: string): RestartPolicy['condition'] {
  if (text === '') return 'any';
  if (text === 'none' || text === 'on-failure' || text === 'any') return text;
  throw invalid(`invalid RestartCondition: ${JSON.stringify(text)}`);
}

function fromPlacement({ Constraints, Preferences, MaxReplicas, Platforms }: api.Placement): Placement {
  return {
    constraints: Constraints ?? [],
    spread: (Preferences ?? []).flatMap(({ Spread }) =>
      Spread === undefined ? [] : [Spread.SpreadDescriptor],
    ),
    maxReplicas: MaxReplicas ?? 0,
    platforms: (Platforms ?? []).map(({ Architecture = '', OS = '' }) => ({
      architecture: Architecture,
      os: OS,
    })),
  };
}

function fromUpdateConfig(config: api.UpdateConfig): UpdateConfig {
  const { Monitor, FailureAction = '', Order } = config;
  const failureAction = FailureAction === '' ? 'pause' : FailureAction;
  if (failureAction !== 'pause' && failureAction !== 'continue' && failureAction !== 'rollback') {
    throw invalid(`unrecognized update failure action ${failureAction}`);
  }
  const order = Order === '' ? 'stop-first' : Order;
  if (order !== 'stop-first' && order !== 'start-first') throw invalid(`unrecognized update order ${order}`);
  return {
    parallelism: config.Parallelism,
    delay: fromNanoseconds(config.Delay ?? 0),
    failureAction,
    ...(Monitor !== undefined && Monitor !== 0 && { monitor: fromNanoseconds(Monitor) }),
    maxFailureRatio: config.MaxFailureRatio,
    order,
  };
}

function fromEndpointSpec({ Mode = '', Ports }: api.EndpointSpec): EndpointSpec {
  const mode = Mode === '' ? 'vip' : Mode;
  if (mode !== 'vip' && mode !== 'dnsrr') throw invalid(`invalid resolution mode: ${JSON.stringify(mode)}`);
  return { mode, ports: (Ports ?? []).map(fromPort) };
}

/** Words that mean nothing are taken for the ordinary ones, as the engine does. */
function fromPort({ Name, Protocol, TargetPort, PublishedPort, PublishMode }: api.PortConfig): PortConfig {
  const protocol = Protocol?.toLowerCase();
  return {
    name: Name ?? '',
    protocol: protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp',
    targetPort: TargetPort ?? 0,
    publishedPort: PublishedPort ?? 0,
    publishMode: PublishMode?.toLowerCase() === 'host' ? 'host' : 'ingress',
  };
}

/** A swarm would make slots until its memory ends; here that would be the memory of everybody's world. */
const mostTasks = 10_000;

function fromMode(mode: api.ServiceMode): ServiceMode {
  const { Replicated, Global, ReplicatedJob, GlobalJob } = mode;
  const given = [Replicated, Global, ReplicatedJob, GlobalJob].filter((each) => each !== undefined);
  if (given.length > 1) throw invalid('must specify only one service mode');
  if (Global !== undefined) return { kind: 'global' };
  if (GlobalJob !== undefined) return { kind: 'global-job' };
  if (ReplicatedJob !== undefined) {
    const maxConcurrent = ReplicatedJob.MaxConcurrent ?? 1;
    const totalCompletions = ReplicatedJob.TotalCompletions ?? maxConcurrent;
    checkTasks(Math.max(maxConcurrent, totalCompletions));
    return { kind: 'replicated-job', maxConcurrent, totalCompletions };
  }
  const replicas = Replicated?.Replicas ?? 1;
  checkTasks(replicas);
  return { kind: 'replicated', replicas };
}

function checkTasks(count: number): void {
  if (count > mostTasks) {
    throw invalid(`swarmlab has room for ${mostTasks} tasks of a service, not for ${count}`);
  }
}

function invalid(message: string): RequestFailure {
  return new RequestFailure(400, message);
}
