// The cluster a scenario asks for, checked and turned into machines.

import type { ClusterShape, MachineShape } from '../cluster/shape.ts';
import { ParseFailure } from '../model/failure.ts';
import { parseGenericResources } from '../model/generic-resources.ts';
import { makeLabels } from '../model/labels.ts';
import { parseBytes } from '../model/size.ts';
import { parsePlace } from './cluster-volume.ts';
import { ScenarioFailure } from './failure.ts';

/** What one machine is like, where it is not ordinary. */
export interface MachineRequest {
  /** Node labels, as `docker node update --label-add` sets them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Engine labels, as the daemon's configuration sets them. */
  readonly engineLabels?: Readonly<Record<string, string>>;
  /** Default 4. */
  readonly cpus?: number;
  /** Such as `8g`, the default. */
  readonly memory?: string;
  /** Such as `linux/x86_64`, the default. */
  readonly platform?: string;
  /** What it offers besides: `gpu=2` an amount, `fpga=x,fpga=y` by name. */
  readonly generic?: string;
  /** Its place as a CSI plugin sees it, such as `zone=east,rack=1`, by plugin. */
  readonly csi?: Readonly<Record<string, string>>;
}

export interface ClusterRequest {
  /** `manager1`, `manager2` ...: at least 1. */
  readonly managers: number;
  /** `worker1`, `worker2` ...; default 0. */
  readonly workers?: number;
  /** Managers ask first whether they would win an election (thesis 9.6). Default: not, as SwarmKit's. */
  readonly preVote?: boolean;
  /** By machine name. */
  readonly nodes?: Readonly<Record<string, MachineRequest>>;
}

/** More machines than this are surely a mistake. */
const mostMachines = 10_000;

/** @throws ScenarioFailure when no such cluster can be */
export function clusterShape(request: ClusterRequest): ClusterShape {
  const { managers, workers = 0, nodes = {} } = request;
  for (const [what, count] of [
    ['managers', managers],
    ['workers', workers],
  ] as const) {
    if (!Number.isSafeInteger(count) || count < 0 || count > mostMachines) {
      throw new ScenarioFailure(
        `cluster.${what} must be a whole number from 0 to ${mostMachines}, not ${count}`,
      );
    }
  }
  if (managers === 0) {
    throw new ScenarioFailure(
      'cluster.managers is 0, but a swarm needs at least one manager: set it to 1 or more',
    );
  }
  const names: MachineShape[] = [];
  for (let i = 1; i <= managers; i++) names.push({ name: `manager${i}`, role: 'manager' });
  for (let i = 1; i <= workers; i++) names.push({ name: `worker${i}`, role: 'worker' });
  const known = new Set(names.map(({ name }) => name));
  for (const name of Object.keys(nodes)) {
    if (known.has(name)) continue;
    const list = [...known].join(', ');
    throw new ScenarioFailure(`cluster.nodes names ${name}, but the machines of this cluster are ${list}`);
  }
  const requests = new Map(Object.entries(nodes));
  return {
    machines: names.map((machine) => ({ ...machine, ...machineShape(machine.name, requests) })),
    preVote: request.preVote ?? false,
  };
}

function machineShape(name: string, requests: ReadonlyMap<string, MachineRequest>): Partial<MachineShape> {
  const { labels, engineLabels, cpus, memory, platform, generic, csi } = requests.get(name) ?? {};
  if (cpus !== undefined && !(cpus > 0)) {
    throw new ScenarioFailure(`cluster.nodes.${name}.cpus must be more than 0, not ${cpus}`);
  }
  const [os = '', architecture = ''] = platform?.split('/') ?? [];
  if (platform !== undefined && architecture === '') {
    throw new ScenarioFailure(
      `cluster.nodes.${name}.platform must be like linux/x86_64, not ${JSON.stringify(platform)}`,
    );
  }
  return {
    ...(labels && { labels: makeLabels(Object.entries(labels)) }),
    ...(engineLabels && { engineLabels: makeLabels(Object.entries(engineLabels)) }),
    ...(cpus !== undefined && { cpus }),
    ...(memory !== undefined && { memoryBytes: parsed(name, 'memory', () => parseBytes(memory)) }),
    ...(generic !== undefined && {
      generic: parsed(name, 'generic', () => parseGenericResources(generic)),
    }),
    ...(csi && {
      csi: Object.entries(csi)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([plugin, place]) => ({ plugin, topology: parsePlace(place) })),
    }),
    ...(platform !== undefined && { platform: { os, architecture } }),
  };
}

function parsed<T>(name: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error;
    throw new ScenarioFailure(`cluster.nodes.${name}.${what}: ${error.message}`);
  }
}
