// Four ghosts: how many old tasks are kept, and when they go.
//
// Watch the rows of docker service ps. The limit of 5 counts the live task too. Watch the new limit: nothing goes when it is set, for history
// is looked at when a task is made in the slot, and at no other time. Watch the service with one restart attempt: it keeps two rows, whatever
// the limit says.

import type { Scenario } from 'swarmlab';

export default {
  title: 'Four ghosts: the history limit counts the live task, and works when the next one is made',
  cluster: { managers: 1, workers: 2 },

  script(lab) {
    const rows = (service: string) => lab.service.ps(service).length;
    const nextTask = () => {
      const newest = lab.tasks('web')[0]?.id;
      lab.until('the next task', () => lab.tasks('web')[0]?.id !== newest);
      lab.wait('1s');
    };

    lab.say('A program that ends after 20 s, again and again.');
    lab.image('web:1', { exits: { after: '20s', code: 1 } });
    lab.service.create('web', { image: 'web:1' });
    lab.untilConverged('web');
    for (let crash = 1; crash <= 4; crash++) nextTask();
    lab.expectEqual('the rows after four crashes', rows('web'), 5);
    for (let crash = 5; crash <= 8; crash++) nextTask();
    lab.expectEqual('the rows after eight crashes', rows('web'), 5);

    lab.say('The limit is 2 from now on. Nothing goes.');
    lab.until('the task to run', () => lab.running('web').length === 1);
    lab.swarm.setTaskHistoryLimit(2);
    lab.wait('10s');
    lab.expectEqual('the rows', rows('web'), 5);
    lab.say('The next crash makes a task, and the slot is tidied.');
    nextTask();
    lab.expectEqual('the rows', rows('web'), 2);

    lab.say(
      'A limit of its own: three restart attempts keep four rows, and the limit of the swarm is not asked.',
    );
    lab.image('job:1', { exits: { after: '1s', code: 1 } });
    lab.service.create('job', { image: 'job:1', restart: { maxAttempts: 3, delay: '1s' } });
    lab.wait('2m');
    lab.expectEqual('the rows', rows('job'), 4);
    lab.expectEqual('the tasks that run', lab.running('job').length, 0);
  },
} satisfies Scenario;
