// Three strikes, or not: restart attempts that are used up, and others that never are.
//
// Both services crash after a second, may be restarted three times and wait 10 s before each. Watch the one with a window of two minutes: four
// tasks, and then nothing, ever, until the service is updated. Watch the one with a window of 5 s: at each crash the last restart is longer
// ago than the window, so none is counted, and it goes on for ever.

import type { Lab, Scenario } from 'swarmlab';

/** Counts the tasks that services have had in so many seconds: the swarm itself forgets all but the last few. */
function watchTasks(lab: Lab, services: readonly string[], seconds: number): readonly number[] {
  const seen = services.map(() => new Set<string>());
  for (let second = 0; second < seconds; second++) {
    services.forEach((service, i) => {
      for (const { id } of lab.tasks(service)) seen[i]?.add(id);
    });
    lab.wait('1s');
  }
  return seen.map(({ size }) => size);
}

export default {
  title: 'Three strikes, or not: a window shorter than the delay counts no restart',
  cluster: { managers: 1, workers: 2 },

  script(lab) {
    lab.image('app:1', { exits: { after: '1s', code: 1 } });
    const restart = { maxAttempts: 3, delay: '10s' };
    lab.service.create('strict', { image: 'app:1', restart: { ...restart, window: '2m' } });
    lab.service.create('lax', { image: 'app:1', restart: { ...restart, window: '5s' } });

    const [strict, lax = 0] = watchTasks(lab, ['strict', 'lax'], 300);
    lab.say(`Five minutes: strict has had ${strict} tasks, lax ${lax}.`);
    lab.expectEqual('tasks that strict has had', strict, 4);
    lab.expect('lax has had more than twenty', lax > 20);

    lab.say('strict is down and stays down. Its slot is taken by a task that has ended.');
    lab.wait('20m');
    lab.expectEqual(
      'the states of strict',
      [...new Set(lab.tasks('strict').map(({ state }) => state))],
      ['failed'],
    );
    lab.expectEqual('what the newest of them is to be', lab.tasks('strict')[0]?.desired, 'shutdown');

    lab.say('Scaling does not help: the slot counts as occupied. An update of the tasks does.');
    lab.service.scale('strict', 1);
    lab.wait('1m');
    lab.expectEqual('tasks that strict has', lab.tasks('strict').length, 4);
    lab.image('app:1', {});
    lab.service.update('strict', { force: true });
    lab.untilConverged('strict');
    lab.expectEqual('the tasks that run', lab.running('strict').length, 1);
  },
} satisfies Scenario;
