// The containers of this machine, to look at: lists, details, logs.

import type { Container } from '../../agent/container.ts';
import { imageDigest } from '../../agent/registry.ts';
import { humanDuration } from '../../model/duration.ts';
import type { Task } from '../../model/objects.ts';
import type * as api from '../api.ts';
import {
  acceptFilters,
  type Filters,
  matchesExactly,
  matchesLabels,
  parseFilters,
  valuesFor,
} from '../filters.ts';
import { hexOf } from '../hash.ts';
import {
  containersHere,
  findContainer,
  type LocalContainer,
  labelsOf,
  stateOf,
} from '../local-containers.ts';
import { type Engine, instantOf } from '../node.ts';
import { isOn } from '../query.ts';
import { type Call, json, type Reply, type Route } from '../route.ts';
import { formatInstant, zeroInstant } from '../time.ts';
import { fromMap } from '../wire/common.ts';
import { taskName } from '../wire/task.ts';
import { containerActRoutes } from './container-acts.ts';
import { checkStreams, containerLogs } from './logs.ts';

export const containerRoutes: readonly Route[] = [
  { method: 'GET', path: '/containers/json', handle: list },
  { method: 'GET', path: '/containers/{}/json', handle: inspect },
  { method: 'GET', path: '/containers/{}/logs', handle: logs },
  ...containerActRoutes,
];

/** The command as it was given; the one in the image is not known. */
function commandOf({ spec: { container } }: Task): readonly string[] {
  return [...container.command, ...container.args];
}

function imageId({ spec: { container } }: Task): string {
  return `sha256:${hexOf(imageDigest(container.image), 64)}`;
}

/** What `docker ps` prints: `Up 5 seconds (healthy)`, `Exited (0) 2 minutes ago`, `Created`. */
function statusOf(engine: Engine, { container, task }: LocalContainer): string {
  const { now } = engine.swarm.world;
  switch (stateOf(container)) {
    case 'created':
      return 'Created';
    case 'running': {
      const { status } = container.health;
      const health = status === 'none' ? '' : status === 'starting' ? ' (health: starting)' : ` (${status})`;
      return `Up ${humanDuration(now - container.startedAt)}${health}`;
    }
    case 'exited':
      return `Exited (${container.exitCode}) ${humanDuration(now - task.status.timestamp)} ago`;
  }
}

const accepted = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'is-task',
  'isolation',
  'label',
  'name',
  'network',
  'publish',
  'since',
  'status',
  'volume',
];

function list(engine: Engine, { query }: Call): Reply {
  const filters = parseFilters(query);
  acceptFilters(filters, accepted);
  const limit = Number(query.get('limit') ?? '');
  const all = isOn(query, 'all') || limit > 0 || filters.has('status') || filters.has('exited');
  const found = containersHere(engine).filter(
    (known) => (all || stateOf(known.container) === 'running') && matches(known, filters),
  );
  return json((limit > 0 ? found.slice(0, limit) : found).map((known) => summaryOf(engine, known)));
}

function matches({ task, container }: LocalContainer, filters: Filters): boolean {
  const name = taskName(task);
  const names = valuesFor(filters, 'name');
  const ids = valuesFor(filters, 'id');
  const { image } = task.spec.container;
  return (
    (names.length === 0 || names.some((each) => name.includes(each.replace(/^\//, '')))) &&
    (ids.length === 0 || ids.some((each) => container.id.startsWith(each))) &&
    matchesLabels(filters, 'label', fromMap(labelsOf(task))) &&
    matchesExactly(filters, 'status', stateOf(container)) &&
    matchesExactly(filters, 'exited', stateOf(container) === 'exited' ? String(container.exitCode) : '') &&
    matchesExactly(filters, 'health', container.health.status) &&
    matchesExactly(filters, 'is-task', 'true', '1') &&
    matchesExactly(filters, 'ancestor', image, image.split('@')[0] ?? image, image.split(':')[0] ?? image) &&
    matchesExactly(filters, 'network', ...task.networks.map(({ networkId }) => networkId))
  );
}

function summaryOf(engine: Engine, known: LocalContainer): api.ContainerSummary {
  const { task, container } = known;
  return {
    Id: container.id,
    Names: [`/${taskName(task)}`],
    Image: task.spec.container.image,
    ImageID: imageId(task),
    Command: commandOf(task).join(' '),
    Created: Math.floor(instantOf(engine, task.meta.createdAt) / 1_000_000),
    Ports: (task.status.ports ?? []).map(({ targetPort, publishedPort, protocol }) => ({
      IP: '0.0.0.0',
      PrivatePort: targetPort,
      PublicPort: publishedPort,
      Type: protocol,
    })),
    Labels: labelsOf(task),
    State: stateOf(container),
    Status: statusOf(engine, known),
    HostConfig: { NetworkMode: 'default' },
    NetworkSettings: { Networks: endpointsOf(task) },
    Mounts: mountsOf(container),
  };
}

/** Networks by ID: their names are the manager's to tell. */
function endpointsOf({ networks }: Task): Readonly<Record<string, api.ContainerEndpoint>> {
  return Object.fromEntries(
    networks.map(({ networkId, addresses: [address = ''] }) => {
      const [ip = '', prefix = '0'] = address.split('/');
      return [networkId, { NetworkID: networkId, IPAddress: ip, IPPrefixLen: Number(prefix) }];
    }),
  );
}

function mountsOf({ mounts }: Container): readonly api.ContainerMount[] {
  return mounts.map(({ type, source, target, readOnly, driver }) => {
    const volume = type === 'volume';
    return {
      Type: type,
      Name: volume ? source : undefined,
      Source: volume ? `/var/lib/docker/volumes/${source}/_data` : source,
      Destination: target,
      Driver: volume ? driver || 'local' : undefined,
      Mode: volume ? 'z' : '',
      RW: !readOnly,
      Propagation: type === 'bind' ? 'rprivate' : '',
    };
  });
}

function inspect(engine: Engine, { params: [key = ''] }: Call): Reply {
  return json(detailsOf(engine, findContainer(engine, key)));
}

/** What a container has written so far, and with `follow` what it writes until it ends. */
function logs(engine: Engine, { params: [key = ''], query }: Call): Reply {
  checkStreams(query, 400);
  return containerLogs(engine, findContainer(engine, key), query);
}

function detailsOf(engine: Engine, { task, container }: LocalContainer): unknown {
  const { container: spec } = task.spec;
  const [path = '', ...args] = commandOf(task);
  const state = stateOf(container);
  const started =
    container.startedAt === 0 ? zeroInstant : formatInstant(instantOf(engine, container.startedAt));
  const { status } = container.health;
  return {
    Id: container.id,
    Created: formatInstant(instantOf(engine, task.meta.createdAt)),
    Path: path,
    Args: args,
    State: {
      Status: state,
      Running: state === 'running',
      Paused: false,
      Restarting: false,
      OOMKilled: container.outOfMemory,
      Dead: false,
      Pid: container.pid,
      ExitCode: container.exitCode,
      Error: container.startError,
      StartedAt: started,
      FinishedAt: state === 'exited' ? formatInstant(instantOf(engine, task.status.timestamp)) : zeroInstant,
      Health:
        status === 'none' ? undefined : { Status: status, FailingStreak: container.health.failures, Log: [] },
    },
    Image: imageId(task),
    Name: `/${taskName(task)}`,
    RestartCount: 0,
    Driver: 'overlay2',
    Platform: 'linux',
    Mounts: mountsOf(container),
    Config: {
      Hostname: container.hostname,
      User: spec.user,
      Tty: spec.tty ?? false,
      Env: container.env,
      Cmd: spec.args,
      Image: spec.image,
      WorkingDir: spec.dir,
      Entrypoint: spec.command,
      Labels: labelsOf(task),
    },
    NetworkSettings: { Networks: endpointsOf(task) },
  };
}
