// Volumes of the swarm on the wire.

import { volumeSpec } from '../../model/defaults.ts';
import type { PublishState, Volume } from '../../model/objects.ts';
import type { VolumeSpec } from '../../model/spec.ts';
import type * as api from '../api.ts';
import { type Decoder, int64, list, stringMap, struct, text } from '../decode.ts';
import { RequestFailure } from '../failure.ts';
import { formatInstant } from '../time.ts';
import { fromMap, toMap, toMeta, toOptionalMap, unlessEmpty, unlessZero } from './common.ts';
import { parseAvailability } from './node.ts';

export function toClusterVolume(volume: Volume, epoch: number): api.Volume {
  const { spec, meta, pluginVolumeId, publish, accessible } = volume;
  return {
    ClusterVolume: {
      ...toMeta(volume, epoch),
      Spec: toClusterVolumeSpec(spec),
      PublishStatus: unlessEmpty(
        publish.map(({ nodeId, state }) => ({ NodeID: nodeId, State: publishStates[state] })),
      ),
      Info:
        pluginVolumeId === ''
          ? undefined
          : {
              CapacityBytes: unlessZero(spec.requiredBytes),
              VolumeID: pluginVolumeId,
              AccessibleTopology: accessible?.map((place) => ({ Segments: toMap(place) })),
            },
    },
    CreatedAt: formatInstant(epoch + meta.createdAt),
    Driver: spec.driver,
    Labels: toOptionalMap(spec.labels) ?? null,
    Mountpoint: '',
    Name: spec.name,
    Options: toOptionalMap(spec.driverOptions) ?? null,
    Scope: 'global',
  };
}

const publishStates: { readonly [S in PublishState]: string } = {
  'pending-publish': 'pending-publish',
  published: 'published',
  'pending-node-unpublish': 'pending-node-unpublish',
  'pending-unpublish': 'pending-controller-unpublish',
};

function toClusterVolumeSpec(spec: VolumeSpec): api.ClusterVolumeSpec {
  const { requisite, preferred, requiredBytes, limitBytes } = spec;
  const places = requisite.length > 0 || preferred.length > 0;
  return {
    Group: unlessZero(spec.group),
    AccessMode: {
      Scope: spec.scope,
      Sharing: spec.sharing,
      MountVolume: spec.access === 'mount' ? {} : undefined,
      BlockVolume: spec.access === 'block' ? {} : undefined,
    },
    AccessibilityRequirements: places
      ? {
          Requisite: unlessEmpty(requisite.map((place) => ({ Segments: toMap(place) }))),
          Preferred: unlessEmpty(preferred.map((place) => ({ Segments: toMap(place) }))),
        }
      : undefined,
    CapacityRange:
      requiredBytes === 0 && limitBytes === 0
        ? undefined
        : { RequiredBytes: requiredBytes, LimitBytes: limitBytes },
    Secrets: unlessEmpty(spec.secrets.map(({ key, secret }) => ({ Key: key, Secret: secret }))),
    Availability: spec.availability,
  };
}

const topology: Decoder<api.VolumeTopology> = struct('volume.Topology', (field) => ({
  Segments: field('Segments', stringMap),
}));

const accessMode: Decoder<api.VolumeAccessMode> = struct('volume.AccessMode', (field) => ({
  Scope: field('Scope', text('volume.Scope')),
  Sharing: field('Sharing', text('volume.SharingMode')),
  MountVolume: field(
    'MountVolume',
    struct('volume.TypeMount', (part) => ({
      FsType: part('FsType', text()),
      MountFlags: part('MountFlags', list(text())),
    })),
  ),
  BlockVolume: field(
    'BlockVolume',
    struct('volume.TypeBlock', () => ({})),
  ),
}));

const clusterVolumeSpec: Decoder<api.ClusterVolumeSpec> = struct('volume.ClusterVolumeSpec', (field) => ({
  Group: field('Group', text()),
  AccessMode: field('AccessMode', accessMode),
  AccessibilityRequirements: field(
    'AccessibilityRequirements',
    struct('volume.TopologyRequirement', (part) => ({
      Requisite: part('Requisite', list(topology)),
      Preferred: part('Preferred', list(topology)),
    })),
  ),
  CapacityRange: field(
    'CapacityRange',
    struct('volume.CapacityRange', (part) => ({
      RequiredBytes: part('RequiredBytes', int64) ?? 0,
      LimitBytes: part('LimitBytes', int64) ?? 0,
    })),
  ),
  Secrets: field(
    'Secrets',
    list(struct('volume.Secret', (part) => ({ Key: part('Key', text()), Secret: part('Secret', text()) }))),
  ),
  Availability: field('Availability', text('volume.Availability')),
}));

export const volumeCreateRequest: Decoder<api.VolumeCreateRequest> = struct(
  'volume.CreateOptions',
  (field) => ({
    ClusterVolumeSpec: field('ClusterVolumeSpec', clusterVolumeSpec),
    Driver: field('Driver', text()),
    DriverOpts: field('DriverOpts', stringMap),
    Labels: field('Labels', stringMap),
    Name: field('Name', text()),
  }),
);

export const volumeUpdateRequest: Decoder<api.VolumeUpdateRequest> = struct(
  'volume.UpdateOptions',
  (field) => ({
    Spec: field('Spec', clusterVolumeSpec),
  }),
);

/** A volume as a client asks for it; what the swarm's part does not say is the rest of the request's. */
export function fromVolumeRequest(
  spec: api.ClusterVolumeSpec,
  rest: Pick<VolumeSpec, 'name' | 'labels' | 'driver' | 'driverOptions'>,
): VolumeSpec {
  const { AccessMode, AccessibilityRequirements: places, CapacityRange } = spec;
  const scope = AccessMode?.Scope ?? '';
  const sharing = AccessMode?.Sharing ?? '';
  return volumeSpec({
    ...rest,
    group: spec.Group ?? '',
    scope: oneOf('Scope', scope === '' ? 'single' : scope, ['single', 'multi'] as const),
    sharing: oneOf('Sharing', sharing === '' ? 'none' : sharing, [
      'none',
      'readonly',
      'onewriter',
      'all',
    ] as const),
    access: AccessMode?.BlockVolume === undefined ? 'mount' : 'block',
    availability: parseAvailability(spec.Availability ?? ''),
    requisite: (places?.Requisite ?? []).map(({ Segments }) => fromMap(Segments)),
    preferred: (places?.Preferred ?? []).map(({ Segments }) => fromMap(Segments)),
    requiredBytes: CapacityRange?.RequiredBytes ?? 0,
    limitBytes: CapacityRange?.LimitBytes ?? 0,
    secrets: (spec.Secrets ?? []).map(({ Key = '', Secret = '' }) => ({ key: Key, secret: Secret })),
  });
}

function oneOf<W extends string>(what: string, word: string, words: readonly W[]): W {
  const found = words.find((each) => each === word.toLowerCase());
  if (found === undefined) throw new RequestFailure(400, `invalid ${what}: ${JSON.stringify(word)}`);
  return found;
}
