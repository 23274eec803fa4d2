// The volumes of a service as mounts of its containers.

import type { Mount } from '../../../engine/api.ts';
import { CommandFailure } from '../../failure.ts';
import { sortedMap } from '../../maps.ts';
import type { Section } from '../config.ts';
import { isOn, numberAt, pairsAt, partAt, textAt } from '../read.ts';
import type { Mapping } from '../value.ts';
import { isExternal, scopedName, stackLabels } from './namespace.ts';

/** @throws CommandFailure for options that do not fit the type, and for volumes that the file does not have */
export function convertMount(stack: string, mount: Mapping, volumes: Section): Mount {
  switch (textAt(mount, 'type')) {
    case '':
    case 'volume':
      return volumeMount(stack, mount, volumes);
    case 'bind':
      return bindMount(mount, 'bind', ['volume', 'tmpfs']);
    case 'tmpfs':
      return tmpfsMount(mount);
    case 'npipe':
      return bindMount(mount, 'npipe', ['volume', 'tmpfs']);
    case 'cluster':
      return clusterMount(stack, mount, volumes);
    default:
      throw new CommandFailure('volume type must be volume, bind, tmpfs, npipe, or cluster');
  }
}

function plainMount(mount: Mapping): Mount {
  return {
    Type: textAt(mount, 'type'),
    Source: textAt(mount, 'source'),
    Target: textAt(mount, 'target'),
    ReadOnly: isOn(mount, 'read_only'),
    Consistency: textAt(mount, 'consistency'),
  };
}

function refuse(mount: Mapping, type: string, options: readonly string[]): void {
  for (const option of options) {
    if (mount.has(option)) throw new CommandFailure(`${option} options are incompatible with type ${type}`);
  }
}

function volumeMount(stack: string, mount: Mapping, volumes: Section): Mount {
  refuse(mount, 'volume', ['tmpfs', 'bind']);
  const key = textAt(mount, 'source');
  // A volume without a name is made for each container.
  if (key === '') return plainMount(mount);
  const volume = volumeOf(key, volumes);
  const { NoCopy, Subpath } = volumeOptions(mount);
  const driver = textAt(volume, 'driver');
  const options = pairsAt(volume, 'driver_opts');
  const own = {
    Labels: stackLabels(stack, pairsAt(volume, 'labels')),
    ...((driver !== '' || options.length > 0) && {
      DriverConfig: { Name: driver, Options: sortedMap(options) },
    }),
  };
  return {
    ...plainMount(mount),
    Source: scopedName(stack, key, volume),
    VolumeOptions: { NoCopy, Subpath, ...(!isExternal(volume) && own) },
  };
}

function volumeOptions(mount: Mapping): { readonly NoCopy: boolean; readonly Subpath: string } {
  const options = partAt(mount, 'volume') ?? new Map();
  return { NoCopy: isOn(options, 'nocopy'), Subpath: textAt(options, 'subpath') };
}

function bindMount(mount: Mapping, type: 'bind' | 'npipe', refused: readonly string[]): Mount {
  if (textAt(mount, 'source') === '') {
    throw new CommandFailure(`invalid ${type} source, source cannot be empty`);
  }
  refuse(mount, type, refused);
  const bind = partAt(mount, 'bind');
  return {
    ...plainMount(mount),
    ...(bind !== undefined && { BindOptions: { Propagation: textAt(bind, 'propagation') } }),
  };
}

function tmpfsMount(mount: Mapping): Mount {
  if (textAt(mount, 'source') !== '') {
    throw new CommandFailure('invalid tmpfs source, source must be empty');
  }
  refuse(mount, 'tmpfs', ['bind', 'volume']);
  const tmpfs = partAt(mount, 'tmpfs');
  return {
    ...plainMount(mount),
    ...(tmpfs !== undefined && { TmpfsOptions: { SizeBytes: numberAt(tmpfs, 'size') } }),
  };
}

function clusterMount(stack: string, mount: Mapping, volumes: Section): Mount {
  const source = textAt(mount, 'source');
  if (source === '') throw new CommandFailure('invalid cluster source, source cannot be empty');
  refuse(mount, 'cluster', ['tmpfs', 'bind', 'volume']);
  const cluster = { ...plainMount(mount), ClusterOptions: {} };
  // Any volume of a group will do: there is none to name.
  if (source.startsWith('group:')) return cluster;
  return { ...cluster, Source: scopedName(stack, source, volumeOf(source, volumes)) };
}

function volumeOf(key: string, volumes: Section): Mapping {
  const volume = volumes.get(key);
  if (volume === undefined) throw new CommandFailure(`undefined volume "${key}"`);
  return volume;
}
