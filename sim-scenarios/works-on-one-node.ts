// Works on one node: a registry says no, and a service runs all the same.
//
// First, an image for which one must be logged in. The operator is, at manager1; the nodes are not. Watch the service that is created without
// --with-registry-auth: it runs where somebody has pulled the image before, and is rejected elsewhere. Watch what the flag does: the
// credentials travel with the service, and stay in it when it is updated without the flag.
//
// Then the password has expired. Watch the tasks that are made from now on: a node that has pulled the image before starts it from its own copy, and
// any other rejects the task. So the service is healthy as long as nothing moves. Watch the replicas that are added: attempt after attempt is
// rejected on the node without a copy, until five failures send them to the one that has it, and then all looks well again.

import type { Scenario } from 'swarmlab';

const image = 'registry.example/app:1';
const denied =
  "pull access denied for registry.example/app, repository does not exist or may require 'docker login'";

const privateImage = {
  title: 'Works on one node: the operator is logged in, and the nodes are not',
  cluster: { managers: 1, workers: 2 },

  script(lab) {
    lab.image(image, { pull: 'private' });
    lab.node.update('manager1', { availability: 'drain' });
    lab.service.create('app', { image, mode: 'global', restart: { condition: 'none' } });
    lab.wait('10s');
    lab.expectEqual(
      'how many nodes reject it, as without credentials',
      lab.tasks('app').filter(({ state, error }) => state === 'rejected' && error.startsWith(denied)).length,
      2,
    );

    lab.say('The flag sends the credentials along, and every node has them.');
    lab.service.update('app', { withRegistryAuth: true, force: true });
    lab.untilConverged('app');
    lab.expectEqual('the tasks that run', lab.running('app').length, 2);

    lab.say('They stay in the service: the next update does not need the flag.');
    lab.image('registry.example/app:2', { pull: 'private' });
    lab.service.update('app', { image: 'registry.example/app:2' });
    lab.untilUpdate('app', 'completed');
    lab.expectEqual('the tasks that run', lab.running('app').length, 2);

    lab.say(
      'Whoever makes another service must send them again; but where the image is already, nobody asks.',
    );
    lab.node.update('worker2', { availability: 'pause' });
    lab.service.create('copy', { image, replicas: 1 });
    lab.untilConverged('copy');
    lab.expectEqual('where it runs, without credentials', lab.running('copy')[0]?.node, 'worker1');
  },
} satisfies Scenario;

const expiredPassword = {
  title: 'Works on one node: a copy in the cache hides a registry that refuses',
  cluster: { managers: 1, workers: 2 },

  script(lab) {
    lab.node.update('manager1', { availability: 'drain' });
    lab.node.update('worker2', { availability: 'pause' });
    lab.service.create('app', { image, replicas: 2, restart: { delay: '1s' } });
    lab.untilConverged('app');
    lab.node.update('worker2', { availability: 'active' });

    lab.say('From now on the registry refuses. worker1 has the image, worker2 has not.');
    lab.image(image, { pull: 'denied' });
    lab.at('worker1').kill('app.1');
    lab.until('a task to be rejected', () => lab.tasks('app').some(({ state }) => state === 'rejected'));
    const rejected = lab.tasks('app').find(({ state }) => state === 'rejected');
    lab.expectEqual('where it was rejected', rejected?.node, 'worker2');
    lab.expect(`it says: ${rejected?.error}`, rejected?.error.startsWith(denied) === true);

    lab.say('After five failures worker2 comes last, and the task starts from the copy of worker1.');
    lab.untilConverged('app');
    lab.expectEqual(
      'where both run',
      lab.running('app').map(({ node }) => node),
      ['worker1', 'worker1'],
    );

    lab.say('Nothing is wrong, as docker service ls has it: until worker1 is gone.');
    lab.wait('1m');
    lab.crash('worker1');
    lab.untilNode('worker1', 'down');
    lab.wait('1m');
    lab.expectEqual('the tasks that run', lab.running('app').length, 0);
  },
} satisfies Scenario;

export default [privateImage, expiredPassword];
