// Scenarios of requests to services, in a whole swarm, all invariants watching.

import type { Lab } from '../../../src/lab/lab.ts';
import type { ServiceOptions } from '../../../src/lab/options.ts';
import { runScenario } from '../../../src/lab/run.ts';
import { hold, type Judge, judgeOf } from '../judge.ts';

/** Runs a script against a manager and three workers. */
function judgeScript(script: (lab: Lab) => void): Judge {
  return judgeOf((seed) => {
    const cluster = { managers: 1, workers: 3 };
    const outcome = runScenario(
      { title: 'judge', cluster, script },
      { seed: String(seed), invariants: true },
    );
    hold(outcome.passed, outcome.failure?.replace(/^at [0-9:.]+: (the script threw Error: )?/, '') ?? '');
  });
}

/** A service on the workers, published at 8080, that everybody knows of. */
function publish(lab: Lab, options: Partial<ServiceOptions> = {}): void {
  lab.service.create('web', {
    image: 'web:1',
    ...(options.mode !== 'global' && { replicas: 3 }),
    publish: ['8080:80'],
    constraints: ['node.role==worker'],
    ...options,
  });
  lab.untilConverged('web');
  lab.wait('1s');
}

function failures(lab: Lab, to: string, act: () => void): number {
  const traffic = lab.traffic({ to, perSecond: 50 });
  act();
  return traffic.stop().failed;
}

export const trafficScenarios = {
  'tasks-take-turns': judgeScript((lab) => {
    publish(lab);
    const traffic = lab.traffic({ to: 'manager1:8080', perSecond: 50 });
    lab.wait('5990ms');
    const counts = [...traffic.stop().byTask.values()];
    hold(counts.length === 3 && counts.every((count) => count === 100), `300 requests: ${counts.join()}`);
    const { client } = lab.request('manager1:8080');
    hold(client.startsWith('10.0.0.'), `a container saw ${client} as its client (R-A50)`);
  }),

  'updates-lose-no-requests': judgeScript((lab) => {
    lab.image('web:2', { serves: { after: '4s' }, health: { after: '4s' } });
    publish(lab, { replicas: 2 });
    const lost = failures(lab, 'manager1:8080', () => {
      lab.service.update('web', { image: 'web:2' });
      lab.untilUpdate('web', 'completed');
    });
    hold(lost === 0, 'an update of a service with a health check loses requests (R-O7, R-O8)');
  }),

  'a-dead-node-is-given-up-by-all': judgeScript((lab) => {
    lab.network.create('back');
    publish(lab, { mode: 'global', networks: ['back'] });
    const lost = failures(lab, 'manager1:8080', () => {
      lab.wait('1s');
      lab.crash('worker3');
      lab.wait('11s');
    });
    hold(lost > 50 && lost < 130, `of 550 requests after a node had died ${lost} were lost`);
    const [other = ''] = lab.containers('worker1');
    const known = lab.resolve('tasks.web', { from: other }).length;
    hold(known === 2, `of three tasks, one of them on a node that was given up, another node knows ${known}`);
  }),

  'a-deaf-node-does-no-harm': judgeScript((lab) => {
    publish(lab);
    lab.closePort('worker1', '7946/udp');
    const traffic = lab.traffic({ to: 'manager1:8080', perSecond: 50 });
    const own = lab.traffic({ to: 'worker1:8080', perSecond: 50 });
    lab.wait('1m');
    own.stop();
    traffic.stop();
    hold(traffic.failed === 0, 'a node that hears nothing takes others out of everybody else');
    const [least = 0] = ['worker2', 'worker3']
      .map((node) => traffic.byNode.get(node) ?? 0)
      .sort((a, b) => a - b);
    hold(least > traffic.sent / 4, 'nodes that are well are sent no requests');
  }),

  'a-node-asks-before-its-first-request': judgeScript((lab) => {
    publish(lab, { mode: 'global' });
    lab.request('manager1:8080');
    lab.wait('2m');
    lab.crash('worker2', 'worker3');
    const answers = [1, 2, 3].map(() => lab.request('manager1:8080').error);
    hold(
      answers.every((error) => error === ''),
      'requests go to nodes that have been dead for a while',
    );
  }),

  'names-are-of-networks': judgeScript((lab) => {
    lab.network.create('back');
    publish(lab, { networks: ['back'] });
    lab.service.create('api', { image: 'api:1', networks: ['back'], publish: ['8081:80'] });
    lab.untilConverged();
    lab.wait('1s');
    const addresses = lab.resolve('web', { from: 'api.1' });
    hold(
      addresses.length === 1 && addresses[0]?.startsWith('10.0.1.') === true,
      `web resolves to ${addresses.join()} in its network`,
    );
    hold(
      lab.resolve('tasks.web', { from: 'api.1' }).length === 3,
      'tasks.web has not the addresses of three tasks',
    );
  }),
};
