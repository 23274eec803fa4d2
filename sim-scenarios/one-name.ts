// One name, one address or many: a service found by its virtual IP, and one found by DNS round robin.
//
// Watch the addresses. Behind a virtual IP tasks come and go, and the address stays for the life of the service: a client may keep it for ever.
// In mode dnsrr the name has the addresses of the tasks of this moment. Programs look a name up once and keep what they got; after an update
// every address they kept is dead, and docker shows a service that is in perfect order. Watch also how even the two are: the virtual
// IP goes round, DNS leaves it to chance. And a service in mode dnsrr cannot publish a port in ingress mode at all.

import type { Lab, Scenario } from 'swarmlab';

function deploy(lab: Lab, endpointMode: 'vip' | 'dnsrr'): void {
  lab.network.create('back');
  lab.service.create('db', { image: 'postgres:17', replicas: 3, networks: ['back'], endpointMode });
  lab.service.create('api', { image: 'api:1', networks: ['back'] });
  lab.untilConverged();
  lab.wait('1s');
}

/** How far the tasks of db are apart in what they answered, of 300 requests. */
function unevenness(lab: Lab): number {
  const traffic = lab.traffic({ from: 'api.1', to: 'db:5432', every: '10ms' });
  lab.wait('2990ms');
  traffic.stop();
  lab.expectEqual('requests that failed', traffic.failed, 0);
  const counts = [...traffic.byTask.values()];
  return Math.max(...counts) - Math.min(...counts);
}

export default [
  {
    title: 'A virtual IP: one address for the life of a service',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      deploy(lab, 'vip');
      const kept = lab.resolve('db', { from: 'api.1' });
      lab.expectEqual('addresses of db', kept.length, 1);
      lab.expectEqual('addresses of tasks.db', lab.resolve('tasks.db', { from: 'api.1' }).length, 3);
      lab.expect('the tasks take turns', unevenness(lab) <= 1);

      lab.say('An update replaces every task, under a client that has looked the name up once.');
      const tasks = lab.resolve('tasks.db', { from: 'api.1' });
      const traffic = lab.traffic({ from: 'api.1', to: `${kept[0]}:5432`, perSecond: 50 });
      lab.service.update('db', { image: 'postgres:18' });
      lab.untilUpdate('db', 'completed');
      lab.wait('1s');
      traffic.stop();
      lab.expectEqual('requests that failed', traffic.failed, 0);
      lab.expectEqual('addresses of db', lab.resolve('db', { from: 'api.1' }), kept);
      lab.expect(
        'no task has the address of one before',
        lab.resolve('tasks.db', { from: 'api.1' }).every((address) => !tasks.includes(address)),
      );
      lab.say('Names are of networks: a container that is on none of them knows nobody.');
      lab.service.create('stranger', { image: 'api:1' });
      lab.untilConverged('stranger');
      lab.expectEqual(
        'what curl says there',
        lab.request('db:5432', { from: 'stranger.1' }).error,
        'curl: (6) Could not resolve host: db',
      );
    },
  },
  {
    title: 'DNS round robin: the addresses of this moment',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      deploy(lab, 'dnsrr');
      const kept = lab.resolve('db', { from: 'api.1' });
      lab.expectEqual('addresses of db', kept.length, 3);
      lab.expect('chance is less even than turns', unevenness(lab) > 1);

      lab.say('An update replaces every task. A client that asks for the name each time fares well.');
      const asking = lab.traffic({ from: 'api.1', to: 'db:5432', perSecond: 50 });
      lab.service.update('db', { image: 'postgres:18' });
      lab.untilUpdate('db', 'completed');
      lab.wait('1s');
      asking.stop();
      lab.expectEqual('requests that failed', asking.failed, 0);

      lab.say('One that has kept the addresses is left with three that nobody has.');
      lab.expectEqual('docker service ps: running', lab.running('db').length, 3);
      for (const address of kept) {
        const { error } = lab.request(`${address}:5432`, { from: 'api.1' });
        lab.expect(`${address} is dead: ${error}`, error.startsWith('curl: (28) Connection timed out'));
      }
      const answer = lab.refusal(() =>
        lab.service.create('front', { image: 'nginx:1.27', endpointMode: 'dnsrr', publish: ['8080:80'] }),
      );
      lab.expect(
        'the routing mesh needs a virtual IP',
        answer?.includes("port published with ingress mode can't be used with dnsrr mode") === true,
      );
    },
  },
] satisfies Scenario[];
