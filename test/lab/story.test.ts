// The story: what a reader is told of a run. Texts are compared whole where they are docker's or ours to the letter.

import { expect, test } from 'vitest';
import type { ClusterRequest } from '../../src/lab/cluster.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { runScenario } from '../../src/lab/run.ts';
import { passes } from './play.ts';

const small = { managers: 1, workers: 2 };

function story(cluster: ClusterRequest, script: (lab: Lab) => void): readonly string[] {
  return passes(cluster, script).texts;
}

/** The commands of a script, as they are told. */
function commands(script: (lab: Lab) => void): readonly string[] {
  return passes(small, script)
    .lines.filter(({ kind }) => kind === 'command')
    .map(({ text }) => text);
}

test('a swarm is put together before the eyes of the reader', () => {
  const lines: string[] = [];
  runScenario(
    {
      title: 't',
      cluster: { managers: 2, workers: 1, nodes: { worker1: { labels: { a: '1' } } } },
      script() {},
    },
    { seed: '1', tell: ({ who, text }) => lines.push(`${who} ${text}`) },
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'operator on manager1: docker swarm init',
      'manager1 is part of the swarm as a manager',
      'manager1 wins the election of term 2',
      'operator on manager2: docker swarm join manager1:2377',
      'manager2 is added as a member of the Raft group',
      'worker1 is part of the swarm as a worker',
      'worker1 has the labels a=1',
    ]),
  );
});

test('commands are told as they would be typed', () => {
  expect(
    commands((lab) => {
      lab.service.create('web', {
        image: 'nginx:1.27',
        replicas: 4,
        constraints: ['node.role==worker'],
        env: ['GREETING=good day'],
        labels: { team: 'blue' },
        spread: ['node.labels.rack'],
        maxReplicasPerNode: 2,
        reserveCpus: 0.5,
        reserveMemory: '512m',
        publish: ['8080:80', '53:53/udp', '81:81/tcp/host', '82:82/tcp'],
        stopGracePeriod: '30s',
        health: { interval: '3s', retries: 2 },
        restart: { condition: 'on-failure', delay: '1s', maxAttempts: 3, window: '1m' },
        update: {
          parallelism: 2,
          delay: '10s',
          monitor: '20s',
          failureAction: 'rollback',
          maxFailureRatio: 0.2,
        },
        rollback: { order: 'start-first' },
      });
      lab.service.create('agent', { image: 'monitor:3', mode: 'global' });
    }),
  ).toEqual([
    "on manager1: docker service create --name web --replicas 4 --label team=blue --env 'GREETING=good day' " +
      '--constraint node.role==worker --placement-pref spread=node.labels.rack --replicas-max-per-node 2 ' +
      '--reserve-cpu 0.5 --reserve-memory 512m --publish 8080:80 --publish 53:53/udp ' +
      '--publish published=81,target=81,protocol=tcp,mode=host --publish 82:82 --stop-grace-period 30s ' +
      '--health-cmd check --health-interval 3s --health-retries 2 --restart-condition on-failure ' +
      '--restart-delay 1s --restart-max-attempts 3 --restart-window 1m --update-parallelism 2 ' +
      '--update-delay 10s --update-monitor 20s --update-failure-action rollback ' +
      '--update-max-failure-ratio 0.2 --rollback-order start-first nginx:1.27',
    'on manager1: docker service create --name agent --mode global monitor:3',
  ]);
});

test('an update tells what it adds and what it removes', () => {
  expect(
    commands((lab) => {
      lab.service.create('web', {
        image: 'nginx:1.27',
        constraints: ['node.role==worker', 'node.labels.a==1'],
        labels: { team: 'blue' },
        env: ['A=1'],
        publish: ['8080:80'],
      });
      lab.service.update('web', {
        image: 'nginx:1.28',
        constraints: ['node.role==worker', 'node.labels.b==1'],
        labels: { crew: 'red' },
        env: ['B=1'],
        publish: ['8080:80', '81:81'],
        force: true,
      });
      lab.service.scale('web', 3);
      lab.service.rollback('web');
      lab.service.ps('web');
      lab.service.remove('web');
      lab.service.ls();
    }).slice(1),
  ).toEqual([
    'on manager1: docker service update --image nginx:1.28 --label-rm team --label-add crew=red ' +
      '--env-rm A --env-add B=1 --constraint-rm node.labels.a==1 --constraint-add node.labels.b==1 ' +
      '--publish-add 81:81 --force web',
    'on manager1: docker service scale web=3',
    'on manager1: docker service rollback web',
    'on manager1: docker service ps web',
    'on manager1: docker service rm web',
    'on manager1: docker service ls',
  ]);
});

test('node commands tell what they change alone', () => {
  expect(
    commands((lab) => {
      lab.node.update('worker1', { addLabels: { zone: 'a' } });
      lab.node.update('worker1', { removeLabels: ['zone'], availability: 'pause' });
      lab.at('manager1').node.ls();
      lab.crash('worker2');
      lab.untilNode('worker2', 'down');
      lab.node.remove('worker2', { force: true });
      lab.swarm.setTaskHistoryLimit(2);
    }),
  ).toEqual([
    'on manager1: docker node update --label-add zone=a worker1',
    'on manager1: docker node update --availability pause --label-rm zone worker1',
    'on manager1: docker node ls',
    'on manager1: docker node rm --force worker2',
    'on manager1: docker swarm update --task-history-limit 2',
  ]);
});

test('a refused command is followed by what docker prints, to the letter', () => {
  const { lines } = passes(small, (lab) => {
    lab.refusal(() => lab.service.remove('web'));
  });
  expect(lines.map(({ kind, who, text }) => [kind, who, text])).toEqual([
    ['command', 'operator', 'on manager1: docker service rm web'],
    [
      'trouble',
      'manager1',
      'Error response from daemon: rpc error: code = NotFound desc = service web not found',
    ],
  ]);
});

test('tasks that change together share a line, in the order of their slots', () => {
  const texts = story(small, (lab) => {
    lab.service.create('web', { image: 'nginx:1', replicas: 12 });
    lab.untilConverged();
  });
  expect(texts).toContain('web is created');
  expect(texts).toContain(
    'orchestrator creates web.1, web.2, web.3, web.4, web.5, web.6 and 6 more (nginx:1)',
  );
  expect(texts.filter((text) => text.startsWith('scheduler'))).toHaveLength(1);
  expect(texts).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^scheduler places web\.1 on \w+, web\.2 on \w+, .* and 6 more$/),
    ]),
  );
});

test('tasks of a global service are called after their nodes', () => {
  const texts = story(small, (lab) => {
    lab.service.create('agent', { image: 'monitor:3', mode: 'global' });
    lab.untilConverged();
  });
  expect(texts).toContain('orchestrator creates agent.manager1, agent.worker1, agent.worker2 (monitor:3)');
  expect(texts).toContain('scheduler confirms agent.manager1, agent.worker1, agent.worker2');
  expect(texts).toContain('worker2 runs agent.worker2');
});

test('an update is told with what changed, its tasks, and docker\u2019s own status', () => {
  const texts = story(small, (lab) => {
    lab.service.create('web', { image: 'nginx:1' });
    lab.untilConverged();
    lab.service.update('web', { image: 'nginx:2' });
    lab.untilUpdate('web', 'completed');
    lab.service.update('web', { update: { parallelism: 2 } });
    lab.service.rollback('web');
    lab.untilUpdate('web', 'rollback_completed');
  });
  const [, , , , ...update] = texts.slice(texts.indexOf('web has image nginx:2 (was nginx:1)') - 4);
  expect(update.map((text) => text.replaceAll(/(manager1|worker\d)/g, 'NODE'))).toEqual(
    expect.arrayContaining([
      'web has image nginx:2 (was nginx:1)',
      'web update status is updating: update in progress',
      'orchestrator creates web.1 (nginx:2)',
      'orchestrator shuts down web.1 on NODE',
      'scheduler places web.1 on NODE',
      'NODE has shut down web.1',
      'orchestrator lets web.1 on NODE start',
      'NODE runs web.1',
      'web update status is completed: update completed',
      'web is updated',
      'web update status is rollback_started: manually requested rollback',
      'web update status is rollback_completed: rollback completed',
    ]),
  );
});

test('failures are told with the exact error, as trouble', () => {
  const { lines } = passes(small, (lab) => {
    lab.image('bad', { exits: { after: '1s', code: 3 } });
    lab.image('gone', { pull: 'missing' });
    lab.service.create('bad', { image: 'bad', restart: { condition: 'none' } });
    lab.service.create('gone', { image: 'gone', restart: { condition: 'none' } });
    lab.service.create('far', { image: 'far', constraints: ['node.labels.no==yes'] });
    lab.service.create('done', { image: 'done', restart: { condition: 'none' } });
    lab.wait('30s');
  });
  const troubles = lines.filter(({ kind }) => kind === 'trouble').map(({ text }) => text);
  expect(troubles).toContain('bad.1 failed: task: non-zero exit (3)');
  expect(troubles.some((text) => text.startsWith('gone.1 rejected: '))).toBe(true);
  expect(troubles).toContain(
    'cannot place far.1: no suitable node (scheduling constraints not satisfied on 3 nodes)',
  );
  expect(troubles).toHaveLength(3);
});

test('a task that ends well, is removed, or is evicted', () => {
  const texts = story(small, (lab) => {
    lab.image('ends', { exits: { after: '1s', code: 0 } });
    lab.service.create('ends', { image: 'ends', restart: { condition: 'none' } });
    lab.wait('10s');
    lab.node.update('worker1', { addLabels: { a: '1' } });
    lab.service.create('web', { image: 'nginx:1', constraints: ['node.labels.a==1'] });
    lab.untilConverged('web');
    lab.node.update('worker1', { removeLabels: ['a'] });
    lab.wait('10s');
    lab.service.remove('web');
    lab.wait('1s');
  });
  expect(texts.some((text) => text.endsWith(' has finished ends.1 (exit 0)'))).toBe(true);
  expect(texts).toContain('worker1 has the labels a=1');
  expect(texts).toContain('worker1 has no labels (had a=1)');
  expect(texts).toContain('enforcer rejects web.1 on worker1: assigned node no longer meets constraints');
  expect(texts).toContain('web is removed');
  expect(texts).toContain('orchestrator removes web.1');
});

test('a machine that joins by a command of the script is told once', () => {
  const joins = story(small, (lab) => {
    lab.addMachine('late');
    lab.at('late').swarm.join('manager1', lab.swarm.joinToken('worker'));
  }).filter((text) => text.includes('docker swarm join '));
  expect(joins).toEqual([
    expect.stringMatching(
      /^operator on late: docker swarm join --token SWMTKN-1-[0-9a-z]+-[0-9a-z]+ manager1:2377$/,
    ),
  ]);
});

test('elections and their ends are told with the reason', () => {
  const texts = story({ managers: 3 }, (lab) => {
    lab.isolate('manager1');
    lab.until('another leader', () => lab.leader() !== undefined && lab.leader() !== 'manager1');
    lab.until('manager1 to have given up', () => lab.term('manager1') > 2);
    lab.heal();
    lab.until('one leader', () => lab.managers().every((name) => lab.term(name) === lab.term('manager1')));
    lab.untilLeader();
    lab.wait('30s');
  });
  const end = texts.indexOf('manager1 leads no longer: too few managers answer');
  expect(end).toBeGreaterThan(0);
  expect(texts.slice(end).find((text) => text.startsWith('manager1 asks'))).toMatch(
    /^manager1 asks for votes in term 3: no leader heard for 1\d\.\d s$/,
  );
  expect(texts).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^manager[23] asks for votes in term 3: no leader heard for 1\d\.\d s$/),
      expect.stringMatching(/^manager[23] wins the election of term \d$/),
      expect.stringMatching(/^manager[23] leads: everything committed before term \d is applied$/),
      'dispatcher marks all 3 nodes unknown: Node moved to "unknown" state due to leadership change in cluster',
      'fault every cut is mended',
    ]),
  );
});

test('a leader that hears of a later term says so', () => {
  const texts = story({ managers: 3 }, (lab) => {
    lab.isolate('manager3');
    lab.until('manager3 to ask for votes', () => lab.term('manager3') > 2);
    lab.heal();
    lab.until('manager1 to give way', () => lab.term('manager1') > 2);
    lab.wait('1s');
  });
  expect(texts).toContain('manager1 leads no longer: another manager is in term 3');
});

test('each time that a manager asks for votes is told, until it goes on for long', () => {
  const asks = (preVote: boolean): string[] =>
    story({ managers: 3, preVote }, (lab) => {
      lab.isolate('manager3');
      lab.wait('10m');
    })
      .filter((text) => /^manager3 (asks|goes)/.test(text))
      .map((text) => text.replace(/ [\d.]+ s$/, ''));
  expect(asks(false)).toEqual([
    ...[3, 4, 5, 6, 7].map((term) => `manager3 asks for votes in term ${term}: no leader heard for`),
    'manager3 goes on asking, again and again',
  ]);
  // Its term stays: it asks the same thing again.
  expect(new Set(asks(true))).toEqual(
    new Set([
      'manager3 asks whether it could win term 3: no leader heard for',
      'manager3 goes on asking, again and again',
    ]),
  );
});

test('nodes that go and come are told by the dispatcher', () => {
  const { lines } = passes(small, (lab) => {
    lab.crash('worker1', 'worker2');
    lab.untilNode('worker1', 'down');
    lab.untilNode('worker2', 'down');
    lab.node.update('worker1', { availability: 'drain' });
    lab.restart('worker1');
    lab.untilNode('worker1', 'ready');
    lab.node.remove('worker2');
  });
  const texts = lines.map(({ who, text }) => `${who} ${text}`);
  expect(texts).toEqual(
    expect.arrayContaining([
      'fault worker1 loses power',
      'fault worker2 loses power',
      'worker1 has availability drain (was active)',
      'fault worker1 comes up again',
      'dispatcher marks worker1 ready',
      'worker2 is removed from the swarm',
    ]),
  );
  const down = lines.filter(
    ({ kind, text }) => kind === 'trouble' && text.endsWith('down: heartbeat failure'),
  );
  expect(down.length).toBeGreaterThan(0);
});

test('every fault has its words', () => {
  const faults = passes({ managers: 1, workers: 1 }, (lab) => {
    lab.pause('worker1');
    lab.resume('worker1');
    lab.crash('worker1');
    lab.wipe('worker1');
    lab.restart('worker1');
    lab.partition(['manager1'], ['worker1']);
    lab.heal();
    lab.cut(['manager1'], ['worker1', 'registry']);
    lab.link(['manager1'], ['worker1'], { latency: '5ms' });
    lab.clock('worker1', { percent: 50, offset: '2s' });
    lab.clock('manager1', { offset: '1m' });
    lab.clock('worker1', { percent: 100 });
  }).texts;
  expect(faults).toEqual([
    'fault worker1 freezes',
    'fault worker1 goes on',
    'fault worker1 loses power',
    'fault the disk of worker1 is empty',
    'fault worker1 comes up again',
    'fault the network splits: manager1 | worker1',
    'fault every cut is mended',
    'fault nothing passes from manager1 to worker1, registry',
    'fault the links from manager1 to worker1 change',
    'fault the links from worker1 to manager1 change',
    'fault the clock of worker1 runs at 50 % and jumps by 2s',
    'fault the clock of manager1 jumps by 1m0s',
    'fault the clock of worker1 runs at the right speed',
  ]);
});
