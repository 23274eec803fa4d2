// docker info

import type { Info, SwarmInfo } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { humanDuration } from '../../model/duration.ts';
import { currentContext } from '../address.ts';
import { type Client, clientApiVersion, fetchJson } from '../client.ts';
import { clientVersion } from '../client-version.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { binarySize, compareText } from '../human.ts';
import { badTemplate, parseFormat } from '../inspect.ts';
import type { DockerHost } from '../process.ts';
import { execute } from '../template/evaluate.ts';
import { isFunction } from '../template/functions.ts';
import { encodeJson } from '../template/json.ts';
import { parseTemplate, TemplateError } from '../template/parse.ts';
import { dockerInfo, ownInfo } from '../types/info.ts';

/** docker system info */
export const systemInfo: Command = {
  name: 'info',
  usage: '[OPTIONS]',
  short: 'Display system-wide information',
  spellings: 'docker system info, docker info',
  arity: noArguments,
  flags: [inspectFormatFlag],
  run,
};

export const info: Command = { ...systemInfo, section: 'common' };

function* run({ flags, client, host, context, debug }: Invocation): Fiber<number> {
  const name = currentContext(context, host);
  const format = flags.text('format');
  const ClientInfo = {
    Debug: debug,
    ...clientVersion,
    DefaultAPIVersion: clientApiVersion,
    Context: name,
    Plugins: [],
  };
  const { found, failure } = needsEngine(format, ClientInfo)
    ? yield* fetchInfo(client)
    : { found: undefined, failure: '' };
  if (format !== '') {
    show(format, dockerInfo.decode({ ...found, ClientInfo }), host);
    if (failure !== '') throw new CommandFailure(failure);
    return 0;
  }
  host.out(`Client:
 Version:    ${clientVersion.Version}
 Context:    ${name}
 Debug Mode: ${debug}

Server:
`);
  if (found !== undefined) {
    const user = host.config.credentials.get(found.IndexServerAddress)?.username ?? '';
    host.out(`${serverLines(found, debug, user).join('\n')}\n\n`);
    for (const warning of found.Warnings ?? []) host.err(`${warning}\n`);
    return 0;
  }
  throw new CommandFailure(failure);
}

/** What the engine says, or why it says nothing. */
function* fetchInfo(client: Client): Fiber<{ readonly found: Info | undefined; readonly failure: string }> {
  try {
    return { found: yield* fetchJson<Info>(client, '/info'), failure: '' };
  } catch (error) {
    return { found: undefined, failure: failureText(error) };
  }
}

/** A template that looks at the client alone is shown without asking anybody. */
function needsEngine(format: string, ClientInfo: object): boolean {
  if (!/\.[a-zA-Z]/.test(format)) return true;
  try {
    execute(parseTemplate(format, isFunction), ownInfo.decode({ ClientInfo }));
    return false;
  } catch (error) {
    if (error instanceof TemplateError) return true;
    throw error;
  }
}

function show(format: string, value: ReturnType<typeof dockerInfo.decode>, host: DockerHost): void {
  if (format === 'json') {
    host.out(`${encodeJson(value)}\n`);
    return;
  }
  const template = parseFormat(format, badTemplate);
  try {
    host.out(`${execute(template, value)}\n`);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    host.out(`${error.printed}\n`);
    throw new CommandFailure(error.message);
  }
}

/** @param user who is logged in to the engine's registry; empty for nobody */
function serverLines(found: Info, debug: boolean, user: string): string[] {
  const filled = (title: string, value: string | undefined): string[] =>
    value ? [` ${title}: ${value}`] : [];
  return [
    ` Containers: ${found.Containers}`,
    `  Running: ${found.ContainersRunning}`,
    `  Paused: ${found.ContainersPaused}`,
    `  Stopped: ${found.ContainersStopped}`,
    ` Images: ${found.Images}`,
    ...filled('Server Version', found.ServerVersion),
    ...filled('Storage Driver', found.Driver),
    ...(found.DriverStatus ?? []).map(([key, value]) => `  ${key}: ${value}`),
    ...filled('Logging Driver', found.LoggingDriver),
    ...filled('Cgroup Driver', found.CgroupDriver),
    ...filled('Cgroup Version', found.CgroupVersion),
    ' Plugins:',
    `  Volume: ${words(found.Plugins.Volume)}`,
    `  Network: ${words(found.Plugins.Network)}`,
    ...((found.Plugins.Authorization ?? []).length > 0
      ? [`  Authorization: ${words(found.Plugins.Authorization)}`]
      : []),
    `  Log: ${words(found.Plugins.Log)}`,
    ...listed(' CDI spec directories:', found.CDISpecDirs),
    ` Swarm: ${found.Swarm.LocalNodeState}`,
    ...swarmLines(found.Swarm),
    ...runtimeLines(found),
    ...(found.OSType === 'linux' ? linuxLines(found) : []),
    ...(found.OSType === 'windows' ? [` Default Isolation: ${found.Isolation}`] : []),
    ...filled('Kernel Version', found.KernelVersion),
    ...filled('Operating System', found.OperatingSystem),
    ...filled('OSType', found.OSType),
    ...filled('Architecture', found.Architecture),
    ` CPUs: ${found.NCPU}`,
    ` Total Memory: ${binarySize(found.MemTotal)}`,
    ...filled('Name', found.Name),
    ...filled('ID', found.ID),
    ` Docker Root Dir: ${found.DockerRootDir}`,
    ` Debug Mode: ${found.Debug}`,
    ...(found.Debug || debug ? debugLines(found) : []),
    ...filled('HTTP Proxy', found.HttpProxy),
    ...filled('HTTPS Proxy', found.HttpsProxy),
    ...filled('No Proxy', found.NoProxy),
    ...filled('Username', user),
    ...listed(' Labels:', found.Labels),
    ` Experimental: ${found.ExperimentalBuild}`,
    ...registryLines(found),
    ` Live Restore Enabled: ${found.LiveRestoreEnabled}`,
  ];
}

function words(names: readonly string[] | null): string {
  return (names ?? []).join(' ');
}

function listed(title: string, lines: readonly string[] | null): string[] {
  return lines === null || lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function debugLines(found: Info): string[] {
  return [
    `  File Descriptors: ${found.NFd}`,
    `  Goroutines: ${found.NGoroutines}`,
    `  System Time: ${found.SystemTime}`,
    `  EventsListeners: ${found.NEventsListener}`,
  ];
}

function runtimeLines({ Runtimes: runtimes, DefaultRuntime: chosen }: Info): string[] {
  const names = Object.keys(runtimes ?? {}).sort(compareText);
  return names.length === 0 ? [] : [` Runtimes: ${names.join(' ')}`, ` Default Runtime: ${chosen}`];
}

function linuxLines(found: Info): string[] {
  const security = (found.SecurityOptions ?? []).flatMap((option) => {
    const pairs = option.split(',').map((pair) => pair.split('='));
    const name = pairs.find(([key]) => key === 'name')?.[1] ?? option;
    return [
      `  ${name}`,
      ...pairs.flatMap(([key, value]) => (key === 'profile' ? [`   Profile: ${value}`] : [])),
    ];
  });
  return [
    ` Init Binary: ${found.InitBinary}`,
    ` containerd version: ${found.ContainerdCommit.ID}`,
    ` runc version: ${found.RuncCommit.ID}`,
    ` init version: ${found.InitCommit.ID}`,
    ...(security.length === 0 ? [] : [' Security Options:', ...security]),
  ];
}

function registryLines({ RegistryConfig: registries }: Info): string[] {
  if (registries === null) return [];
  const indexes = Object.entries(registries.IndexConfigs).sort(([a], [b]) => compareText(a, b));
  const insecure = indexes.flatMap(([, { Name, Secure }]) => (Secure ? [] : [Name]));
  const all = [...insecure, ...registries.InsecureRegistryCIDRs];
  const titled = indexes.length > 0 || registries.InsecureRegistryCIDRs.length > 0;
  return [
    ...(titled ? [' Insecure Registries:', ...all.map((registry) => `  ${registry}`)] : []),
    ...listed(' Registry Mirrors:', registries.Mirrors),
  ];
}

function swarmLines(swarm: SwarmInfo): string[] {
  if (swarm.LocalNodeState === 'inactive' || swarm.LocalNodeState === 'locked') return [];
  const addresses = (swarm.RemoteManagers ?? []).map(({ Addr }) => Addr).sort(compareText);
  return [
    `  NodeID: ${swarm.NodeID}`,
    ...(swarm.Error === '' ? [] : [`  Error: ${swarm.Error}`]),
    `  Is Manager: ${swarm.ControlAvailable}`,
    ...managerLines(swarm),
    `  Node Address: ${swarm.NodeAddr}`,
    ...(addresses.length === 0
      ? []
      : ['  Manager Addresses:', ...addresses.map((address) => `   ${address}`)]),
  ];
}

function managerLines({ Cluster: cluster, ControlAvailable, Error: error, ...swarm }: SwarmInfo): string[] {
  if (cluster === undefined || !ControlAvailable || error !== '' || swarm.LocalNodeState === 'error')
    return [];
  const { Spec: spec } = cluster;
  const pools = (cluster.DefaultAddrPool ?? []).map((pool) => `${pool}  `).join('');
  const history = spec.Orchestration.TaskHistoryRetentionLimit;
  const old = spec.Raft.KeepOldSnapshots;
  const external = spec.CAConfig.ExternalCAs ?? [];
  const period = (nanoseconds: number | undefined): string => humanDuration((nanoseconds ?? 0) / 1_000);
  return [
    `  ClusterID: ${cluster.ID}`,
    `  Managers: ${swarm.Managers ?? 0}`,
    `  Nodes: ${swarm.Nodes ?? 0}`,
    `  Default Address Pool: ${pools}`,
    `  SubnetSize: ${cluster.SubnetSize}`,
    `  Data Path Port: ${cluster.DataPathPort}`,
    '  Orchestration:',
    `   Task History Retention Limit: ${history ?? 0}`,
    '  Raft:',
    `   Snapshot Interval: ${spec.Raft.SnapshotInterval ?? 0}`,
    ...(old === undefined ? [] : [`   Number of Old Snapshots to Retain: ${old}`]),
    `   Heartbeat Tick: ${spec.Raft.HeartbeatTick}`,
    `   Election Tick: ${spec.Raft.ElectionTick}`,
    '  Dispatcher:',
    `   Heartbeat Period: ${period(spec.Dispatcher.HeartbeatPeriod)}`,
    '  CA Configuration:',
    `   Expiry Duration: ${period(spec.CAConfig.NodeCertExpiry)}`,
    `   Force Rotate: ${spec.CAConfig.ForceRotate ?? 0}`,
    ...(spec.CAConfig.SigningCACert
      ? [`   Signing CA Certificate: \n${spec.CAConfig.SigningCACert.trim()}\n`]
      : []),
    ...(external.length === 0
      ? []
      : ['   External CAs:', ...external.map(({ Protocol, URL }) => `     ${Protocol}: ${URL}`)]),
    `  Autolock Managers: ${spec.EncryptionConfig.AutoLockManagers}`,
    `  Root Rotation In Progress: ${cluster.RootRotationInProgress}`,
  ];
}
