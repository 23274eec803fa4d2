// The black hole: a sick node that draws in every new task.
//
// Watch worker3, which cannot pull the image. It rejects each task within moments, so it always has the fewest of the service, so it is the
// first choice for the next. Only five failures of one version of the service within five minutes put it last. And watch what happens when
// the five minutes are over: all is forgotten, and the hole is open again.

import type { Lab, Scenario } from 'swarmlab';

/** The nodes on which tasks of a slot are tried, in order, until one of them runs. */
function follow(lab: Lab, slot: number, begin: () => void): readonly string[] {
  const known = new Set(lab.tasks('web').map(({ id }) => id));
  const tried: string[] = [];
  begin();
  lab.until('a task to run', () => {
    const [newest] = lab.tasks('web').filter((task) => task.slot === slot && task.node !== '');
    if (newest === undefined) return false;
    if (!known.has(newest.id)) {
      known.add(newest.id);
      tried.push(newest.node);
    }
    return tried.length > 0 && newest.state === 'running';
  });
  return tried;
}

export default {
  title: 'The black hole: a node that rejects everything looks least busy, until it has failed five times',
  cluster: { managers: 1, workers: 3 },

  script(lab) {
    lab.node.update('manager1', { availability: 'drain' });
    lab.node.update('worker3', { availability: 'pause' });
    lab.service.create('web', { image: 'web:1', replicas: 4 });
    lab.untilConverged('web');
    lab.image('web:1', { pull: 'no space left on device' }, { on: 'worker3' });
    lab.node.update('worker3', { availability: 'active' });

    lab.say('One more replica. worker3 has no task of web, and so it is the best of all.');
    const tried = follow(lab, 5, () => lab.service.scale('web', 5));
    lab.say(`Tried on ${tried.join(', ')}.`);
    lab.expectEqual(
      'the nodes it was tried on, but for the last',
      tried.slice(0, -1),
      Array(5).fill('worker3'),
    );
    lab.expect('the sixth attempt is made elsewhere', tried.length === 6 && tried[5] !== 'worker3');
    lab.expectEqual(
      'the error of those that failed',
      lab.tasks('web').find(({ state }) => state === 'rejected')?.error,
      'no space left on device',
    );

    lab.say('For now worker3 comes last: a task that dies elsewhere is not tried there.');
    const { slot, node } = lab.running('web').find(({ slot: each }) => each < 5) ?? { slot: 0, node: '' };
    const again = follow(lab, slot, () => lab.at(node).kill(`web.${slot}`));
    lab.expect('it starts at the first attempt', again.length === 1 && again[0] !== 'worker3');

    lab.say('Six minutes later the failures are forgotten, and the hole is open.');
    lab.wait('6m');
    const later = follow(lab, slot, () => lab.at(again[0] ?? '').kill(`web.${slot}`));
    lab.expectEqual('the first five attempts', later.slice(0, 5), Array(5).fill('worker3'));
  },
} satisfies Scenario;
