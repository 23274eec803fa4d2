// Superseded: a rollback goes back to the last spec, and every update makes a last spec, even one of replicas.
//
// Watch the first run. A bad version is being rolled out with --update-failure-action rollback, and somebody scales the service meanwhile. The
// version fails, the parachute opens: and the service is back at three replicas of the bad version, for that is what it was before it was
// scaled. Watch the second: the same update is sent twice, and from then on nobody says how it goes; it fails, stops half-way, and no status
// tells of it.

import type { Lab, Scenario } from 'swarmlab';

function begin(lab: Lab): void {
  lab.image('app:2', { exits: { after: '8s', code: 1 } });
  lab.service.create('app', {
    image: 'app:1',
    replicas: 3,
    constraints: ['node.role==worker'],
    update: { delay: '10s', monitor: '10s', failureAction: 'rollback' },
  });
  lab.untilConverged('app');
  lab.service.update('app', { image: 'app:2' });
  lab.until('the first task of app:2', () => lab.running('app').some(({ image }) => image === 'app:2'));
}

/** What the service asks for. */
function asked(lab: Lab): string {
  const { task, mode } = lab.inspect('app').spec;
  return `${mode.kind === 'replicated' ? mode.replicas : 0} of ${task.container.image}`;
}

export default [
  {
    title: 'Superseded: scaled during an update, a service rolls back to the bad version',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      begin(lab);
      lab.say(
        'Five replicas, says somebody. Two more tasks, of the new version: and the update begins anew.',
      );
      lab.service.scale('app', 5);
      lab.expectEqual('the service asks for', asked(lab), '5 of app:2');
      lab.expectEqual(
        'a rollback would go back to',
        lab.inspect('app').previousSpec?.task.container.image,
        'app:2',
      );

      lab.untilUpdate('app', 'rollback_started');
      lab.say('The first counted failure opens the parachute.');
      lab.expectEqual('the service asks for', asked(lab), '3 of app:2');
      lab.untilUpdate('app', 'rollback_completed');
      lab.say('Completed, as docker has it.');
      lab.expect(
        'another rollback is refused',
        lab.refusal(() => lab.service.rollback('app'))?.endsWith('does not have a previous spec') === true,
      );
    },
  },
  {
    title: 'Superseded: the same update, sent twice, goes on without a word, and stops without a word',
    cluster: { managers: 1, workers: 3 },

    script(lab) {
      begin(lab);
      lab.expectEqual('the state of the update', lab.updateStatus('app')?.state, 'updating');
      lab.say('The same image once more. The updater is at work on it already, and goes on.');
      lab.service.update('app', { image: 'app:2' });
      lab.expectEqual('its status', lab.updateStatus('app'), undefined);
      lab.until('the task to fail', () => lab.tasks('app').some(({ state }) => state === 'failed'));
      lab.wait('1m');
      lab.expectEqual('its status, a minute after the failure', lab.updateStatus('app'), undefined);
      lab.expectEqual('the service asks for', asked(lab), '3 of app:2');
      lab.expectEqual(
        'the tasks of app:1 that run on',
        lab.running('app').filter(({ image }) => image === 'app:1').length,
        2,
      );
    },
  },
] satisfies Scenario[];
