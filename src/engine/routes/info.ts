// `GET /info`: what this engine is, and its part in the swarm (reference 2.3).

import type { NodeMemory } from '../../cluster/types.ts';
import { defaultListenPort } from '../../model/defaults.ts';
import type * as api from '../api.ts';
import { RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import { hexOf } from '../hash.ts';
import { configOf, type Engine, instantOf, look, memoryOf } from '../node.ts';
import { ping } from '../ping.ts';
import { json, type Reply, type Route } from '../route.ts';
import { swarmState } from '../swarm-state.ts';
import { formatInstant } from '../time.ts';
import { engineVersion, getVersion, kernelVersion } from '../version.ts';
import { toClusterInfo } from '../wire/cluster.ts';
import { toGenericResources } from '../wire/common.ts';

export const infoRoutes: readonly Route[] = [
  { method: 'HEAD', path: '/_ping', handle: ping },
  { method: 'GET', path: '/_ping', handle: ping },
  { method: 'GET', path: '/version', handle: getVersion },
  { method: 'GET', path: '/info', handle: info },
];

/** R-R111, R-R217. */
const twoManagers =
  'WARNING: Running Swarm in a two-manager configuration. This configuration provides\n' +
  '         no fault tolerance, and poses a high risk to lose control over the cluster.\n' +
  '         Refer to https://docs.docker.com/engine/swarm/admin_guide/ to configure the\n' +
  '         Swarm for fault-tolerance.';

/** The address of a machine's manager, by its host. */
function managerAddress({ swarm }: Engine, host: string): string {
  const config = swarm.world.configOf(host);
  return config.role === 'node' ? `${config.addr}:${defaultListenPort}` : host;
}

function* swarmInfo(engine: Engine): Fiber<api.SwarmInfo> {
  const memory = memoryOf(engine);
  const { state, manager } = swarmState(memory);
  const inSwarm = state !== 'inactive' && state !== 'locked';
  const seen = manager ? yield* clusterInfo(engine) : undefined;
  return {
    NodeID: memory.identity?.nodeId ?? '',
    NodeAddr: inSwarm ? configOf(engine).addr : '',
    LocalNodeState: state,
    ControlAvailable: manager,
    Error: seen?.error ?? '',
    RemoteManagers: inSwarm ? remoteManagers(engine, memory) : null,
    Nodes: seen?.nodes,
    Managers: seen?.managers,
    Cluster: seen?.cluster,
    Warnings: seen?.managers === 2 ? [twoManagers] : undefined,
  };
}

interface ClusterSeen {
  readonly error: string;
  readonly nodes?: number;
  readonly managers?: number;
  readonly cluster?: api.ClusterInfo;
}

/** A swarm that cannot be asked is told of in the info, which does not fail for it. */
function* clusterInfo(engine: Engine): Fiber<ClusterSeen> {
  try {
    const { cluster, node, managers } = yield* look(engine, 'cluster', 'node');
    const [own] = cluster;
    return {
      error: '',
      nodes: node.length,
      managers: managers.length,
      ...(own !== undefined && { cluster: toClusterInfo(own, engine.epoch()) }),
    };
  } catch (error) {
    if (error instanceof RequestFailure) return { error: error.message };
    throw error;
  }
}

function remoteManagers(
  engine: Engine,
  { manager, agent }: NodeMemory,
): readonly { readonly NodeID: string; readonly Addr: string }[] | null {
  const known =
    manager === undefined
      ? [...(agent?.remotes.values() ?? [])].map(({ peer }) => ({
          NodeID: peer.nodeId,
          Addr: managerAddress(engine, peer.host),
        }))
      : [...manager.members.values()].map(({ nodeId, addr }) => ({ NodeID: nodeId, Addr: addr }));
  const sorted = known.sort((a, b) => (a.Addr < b.Addr ? -1 : 1));
  return sorted.length === 0 ? null : sorted;
}

function* info(engine: Engine): Fiber<Reply> {
  const swarm = yield* swarmInfo(engine);
  const memory = memoryOf(engine);
  const { hostname, platform, resources, engineLabels, plugins } = configOf(engine).description;
  const containers = [...(memory.agent?.containers.values() ?? [])];
  const running = containers.filter(({ phase }) => phase === 'running').length;
  const named = (type: string): readonly string[] =>
    plugins.filter((plugin) => plugin.type === type).map(({ name }) => name);
  const warnings = swarm.Warnings ?? [];
  const answer: api.Info = {
    ID: uuidOf(engine.host),
    Containers: containers.length,
    ContainersRunning: running,
    ContainersPaused: 0,
    ContainersStopped: containers.length - running,
    Images: memory.agent?.images.size ?? 0,
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', 'extfs'],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ],
    Plugins: { Volume: named('Volume'), Network: named('Network'), Authorization: null, Log: named('Log') },
    MemoryLimit: true,
    SwapLimit: true,
    CpuCfsPeriod: true,
    CpuCfsQuota: true,
    CPUShares: true,
    CPUSet: true,
    PidsLimit: true,
    IPv4Forwarding: true,
    Debug: false,
    NFd: 0,
    OomKillDisable: false,
    NGoroutines: 0,
    SystemTime: formatInstant(instantOf(engine, engine.swarm.world.now)),
    LoggingDriver: 'json-file',
    CgroupDriver: 'systemd',
    CgroupVersion: '2',
    NEventsListener: 0,
    KernelVersion: kernelVersion,
    OperatingSystem: 'swarmlab',
    OSVersion: '',
    OSType: platform.os,
    Architecture: platform.architecture,
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: {
      IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Secure: true, Official: true } },
      InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'],
      Mirrors: null,
    },
    NCPU: Math.floor(resources.nanoCpus / 1_000_000_000),
    MemTotal: resources.memoryBytes,
    GenericResources: toGenericResources(resources.generic) ?? null,
    DockerRootDir: '/var/lib/docker',
    HttpProxy: '',
    HttpsProxy: '',
    NoProxy: '',
    Name: hostname,
    Labels: engineLabels.map(([key, value]) => `${key}=${value}`),
    ExperimentalBuild: false,
    ServerVersion: engineVersion,
    Runtimes: { runc: { path: 'runc' } },
    DefaultRuntime: 'runc',
    Swarm: swarm,
    LiveRestoreEnabled: false,
    Isolation: '',
    InitBinary: 'docker-init',
    ContainerdCommit: { ID: '' },
    RuncCommit: { ID: '' },
    InitCommit: { ID: '' },
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
    CDISpecDirs: ['/etc/cdi', '/var/run/cdi'],
    Warnings: warnings.length === 0 ? null : warnings,
  };
  return json(answer);
}

/** The engine's own ID, which has nothing to do with the swarm. */
function uuidOf(host: string): string {
  const digits = hexOf(`${host}/engine`, 32);
  return [0, 8, 12, 16, 20].map((at, part) => digits.slice(at, [8, 12, 16, 20, 32][part])).join('-');
}
