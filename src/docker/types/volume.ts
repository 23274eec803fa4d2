// Go's type volume.Volume.

import { meta } from './common.ts';
import {
  any,
  embed,
  field,
  int64,
  labels,
  map,
  optional,
  pointer,
  slice,
  struct,
  text,
  textType,
} from './schema.ts';

const topology = struct('volume.Topology', [optional('Segments', labels)]);

const accessMode = struct('volume.AccessMode', [
  optional('Scope', textType('volume.Scope')),
  optional('Sharing', textType('volume.SharingMode')),
  optional(
    'MountVolume',
    pointer(struct('volume.TypeMount', [optional('FsType', text), optional('MountFlags', slice(text))])),
  ),
  optional('BlockVolume', pointer(struct('volume.TypeBlock', []))),
]);

const spec = struct('volume.ClusterVolumeSpec', [
  optional('Group', text),
  optional('AccessMode', pointer(accessMode)),
  optional(
    'AccessibilityRequirements',
    pointer(
      struct('volume.TopologyRequirement', [
        optional('Requisite', slice(topology)),
        optional('Preferred', slice(topology)),
      ]),
    ),
  ),
  optional(
    'CapacityRange',
    pointer(struct('volume.CapacityRange', [field('RequiredBytes', int64), field('LimitBytes', int64)])),
  ),
  optional('Secrets', slice(struct('volume.Secret', [optional('Key', text), optional('Secret', text)]))),
  optional('Availability', textType('volume.Availability')),
]);

const clusterVolume = struct('volume.ClusterVolume', [
  field('ID', text),
  embed('Meta', meta),
  field('Spec', spec),
  optional(
    'PublishStatus',
    slice(
      pointer(
        struct('volume.PublishStatus', [
          optional('NodeID', text),
          optional('State', textType('volume.PublishState')),
          optional('PublishContext', labels),
        ]),
      ),
    ),
  ),
  optional(
    'Info',
    pointer(
      struct('volume.Info', [
        optional('CapacityBytes', int64),
        optional('VolumeContext', labels),
        optional('VolumeID', text),
        optional('AccessibleTopology', slice(topology)),
      ]),
    ),
  ),
]);

export const volume = struct('volume.Volume', [
  optional('ClusterVolume', pointer(clusterVolume)),
  optional('CreatedAt', text),
  field('Driver', text),
  field('Labels', labels),
  field('Mountpoint', text),
  field('Name', text),
  field('Options', labels),
  field('Scope', text),
  optional('Status', map(any)),
  optional(
    'UsageData',
    pointer(struct('volume.UsageData', [field('RefCount', int64), field('Size', int64)])),
  ),
]);
