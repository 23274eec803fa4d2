// The polite eviction that is none: what a drain does to a service whose tasks are all on one node.
//
// Watch the first run: all four tasks are told to stop at once, and none starts before its predecessor has stopped. There is a time in which
// nothing runs. Watch the second: room is made first, with more replicas, and drained second; four tasks run all the time.

import type { Lab, Scenario } from 'swarmlab';

/** Four tasks on worker2, and none on worker1. They need 4 s to stop. */
function crowd(lab: Lab): void {
  lab.image('web:1', { stop: '4s' });
  lab.node.update('manager1', { availability: 'drain' });
  lab.node.update('worker1', { availability: 'pause' });
  lab.service.create('web', { image: 'web:1', replicas: 4, stopGracePeriod: '10s' });
  lab.untilConverged('web');
  lab.node.update('worker1', { availability: 'active' });
  lab.expectEqual('the containers on worker2', lab.containers('worker2').length, 4);
}

/** Drains worker2; the fewest containers that ran meanwhile. */
function drain(lab: Lab): number {
  lab.node.update('worker2', { availability: 'drain' });
  const count = () => lab.containers('worker1').length + lab.containers('worker2').length;
  let fewest = count();
  lab.until('web to converge', () => {
    fewest = Math.min(fewest, count());
    return lab.converged('web') && lab.containers('worker2').length === 0;
  });
  return fewest;
}

export default [
  {
    title: 'The polite eviction that is none: a drain stops everything at once',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      crowd(lab);
      lab.say('worker2 is drained. Its four tasks are told to stop, and their replacements wait for that.');
      lab.expectEqual('the fewest containers that ran', drain(lab), 0);
      lab.expectEqual('the containers on worker1', lab.containers('worker1').length, 4);
    },
  },
  {
    title: 'The polite eviction: make room first, drain second',
    cluster: { managers: 1, workers: 2 },

    script(lab) {
      crowd(lab);
      lab.say('Eight replicas first: the new ones go to worker1.');
      lab.service.scale('web', 8);
      lab.untilConverged('web');
      lab.expectEqual('the containers on worker1', lab.containers('worker1').length, 4);
      lab.expectEqual('the fewest containers that ran', drain(lab), 4);
      lab.say('And back to four.');
      lab.service.scale('web', 4);
      lab.untilConverged('web');
      lab.expectEqual('the tasks that run', lab.running('web').length, 4);
    },
  },
] satisfies Scenario[];
