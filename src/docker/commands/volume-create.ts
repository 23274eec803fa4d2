// docker volume create

import type { ClusterVolumeSpec, Volume, VolumeCreateRequest, VolumeTopology } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { parseBytes } from '../../model/size.ts';
import { postJson } from '../client.ts';
import { atMost, type Command, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { type Flag, labels, list, map, string } from '../flag.ts';
import type { Flags } from '../flags.ts';
import { entriesOf, pairsOf, sortedMap } from '../maps.ts';
import { bytes } from '../service/kinds.ts';
import { availabilityFlag } from '../volumes.ts';

/** Volumes of the whole swarm have a version and a place in help of their own. */
const ofSwarm = { version: '1.42', swarm: 'manager' } as const;

const clusterFlags: readonly Flag[] = [
  availabilityFlag,
  { name: 'group', kind: string, usage: 'Cluster Volume group (cluster volumes)', ...ofSwarm },
  {
    name: 'limit-bytes',
    kind: bytes,
    usage: 'Minimum size of the Cluster Volume in bytes',
    ...ofSwarm,
  },
  {
    name: 'required-bytes',
    kind: bytes,
    usage: 'Maximum size of the Cluster Volume in bytes',
    ...ofSwarm,
  },
  {
    name: 'scope',
    kind: string,
    usage: 'Cluster Volume access scope ("single", "multi")',
    initial: 'single',
    ...ofSwarm,
  },
  { name: 'secret', kind: map, usage: 'Cluster Volume secrets', initial: 'map[]', ...ofSwarm },
  {
    name: 'sharing',
    kind: string,
    usage: 'Cluster Volume access sharing ("none", "readonly", "onewriter", "all")',
    initial: 'none',
    ...ofSwarm,
  },
  {
    name: 'topology-preferred',
    kind: list,
    usage: 'A topology that the Cluster Volume would be preferred in',
    ...ofSwarm,
  },
  {
    name: 'topology-required',
    kind: list,
    usage: 'A topology that the Cluster Volume must be accessible from',
    ...ofSwarm,
  },
  {
    name: 'type',
    kind: string,
    usage: 'Cluster Volume access type ("mount", "block")',
    initial: 'block',
    ...ofSwarm,
  },
];

/** Flags that do not by themselves make a volume one of the swarm. */
const details: readonly string[] = ['secret', 'topology-preferred', 'topology-required'];

export const volumeCreate: Command = {
  name: 'create',
  usage: '[OPTIONS] [VOLUME]',
  short: 'Create a volume',
  arity: atMost(1),
  flags: [
    {
      name: 'driver',
      shorthand: 'd',
      kind: string,
      usage: 'Specify volume driver name',
      initial: 'local',
    },
    { name: 'label', kind: labels, usage: 'Set metadata for a volume' },
    { name: 'name', kind: string, usage: 'Specify volume name', hidden: true },
    {
      name: 'opt',
      shorthand: 'o',
      kind: map,
      usage: 'Set driver specific options',
      initial: 'map[]',
    },
    ...clusterFlags,
  ],
  run,
};

function* run({ args: [argument], flags, client, host }: Invocation): Fiber<number> {
  if (argument !== undefined && flags.text('name') !== '') {
    throw new CommandFailure(
      'conflicting options: cannot specify a volume-name through both --name and as a positional arg',
    );
  }
  const options = pairsOf(flags.list('opt'));
  const own = pairsOf(flags.list('label'));
  const isClusterVolume = clusterFlags.some(({ name }) => flags.changed(name) && !details.includes(name));
  const request: VolumeCreateRequest = {
    ClusterVolumeSpec: isClusterVolume ? clusterSpec(flags) : undefined,
    Driver: flags.text('driver') || undefined,
    DriverOpts: options.size === 0 ? undefined : sortedMap(options),
    Labels: own.size === 0 ? undefined : sortedMap(own),
    Name: (argument ?? flags.text('name')) || undefined,
  };
  const volume = yield* postJson<Volume>(client, '/volumes/create', request);
  host.out(`${volume.Name}\n`);
  return 0;
}

function clusterSpec(flags: Flags): ClusterVolumeSpec {
  const secrets = entriesOf(sortedMap(pairsOf(flags.list('secret'))));
  return {
    Group: flags.text('group') || undefined,
    AccessMode: {
      Scope: flags.text('scope') || undefined,
      Sharing: flags.text('sharing') || undefined,
      MountVolume: flags.text('type') === 'mount' ? {} : undefined,
      BlockVolume: flags.text('type') === 'block' ? {} : undefined,
    },
    AccessibilityRequirements: {
      Requisite: topologies(flags.list('topology-required')),
      Preferred: topologies(flags.list('topology-preferred')),
    },
    CapacityRange: {
      RequiredBytes: size(flags, 'required-bytes'),
      LimitBytes: size(flags, 'limit-bytes'),
    },
    Secrets: secrets.length === 0 ? undefined : secrets.map(([Key, Secret]) => ({ Key, Secret })),
    Availability: flags.text('availability') || undefined,
  };
}

function size(flags: Flags, name: string): number {
  return flags.changed(name) ? parseBytes(flags.text(name)) : 0;
}

function topologies(given: readonly string[]): VolumeTopology[] | undefined {
  if (given.length === 0) return undefined;
  return given.map((topology) => ({ Segments: sortedMap(pairsOf(topology.split(','))) }));
}
