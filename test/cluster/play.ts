// Plays a trial on a swarm: builds the cluster, does the deeds with all invariants watching, heals everything, and waits for the swarm to be
// what its operators asked for.

import { assembleSwarm } from '../../src/cluster/bootstrap.ts';
import { Client } from '../../src/cluster/client.ts';
import { ordinaryCluster } from '../../src/cluster/shape.ts';
import { Swarm } from '../../src/cluster/swarm.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { portConfig, serviceSpec } from '../../src/model/defaults.ts';
import { millisecond, minute, second } from '../../src/model/duration.ts';
import { CallFailure } from '../../src/model/failure.ts';
import type { ImageBehaviour } from '../../src/model/image-behaviour.ts';
import type { ServiceSpec } from '../../src/model/spec.ts';
import type { Fault } from '../../src/sim/fault.ts';
import { whatIsWrong } from './health.ts';
import { type Deed, type Image, images, type Operation, type ServiceDraw, type Trial } from './trial.ts';

const healthCheck = {
  test: ['CMD', 'true'],
  interval: 2 * second,
  timeout: second,
  retries: 1,
  startPeriod: 0,
  startInterval: 0,
};

/** What the images do until everything is healed; then all of them work. */
const behaviours: { readonly [Name in Image]: ImageBehaviour } = {
  good: {},
  slow: { pull: { kind: 'time', time: 20 * second }, start: { kind: 'time', time: 5 * second } },
  crashing: { run: { kind: 'exit', after: 3 * second, code: 1 } },
  sick: { healthCheck, health: { kind: 'never' } },
  late: { healthCheck, health: { kind: 'passes', after: second, until: 40 * second } },
  stubborn: { stop: { kind: 'ignore' } },
  missing: { pull: { kind: 'denied' } },
};

/** How long a healed swarm may take, virtual time: updates of several slots one by one, each watched, perhaps rolled back. */
const recoveryLimit = 15 * minute;

const hostPort = portConfig({ targetPort: 80, publishedPort: 80, publishMode: 'host' });

function specOf(draw: ServiceDraw): ServiceSpec {
  return serviceSpec({
    name: draw.name,
    image: draw.image,
    mode: draw.mode === 'global' ? { kind: 'global' } : { kind: 'replicated', replicas: draw.mode },
    placement: {
      constraints: draw.constraint === '' ? [] : [draw.constraint],
      maxReplicas: draw.takes === 'the one place of its service' ? 1 : 0,
    },
    reservations: { nanoCpus: draw.takes === 'three CPUs' ? 3e9 : 0 },
    endpoint: { ports: draw.takes === 'a host port' ? [hostPort] : [] },
    update: { parallelism: draw.parallelism, order: draw.order, failureAction: draw.onFailure },
  });
}

/** A swarm with the services of the trial, every invariant watching. */
export function stage(trial: Trial): Swarm {
  const swarm = Swarm.create(`trial-${trial.seed}`, ordinaryCluster(trial.managers, trial.workers));
  watchInvariants(swarm);
  for (const image of images) swarm.scriptImage(image, behaviours[image]);
  assembleSwarm(swarm);
  const client = new Client(swarm, 'manager1');
  client.updateCluster((spec) => ({
    ...spec,
    snapshotInterval: trial.snapshotInterval,
    logEntriesForSlowFollowers: Math.min(10, trial.snapshotInterval),
  }));
  for (const service of trial.services) client.createService(specOf(service));
  return swarm;
}

/** Does what the trial says, in order. */
export function perform(swarm: Swarm, { deeds }: Trial): void {
  let forced = false;
  for (const { afterMs, deed } of deeds) {
    swarm.advance(afterMs * millisecond);
    if (deed.kind === 'force-new-cluster' && forced) continue;
    if (deed.kind === 'force-new-cluster') forced = true;
    act(swarm, deed);
  }
}

function act(swarm: Swarm, deed: Deed): void {
  switch (deed.kind) {
    case 'fault': {
      const possible = onMachines(swarm, deed.fault);
      if (possible !== undefined) swarm.fault(possible);
      return;
    }
    case 'kill':
      kill(swarm, deed.host, deed.pick);
      return;
    case 'operation':
      if (has(swarm, deed.at)) tryTo(() => operate(new Client(swarm, deed.at), deed.operation));
      return;
    case 'leave':
      if (has(swarm, deed.host)) tryTo(() => swarm.leave(deed.host, deed.force));
      return;
    case 'join':
      if (has(swarm, deed.host) && has(swarm, deed.at))
        tryTo(() => join(swarm, deed.host, deed.at, deed.role));
      return;
    case 'force-new-cluster':
      if (has(swarm, deed.host)) tryTo(() => swarm.forceNewCluster(deed.host));
  }
}

/** What is refused is refused. */
function tryTo(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
  }
}

function join(swarm: Swarm, host: string, at: string, role: 'manager' | 'worker'): void {
  if (swarm.memoryOf(host)?.identity !== undefined) return;
  swarm.join(host, at, new Client(swarm, at).cluster().joinTokens[role]);
}

function has(swarm: Swarm, host: string): boolean {
  return swarm.machines.some(({ name }) => name === host);
}

/** The fault without the machines that are not there; undefined when it cannot happen. */
function onMachines(swarm: Swarm, fault: Fault): Fault | undefined {
  const present = (hosts: readonly string[]): string[] => hosts.filter((host) => has(swarm, host));
  switch (fault.kind) {
    case 'heal':
      return fault;
    case 'partition':
      return { kind: 'partition', groups: fault.groups.map(present) };
    case 'cut':
    case 'mend':
    case 'link':
      return { ...fault, from: present(fault.from), to: present(fault.to) };
    case 'wipe':
      return has(swarm, fault.host) && !swarm.world.isUp(fault.host) ? fault : undefined;
    default:
      return has(swarm, fault.host) ? fault : undefined;
  }
}

function kill(swarm: Swarm, host: string, pick: number): void {
  if (!has(swarm, host)) return;
  const containers = swarm.memoryOf(host)?.agent?.containers.values() ?? [];
  const running = [...containers].filter(({ phase }) => phase === 'running');
  const victim = running[pick % Math.max(1, running.length)];
  if (victim !== undefined) swarm.order(host, { kind: 'node.kill', taskId: victim.taskId });
}

function operate(client: Client, operation: Operation): void {
  switch (operation.does) {
    case 'create':
      client.createService(specOf(operation.service));
      return;
    case 'image': {
      const { image } = operation;
      client.updateService(operation.name, (spec) => ({
        ...spec,
        task: { ...spec.task, container: { ...spec.task.container, image } },
      }));
      return;
    }
    case 'scale': {
      const { replicas } = operation;
      client.updateService(operation.name, (spec) =>
        spec.mode.kind === 'replicated' ? { ...spec, mode: { kind: 'replicated', replicas } } : spec,
      );
      return;
    }
    case 'rollback':
      client.rollbackService(operation.name);
      return;
    case 'remove':
      client.removeService(operation.name);
      return;
    case 'availability': {
      const { availability } = operation;
      client.updateNode(operation.node, (spec) => ({ ...spec, availability }));
      return;
    }
    case 'role': {
      const { role } = operation;
      client.updateNode(operation.node, (spec) => ({ ...spec, role }));
      return;
    }
    case 'remove node':
      client.removeNode(operation.node, operation.force);
  }
}

const ordinaryLink = {
  latency: 200,
  jitter: 300,
  loss: { num: 0, den: 1 },
  duplicate: { num: 0, den: 1 },
  reorder: { num: 0, den: 1 },
};

/** Mends every machine, link and image that was broken. */
function mend(swarm: Swarm): void {
  const hosts = swarm.world.hostNames();
  swarm.fault({ kind: 'heal' });
  swarm.fault({ kind: 'link', from: hosts, to: hosts, settings: ordinaryLink });
  for (const image of images) swarm.scriptImage(image, {});
  for (const { name: host } of swarm.machines) {
    swarm.fault({ kind: 'clock', host, ratePpm: 1_000_000, offset: 0 });
    swarm.fault({ kind: 'disk', host, syncLatency: 1_000 });
    swarm.fault({ kind: 'restart', host });
    swarm.fault({ kind: 'resume', host });
  }
}

/** Mends everything that was broken, and undoes what operators did to nodes. */
export function heal(swarm: Swarm): void {
  mend(swarm);
  if (!swarm.runUntil(() => hasLeader(swarm), 3 * minute)) throw new Error('a healed swarm has no leader');
  const client = new Client(swarm, 'manager1');
  // A machine whose disk was wiped is in no swarm any more: it joins again, as another node.
  for (const { name } of swarm.machines) {
    if (swarm.memoryOf(name)?.identity !== undefined) continue;
    swarm.join(name, 'manager1', client.cluster().joinTokens.worker);
  }
  // So long nodes may stay unknown after the last change of leader (R-R156).
  swarm.advance(40 * second);
  for (const { id, status } of client.nodes().nodes) {
    if (status.state === 'down') client.removeNode(id, true);
    else client.updateNode(id, (spec) => ({ ...spec, availability: 'active' }));
  }
}

/** One leads, and all others know it. */
function hasLeader(swarm: Swarm): boolean {
  const leader = swarm.managers().find(([, { leadership }]) => leadership !== undefined)?.[1];
  return leader !== undefined && swarm.managers().every(([, { raft }]) => raft.leader === leader.raft.id);
}

/** Throws unless the swarm, healed, becomes what was asked for in time, and stays so. */
export function expectRecovery(swarm: Swarm): void {
  heal(swarm);
  expectHealth(swarm, () => whatIsWrong(swarm));
}

/** The same for a swarm whose members have come and gone: an operator has to bring them together again. Nothing is left of some. */
export function expectReunion(swarm: Swarm): void {
  mend(swarm);
  if (!restoreLeader(swarm)) return;
  swarm.advance(40 * second);
  expectHealth(swarm, () => {
    const wrong = whatIsWrong(swarm, true);
    if (wrong !== undefined) reunite(swarm);
    return wrong;
  });
}

/** Where too many members have left for good, one of those that are there makes a new cluster. False when none is. */
function restoreLeader(swarm: Swarm): boolean {
  if (swarm.runUntil(() => swarm.leader() !== undefined, 3 * minute)) return true;
  const managers = swarm.managers().map(([host, { raft }]) => ({ host, committed: raft.log.committed }));
  const [best] = managers.sort((a, b) => b.committed - a.committed);
  if (best !== undefined) swarm.forceNewCluster(best.host);
  return best !== undefined;
}

/** What an operator does about machines that are in no swarm, or not in the leader's, and about nodes that are gone. */
function reunite(swarm: Swarm): void {
  restoreLeader(swarm);
  const leader = swarm.leader();
  const manager = leader === undefined ? undefined : swarm.managerOf(leader);
  if (leader === undefined || manager === undefined) return;
  const client = new Client(swarm, leader);
  for (const { name } of swarm.machines) {
    const memory = swarm.memoryOf(name);
    const other = swarm.managerOf(name)?.raft.id;
    const isLost =
      !manager.store.tables.node.has(memory?.identity?.nodeId ?? '') ||
      (other !== undefined && !manager.members.has(other));
    if (memory?.identity !== undefined && isLost) tryTo(() => swarm.leave(name, true));
    else if (memory?.identity === undefined && memory?.joining === undefined) {
      tryTo(() => join(swarm, name, leader, 'worker'));
    }
  }
  for (const { id, status, spec } of manager.store.tables.node.values()) {
    if (status.state === 'ready' && spec.availability === 'active') continue;
    // A join that failed after the node had its certificate leaves a node behind that nobody is.
    const isNobodys = swarm.machines.every(({ name }) => swarm.memoryOf(name)?.identity?.nodeId !== id);
    if (status.state !== 'down' && !isNobodys) {
      tryTo(() => client.updateNode(id, (old) => ({ ...old, availability: 'active' })));
      continue;
    }
    // A member must be demoted first, and who is none cannot be.
    tryTo(() => client.updateNode(id, (old) => ({ ...old, role: 'worker' })));
    tryTo(() => client.removeNode(id, true));
  }
}

/** `look` says what is wrong, and may do something about it. */
function expectHealth(swarm: Swarm, look: () => string | undefined): void {
  const end = swarm.world.now + recoveryLimit;
  let wrong = look();
  while (wrong !== undefined && swarm.world.now < end) {
    swarm.advance(5 * second);
    wrong = look();
  }
  if (wrong !== undefined) throw new Error(`15 minutes after everything was healed: ${wrong}`);
  swarm.advance(minute);
  wrong = look();
  if (wrong !== undefined) throw new Error(`a minute after all was well: ${wrong}`);
}

/** The whole of a trial in which members come and go. */
export function playMembers(trial: Trial): void {
  const swarm = stage(trial);
  perform(swarm, trial);
  expectReunion(swarm);
}

/** The whole of a trial. */
export function play(trial: Trial): Swarm {
  const swarm = stage(trial);
  perform(swarm, trial);
  expectRecovery(swarm);
  return swarm;
}
