// A service as `docker service inspect --pretty` tells it. The blanks and tabs are docker's.

import type {
  ContainerSpec,
  Placement,
  PortConfig,
  Service,
  StringMap,
  TaskSpec,
  UpdateConfig,
} from '../../engine/api.ts';
import { parseInstant } from '../../engine/time.ts';
import { humanDuration } from '../../model/duration.ts';
import { binarySize } from '../human.ts';
import { entriesOf } from '../maps.ts';
import { formatFloat, formatNanoseconds } from '../template/print.ts';

/**
 * @param networks the names of the service's networks, in its order
 * @param now the client's clock, microseconds since 1970
 */
export function prettyService(service: Service, networks: readonly string[], now: number): string {
  const { Spec: spec } = service;
  const { TaskTemplate: task } = spec;
  const lines = [
    '',
    `ID:\t\t${service.ID}`,
    `Name:\t\t${spec.Name ?? ''}`,
    ...titled('Labels:', pairLines(spec.Labels, ' ', '=')),
    ...modeLines(service),
    ...updateStatusLines(service, now),
    'Placement:',
    ...placementLines(task.Placement),
    ...(spec.UpdateConfig ? ['UpdateConfig:', ...updateLines(spec.UpdateConfig, 'Update')] : []),
    ...(spec.RollbackConfig ? ['RollbackConfig:', ...updateLines(spec.RollbackConfig, 'Rollback')] : []),
    ...containerLines(task.ContainerSpec ?? {}),
    ...logDriverLines(task),
    ...resourceLines(task),
    ...(networks.length > 0 ? [`Networks: ${networks.map((name) => `${name} `).join('')}`] : []),
    `Endpoint Mode:\t${spec.EndpointSpec?.Mode ?? ''}`,
    ...titled('Ports:', portLines(service.Endpoint?.Ports ?? [])),
    ...healthcheckLines(task.ContainerSpec ?? {}),
    '',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A title with what stands under it; nothing when that is nothing. */
function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** Of a pair without a value the key alone. */
function pairLines(pairs: StringMap | null | undefined, indent: string, is: string): readonly string[] {
  return entriesOf(pairs).map(([key, value]) => `${indent}${key}${value === '' ? '' : is + value}`);
}

/** Of jobs nothing is told. */
function modeLines({ Spec: { Mode } }: Service): readonly string[] {
  if (Mode.Global) return ['Service Mode:\tGlobal'];
  if (!Mode.Replicated) return ['Service Mode:'];
  const { Replicas: replicas } = Mode.Replicated;
  return ['Service Mode:\tReplicated', ...(replicas === undefined ? [] : [` Replicas:\t${replicas}`])];
}

function updateStatusLines({ UpdateStatus }: Service, now: number): readonly string[] {
  if (!UpdateStatus?.State) return [];
  const { State: state, StartedAt: started, CompletedAt: completed, Message: message = '' } = UpdateStatus;
  const age = (instant: string): string => `${humanDuration(now - (parseInstant(instant) ?? 0))} ago`;
  return [
    'UpdateStatus:',
    ` State:\t\t${state}`,
    ...(started ? [` Started:\t${age(started)}`] : []),
    ...(completed && state === 'completed' ? [` Completed:\t${age(completed)}`] : []),
    ` Message:\t${message}`,
  ];
}

function placementLines({ Constraints, Preferences, MaxReplicas = 0 }: Placement = {}): readonly string[] {
  const spread = (Preferences ?? []).map(({ Spread }) => `spread=${Spread?.SpreadDescriptor ?? ''}`);
  return [
    ...(Constraints?.length ? [` Constraints:\t[${Constraints.join(' ')}]`] : []),
    ...(spread.length > 0 ? [` Preferences:   [${spread.join(' ')}]`] : []),
    ...(MaxReplicas > 0 ? [` Max Replicas Per Node:   ${MaxReplicas}`] : []),
  ];
}

function updateLines(config: UpdateConfig, which: 'Update' | 'Rollback'): readonly string[] {
  const { Parallelism, Delay, FailureAction = '', Monitor, MaxFailureRatio, Order } = config;
  return [
    ` Parallelism:\t${Parallelism}`,
    ...(Delay ? [` Delay:\t\t${formatNanoseconds(Delay)}`] : []),
    ` On failure:\t${FailureAction}`,
    ...(Monitor ? [` Monitoring Period: ${formatNanoseconds(Monitor)}`] : []),
    ` Max failure ratio: ${formatFloat(MaxFailureRatio)}`,
    ` ${`${which} order:`.padEnd(18)} ${Order}`,
  ];
}

function containerLines(container: ContainerSpec): readonly string[] {
  const words = (list: readonly string[]): string => list.map((word) => `${word} `).join('');
  const { Args, Env, Dir, Init, User, CapabilityAdd, CapabilityDrop } = container;
  const capabilities = [
    ...(CapabilityAdd?.length ? [` Add: ${CapabilityAdd.join(', ')}`] : []),
    ...(CapabilityDrop?.length ? [` Drop: ${CapabilityDrop.join(', ')}`] : []),
  ];
  return [
    'ContainerSpec:',
    ` Image:\t\t${container.Image ?? ''}`,
    ...(Args?.length ? [` Args:\t\t${words(Args)}`] : []),
    ...(Env?.length ? [` Env:\t\t${words(Env)}`] : []),
    ...(Dir ? [` Dir:\t\t${Dir}`] : []),
    ...(Init === undefined ? [] : [` Init:\t\t${Init}`]),
    ...(User ? [` User: ${User}`] : []),
    ...titled('Capabilities:', capabilities),
    ...titled('SysCtls:', pairLines(container.Sysctls, ' ', ': ')),
    ...titled(
      'Ulimits:',
      (container.Ulimits ?? []).map(({ Name, Soft, Hard }) => ` ${Name}: ${Soft}:${Hard}`),
    ),
    ...titled('Mounts:', mountLines(container)),
    ...titled(
      'Configs:',
      (container.Configs ?? []).flatMap((config) => fileLines(config.File?.Name ?? '', config.ConfigName)),
    ),
    ...titled(
      'Secrets:',
      (container.Secrets ?? []).flatMap((secret) => fileLines(secret.File?.Name ?? '', secret.SecretName)),
    ),
  ];
}

function mountLines({ Mounts = [] }: ContainerSpec): readonly string[] {
  return Mounts.flatMap(({ Target = '', Source = '', ReadOnly = false, Type = '' }) => [
    ` Target:\t${Target}`,
    `  Source:\t${Source}`,
    `  ReadOnly:\t${ReadOnly}`,
    `  Type:\t\t${Type}`,
  ]);
}

function fileLines(target: string, source: string): readonly string[] {
  return [` Target:\t${target}`, `  Source:\t${source}`];
}

function logDriverLines({ LogDriver }: TaskSpec): readonly string[] {
  if (LogDriver === undefined) return [];
  return [
    'Log Driver:',
    ...(LogDriver.Name ? [` Name:\t\t${LogDriver.Name}`] : []),
    ...titled(' LogOpts:', pairLines(LogDriver.Options, '  ', ':       ')),
    '',
  ];
}

function resourceLines({ Resources }: TaskSpec): readonly string[] {
  if (Resources === undefined) return [];
  const { Reservations, Limits } = Resources;
  return [
    'Resources:',
    ...titled(' Reservations:', amountLines(Reservations ?? {})),
    ...titled(' Limits:', amountLines(Limits ?? {})),
  ];
}

function amountLines({
  NanoCPUs = 0,
  MemoryBytes = 0,
  Pids = 0,
}: {
  readonly NanoCPUs?: number | undefined;
  readonly MemoryBytes?: number | undefined;
  readonly Pids?: number | undefined;
}): readonly string[] {
  return [
    ...(NanoCPUs > 0 ? [`  CPU:\t\t${formatFloat(NanoCPUs / 1e9)}`] : []),
    ...(MemoryBytes > 0 ? [`  Memory:\t${binarySize(MemoryBytes)}`] : []),
    ...(Pids > 0 ? [`  PIDs:\t\t${Pids}`] : []),
  ];
}

/** The last line of a list ends with a blank. */
function portLines(ports: readonly PortConfig[]): readonly string[] {
  return endWithBlank(
    ports.flatMap(({ PublishedPort = 0, Protocol = '', TargetPort = 0, PublishMode = '' }) => [
      ` PublishedPort = ${PublishedPort}`,
      `  Protocol = ${Protocol}`,
      `  TargetPort = ${TargetPort}`,
      `  PublishMode = ${PublishMode}`,
    ]),
  );
}

function healthcheckLines({ Healthcheck }: ContainerSpec): readonly string[] {
  if (Healthcheck === undefined) return [];
  const { Interval = 0, Retries = 0, StartPeriod = 0, Timeout = 0, Test = [] } = Healthcheck;
  return [
    ' Healthcheck:',
    `  Interval = ${formatNanoseconds(Interval)}`,
    `  Retries = ${Retries}`,
    `  StartPeriod =\t${formatNanoseconds(StartPeriod)}`,
    `  Timeout =\t${formatNanoseconds(Timeout)}`,
    ...titled('  Tests:', endWithBlank(Test.map((word) => `\t Test = ${word}`))),
  ];
}

function endWithBlank(lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === lines.length - 1 ? `${line} ` : line));
}
