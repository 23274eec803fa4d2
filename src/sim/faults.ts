// How faults happen: the fault model of fault.ts, carried out on hosts, links and pending events.

import type { Agenda } from './agenda.ts';
import { assert, unreachable } from './assert.ts';
import { type HostClock, readClock, setClock, worldTime } from './clock.ts';
import { crashDisk, createDisk, flushDisk } from './disk.ts';
import type { AddHost, FaultEvent, WorldTypes } from './event.ts';
import { createHost, goDown, type Host } from './host.ts';
import type { Network } from './network.ts';
import type { Streams } from './random.ts';

/** What a fault may reach. */
export interface Ground<T extends WorldTypes> {
  readonly now: number;
  readonly hosts: Map<string, Host<T>>;
  readonly network: Network;
  readonly agenda: Agenda<T>;
  readonly streams: Streams;
  boot(host: Host<T>, event: FaultEvent<T>): void;
}

/** Makes the fault of `event` happen. A fault that finds its work done (crashing what is down) does nothing. */
export function applyFault<T extends WorldTypes>(ground: Ground<T>, event: FaultEvent<T>): void {
  const fault = event.body;
  switch (fault.kind) {
    case 'add':
      addHost(ground, fault, event);
      return;
    case 'configure':
      hostOf(ground, fault.host).config = fault.config;
      return;
    case 'crash': {
      const host = hostOf(ground, fault.host);
      if (!host.up) return;
      const unsynced = host.disk.unsynced.length;
      const torn = fault.torn === true && unsynced > 0;
      crashDisk(host.disk, torn ? ground.streams.stream(`torn/${host.name}`).draw(unsynced) : 'none');
      goDown(host);
      return;
    }
    case 'stop': {
      const host = hostOf(ground, fault.host);
      if (!host.up) return;
      flushDisk(host.disk);
      goDown(host);
      return;
    }
    case 'restart': {
      const host = hostOf(ground, fault.host);
      if (!host.up) ground.boot(host, event);
      return;
    }
    case 'pause': {
      const host = hostOf(ground, fault.host);
      if (host.up) host.paused = true;
      return;
    }
    case 'resume':
      resume(ground, hostOf(ground, fault.host));
      return;
    case 'wipe': {
      const host = hostOf(ground, fault.host);
      assert(!host.up, `${fault.host} must be down before its disk is wiped`);
      host.disk = createDisk(host.disk.syncLatency);
      return;
    }
    case 'clock':
      changeClock(ground, hostOf(ground, fault.host), fault.ratePpm, fault.offset);
      return;
    case 'disk':
      assertTime(fault.syncLatency, 'a sync latency');
      hostOf(ground, fault.host).disk.syncLatency = fault.syncLatency;
      return;
    case 'cut':
      for (const [from, to] of pairs(ground, fault.from, fault.to)) ground.network.cut(from, to);
      return;
    case 'mend':
      for (const [from, to] of pairs(ground, fault.from, fault.to)) ground.network.mend(from, to);
      return;
    case 'partition':
      for (const group of fault.groups) {
        for (const other of fault.groups) {
          if (group === other) continue;
          for (const [from, to] of pairs(ground, group, other)) ground.network.cut(from, to);
        }
      }
      return;
    case 'heal':
      ground.network.heal();
      return;
    case 'close':
      hostOf(ground, fault.host).closed.add(fault.port);
      return;
    case 'open':
      hostOf(ground, fault.host).closed.delete(fault.port);
      return;
    case 'link':
      assertTime(fault.settings.latency ?? 0, 'a latency');
      assertTime(fault.settings.jitter ?? 0, 'a jitter');
      for (const [from, to] of pairs(ground, fault.from, fault.to)) {
        const { state } = ground.network.link(from, to);
        state.settings = { ...state.settings, ...fault.settings };
      }
      return;
    default:
      unreachable(fault);
  }
}

function assertTime(microseconds: number, what: string): void {
  assert(
    Number.isSafeInteger(microseconds) && microseconds >= 0,
    `${what} is a whole number of microseconds, got ${microseconds}`,
  );
}

function hostOf<T extends WorldTypes>(ground: Ground<T>, name: string): Host<T> {
  const host = ground.hosts.get(name);
  if (host === undefined) throw new Error(`there is no host ${name}`);
  return host;
}

function addHost<T extends WorldTypes>(ground: Ground<T>, add: AddHost<T>, event: FaultEvent<T>): void {
  assert(add.host !== '', 'a host has a name');
  assert(!ground.hosts.has(add.host), `host ${add.host} is there already`);
  const host = createHost<T>(add.host, add.config);
  ground.hosts.set(add.host, host);
  ground.boot(host, event);
}

function* pairs<T extends WorldTypes>(
  ground: Ground<T>,
  froms: readonly string[],
  tos: readonly string[],
): Generator<readonly [from: string, to: string]> {
  for (const from of froms) {
    for (const to of tos) {
      if (from !== to) yield [hostOf(ground, from).name, hostOf(ground, to).name];
    }
  }
}

/** What waited becomes due now, in the order in which it came due, before anything else that is due now. */
function resume<T extends WorldTypes>(ground: Ground<T>, host: Host<T>): void {
  if (!host.paused) return;
  host.paused = false;
  ground.agenda.resume(host.backlog, ground.now);
  host.backlog = [];
}

/** A thousand times as fast as the world. */
const fastest = 1_000_000_000;

/** Running timers keep what is left of them by the host's clock, so a change of rate moves them in world time. */
function changeClock<T extends WorldTypes>(
  ground: Ground<T>,
  host: Host<T>,
  ratePpm: number,
  offset: number,
): void {
  assert(
    Number.isSafeInteger(ratePpm) && ratePpm > 0 && ratePpm <= fastest,
    `no clock runs at ${ratePpm} ppm`,
  );
  assert(Number.isSafeInteger(offset), `a clock is moved by whole microseconds, not ${offset}`);
  const old: HostClock = { ...host.clock };
  setClock(host.clock, ground.now, ratePpm, offset);
  const shown = readClock(old, ground.now);
  ground.agenda.moveTimers(host.name, (at) => ground.now + worldTime(host.clock, readClock(old, at) - shown));
}
