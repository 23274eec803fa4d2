// Random faults: five managers and five workers with five services go through ten minutes of whatever can go wrong, decided by the seed;
// then everything is mended, and everything must come right.
//
// Watch how little of it the services notice: containers keep running while managers crash and networks split. Run it over many seeds with
// all invariants on: `swarmlab run sim-scenarios/random-faults.ts --seeds 1..1000 --invariants`.

import type { Lab, NodeView, Scenario } from 'swarmlab';

const managers = ['manager1', 'manager2', 'manager3', 'manager4', 'manager5'];
const workers = ['worker1', 'worker2', 'worker3', 'worker4', 'worker5'];
const machines = [...managers, ...workers];
/** Faults begin about this often, seconds. */
const pace = 20;
/** Virtual minutes of faults. */
const minutes = 10;

function pick<T>(lab: Lab, purpose: string, choices: readonly T[]): T {
  const choice = choices[lab.draw(purpose, choices.length)];
  if (choice === undefined) throw new Error('nothing to choose from');
  return choice;
}

/** A third of the machines, at random, and the others. */
function split(lab: Lab): readonly [few: readonly string[], rest: readonly string[]] {
  const few = machines.filter(() => lab.draw('split', 3) === 0);
  return [few, machines.filter((machine) => !few.includes(machine))];
}

const isReadyOrLost = ({ name, status }: NodeView): boolean =>
  status === 'ready' || (status === 'down' && workers.includes(name));

/** One thing goes wrong. What is down may be asked to go down again; that changes nothing. */
function trouble(lab: Lab): void {
  const victim = pick(lab, 'victim', machines);
  switch (lab.draw('trouble', 12)) {
    case 0:
    case 1:
      lab.crash(victim);
      return;
    case 2:
    case 3:
      lab.restart(...machines);
      return;
    case 4:
      lab.pause(victim);
      return;
    case 5:
      lab.resume(...machines);
      return;
    case 6:
      lab.partition(...split(lab));
      return;
    case 7:
      lab.cut(...split(lab));
      return;
    case 8:
    case 9:
      lab.heal();
      return;
    case 10: {
      const [few, rest] = split(lab);
      lab.link(few, rest, {
        lossPercent: 5,
        duplicatePercent: 5,
        reorderPercent: 10,
        latency: '20ms',
        jitter: '80ms',
      });
      return;
    }
    default:
      lab.clock(victim, { percent: 90 + lab.draw('rate', 21), offset: `${lab.draw('offset', 2000)}ms` });
  }
}

/** A worker loses its disk: within what a swarm tolerates, for it holds no vote. It comes back in no swarm. */
function loseDisk(lab: Lab): string {
  const victim = pick(lab, 'disk', workers);
  lab.crash(victim);
  lab.wipe(victim);
  lab.restart(victim);
  return victim;
}

/** Somebody works with the swarm all the while; what is refused is refused. */
function command(lab: Lab, round: number): void {
  const operator = lab.at(pick(lab, 'operator', managers));
  const service = pick(lab, 'service', ['web', 'api', 'cache', 'batch']);
  lab.refusal(() => {
    if (lab.draw('command', 2) === 0) operator.service.scale(service, 1 + lab.draw('replicas', 6));
    else operator.service.update(service, { image: `${service}:${round}` });
  });
}

export default {
  title: 'Random faults: ten minutes of everything, then all comes right',
  cluster: { managers: 5, workers: 5 },
  limits: { time: '3h' },

  script(lab) {
    for (const name of ['web', 'api', 'cache', 'batch']) {
      const update = { parallelism: 2, delay: '1s' };
      lab.service.create(name, { image: `${name}:0`, replicas: 3, update });
    }
    lab.service.create('agent', { image: 'monitor:3', mode: 'global' });
    lab.untilConverged();

    const blank = new Set<string>();
    for (let round = 1; round * pace < minutes * 60; round++) {
      lab.wait(`${pace / 2 + lab.draw('pause', pace)}s`);
      trouble(lab);
      if (lab.draw('work', 3) === 0) command(lab, round);
      if (lab.draw('disk-loss', 40) === 0) blank.add(loseDisk(lab));
    }

    lab.say('Everything is mended.');
    lab.heal();
    lab.restart(...machines);
    lab.resume(...machines);
    for (const machine of machines) lab.clock(machine, {});
    lab.link(machines, machines, {
      lossPercent: 0,
      duplicatePercent: 0,
      reorderPercent: 0,
      latency: '200us',
      jitter: '300us',
    });
    lab.untilLeader('5m');
    // Mending may depose the first leader once more, so a join may take several tries. The new node has the name of
    // the old one, which stays in the list, down.
    for (const worker of blank) {
      while (
        lab.refusal(() => lab.at(worker).swarm.join('manager1', lab.swarm.joinToken('worker'))) !== undefined
      ) {
        lab.wait('5s');
      }
    }
    // An update waits for its task on a lost node, without a limit; removing the node ends the wait.
    lab.until(
      'every machine to be ready and every lost node down',
      () => {
        const nodes = lab.nodes();
        const ready = nodes.filter(({ status }) => status === 'ready').map(({ name }) => name);
        return machines.every((machine) => ready.includes(machine)) && nodes.every(isReadyOrLost);
      },
      '5m',
    );
    for (const node of lab.nodes()) if (node.status === 'down') lab.node.remove(node.id);
    lab.untilConverged(undefined, '10m');
    for (const name of ['web', 'api', 'cache', 'batch', 'agent']) {
      lab.expect(`${name} has converged`, lab.converged(name));
    }
  },
} satisfies Scenario;
