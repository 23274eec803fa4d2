// Cluster volumes as a script makes and sees them, in docker's words.

import { volumeSpec } from '../model/defaults.ts';
import { makeLabels } from '../model/labels.ts';
import type { Volume } from '../model/objects.ts';
import type { Labels, VolumeSpec } from '../model/spec.ts';
import type { Availability } from '../model/state.ts';
import { ScenarioFailure } from './failure.ts';
import { line } from './flags.ts';

/** The options of `docker volume create` for a cluster volume. */
export interface VolumeOptions {
  /** The CSI plugin; there is one of any name on every machine. */
  readonly driver: string;
  /** For mounts whose source is `group:GROUP`. */
  readonly group?: string;
  /** Default single: on one node at a time. */
  readonly scope?: VolumeSpec['scope'];
  /** Default none: one user. */
  readonly sharing?: VolumeSpec['sharing'];
  readonly availability?: Availability;
  /** What the simulated plugin does: `{ create: '5s' }`, `publish`, `stage` ... and `fails: 'create'`. */
  readonly options?: Readonly<Record<string, string>>;
  /** Places that it can be reached from, such as `zone=east,rack=1`; default everywhere. */
  readonly topology?: readonly string[];
}

export interface VolumeView {
  readonly name: string;
  readonly group: string;
  readonly driver: string;
  readonly availability: Availability;
  /** `pending creation`, `created` or `in use (2 nodes)`. */
  readonly status: string;
}

/** @throws ScenarioFailure for what is no place */
export function clusterVolumeSpec(name: string, options: VolumeOptions): VolumeSpec {
  const { driver, group, scope, sharing, availability, topology } = options;
  return volumeSpec({
    name,
    driver,
    ...(group !== undefined && { group }),
    ...(scope && { scope }),
    ...(sharing && { sharing }),
    ...(availability && { availability }),
    ...(options.options && { driverOptions: makeLabels(Object.entries(options.options)) }),
    ...(topology && { requisite: topology.map(parsePlace) }),
  });
}

/** `zone=east,rack=1`: a place as a set of segments. @throws ScenarioFailure for what is none */
export function parsePlace(text: string): Labels {
  const segments = text.split(',').map((segment): readonly [string, string] => {
    const at = segment.indexOf('=');
    if (at <= 0)
      throw new ScenarioFailure(`a place must be like zone=east,rack=1, not ${JSON.stringify(text)}`);
    return [segment.slice(0, at), segment.slice(at + 1)];
  });
  return makeLabels(segments);
}

/** The command line. */
export function volumeCommand(name: string, options: VolumeOptions): string {
  const { driver, group, scope, sharing, availability, topology = [] } = options;
  return line(
    'docker volume create --driver',
    driver,
    '--type',
    'mount',
    ...(group === undefined ? [] : ['--group', group]),
    ...(scope === undefined ? [] : ['--scope', scope]),
    ...(sharing === undefined ? [] : ['--sharing', sharing]),
    ...(availability === undefined ? [] : ['--availability', availability]),
    ...Object.entries(options.options ?? {}).flatMap(([key, value]) => ['--opt', `${key}=${value}`]),
    ...topology.flatMap((place) => ['--topology-required', place]),
    name,
  );
}

/** As `docker volume ls --cluster` shows it. */
export function volumeView({ spec, pluginVolumeId, publish }: Volume): VolumeView {
  const { name, group, driver, availability } = spec;
  const nodes = publish.length === 1 ? '1 node' : `${publish.length} nodes`;
  const made = publish.length === 0 ? 'created' : `in use (${nodes})`;
  return { name, group, driver, availability, status: pluginVolumeId === '' ? 'pending creation' : made };
}
