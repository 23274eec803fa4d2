// An external load balancer before a swarm, and a node that is drained for its patches.
//
// Watch what the health check sees. Over a port in ingress mode it asks the service, not the node: whoever is asked, somebody answers. So a
// drained node stays a good backend, and no request is lost. Over ports in host mode it asks the one task of the node. That one is
// gone the moment the node is drained, and the balancer knows after three bad checks: until then every request that it sends there fails.
// The way out is an old one: take the node out of the balancer first, and drain it then.

import type { Lab, Scenario } from 'swarmlab';

const cluster = { managers: 1, workers: 3 };
const workers = ['worker1', 'worker2', 'worker3'];

function deploy(lab: Lab, publish: string): void {
  lab.service.create('web', {
    image: 'nginx:1.27',
    mode: 'global',
    publish: [publish],
    constraints: ['node.role==worker'],
  });
  lab.untilConverged('web');
  lab.wait('1s');
}

export default [
  {
    title: 'A load balancer before the routing mesh: a drained node is still a door, a dead one is not',
    cluster,

    script(lab) {
      deploy(lab, '8080:80');
      const balancer = lab.loadBalancer('lb', { backends: workers.map((node) => `${node}:8080`) });
      const traffic = lab.traffic({ to: 'lb', perSecond: 60 });
      lab.wait('5s');
      lab.say('worker1 is drained. It runs nothing, and passes on what it gets.');
      lab.node.update('worker1', { availability: 'drain' });
      lab.wait('30s');
      lab.expectEqual('containers on worker1', lab.containers('worker1'), []);
      lab.expectEqual('backends that are up', balancer.up().length, 3);
      traffic.stop();
      lab.expectEqual('requests that failed', traffic.failed, 0);

      lab.say('It is switched off. The balancer takes it out after three checks without an answer.');
      const off = lab.traffic({ to: 'lb', perSecond: 60, timeout: '5s' });
      lab.wait('1s');
      lab.crash('worker1');
      const crashed = lab.seconds;
      lab.until('the balancer to take it out', () => balancer.up().length === 2);
      const out = lab.seconds - crashed;
      lab.expect(`that took 4 to 8 s (${out.toFixed(1)} s)`, out >= 4 && out <= 8);
      lab.wait('10s');
      off.stop();
      lab.expect(
        `a third of the requests of this time failed: 504 (${off.httpErrors})`,
        off.httpErrors > out * 15 && off.httpErrors < out * 25,
      );
    },
  },
  {
    title: 'A load balancer before ports in host mode: a drain costs requests',
    cluster,

    script(lab) {
      deploy(lab, '8080:80/tcp/host');
      const balancer = lab.loadBalancer('lb', { backends: workers.map((node) => `${node}:8080`) });
      const traffic = lab.traffic({ to: 'lb', perSecond: 60 });
      lab.wait('5s');
      lab.expectEqual('requests that failed so far', traffic.failed, 0);
      lab.say('worker1 is drained: its task stops, and with it goes the port.');
      lab.node.update('worker1', { availability: 'drain' });
      lab.until('the balancer to take it out', () => balancer.up().length === 2);
      lab.wait('10s');
      traffic.stop();
      lab.expect(
        `every third request failed until then: 502 (${traffic.httpErrors})`,
        traffic.httpErrors > 60 && traffic.httpErrors < 160 && traffic.failed === traffic.httpErrors,
      );

      lab.say(
        'worker2 the right way round: the balancer gets a list without it first, and then it is drained.',
      );
      const shorter = lab.loadBalancer('lb2', { backends: ['worker3:8080'] });
      const calm = lab.traffic({ to: 'lb2', perSecond: 60 });
      lab.node.update('worker2', { availability: 'drain' });
      lab.wait('20s');
      calm.stop();
      lab.expectEqual('containers on worker2', lab.containers('worker2'), []);
      lab.expectEqual('backends that are up', shorter.up(), ['worker3:8080']);
      lab.expectEqual('requests that failed', calm.failed, 0);
    },
  },
] satisfies Scenario[];
