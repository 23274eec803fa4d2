// Two rolling updates of one service: stop-first in two lanes with a delay, then start-first one by one.
//
// Watch how few tasks run at a time: stop-first goes below the number of replicas, start-first above it. Watch the pace: parallelism 2
// and a delay of 10 s are two lanes, each of which pauses after each of its tasks, not batches. And watch when docker calls it done: a
// delay after the last task is up, and then the monitor period, or the delay and one second if the delay is not shorter.

import type { Lab, Scenario } from 'swarmlab';

/** What was seen during an update: the fewest and the most tasks that ran, and when the last new one was up and it was completed, seconds. */
interface Course {
  readonly fewest: number;
  readonly most: number;
  readonly up: number;
  readonly completed: number;
}

function watchUpdate(lab: Lab, image: string, replicas: number): Course {
  let fewest = replicas;
  let most = 0;
  const count = () => {
    const running = lab.tasks('web').filter(({ state }) => state === 'running').length;
    fewest = Math.min(fewest, running);
    most = Math.max(most, running);
  };
  const renewed = () => lab.running('web').filter((task) => task.image === image).length;
  lab.until(
    `all tasks to run ${image}`,
    () => {
      count();
      return renewed() === replicas;
    },
    '10m',
  );
  const up = lab.seconds;
  lab.until('the update to be completed', () => {
    count();
    return lab.updateStatus('web')?.state === 'completed';
  });
  return { fewest, most, up, completed: lab.seconds };
}

export default {
  title: 'Rolling update: parallelism, delay, order, and when it is done',
  cluster: { managers: 1, workers: 3 },

  script(lab) {
    lab.service.create('web', {
      image: 'nginx:1.27',
      replicas: 4,
      update: { parallelism: 2, delay: '10s' },
    });
    lab.untilConverged('web');
    lab.expectEqual('the update status of a new service', lab.updateStatus('web'), undefined);

    lab.say('Stop-first, the default: two lanes, each stops a task, starts the new one and waits 10 s.');
    const begun = lab.seconds;
    lab.service.update('web', { image: 'nginx:1.28' });
    const first = watchUpdate(lab, 'nginx:1.28', 4);
    lab.say(`Between ${first.fewest} and ${first.most} tasks ran.`);
    lab.expect('at least two of four tasks ran all the time', first.fewest >= 2 && first.fewest < 4);
    lab.expect('never more than four ran', first.most === 4);
    lab.expect('the second task of a lane waited for the delay', first.up - begun > 10);

    lab.say('Delay 10 s is not shorter than monitor 5 s: completed 10 s + 11 s after the last task was up.');
    const wait = first.completed - first.up;
    lab.expect(`completed 21 s after the last task was up (${wait.toFixed(2)} s)`, about(wait, 21));

    lab.say('Start-first, one by one, no delay: the old task goes when the new one runs.');
    lab.service.update('web', {
      image: 'nginx:1.29',
      update: { parallelism: 1, delay: '0s', order: 'start-first' },
    });
    const second = watchUpdate(lab, 'nginx:1.29', 4);
    lab.say(`Between ${second.fewest} and ${second.most} tasks ran.`);
    lab.expect('four tasks ran all the time', second.fewest === 4);
    lab.expect('a fifth ran beside them', second.most > 4);

    lab.say('No delay: completed when the monitor period of 5 s is over.');
    const pause = second.completed - second.up;
    lab.expect(`completed 5 s after the last task was up (${pause.toFixed(2)} s)`, about(pause, 5));

    lab.say('Labels and replicas need no new tasks: nothing to update, and no update status.');
    const ids = lab.running('web').map(({ id }) => id);
    lab.service.update('web', { labels: { team: 'blue' } });
    lab.service.scale('web', 5);
    lab.untilConverged('web');
    const now = lab.running('web').map(({ id }) => id);
    lab.expect(
      'the four tasks are the same',
      ids.every((id) => now.includes(id)),
    );
    lab.expectEqual('the update status', lab.updateStatus('web'), undefined);
  },
} satisfies Scenario;

/** Two commits and a message later at most. */
function about(found: number, expected: number): boolean {
  return found >= expected && found < expected + 0.1;
}
