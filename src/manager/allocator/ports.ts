// Published ports in ingress mode: who has which, the dynamic range, and how a changed service keeps its automatic ports (R-A30 to R-A41).

import type { Service } from '../../model/objects.ts';
import type { PortConfig } from '../../model/spec.ts';

export const firstDynamicPort = 30_000;
export const lastDynamicPort = 32_767;
const lastPort = 65_535;

export type Protocol = PortConfig['protocol'];

/** The ports of one protocol. Plain data. */
export interface PortSpace {
  readonly taken: Set<number>;
  /** The last port given automatically; the search for the next starts behind it (R-A30). Not persisted. */
  cursor: number;
}

/** The protocols know nothing of each other's ports. */
export type PortSpaces = { readonly [P in Protocol]: PortSpace };

export interface HeldPort {
  readonly protocol: Protocol;
  readonly port: number;
}

export function createPortSpaces(): PortSpaces {
  const empty = (): PortSpace => ({ taken: new Set(), cursor: firstDynamicPort - 1 });
  return { tcp: empty(), udp: empty(), sctp: empty() };
}

/** Takes a port, or any of the dynamic range for 0. @returns the port, or why there is none, in the words of the manager's log */
export function takePort(spaces: PortSpaces, protocol: Protocol, port: number): number | string {
  const space = spaces[protocol];
  if (port === 0) return takeDynamic(space);
  if (port > lastPort) return 'requested id does not belong to the set';
  if (space.taken.has(port)) return 'requested bit is already allocated';
  space.taken.add(port);
  return port;
}

export function freePorts(spaces: PortSpaces, held: readonly HeldPort[]): void {
  for (const { protocol, port } of held) spaces[protocol].taken.delete(port);
}

/** The ports to allocate: the spec's, with automatic ones kept at their number if as many ports are wanted as before (R-A32). */
export function reconcilePorts(
  wanted: readonly PortConfig[],
  previous: readonly PortConfig[],
): readonly PortConfig[] {
  if (wanted.length !== previous.length) return wanted;
  const remembered = previous.filter(isIngress);
  const settled = wanted.filter((port) => !isAutomatic(port));
  for (const port of settled) if (isIngress(port)) takeMatching(remembered, port);
  const automatic = wanted.filter(isAutomatic).map((port) => takeMatching(remembered, port) ?? port);
  return [...settled, ...automatic];
}

/** Whether the runtime ports are those that the spec asks for; host-mode ports are only counted (R-A34). */
export function portsMatch(service: Service): boolean {
  const wanted = service.spec.endpoint;
  const { endpoint } = service;
  if (wanted === undefined || endpoint === undefined) return wanted === endpoint;
  if (wanted.ports.length !== endpoint.ports.length) return false;
  const remembered = endpoint.ports.filter(isIngress);
  const ingress = wanted.ports.filter(isIngress);
  const fixedFirst = [
    ...ingress.filter((port) => !isAutomatic(port)),
    ...ingress.filter((port) => isAutomatic(port)),
  ];
  return fixedFirst.every((port) => takeMatching(remembered, port) !== undefined);
}

/** Whether a fixed host-mode port of the spec is missing from the runtime endpoint (R-A41). */
export function hostPortsChanged({ spec, endpoint }: Service): boolean {
  const remembered = (endpoint?.ports ?? []).filter(isHost);
  const wanted = (spec.endpoint?.ports ?? []).filter((port) => isHost(port) && port.publishedPort !== 0);
  return wanted.some((port) => takeMatching(remembered, port) === undefined);
}

export function isIngress({ publishMode }: PortConfig): boolean {
  return publishMode === 'ingress';
}

export function isHost({ publishMode }: PortConfig): boolean {
  return publishMode === 'host';
}

function isAutomatic(port: PortConfig): boolean {
  return isIngress(port) && port.publishedPort === 0;
}

function takeDynamic(space: PortSpace): number | string {
  const range = lastDynamicPort - firstDynamicPort + 1;
  for (let step = 1; step <= range; step++) {
    const port = firstDynamicPort + ((space.cursor - firstDynamicPort + step) % range);
    if (space.taken.has(port)) continue;
    space.taken.add(port);
    space.cursor = port;
    return port;
  }
  return 'no bit available';
}

/**
 * Takes from `remembered` the port with the name, protocol and target of `port`, and its number if it has one. Of several the one with the
 * lowest number (reference, section 8).
 */
function takeMatching(remembered: PortConfig[], port: PortConfig): PortConfig | undefined {
  let best = -1;
  for (const [index, candidate] of remembered.entries()) {
    const same =
      candidate.name === port.name &&
      candidate.protocol === port.protocol &&
      candidate.targetPort === port.targetPort &&
      (port.publishedPort === 0 || port.publishedPort === candidate.publishedPort);
    const lower = candidate.publishedPort < (remembered[best]?.publishedPort ?? lastPort + 1);
    if (same && lower) best = index;
  }
  return best < 0 ? undefined : remembered.splice(best, 1)[0];
}
