// The shape of a cluster, as data: how many machines of which kind, and what they are like.

import type { NodeDescription } from '../model/objects.ts';
import type { GenericResource, Labels, Platform } from '../model/spec.ts';
import type { NodeRole } from '../model/state.ts';

/** A machine with a Docker Engine. What is left out is ordinary: 4 CPUs, 8 GiB, linux/x86_64, no labels. */
export interface MachineShape {
  readonly name: string;
  readonly role: NodeRole;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly platform?: Platform;
  readonly engineLabels?: Labels;
  /** What it offers besides CPU and memory. */
  readonly generic?: readonly GenericResource[];
  /** Its place as a CSI plugin sees it, by plugin. */
  readonly csi?: NonNullable<NodeDescription['csi']>;
  /** Labels of the node object, set by a manager once the node has joined. */
  readonly labels?: Labels;
}

export interface ClusterShape {
  readonly machines: readonly MachineShape[];
  /** Managers that stand for election ask first whether they would win (thesis 9.6). Default: not, as SwarmKit's (R-R4). */
  readonly preVote?: boolean;
}

/** The name of the registry's host. */
export const registryHost = 'registry';

/** `manager1` ... and `worker1` ..., all ordinary. */
export function ordinaryCluster(managers: number, workers: number): ClusterShape {
  const machines: MachineShape[] = [];
  for (let i = 1; i <= managers; i++) machines.push({ name: `manager${i}`, role: 'manager' });
  for (let i = 1; i <= workers; i++) machines.push({ name: `worker${i}`, role: 'worker' });
  return { machines };
}

const engineVersion = '28.2.2';
const gibibyte = 1024 ** 3;

/** What a machine's agent says of it. */
export function describe(machine: MachineShape): NodeDescription {
  return {
    hostname: machine.name,
    platform: machine.platform ?? { architecture: 'x86_64', os: 'linux' },
    resources: {
      nanoCpus: (machine.cpus ?? 4) * 1_000_000_000,
      memoryBytes: machine.memoryBytes ?? 8 * gibibyte,
      generic: machine.generic ?? [],
    },
    engineVersion,
    engineLabels: machine.engineLabels ?? [],
    plugins: [
      { type: 'Log', name: 'json-file' },
      { type: 'Network', name: 'bridge' },
      { type: 'Network', name: 'host' },
      { type: 'Network', name: 'overlay' },
      { type: 'Volume', name: 'local' },
    ],
    ...(machine.csi && { csi: machine.csi }),
  };
}

/** The IP address of a machine outside the swarm, with a number of its own. */
export function outsideAddressOf(number: number): string {
  return `192.168.${97 - Math.floor(number / 100)}.${100 + (number % 100)}`;
}

/** The IP address of the machine with that number, counted from 0. */
export function addressOf(number: number): string {
  return `192.168.${99 + Math.floor(number / 100)}.${100 + (number % 100)}`;
}
