// Requests of a script, from outside and from containers: where they get to, who answers, and what is printed when nobody does.

import { describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import type { Traffic } from '../../src/lab/traffic.ts';
import { failureOf, passes } from './play.ts';

const workers = 'node.role==worker';

/** A service that is published at port 8080, and whose endpoints are known everywhere. */
function publish(lab: Lab, replicas: number, publishOption = '8080:80', image = 'web:1'): void {
  lab.service.create('web', { image, replicas, publish: [publishOption], constraints: [workers] });
  lab.untilConverged();
  lab.wait('2s');
}

/** So much traffic, to its end. */
function sendFor(lab: Lab, time: string, to: string, from?: string): Traffic {
  const traffic = lab.traffic({ to, perSecond: 100, ...(from !== undefined && { from }) });
  lab.wait(time);
  return traffic.stop();
}

function counts(traffic: Traffic): readonly number[] {
  return [...traffic.byTask.values()].sort((a, b) => a - b);
}

describe('the routing mesh', () => {
  test('every node takes requests, those without a task too, and spreads them evenly', () => {
    passes({ managers: 1, workers: 3 }, (lab) => {
      publish(lab, 2);
      for (const node of ['manager1', 'worker1', 'worker2', 'worker3']) {
        const traffic = sendFor(lab, '1s', `${node}:8080`);
        expect(traffic.answered).toBe(traffic.sent);
        expect(traffic.slowest).toBeLessThan(0.05);
        expect([...traffic.byTask.keys()].sort((a, b) => (a < b ? -1 : 1))).toEqual(['web.1', 'web.2']);
        const [least = 0, most = 0] = counts(traffic);
        expect(most - least).toBeLessThanOrEqual(1);
      }
    });
  });

  test('a drained node takes requests as well', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      lab.node.update('worker1', { availability: 'drain' });
      lab.untilConverged();
      lab.wait('2s');
      expect(lab.request('worker1:8080')).toMatchObject({ node: 'worker2', error: '' });
    });
  });

  test('a container sees the address of the node that let the request in, in host mode the client', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      publish(lab, 1);
      const [manager, worker] = ['manager1', 'worker1'].map((node) => lab.request(`${node}:8080`).client);
      expect([manager, worker].every((address) => address?.startsWith('10.0.0.'))).toBe(true);
      expect(manager).not.toBe(worker);
      lab.service.update('web', { publish: ['8080:80/tcp/host'] });
      lab.untilUpdate('web', 'completed');
      expect(lab.request('worker1:8080').client).toMatch(/^192\.168\.97\./);
    });
  });

  test('nobody listens at a port that is not published, or whose service runs nowhere', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      publish(lab, 1);
      expect(lab.request('worker1:8081').error).toMatch(
        /^curl: \(7\) Failed to connect to worker1 port 8081 after \d ms: Couldn't connect to server$/,
      );
      lab.service.scale('web', 0);
      lab.wait('10s');
      expect(lab.request('worker1:8080').error).toContain('(7)');
      expect(lab.request('registry:8080', { timeout: '300ms' }).error).toBe(
        'curl: (28) Connection timed out after 300 milliseconds',
      );
    });
  });

  test('in host mode only the nodes that run a task listen', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 1, '8080:80/tcp/host');
      const node = lab.running('web')[0]?.node ?? '';
      const other = node === 'worker1' ? 'worker2' : 'worker1';
      expect(lab.request(`${node}:8080`)).toMatchObject({ task: 'web.1', node });
      expect(lab.request(`${other}:8080`).error).toContain('(7)');
      expect(lab.request(`${node}:8080/udp`).error).toContain('(7)');
    });
  });

  test('a service that is removed leaves its port', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      expect(lab.request('worker1:8080').error).toBe('');
      lab.service.remove('web');
      lab.wait('15s');
      expect(lab.request('worker1:8080').error).toContain('(7)');
    });
  });
});

describe('a container', () => {
  test('is refused while its program does not listen yet, unless a health check keeps requests away', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      lab.image('slow:1', { serves: { after: '3s' } });
      lab.image('slow:2', { serves: { after: '3s' }, health: { after: '3s' } });
      publish(lab, 1);
      const update = (image: string) => {
        const traffic = lab.traffic({ to: 'worker1:8080', perSecond: 100 });
        lab.service.update('web', { image, update: { order: 'start-first' } });
        lab.untilUpdate('web', 'completed');
        return traffic.stop();
      };
      const careless = update('slow:1');
      // From when the old one was told to stop until the new one listened.
      expect(careless.refused).toBeGreaterThan(50);
      const careful = update('slow:2');
      expect(careful.answered).toBe(careful.sent);
    });
  });

  test('that is killed loses what it works on', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      lab.image('web:1', { serves: { in: '500ms' } });
      publish(lab, 1);
      const traffic = lab.traffic({ to: 'worker1:8080', every: '100ms' });
      lab.wait('2s');
      lab.at('worker1').kill('web.1');
      lab.wait('2s');
      traffic.stop();
      expect(traffic.closed).toBe(5);
      expect(traffic.refused).toBeGreaterThan(10);
      expect(traffic.answered + traffic.closed + traffic.refused).toBe(traffic.sent);
    });
  });

  test('that has been told to stop finishes what it works on, if its program takes the time', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      const stopping = (stop: string) => {
        lab.image(`web:${stop}`, { serves: { in: '4s' }, stop });
        lab.service.create('web', { image: `web:${stop}`, replicas: 2, publish: ['8080:80'] });
        lab.untilConverged();
        lab.wait('2s');
        const traffic = lab.traffic({ to: 'worker1:8080', every: '20ms', timeout: '10s' });
        lab.wait('5s');
        lab.service.scale('web', 1);
        lab.wait('15s');
        traffic.stop();
        lab.service.remove('web');
        lab.wait('30s');
        return traffic;
      };
      // Others turn away two seconds before the signal: what came earlier is under way for up to two seconds after it.
      expect(stopping('3s').failed).toBe(0);
      const hasty = stopping('100ms');
      expect(hasty.closed).toBeGreaterThan(40);
      expect(hasty.closed).toBe(hasty.failed);
    });
  });

  test('takes nothing new from its stop signal on, unless its program ignores that', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      const answeredAfterSignal = (stop: string) => {
        const image = `web:${stop}`;
        lab.image(image, { stop });
        lab.service.create('web', { image, publish: ['8080:80/tcp/host'], constraints: [workers] });
        lab.untilConverged();
        const traffic = lab.traffic({ to: 'worker1:8080', perSecond: 10 });
        lab.service.remove('web');
        // Without networks nobody must turn away first: the signal comes a second later (R-O7).
        lab.wait('6s');
        traffic.stop();
        lab.wait('20s');
        return traffic.answered;
      };
      expect(answeredAfterSignal('5s')).toBeLessThan(20);
      expect(answeredAfterSignal('ignores')).toBeGreaterThan(50);
    });
  });

  test('that hangs takes requests and never answers', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      lab.image('web:1', { health: { after: '0s', until: '10s' } });
      publish(lab, 1);
      expect(lab.request('worker1:8080').error).toBe('');
      lab.wait('8s');
      expect(lab.request('worker1:8080').error).toContain('(28)');
    });
  });

  test('fails as many requests as its image says', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      lab.image('web:1', { serves: { errorPercent: 10 } });
      publish(lab, 1);
      const traffic = sendFor(lab, '10s', 'worker1:8080');
      expect(traffic.httpErrors).toBeGreaterThan(60);
      expect(traffic.httpErrors).toBeLessThan(140);
      expect(traffic.answered + traffic.httpErrors).toBe(traffic.sent);
    });
  });
});

describe('when something is broken', () => {
  test('nothing passes a cut between client and node', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      const traffic = lab.traffic({ to: 'worker1:8080', perSecond: 100 });
      lab.wait('1s');
      lab.partition(['client'], ['worker1']);
      lab.wait('5s');
      expect(lab.request('worker2:8080').error).toBe('');
      lab.heal();
      lab.wait('1s');
      traffic.stop();
      expect(traffic.timedOut).toBeGreaterThanOrEqual(500);
      expect(traffic.timedOut).toBeLessThan(505);
    });
  });

  test('a cut between two nodes costs the requests that need it, for as long as others reach both', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      lab.partition(['worker1'], ['worker2']);
      const crossing = sendFor(lab, '30s', 'worker1:8080');
      expect(crossing.timedOut / crossing.sent).toBeGreaterThan(0.49);
      const around = sendFor(lab, '5s', 'manager1:8080');
      expect(around.failed).toBe(0);
    });
  });

  test('a node that crashes is given up after some seconds, long before the managers do', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      const traffic = lab.traffic({ to: 'manager1:8080', perSecond: 100 });
      lab.wait('5s');
      lab.crash('worker2');
      lab.wait('10s');
      expect(lab.nodes().map(({ status }) => status)).toEqual(['ready', 'ready', 'ready']);
      traffic.stop();
      // Every second request, for 4 to 7 s.
      expect(traffic.timedOut).toBeGreaterThan(200);
      expect(traffic.timedOut).toBeLessThan(350);
    });
  });

  test('before the first request in a while a node finds out who is there', () => {
    passes({ managers: 1, workers: 3 }, (lab) => {
      lab.service.create('web', { image: 'web:1', mode: 'global', publish: ['8080:80'] });
      lab.untilConverged();
      expect(lab.request('worker1:8080').error).toBe('');
      lab.wait('2m');
      lab.crash('worker2', 'worker3');
      lab.wait('2m');
      for (let i = 0; i < 4; i++) expect(lab.request('worker1:8080').error).toBe('');
    });
  });

  test('a node that never took part asks those it has just heard of as well', () => {
    passes({ managers: 1, workers: 3 }, (lab) => {
      const constraints = [workers, 'node.hostname!=worker3'];
      lab.service.create('web', { image: 'web:1', replicas: 2, publish: ['8080:80'], constraints });
      lab.untilConverged();
      lab.wait('2s');
      lab.crash('worker2');
      const replies = [1, 2, 3].map(() => lab.request('worker3:8080'));
      expect(replies.map(({ error }) => error)).toEqual(['', '', '']);
      expect(replies[0]?.time).toBeGreaterThan(0.4);
    });
  });

  test('a swarm of one node answers at once, and long ways are no failure', () => {
    passes({ managers: 1 }, (lab) => {
      lab.service.create('web', { image: 'web:1', publish: ['8080:80'] });
      lab.untilConverged();
      expect(lab.request('manager1:8080').time).toBeLessThan(0.01);
    });
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      lab.link(['manager1'], ['worker1', 'worker2'], { latency: '600ms' });
      const replies = [1, 2, 3, 4].map(() => lab.request('manager1:8080', { timeout: '5s' }));
      expect(replies.map(({ error }) => error)).toEqual(['', '', '', '']);
      expect(replies[3]?.time).toBeGreaterThan(1.2);
    });
  });

  test('a network that doubles and reorders messages changes no count', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      const all = ['client', 'manager1', 'worker1', 'worker2'];
      lab.request('manager1:8080');
      for (const one of all) lab.link([one], all, { duplicatePercent: 100, reorderPercent: 50 });
      const traffic = sendFor(lab, '5s', 'manager1:8080');
      expect(traffic.answered).toBe(traffic.sent);
      expect(traffic.sent).toBe(501);
    });
  });

  test('a closed 4789/udp loses what crosses it and nothing else', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      lab.closePort('worker2', '4789/udp');
      const traffic = sendFor(lab, '20s', 'worker1:8080');
      expect(traffic.timedOut / traffic.sent).toBeGreaterThan(0.49);
      expect([...traffic.byNode.keys()]).toEqual(['worker1']);
      expect(lab.nodes().every(({ status }) => status === 'ready')).toBe(true);
      // Its own task it reaches, and no other.
      const own = sendFor(lab, '20s', 'worker2:8080');
      expect([...own.byNode.keys()]).toEqual(['worker2']);
      expect(own.timedOut).toBeGreaterThan(900);
      lab.openPort('worker2', '4789/udp');
      expect(sendFor(lab, '1s', 'worker1:8080').failed).toBe(0);
    });
  });

  test('a closed 7946 makes a node fail in the eyes of the others, though its tasks run', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      expect(lab.request('worker1:8080').error).toBe('');
      lab.closePort('worker2', '7946');
      sendFor(lab, '10s', 'worker1:8080');
      const later = sendFor(lab, '5s', 'worker1:8080');
      expect(later.failed).toBe(0);
      expect([...later.byNode.keys()]).toEqual(['worker1']);
      lab.openPort('worker2', '7946');
      sendFor(lab, '15s', 'worker1:8080');
      expect([...sendFor(lab, '1s', 'worker1:8080').byNode.keys()].length).toBe(2);
    });
  });

  test('a closed 2377 at the manager leaves the data plane alone', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2);
      lab.closePort('manager1', '2377');
      lab.untilNode('worker1', 'down');
      expect(sendFor(lab, '5s', 'worker1:8080').failed).toBe(0);
    });
  });

  test('a node that comes up again serves what it gets, and nothing of before', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 4);
      lab.crash('worker2');
      lab.restart('worker2');
      lab.untilConverged();
      lab.wait('10s');
      const traffic = sendFor(lab, '10s', 'worker1:8080');
      expect(traffic.answered).toBe(traffic.sent);
      expect(traffic.byTask.size).toBe(4);
    });
  });
});

describe('names', () => {
  const stack = (lab: Lab, endpointMode: 'vip' | 'dnsrr') => {
    lab.network.create('back');
    lab.network.create('other');
    lab.service.create('db', { image: 'db:1', replicas: 3, networks: ['back'], endpointMode });
    lab.service.create('api', { image: 'api:1', networks: ['back'] });
    lab.service.create('stranger', { image: 'api:1', networks: ['other'] });
    lab.untilConverged();
    lab.wait('2s');
  };

  test('a service has one address, its tasks have one each', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      stack(lab, 'vip');
      const virtual = lab.resolve('db', { from: 'api.1' });
      const tasks = lab.resolve('tasks.db', { from: 'api.1' });
      expect([virtual.length, tasks.length]).toEqual([1, 3]);
      expect(tasks).not.toContain(virtual[0]);
      expect(lab.inspect('db').endpoint?.virtualIps[0]?.addr).toBe(`${virtual[0]}/24`);
      expect(lab.resolve('db', { from: 'stranger.1' })).toEqual([]);
      expect(lab.request('db', { from: 'stranger.1' }).error).toBe('curl: (6) Could not resolve host: db');

      const traffic = sendFor(lab, '3s', 'db:5432', 'api');
      expect(traffic.answered).toBe(traffic.sent);
      const [least = 0, , most = 0] = counts(traffic);
      expect(most - least).toBeLessThanOrEqual(1);
      expect(lab.request(virtual[0] ?? '', { from: 'api.1' }).error).toBe('');
      expect(lab.request(tasks[0] ?? '', { from: 'api.1' }).task).toMatch(/^db\./);
      expect(lab.request('10.0.1.99', { from: 'api.1' }).error).toContain('(28)');
    });
  });

  test('nobody finds anybody on the ingress network', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      lab.network.create('back');
      lab.service.create('db', { image: 'db:1', networks: ['back'], publish: ['5432:5432'] });
      lab.service.create('api', { image: 'api:1', networks: ['back'], publish: ['8080:80'] });
      lab.service.create('stranger', { image: 'api:1', publish: ['8081:80'] });
      lab.untilConverged();
      lab.wait('2s');
      const [ingress = '', back = ''] = (lab.inspect('db').endpoint?.virtualIps ?? []).map(
        ({ addr }) => addr,
      );
      expect([ingress.startsWith('10.0.0.'), back.startsWith('10.0.1.')]).toEqual([true, true]);
      expect(lab.resolve('db', { from: 'api.1' }).map((address) => `${address}/24`)).toEqual([back]);
      expect(lab.resolve('db', { from: 'stranger.1' })).toEqual([]);
      expect(lab.request('db:5432', { from: 'api.1' }).error).toBe('');
      expect(lab.request('manager1:5432').error).toBe('');
    });
  });

  test('in mode dnsrr the name has the addresses of the tasks', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      stack(lab, 'dnsrr');
      const addresses = lab.resolve('db', { from: 'api.1' });
      expect(addresses).toEqual(lab.resolve('tasks.db', { from: 'api.1' }));
      expect(addresses.length).toBe(3);
      const traffic = sendFor(lab, '3s', 'db', 'api.1');
      expect(traffic.answered).toBe(traffic.sent);
      expect(traffic.byTask.size).toBe(3);
      lab.service.scale('db', 2);
      lab.wait('10s');
      expect(lab.resolve('db', { from: 'api.1' }).length).toBe(2);
    });
  });

  test('a machine that crashes sends nothing more, and nobody waits for what it had sent', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 1);
      const { node } = lab.container('web.1');
      const other = node === 'worker1' ? 'worker2' : 'worker1';
      lab.image('web:1', { serves: { in: '500ms' } });
      lab.service.update('web', { force: true });
      lab.untilUpdate('web', 'completed');
      const traffic = lab.traffic({ from: other, to: 'manager1:8080', every: '100ms' });
      lab.wait('2s');
      lab.crash(other);
      lab.restart(other);
      lab.wait('2s');
      traffic.stop();
      expect(traffic.sent).toBe(21);
      expect(traffic.sent - traffic.answered).toBeGreaterThan(3);
      expect(traffic.failed).toBe(0);
    });
  });

  test('a container that is gone sends nothing', () => {
    passes({ managers: 1, workers: 1 }, (lab) => {
      stack(lab, 'vip');
      const traffic = lab.traffic({ from: 'api.1', to: 'db' });
      lab.wait('1s');
      lab.service.remove('api');
      lab.wait('20s');
      traffic.stop();
      expect(traffic.answered).toBeGreaterThan(10);
      expect(traffic.unresolved + traffic.answered).toBe(traffic.sent);
    });
  });
});

describe('a load balancer', () => {
  test('takes out the backends that do not answer, and brings them back', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 2, '8080:80/tcp/host');
      const backends = ['worker1:8080', 'worker2:8080'];
      const balancer = lab.loadBalancer('lb', { backends, healthEvery: '1s', rise: 2, fall: 3 });
      const even = sendFor(lab, '5s', 'lb');
      expect(even.failed).toBe(0);
      expect(counts(even)).toEqual([250, 251]);

      lab.closePort('worker1', '8080/tcp');
      const broken = sendFor(lab, '10s', 'lb');
      expect(broken.failed).toBeGreaterThan(50);
      expect(broken.failed).toBeLessThan(350);
      expect(balancer.up()).toEqual(['worker2:8080']);
      expect(sendFor(lab, '2s', 'lb').failed).toBe(0);

      lab.openPort('worker1', '8080/tcp');
      lab.wait('3s');
      expect(balancer.up()).toEqual(backends);

      lab.crash('worker1', 'worker2');
      lab.wait('10s');
      expect(balancer.up()).toEqual([]);
      expect(lab.request('lb').error).toBe('curl: (22) The requested URL returned error: 503');
      expect(lab.request('lb:81').error).toContain('(7)');
    });
  });

  test('says what it found: a bad gateway, or none in time', () => {
    passes({ managers: 1, workers: 2 }, (lab) => {
      publish(lab, 1);
      lab.loadBalancer('nobody', { backends: ['worker1:9'], healthEvery: '1h' });
      lab.loadBalancer('silent', { backends: ['registry:9'], healthEvery: '1h', timeout: '200ms' });
      expect(lab.request('nobody').error).toContain('error: 502');
      expect(lab.request('silent').error).toContain('error: 504');
    });
  });
});

test.each([
  [(lab: Lab) => lab.request('worker9:80'), 'there is no machine worker9'],
  [(lab: Lab) => lab.request('db', { from: 'api.1' }), 'no machine and no container is called api.1'],
  [(lab: Lab) => lab.request('http://x'), 'requests go to something like worker2:8080 or db'],
  [(lab: Lab) => lab.traffic({ to: 'worker1:80', perSecond: 0 }), 'perSecond must be a whole number from 1'],
  [(lab: Lab) => lab.traffic({ to: 'worker1:80', every: '0s' }), 'every must be more than nothing'],
  [(lab: Lab) => lab.request('worker1:80', { timeout: '0s' }), 'a timeout must be more than nothing'],
  [(lab: Lab) => lab.closePort('worker1', 'http'), 'a port must be like 4789/udp or 7946'],
  [(lab: Lab) => lab.loadBalancer('lb', { backends: ['worker1'] }), 'a backend must be like worker1:8080'],
  [(lab: Lab) => lab.loadBalancer('lb', { backends: ['worker9:80'] }), 'there is no machine worker9'],
  [(lab: Lab) => lab.loadBalancer('worker1', { backends: [] }), 'there is a machine worker1 already'],
  [(lab: Lab) => lab.loadBalancer('lb', { backends: [], fall: 0 }), 'fall must be a whole number from 1'],
  [(lab: Lab) => lab.image('a', { serves: { errorPercent: 101 } }), 'errorPercent must be from 0 to 100'],
])('%s is refused', (act, text) => {
  expect(failureOf({ managers: 1, workers: 1 }, act)).toContain(text);
});

test('the story tells when a node gives another up', () => {
  const { texts } = passes({ managers: 1, workers: 2 }, (lab) => {
    publish(lab, 2);
    const traffic = lab.traffic({ to: 'worker1:8080', perSecond: 20 });
    lab.crash('worker2');
    lab.wait('10s');
    traffic.stop();
  });
  expect(texts.filter((text) => text.includes('gets no answer'))).toEqual([
    'worker1 gets no answer from worker2, and sends it no more requests',
  ]);
});

test('the story tells of traffic in few lines', () => {
  const { texts } = passes({ managers: 1, workers: 1 }, (lab) => {
    publish(lab, 1);
    lab.request('worker1:8080');
    lab.closePort('worker1', '8080/tcp');
    sendFor(lab, '1s', 'worker1:8080');
  });
  expect(texts.filter((text) => text.startsWith('client') || text.startsWith('fault'))).toEqual([
    'client asks worker1:8080: is answered by web.1 on worker1',
    'fault the firewall of worker1 closes 8080/tcp',
    'client sends a request to worker1:8080 every 10 ms',
    'client has sent 101 requests to worker1:8080: 0 answered, 101 timed out',
  ]);
});
