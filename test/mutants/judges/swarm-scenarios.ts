// Scenarios of whole swarms, every invariant watching, for what managers must do and random faults show too seldom.

import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { millisecond, second } from '../../../src/model/duration.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { Node } from '../../../src/model/objects.ts';
import { TaskState } from '../../../src/model/state.ts';
import {
  assembled,
  awaitLeader,
  createRunning,
  leaders,
  record,
  refusal,
  states,
} from '../../cluster/scene.ts';
import { hold, judgeOf } from '../judge.ts';

const lostLeadership = 'Unknown: raft: failed to process the request: node lost leader status';
const lossOfQuorum =
  "FailedPrecondition: can't remove member from the raft: this would result in a loss of quorum";

function nodeOf(swarm: Swarm, hostname: string): Node | undefined {
  return swarm
    .state()
    ?.list('node')
    .find(({ description }) => description?.hostname === hostname);
}

function setRole(swarm: Swarm, at: string, hostname: string, role: 'manager' | 'worker'): void {
  new Client(swarm, at).updateNode(hostname, (spec) => ({ ...spec, role }));
}

/** So many entries, one after the other. */
function write(swarm: Swarm, at: string, count: number): void {
  const client = new Client(swarm, at);
  for (let i = 0; i < count; i += 1) {
    client.updateNode('manager1', (spec) => ({ ...spec, labels: makeLabels([['n', String(i)]]) }));
  }
}

function runningContainers(swarm: Swarm): number {
  return swarm.machines
    .flatMap(({ name }) => [...(swarm.memoryOf(name)?.agent?.containers.values() ?? [])])
    .filter(({ phase }) => phase === 'running').length;
}

function converged(swarm: Swarm): boolean {
  return new Set(states(swarm)).size === 1;
}

export const swarmScenarios = {
  'a-vote-is-saved-before-it-is-given': judgeOf(() => {
    const swarm = assembled(3, 0);
    for (const host of ['manager2', 'manager3']) swarm.fault({ kind: 'disk', host, syncLatency: 3 * second });
    swarm.fault({ kind: 'crash', host: 'manager1' });
    const votes = record(swarm, ({ body, at }) => {
      if (body.kind !== 'raft' || body.message.kind !== 'vote-response') return undefined;
      return body.message.granted ? at : undefined;
    });
    const campaigns = record(swarm, ({ body, at }) =>
      body.kind === 'raft' && body.message.kind === 'vote' ? at : undefined,
    );
    awaitLeader(swarm, 120 * second);
    const [vote] = votes;
    const asked = campaigns.filter(({ at }) => at < (vote?.at ?? 0)).at(-1);
    hold((vote?.at ?? 0) - (asked?.at ?? 0) >= 3 * second, 'a vote was given before the disk had it (I-15)');
  }),

  'a-slow-follower-needs-no-snapshot': judgeOf(() => {
    const swarm = assembled(3, 0);
    new Client(swarm, 'manager1').updateCluster((spec) => ({
      ...spec,
      snapshotInterval: 5,
      logEntriesForSlowFollowers: 40,
    }));
    swarm.fault({ kind: 'crash', host: 'manager3' });
    write(swarm, 'manager1', 15);
    const snapshots = record(swarm, ({ body }) =>
      body.kind === 'raft' && body.message.kind === 'snapshot' ? true : undefined,
    );
    swarm.fault({ kind: 'restart', host: 'manager3' });
    swarm.advance(10 * second);
    hold(converged(swarm), 'a follower does not catch up');
    hold(snapshots.length === 0, 'a follower a few entries behind is sent a snapshot (R-R6)');
  }),

  'snapshots-hold-what-they-say': judgeOf(() => {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    client.updateCluster((spec) => ({ ...spec, snapshotInterval: 3, logEntriesForSlowFollowers: 0 }));
    for (let i = 1; i <= 6; i += 1) {
      client.createService(serviceSpec({ name: `service${i}`, image: 'nginx', replicas: 0 }));
      swarm.fault({ kind: 'crash', host: 'manager1' });
      swarm.fault({ kind: 'restart', host: 'manager1' });
      awaitLeader(swarm);
      hold(
        client.list('service').length === i,
        'a snapshot does not hold what was applied up to its index (I-22)',
      );
    }
  }),

  'a-lost-write-is-answered': judgeOf(() => {
    const swarm = assembled(3, 0);
    swarm.fault({ kind: 'partition', groups: [['manager1'], ['manager2', 'manager3']] });
    const web = serviceSpec({ name: 'web', image: 'nginx' });
    const answer = refusal(() => new Client(swarm, 'manager1').createService(web));
    hold(answer === lostLeadership, `a write without a quorum ends with ${answer} (R-R26)`);
  }),

  'a-stale-version-is-refused': judgeOf(() => {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    client.createService(serviceSpec({ name: 'web', image: 'nginx', replicas: 0 }));
    const { id: serviceId, spec, meta } = client.service('web');
    client.updateService('web', (old) => ({ ...old, mode: { kind: 'replicated', replicas: 1 } }));
    const { version } = meta;
    const answer = refusal(() =>
      swarm.ask('manager1', { method: 'service.update', serviceId, version, spec }),
    );
    hold(answer === 'Unknown: update out of sequence', 'an update was lost under another (I-31)');
  }),

  'a-demotion-keeps-the-quorum': judgeOf(() => {
    const swarm = assembled(3, 0);
    swarm.fault({ kind: 'crash', host: 'manager3' });
    swarm.advance(5 * second);
    const answer = refusal(() => setRole(swarm, 'manager1', 'manager2', 'worker'));
    hold(answer === lossOfQuorum, 'a demotion that costs the quorum was accepted (I-38)');
  }),

  'no-worker-votes': judgeOf(() => {
    const swarm = assembled(3, 0);
    setRole(swarm, 'manager1', 'manager3', 'worker');
    hold(
      swarm.runUntil(() => nodeOf(swarm, 'manager3')?.role === 'worker', 60 * second),
      'a demotion never ends',
    );
    const nodeIds = [...(swarm.managerOf('manager1')?.members.values() ?? [])].map(({ nodeId }) => nodeId);
    hold(
      !nodeIds.includes(nodeOf(swarm, 'manager3')?.id ?? ''),
      'a node became a worker while it had a vote (I-37)',
    );
  }),

  'a-demoted-leader-hands-over': judgeOf(() => {
    const swarm = assembled(3, 0);
    setRole(swarm, 'manager2', 'manager1', 'worker');
    const removed = (): boolean => swarm.managerOf('manager2')?.members.size === 2;
    hold(swarm.runUntil(removed, 60 * second), 'a demoted leader stays a member');
    hold(
      leaders(swarm).some((host) => host !== 'manager1'),
      'a demoted leader removed itself (R-R133)',
    );
  }),

  'a-raft-id-is-used-once': judgeOf(() => {
    const swarm = assembled(3, 0);
    const first = swarm.managerOf('manager3')?.self.raftId;
    setRole(swarm, 'manager1', 'manager3', 'worker');
    hold(
      swarm.runUntil(() => nodeOf(swarm, 'manager3')?.role === 'worker', 60 * second),
      'a demotion never ends',
    );
    swarm.advance(40 * second);
    setRole(swarm, 'manager1', 'manager3', 'manager');
    const joined = (): boolean => swarm.managerOf('manager3') !== undefined;
    hold(swarm.runUntil(joined, 120 * second), 'a node that is promoted again becomes no manager');
    hold(swarm.managerOf('manager3')?.self.raftId !== first, 'a removed Raft ID came back (I-35)');
  }),

  'a-new-cluster-drops-what-failed': judgeOf(() => {
    const swarm = assembled(3, 0);
    swarm.fault({ kind: 'crash', host: 'manager2' });
    swarm.fault({ kind: 'crash', host: 'manager3' });
    const web = serviceSpec({ name: 'web', image: 'nginx', replicas: 0 });
    swarm.type('manager1', { kind: 'node.call', call: { method: 'service.create', spec: web } });
    swarm.advance(second);
    swarm.forceNewCluster('manager1');
    awaitLeader(swarm);
    swarm.advance(5 * second);
    hold(
      new Client(swarm, 'manager1').list('service').length === 0,
      'a write that never committed took effect (R-R150)',
    );
  }),

  'a-forced-leave-tells-nobody': judgeOf(() => {
    const swarm = assembled(3, 0);
    swarm.leave('manager3', true);
    swarm.advance(30 * second);
    hold(
      swarm.managerOf('manager1')?.members.size === 3,
      'a manager that left by force counts no more (R-R139)',
    );
  }),

  'a-new-leader-waits-for-nodes': judgeOf(() => {
    const swarm = assembled(3, 1);
    swarm.fault({ kind: 'crash', host: 'worker1' });
    swarm.fault({ kind: 'crash', host: 'manager1' });
    awaitLeader(swarm);
    const announced = swarm.world.now;
    const down = (): boolean => nodeOf(swarm, 'worker1')?.status.state === 'down';
    hold(
      swarm.runUntil(down, 60 * second),
      'a node that died with the old leader is never found down (R-R156)',
    );
    const waited = swarm.world.now - announced;
    hold(waited >= 27 * second, 'a new leader waits no longer than usual for the nodes it inherits (R-R156)');
    hold(
      waited < 33 * second + 500 * millisecond,
      'a new leader waits too long for the nodes it inherits (R-R156)',
    );
  }),

  'a-new-leader-takes-no-node-down': judgeOf(() => {
    const swarm = assembled(3, 2);
    swarm.fault({ kind: 'crash', host: 'manager1' });
    awaitLeader(swarm);
    const living = ['manager2', 'manager3', 'worker1', 'worker2'];
    const down = (): boolean => living.some((host) => nodeOf(swarm, host)?.status.state === 'down');
    hold(!swarm.runUntil(down, 40 * second), 'a change of leaders took a living node down (I-41)');
  }),

  'without-managers-containers-run-on': judgeOf(() => {
    const swarm = assembled(1, 2);
    new Client(swarm, 'manager1').updateNode('manager1', (spec) => ({ ...spec, availability: 'drain' }));
    createRunning(swarm, 'manager1', 'web', 4);
    swarm.advance(2 * second);
    const running = runningContainers(swarm);
    swarm.fault({ kind: 'crash', host: 'manager1' });
    swarm.advance(120 * second);
    hold(
      running >= 4 && runningContainers(swarm) === running,
      'an agent without managers stopped its containers (I-46)',
    );
  }),

  'a-change-leaves-other-tasks-alone': judgeOf(() => {
    const swarm = assembled(1, 0);
    createRunning(swarm, 'manager1', 'web', 2);
    const before = (swarm.state()?.list('task') ?? []).map(({ id }) => id);
    createRunning(swarm, 'manager1', 'db', 3);
    swarm.advance(20 * second);
    const after = new Set(
      (swarm.state()?.list('task') ?? [])
        .filter(({ status }) => status.state === TaskState.Running)
        .map(({ id }) => id),
    );
    hold(
      runningContainers(swarm) === 5 && before.every((id) => after.has(id)),
      'new tasks ended others that were not mentioned (R-R178)',
    );
  }),

  'a-returning-swarm-keeps-its-tasks': judgeOf(() => {
    const swarm = assembled(3, 2);
    for (const host of ['manager1', 'manager2', 'manager3']) {
      new Client(swarm, 'manager1').updateNode(host, (spec) => ({ ...spec, availability: 'drain' }));
    }
    createRunning(swarm, 'manager1', 'web', 4);
    const before = (swarm.state()?.list('task') ?? []).map(({ id }) => id);
    for (const host of ['manager1', 'manager2', 'manager3']) swarm.fault({ kind: 'crash', host });
    swarm.advance(second);
    for (const host of ['manager1', 'manager2', 'manager3']) swarm.fault({ kind: 'restart', host });
    awaitLeader(swarm);
    swarm.advance(60 * second);
    const after = (swarm.state()?.list('task') ?? []).map(({ id }) => id);
    hold(after.join() === before.join(), 'tasks were replaced though their nodes never went away');
  }),

  'a-rotated-token-is-void': judgeOf(() => {
    const swarm = assembled(1, 0);
    const client = new Client(swarm, 'manager1');
    const { worker } = client.cluster().joinTokens;
    client.updateCluster((spec) => spec, ['worker-token']);
    swarm.addMachine({ name: 'worker1', role: 'worker' });
    swarm.advance(second);
    const answer = refusal(() => swarm.join('worker1', 'manager1', worker));
    hold(
      answer?.includes('A valid join token is necessary') === true,
      'a rotated token still lets nodes in (I-48)',
    );
  }),

  'a-member-is-not-removed': judgeOf(() => {
    const swarm = assembled(3, 0);
    const answer = refusal(() => new Client(swarm, 'manager1').removeNode('manager3', true));
    hold(answer !== undefined, 'the node of a member of the Raft group was removed (R-R140)');
  }),

  'a-transaction-is-one-entry': judgeOf(() => {
    const swarm = assembled(3, 1);
    const client = new Client(swarm, 'manager1');
    for (const host of ['manager1', 'manager2', 'manager3']) {
      client.updateNode(host, (spec) => ({ ...spec, availability: 'drain' }));
    }
    createRunning(swarm, 'manager1', 'web', 250);
    const nodeId = nodeOf(swarm, 'worker1')?.id ?? '';
    const orphaned = (): boolean =>
      swarm
        .state()
        ?.tasksOfNode(nodeId)
        .some(({ status }) => status.state === TaskState.Orphaned) === true;
    swarm.type('manager1', { kind: 'node.call', call: { method: 'node.remove', nodeId, force: true } });
    hold(swarm.runUntil(orphaned, 5 * second), 'tasks of a removed node are not orphaned');
    hold(
      swarm.state()?.get('node', nodeId) === undefined,
      'one half of a transaction was seen without the other (E-109)',
    );
  }),
};
