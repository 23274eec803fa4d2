// The lab object, method by method, through scripts.

import { expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { failureOf, passes } from './play.ts';

const one = { managers: 1 };
const small = { managers: 1, workers: 2 };
const trio = { managers: 3 };

test('a script begins with a swarm that is ready, has its labels, and is led by manager1', () => {
  passes({ managers: 3, workers: 2, nodes: { worker1: { labels: { zone: 'a' } } } }, (lab) => {
    expect(lab.leader()).toBe('manager1');
    expect(lab.managers()).toEqual(['manager1', 'manager2', 'manager3']);
    expect(lab.nodes().map(({ name, status, manager }) => [name, status, manager])).toEqual([
      ['manager1', 'ready', 'Leader'],
      ['manager2', 'ready', 'Reachable'],
      ['manager3', 'ready', 'Reachable'],
      ['worker1', 'ready', ''],
      ['worker2', 'ready', ''],
    ]);
    expect(lab.nodes()[3]?.labels).toEqual(new Map([['zone', 'a']]));
  });
});

test('machines are as the cluster says', () => {
  const nodes = {
    worker1: { cpus: 16, memory: '64g', platform: 'linux/aarch64', engineLabels: { site: 'attic' } },
  };
  passes({ managers: 1, workers: 1, nodes }, (lab) => {
    lab.service.create('big', {
      image: 'big:1',
      reserveCpus: 10,
      reserveMemory: '32g',
      constraints: ['engine.labels.site==attic', 'node.platform.arch==aarch64'],
    });
    lab.untilConverged('big');
    expect(lab.running('big')[0]?.node).toBe('worker1');
  });
});

test('services are created, changed, scaled, rolled back and removed', () => {
  passes(small, (lab) => {
    const id = lab.service.create('web', { image: 'nginx:1', replicas: 2 });
    expect(lab.inspect('web').id).toBe(id);
    lab.untilConverged('web');
    expect(lab.service.ls().map(({ name, replicas }) => `${name} ${replicas}`)).toEqual(['web 2/2']);
    expect(lab.service.ps('web').map(({ name, state }) => [name, state])).toEqual(
      expect.arrayContaining([
        ['web.1', 'running'],
        ['web.2', 'running'],
      ]),
    );
    lab.service.update('web', { image: 'nginx:2', env: ['A=1'], labels: { team: 'blue' } });
    lab.untilUpdate('web', 'completed');
    expect(lab.running('web').map(({ image }) => image)).toEqual(['nginx:2', 'nginx:2']);
    lab.service.rollback('web');
    lab.untilUpdate('web', 'rollback_completed');
    expect(lab.running('web').map(({ image }) => image)).toEqual(['nginx:1', 'nginx:1']);
    lab.service.scale('web', 3);
    lab.untilConverged();
    expect(lab.running('web')).toHaveLength(3);
    lab.service.remove('web');
    expect(lab.service.ls()).toEqual([]);
  });
});

test('every option of a service arrives in its spec', () => {
  passes(one, (lab) => {
    lab.service.create('all', {
      image: 'app:1',
      replicas: 0,
      labels: { b: '2', a: '1' },
      env: ['A=1'],
      constraints: ['node.role==manager'],
      spread: ['node.labels.rack'],
      maxReplicasPerNode: 3,
      reserveCpus: 0.5,
      reserveMemory: '512m',
      publish: ['8080:80', '53:53/udp', '81:81/tcp/host'],
      stopGracePeriod: '30s',
      health: { interval: '3s', retries: 5 },
      restart: { condition: 'on-failure', delay: '1s', maxAttempts: 4, window: '1m' },
      update: { parallelism: 2, delay: '1s', monitor: '2s', failureAction: 'rollback', maxFailureRatio: 0.5 },
      rollback: { order: 'start-first' },
    });
    const { spec } = lab.inspect('all');
    expect(spec).toMatchObject({
      labels: [
        ['a', '1'],
        ['b', '2'],
      ],
      mode: { kind: 'replicated', replicas: 0 },
      update: { parallelism: 2, delay: 1_000_000, monitor: 2_000_000, failureAction: 'rollback' },
      rollback: { order: 'start-first', parallelism: 1 },
      task: {
        reservations: { nanoCpus: 500_000_000, memoryBytes: 512 * 1024 ** 2 },
        restart: { condition: 'on-failure', delay: 1_000_000, maxAttempts: 4, window: 60_000_000 },
        placement: { constraints: ['node.role==manager'], spread: ['node.labels.rack'], maxReplicas: 3 },
        container: {
          env: ['A=1'],
          stopGracePeriod: 30_000_000,
          healthCheck: { interval: 3_000_000, timeout: 30_000_000, retries: 5 },
        },
      },
    });
    expect(
      spec.endpoint?.ports.map(({ publishedPort, targetPort, protocol, publishMode }) => [
        publishedPort,
        targetPort,
        protocol,
        publishMode,
      ]),
    ).toEqual([
      [8080, 80, 'tcp', 'ingress'],
      [53, 53, 'udp', 'ingress'],
      [81, 81, 'tcp', 'host'],
    ]);
  });
});

test('nodes are labelled, drained and removed; the task history limit is set', () => {
  passes(small, (lab) => {
    lab.node.update('worker1', { addLabels: { a: '1', b: '2' } });
    lab.node.update('worker1', { removeLabels: ['a'], availability: 'drain' });
    const [worker] = lab.nodes().filter(({ name }) => name === 'worker1');
    expect([...(worker?.labels ?? [])]).toEqual([['b', '2']]);
    expect(worker?.availability).toBe('drain');
    lab.crash('worker2');
    lab.untilNode('worker2', 'down');
    expect(lab.node.ls().map(({ name, status }) => [name, status])).toEqual([
      ['manager1', 'ready'],
      ['worker1', 'ready'],
      ['worker2', 'down'],
    ]);
    lab.node.remove('worker2');
    expect(lab.nodes()).toHaveLength(2);
    expect(lab.refusal(() => lab.node.remove('worker1'))).toMatch(/node .* is not down/);
    lab.node.remove('worker1', { force: true });
    expect(lab.nodes()).toHaveLength(1);
    lab.swarm.setTaskHistoryLimit(1);
  });
});

test('docker kill ends the container of a task, on its own machine alone', () => {
  passes({ managers: 1, workers: 1 }, (lab) => {
    lab.service.create('web', { image: 'nginx:1', constraints: ['node.role==worker'] });
    lab.untilConverged();
    const missing = 'Error response from daemon: No such container: web.1';
    expect(lab.refusal(() => lab.at('manager1').kill('web.1'))).toBe(missing);
    expect(lab.containers('worker1')).toEqual(['web.1']);
    lab.at('worker1').kill('web.1');
    expect(lab.containers('worker1')).toEqual([]);
    lab.until('a failed task', () => lab.tasks('web').some(({ state }) => state === 'failed'));
    expect(lab.tasks('web').find(({ state }) => state === 'failed')?.error).toBe('task: non-zero exit (137)');
  });
});

test('a refusal is what docker prints, or nothing', () => {
  passes(one, (lab) => {
    expect(lab.refusal(() => lab.service.update('no', { image: 'a:1' }))).toBe(
      'Error response from daemon: rpc error: code = NotFound desc = service no not found',
    );
    expect(lab.refusal(() => lab.service.create('web', { image: 'a:1' }))).toBeUndefined();
    lab.crash('manager1');
    const asked = lab.seconds;
    expect(lab.refusal(() => lab.service.ls())).toBe(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    );
    expect(lab.seconds - asked).toBeLessThan(0.1);
    expect(() => lab.refusal(() => lab.wait('nonsense'))).toThrow('time: invalid duration');
  });
});

test('images do what the script says, everywhere or on one node', () => {
  const end = (lab: Lab, image: string, script: Parameters<Lab['image']>[1]) => {
    lab.image(image, script);
    lab.service.create(image, { image, restart: { condition: 'none' } });
    const ended = () => /failed|rejected|complete/.test(lab.tasks(image)[0]?.state ?? '');
    lab.until('an end', ended, '10m');
    const [task] = lab.tasks(image);
    return [task?.state, task?.error];
  };
  passes(one, (lab) => {
    expect(end(lab, 'ends', { exits: { after: '1s', code: 0 } })).toEqual(['complete', '']);
    expect(end(lab, 'fails', { exits: { after: '1s', code: 3 } })).toEqual([
      'failed',
      'task: non-zero exit (3)',
    ]);
    expect(end(lab, 'broken', { startError: 'exec format error' })).toEqual([
      'failed',
      'starting container failed: exec format error',
    ]);
    const [state, error] = end(lab, 'gone', { pull: 'missing' });
    expect(state).toBe('rejected');
    expect(error).toContain('gone');
    expect(end(lab, 'odd', { pull: 'no space left on device' })[1]).toContain('no space left on device');
    expect(end(lab, 'sick', { health: 'never' })[1]).toContain('unhealthy');
  });
  passes({ managers: 1, workers: 1 }, (lab) => {
    lab.image('app', { startError: 'no' }, { on: 'worker1' });
    lab.service.create('app', { image: 'app', mode: 'global' });
    lab.until('one to run', () => lab.running('app').length === 1);
    lab.until('one to fail', () => lab.tasks('app').some(({ state }) => state === 'failed'));
    expect(lab.running('app')[0]?.node).toBe('manager1');
  });
});

test('slow images take their time', () => {
  passes(one, (lab) => {
    lab.image('slow', { pull: '20s', start: '10s', health: { after: '5s' }, stop: '4s' });
    const begun = lab.seconds;
    lab.service.create('slow', { image: 'slow' });
    lab.untilConverged();
    expect(lab.seconds - begun).toBeGreaterThanOrEqual(35);
    const stopping = lab.seconds;
    lab.service.scale('slow', 0);
    lab.until('it to have stopped', () => lab.containers('manager1').length === 0);
    expect(lab.seconds - stopping).toBeGreaterThanOrEqual(4);
  });
});

test('the registry can be down', () => {
  passes(one, (lab) => {
    lab.registry('down');
    lab.service.create('web', { image: 'nginx:1' });
    lab.until('a rejected task', () => lab.tasks('web').some(({ state }) => state === 'rejected'));
    lab.registry('up');
    lab.untilConverged();
  });
});

test('time passes in calls, exactly', () => {
  passes(one, (lab) => {
    const begun = lab.seconds;
    lab.wait('1m30s');
    lab.wait('0s');
    expect(lab.seconds - begun).toBeCloseTo(90, 6);
    lab.until('what already is', () => true);
    expect(lab.seconds - begun).toBeCloseTo(90, 6);
    expect(lab.time).toMatch(/^01:3\d\.\d{3}$/);
  });
});

test('converged means running as the service asks, on nodes that may run it', () => {
  passes(small, (lab) => {
    expect(lab.converged()).toBe(true);
    lab.service.create('web', { image: 'nginx:1', replicas: 3 });
    expect(lab.converged('web')).toBe(false);
    lab.untilConverged('web');
    lab.service.update('web', { image: 'nginx:2' });
    expect(lab.converged('web')).toBe(false);
    lab.untilConverged('web');
    lab.node.update('worker1', { availability: 'drain' });
    expect(lab.converged('web')).toBe(false);
    lab.untilConverged('web');
    lab.service.scale('web', 4);
    expect(lab.converged('web')).toBe(false);
  });
});

test('a crashed manager is missed and comes back', () => {
  passes(trio, (lab) => {
    const term = lab.term('manager1');
    lab.crash('manager1');
    expect(lab.managers()).toEqual(['manager2', 'manager3']);
    expect(lab.term('manager1')).toBe(0);
    expect(lab.containers('manager1')).toEqual([]);
    expect(lab.leader()).toBeUndefined();
    const next = lab.untilLeader();
    expect(lab.term(next)).toBeGreaterThan(term);
    lab.restart('manager1');
    lab.until('manager1 to follow', () => lab.term('manager1') === lab.term(next));
    expect(lab.leader()).toBe(next);
    expect(lab.managers()).toHaveLength(3);
  });
});

test('a paused machine does nothing until it is resumed', () => {
  passes({ managers: 1, workers: 1 }, (lab) => {
    lab.pause('worker1');
    lab.untilNode('worker1', 'down');
    lab.resume('worker1');
    lab.untilNode('worker1', 'ready');
  });
});

test('a wiped machine has forgotten the swarm', () => {
  passes({ managers: 1, workers: 1 }, (lab) => {
    lab.crash('worker1');
    lab.wipe('worker1');
    lab.restart('worker1');
    lab.untilNode('worker1', 'down');
    lab.wait('1m');
    expect(lab.refusal(() => lab.at('worker1').node.ls())).toBe(
      'Error response from daemon: This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
    );
  });
});

test('networks are cut, one way or both, and healed', () => {
  passes(trio, (lab) => {
    lab.isolate('manager1');
    lab.until('another leader', () => lab.leader() !== undefined && lab.leader() !== 'manager1');
    lab.heal();
    lab.until('one leader', () => lab.term('manager1') === lab.term('manager2'));
    lab.partition(['manager1'], ['manager2'], ['manager3']);
    lab.until('nobody to lead', () => lab.leader() === undefined);
    lab.heal();
    lab.untilLeader();
  });
  passes({ managers: 1, workers: 1 }, (lab) => {
    lab.cut(['worker1'], ['manager1']);
    lab.untilNode('worker1', 'down');
    lab.heal();
    lab.untilNode('worker1', 'ready');
  });
});

test('slow links make commands slow', () => {
  passes(trio, (lab) => {
    const cost = () => {
      const begun = lab.seconds;
      lab.swarm.setTaskHistoryLimit(3);
      return lab.seconds - begun;
    };
    expect(cost()).toBeLessThan(0.2);
    lab.link(['manager1'], ['manager2', 'manager3'], { latency: '200ms', jitter: '0s' });
    expect(cost()).toBeGreaterThanOrEqual(0.4);
    lab.link(['manager1'], ['manager2', 'manager3'], { lossPercent: 100 });
    lab.until('nobody to lead', () => lab.leader() !== 'manager1');
  });
});

test('a clock that runs four times as fast makes its manager campaign first', () => {
  passes({ managers: 2 }, (lab) => {
    lab.clock('manager2', { percent: 400 });
    lab.partition(['manager1'], ['manager2']);
    const cut = lab.seconds;
    const term = lab.term('manager2');
    lab.until('votes to be asked for', () => lab.term('manager2') > term);
    expect(lab.seconds - cut).toBeLessThan(6);
  });
});

test('promises are counted and told', () => {
  const { outcome, texts } = passes(one, (lab) => {
    lab.say('Now.');
    lab.expect('the sky is up', true);
    lab.expectEqual('the list', [1, { a: 2 }], [1, { a: 2 }]);
  });
  expect(outcome.promises).toBe(2);
  expect(texts).toEqual(['Now.', 'the sky is up', 'the list: [1,{"a":2}]']);
});

test.each<[what: string, script: (lab: Lab) => void, failure: string | RegExp]>([
  ['a broken promise', (lab) => lab.expect('two is one', false), 'at 00:02.005: expected that two is one'],
  [
    'another value',
    (lab) => lab.expectEqual('the leader', lab.leader(), 'manager2'),
    'at 00:02.005: the leader: expected "manager2", found "manager1"',
  ],
  [
    'a condition that is not met in time',
    (lab) => lab.until('rain', () => false, '10s'),
    'at 00:12.005: waited 10s (from 00:02.005) for rain, in vain',
  ],
  [
    'a service that does not converge',
    (lab) => {
      lab.service.create('web', { image: 'nginx:1', constraints: ['node.labels.no==yes'] });
      lab.untilConverged('web', '1m');
    },
    /^at 01:02.\d{3}: waited 1m \(from 00:02.\d{3}\) for web to converge, in vain$/,
  ],
  [
    'a refused command',
    (lab) => lab.service.scale('web', 3),
    'at 00:02.055: a command was refused: Error response from daemon: rpc error: code = NotFound desc = service web not found',
  ],
  [
    'an unknown machine',
    (lab) => lab.crash('worker9'),
    /^at 00:02.005: there is no machine worker9; there are /,
  ],
  ['an unknown service', (lab) => lab.running('web'), 'at 00:02.005: there is no service web'],
  [
    'a running machine wiped',
    (lab) => lab.wipe('manager1'),
    'at 00:02.005: manager1 must be crashed before it is wiped',
  ],
  [
    'a look when no manager is up',
    (lab) => {
      lab.crash('manager1');
      lab.nodes();
    },
    'at 00:02.005: no manager runs, so there is nothing to look at',
  ],
  ['a duration without unit', (lab) => lab.wait('5'), 'wait: time: missing unit in duration "5"'],
  ['time that goes back', (lab) => lab.wait('-5s'), 'at 00:02.005: time does not go backwards'],
  ['a service without image', (lab) => lab.service.create('web', {}), 'service web needs an image'],
  [
    'a port that is none',
    (lab) => lab.service.create('web', { image: 'a:1', publish: ['http'] }),
    'publish must be like 8080:80, 53:53/udp or 80:80/tcp/host, not "http"',
  ],
  [
    'a size that is none',
    (lab) => lab.service.create('web', { image: 'a:1', reserveMemory: 'much' }),
    "reserveMemory: invalid size: 'much'",
  ],
  [
    'replicas of a global service',
    (lab) => lab.service.create('web', { image: 'a:1', mode: 'global', replicas: 2 }),
    /^at 00:02\.055: a command was refused: replicas can only be used with replicated or replicated-job mode$/,
  ],
  [
    'a mode that changes',
    (lab) => lab.service.update('web', { mode: 'global' }),
    'service web: docker service update cannot change the mode',
  ],
  [
    'a probability above one',
    (lab) => lab.link(['manager1'], ['registry'], { lossPercent: 150 }),
    'link: a probability is 0 to 100 per cent, not 150',
  ],
  [
    'a clock that stands still',
    (lab) => lab.clock('manager1', { percent: 0 }),
    'clock.percent must be more than 0, not 0',
  ],
  [
    'a program error',
    () => {
      throw new TypeError('oops');
    },
    'at 00:02.005: the script threw TypeError: oops',
  ],
  [
    'anything else thrown',
    () => {
      throw 'a text';
    },
    'at 00:02.005: the script threw a text',
  ],
])('%s fails the scenario, and says so', (_what, script, failure) => {
  if (typeof failure === 'string') expect(failureOf(one, script)).toBe(failure);
  else expect(failureOf(one, script)).toMatch(failure);
});
