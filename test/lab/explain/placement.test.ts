// Why here and why not there: the whole matrix of nodes and filters, what decided between the nodes that qualify, and what would change it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain, explainIn } from '../../../src/lab/explain/explain.ts';
import type { Explanation, NodeRow } from '../../../src/lab/explain/explanation.ts';
import { RunRecord } from '../../../src/lab/explain/record.ts';
import { explanationText } from '../../../src/lab/explain/text.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import type { ServiceOptions } from '../../../src/lab/options.ts';
import { filterNames } from '../../../src/manager/scheduler/filter.ts';
import { explained, linkOf, play, sentences } from './stage.ts';

function rowOf(explanation: Explanation | undefined, node: string): NodeRow {
  const row = explanation?.nodes?.find((each) => each.node === node);
  if (row === undefined) throw new Error(`no row for ${node}`);
  return row;
}

/** What a filter found of a node: its verdict and its words. */
function found(row: NodeRow, filter: string): readonly [string, string] {
  const check = row.checks.find((each) => each.filter === filter);
  if (check === undefined) throw new Error(`no filter ${filter}`);
  return [check.verdict, check.finding];
}

/** Four nodes, each refused for other reasons, and one that is refused for all of them. */
const picky = {
  managers: 1,
  workers: 5,
  nodes: {
    worker1: { labels: { zone: 'b' }, cpus: 1 },
    worker2: { labels: { zone: 'a' } },
    worker3: { labels: { zone: 'b' } },
    worker4: { labels: { zone: 'a' }, cpus: 1 },
    worker5: { labels: { zone: 'b' } },
  },
} as const;

function refused(lab: Lab): void {
  lab.node.update('manager1', { availability: 'drain' });
  lab.service.create('edge', {
    image: 'edge:1',
    constraints: ['node.hostname==worker3'],
    publish: ['80:80/tcp/host'],
  });
  lab.untilConverged();
  lab.node.update('worker5', { availability: 'pause' });
  lab.node.update('worker4', { availability: 'pause' });
  lab.service.create('api', {
    image: 'api:1',
    constraints: ['node.labels.zone==b'],
    reserveCpus: 2,
    reserveMemory: '1g',
    publish: ['80:80/tcp/host'],
    maxReplicasPerNode: 1,
  });
  lab.wait('10s');
}

describe('a task that waits', () => {
  const world = play(picky, refused).world;
  const explanation = explain(world, 'api.1');

  test('is told every filter of every node, those that pass too', () => {
    for (const row of explanation.nodes ?? []) {
      expect(row.checks.map(({ filter }) => filter)).toEqual(filterNames);
      expect(row.rejected.length).toBe(row.checks.filter(({ verdict }) => verdict === 'rejects').length);
    }
    expect(explanation.nodes?.length).toBe(6);
    const one = rowOf(explanation, 'worker1');
    expect(found(one, 'resources')).toEqual(['rejects', 'needs 2 CPU and 1024 MiB, 1 CPU and 8192 MiB free']);
    expect(found(one, 'constraints')).toEqual(['passes', 'node.labels.zone==b']);
    expect(found(one, 'ready')).toEqual(['passes', 'is ready and active']);
    expect(found(one, 'platform')).toEqual(['off', '']);
    expect(found(one, 'max replicas')).toEqual(['passes', 'at most 1 of api, has 0']);
    const three = rowOf(explanation, 'worker3');
    expect(found(three, 'host ports')).toEqual([
      'rejects',
      'needs tcp/80; tcp/80 is held by edge.1 on worker3',
    ]);
  });

  test('has all reasons of a node, not the first alone', () => {
    expect(rowOf(explanation, 'worker4').rejected).toEqual([
      'pause',
      '1 of 2 CPU unreserved',
      'constraint node.labels.zone==b',
    ]);
    expect(found(rowOf(explanation, 'worker4'), 'constraints')).toEqual([
      'rejects',
      'node.labels.zone==b (zone is a)',
    ]);
    expect(found(rowOf(explanation, 'manager1'), 'constraints')[1]).toBe('node.labels.zone==b (no zone)');
  });

  test('is told for each node what would have to change, and it would do', () => {
    const changes = (node: string) => rowOf(explanation, node).ifOnly?.changes;
    expect(changes('worker1')).toEqual(['1 CPU more free']);
    expect(changes('worker2')).toEqual(['label zone=b']);
    expect(changes('worker3')).toEqual(['port tcp/80 free']);
    expect(changes('worker4')).toEqual(['availability active', '1 CPU more free', 'label zone=b']);
    expect(changes('worker5')).toEqual(['availability active']);
    const helps = (remedy: (lab: Lab) => void) =>
      play(picky, (lab) => {
        refused(lab);
        remedy(lab);
        lab.untilConverged('api');
        lab.expect('api runs', lab.running('api').length === 1);
      });
    helps((lab) => lab.node.update('worker2', { addLabels: { zone: 'b' } }));
    helps((lab) => lab.service.remove('edge'));
    helps((lab) => lab.node.update('worker5', { availability: 'active' }));
    expect(explanation.ifOnly).toMatch(/^With [^,]*, worker\d takes api\.1\.$/);
  });

  test('shows the matrix, with a column for each filter that is asked', () => {
    const lines = explanationText(explanation).split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^ {2}node {6}ready {2}resources {2}constraints {2}host ports {2}max replicas {2}failures/,
      ),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}worker4 {3}✗ {6}✗ {10}✗ {12}✓ {11}✓ /));
    expect(lines).toContain('  worker2 would qualify with label zone=b');
  });

  test('and one node of it can be asked for', () => {
    const why = explain(world, 'why-not worker4 for api.1');
    expect(why.line).toBe(
      'worker4 does not qualify for api.1: pause; 1 of 2 CPU unreserved; constraint node.labels.zone==b.',
    );
    expect(why.nodes?.map(({ node }) => node)).toEqual(['worker4']);
    expect(why.ifOnly).toBe('With availability active, 1 CPU more free and label zone=b, worker4 qualifies.');
  });
});

describe('a task that has been placed', () => {
  const cluster = { managers: 1, workers: 3 };
  const spreadOut = (options: Partial<ServiceOptions>) => (lab: Lab) => {
    lab.node.update('manager1', { availability: 'drain' });
    lab.service.create('other', { image: 'o:1', replicas: 2, constraints: ['node.hostname==worker2'] });
    lab.untilConverged();
    lab.service.create('web', { image: 'web:1', ...options });
    lab.untilConverged();
  };

  test('is where its service has the fewest tasks, and what would put it elsewhere has been tried', () => {
    const explanation = explained(cluster, spreadOut({ replicas: 3 }), 'placement web.3');
    expect(rowOf(explanation, 'worker2')).toMatchObject({ chosen: true, serviceTasks: 0, allTasks: 2 });
    expect(explanation.decidedBy).toBe('tasks of the service');
    for (const node of ['worker1', 'worker3']) {
      expect(rowOf(explanation, node).ifOnly).toEqual({
        changes: ['0 tasks of web'],
        outcome: 'comes first',
      });
    }
    expect(rowOf(explanation, 'manager1').ifOnly).toEqual({
      changes: ['availability active'],
      outcome: 'comes first',
    });
  });

  test('asked for one node: it qualifies, and another comes first', () => {
    const swarm = play(cluster, spreadOut({ replicas: 1 }));
    const explanation = explain(swarm.world, 'placement web.1');
    expect(explanation.decidedBy).toBe('node ID');
    const chosen = explanation.nodes?.find((row) => row.chosen)?.node ?? '';
    const why = explain(swarm.world, 'why-not worker2 for web.1');
    expect(why.line).toBe(`worker2 qualifies for web.1, but ${chosen} comes first: 0 tasks in all to 2.`);
    expect(why.nodes?.map(({ node }) => node)).toEqual(['worker2', chosen]);
    expect(explain(swarm.world, `why-not ${chosen} for web.1`)).toEqual(explanation);
    // Named by its service, the latest task is meant.
    expect(explain(swarm.world, 'placement web')).toEqual(explanation);
    expect(explain(swarm.world, 'why-not worker2 for web')).toEqual(why);
  });

  test('is explained by its placement also when it has ended', () => {
    const swarm = play(cluster, (lab) => {
      lab.image('job:1', { exits: { after: '1s', code: 1 } });
      lab.service.create('job', { image: 'job:1', restart: { condition: 'none' } });
      lab.until('the end', () => lab.tasks('job').some(({ state }) => state === 'failed'));
    });
    expect(explain(swarm.world, 'job.1').line).toMatch(/^job\.1 is failed on /);
    expect(explain(swarm.world, 'placement job.1').line).toMatch(/^The scheduler puts job\.1 on /);
  });

  test('five failures in five minutes put a node last', () => {
    const explanation = explained(
      { managers: 1, workers: 2 },
      (lab) => {
        lab.node.update('manager1', { availability: 'drain' });
        lab.service.create('web', { image: 'web:1', replicas: 2, restart: { delay: '1s' } });
        lab.untilConverged();
        lab.image('web:1', { startError: 'disk full' }, { on: 'worker1' });
        lab.node.update('worker2', { availability: 'pause' });
        const [victim] = lab.containers('worker1');
        lab.at('worker1').kill(victim ?? '');
        lab.until(
          'five failures',
          () => lab.tasks('web').filter(({ state }) => state === 'failed').length >= 5,
        );
        lab.node.update('worker2', { availability: 'active' });
        lab.untilConverged();
      },
      'placement web',
    );
    expect(explanation.decidedBy).toBe('failures');
    expect(rowOf(explanation, 'worker1').failures).toBeGreaterThanOrEqual(5);
    expect(rowOf(explanation, 'worker1').serviceTasks).toBeLessThan(
      rowOf(explanation, 'worker2').serviceTasks,
    );
    expect(rowOf(explanation, 'worker1').ifOnly).toEqual({
      changes: ['fewer than 5 failures'],
      outcome: 'comes first',
    });
    expect(sentences(explanation).at(-1)).toBe(
      'The scheduler puts nodes with 5 failures of web in 5 minutes last: worker2 has fewer.',
    );
  });

  test('a preference is told level by level, with the tasks of each branch', () => {
    const explanation = explained(
      {
        managers: 1,
        workers: 3,
        nodes: { worker1: { labels: { rack: 'a' } }, worker2: { labels: { rack: 'a' } } },
      },
      (lab) => {
        lab.node.update('manager1', { availability: 'drain' });
        lab.service.create('web', { image: 'web:1', replicas: 2, spread: ['node.labels.rack'] });
        lab.untilConverged();
        lab.service.scale('web', 3);
        lab.untilConverged();
      },
      'web.3',
    );
    expect(explanation.decidedBy).toBe('spread');
    expect(explanation.rule?.reference).toBe('R-S21');
    // The manager has no label either: one branch with worker3.
    const level = linkOf(explanation, /^The scheduler spreads tasks over node\.labels\.rack: /);
    expect(level.sentence).toContain('no value 1 and a 1 before this one');
  });
});

test('every other node is told what would have to change, whatever the swarm', () => {
  fc.assert(
    fc.property(
      fc.record({
        others: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
        replicas: fc.integer({ min: 1, max: 6 }),
        cpus: fc.integer({ min: 1, max: 3 }),
        seed: fc.nat(1000).map(String),
      }),
      ({ others, replicas, cpus, seed }) => {
        const swarm = play(
          { managers: 1, workers: 3, nodes: { worker3: { cpus: 2 } } },
          (lab) => {
            others.forEach((on, i) => {
              lab.service.create(`other${i}`, { image: 'o:1', constraints: [`node.hostname==worker${on}`] });
            });
            lab.service.create('web', { image: 'web:1', replicas, reserveCpus: cpus });
            lab.wait('20s');
          },
          seed,
        );
        const record = RunRecord.of(swarm.world);
        for (let slot = 1; slot <= replicas; slot++) {
          const { nodes = [], decidedBy } = explainIn(record, `placement web.${slot}`);
          const chosen = nodes.find((row) => row.chosen);
          expect(chosen === undefined).toBe(decidedBy === undefined);
          for (const row of nodes) {
            if (row.chosen) expect(row.ifOnly).toBeUndefined();
            // Labels and resources can always be had here.
            else expect(row.ifOnly, `${row.node} for web.${slot}`).toBeDefined();
            if (chosen === undefined) expect(row.rejected).not.toEqual([]);
          }
        }
      },
    ),
    { numRuns: 15 },
  );
});

describe('a global service', () => {
  const swarm = play(
    {
      managers: 1,
      workers: 4,
      nodes: { worker1: { labels: { gpu: 'yes' } }, worker2: { labels: { gpu: 'yes' } } },
    },
    (lab) => {
      lab.node.update('worker3', { addLabels: { gpu: 'yes' }, availability: 'pause' });
      lab.node.update('worker2', { availability: 'drain' });
      lab.service.create('agent', { image: 'a:1', mode: 'global', constraints: ['node.labels.gpu==yes'] });
      lab.wait('10s');
      lab.crash('worker1');
      lab.untilNode('worker1', 'down');
      lab.wait('1s');
    },
  );
  const record = RunRecord.of(swarm.world);

  test('compares no nodes for a task that comes with its node', () => {
    const global = play({ managers: 1, workers: 1 }, (lab) => {
      lab.service.create('g', { image: 'g:1', mode: 'global' });
      lab.untilConverged();
    });
    const explanation = explain(global.world, 'placement g.worker1');
    expect(explanation.decidedBy).toBe('preset');
    expect(explanation.nodes?.map(({ node }) => node)).toEqual(['worker1']);
    expect(explanation.rule?.reference).toBe('R-S10');
    expect(explanation.ifOnly).toBeUndefined();
    expect(explain(global.world, 'why-not manager1 for g.worker1').line).toBe(
      'The orchestrator made g.worker1 for worker1, and for no other node.',
    );
  });

  test('says of each node why it has no task there', () => {
    const reasons = ['manager1', 'worker1', 'worker2', 'worker3', 'worker4'].map(
      (node) => explainIn(record, `why-not ${node} for agent`).line,
    );
    expect(reasons).toEqual([
      'The orchestrator keeps no task of agent on manager1: constraint node.labels.gpu==yes.',
      'The orchestrator keeps no task of agent on worker1: down.',
      'The orchestrator keeps no task of agent on worker2: drain.',
      'The orchestrator keeps no task of agent on worker3: pause.',
      'The orchestrator keeps no task of agent on worker4: constraint node.labels.gpu==yes.',
    ]);
    const drained = explainIn(record, 'why-not worker2 for agent');
    expect(drained.chain.at(-1)?.sentence).toBe('The orchestrator leaves worker2 out: drain.');
    expect(drained.rule?.reference).toBe('R-O49');
    expect(rowOf(explainIn(record, 'why-not worker4 for agent'), 'worker4').ifOnly).toEqual({
      changes: ['label gpu=yes'],
      outcome: 'qualifies',
    });
  });

  test('says where it has tasks, and a task that waits says what its own node lacks', () => {
    expect(explainIn(record, 'placement agent').line).toBe(
      'agent has tasks on 0 of 5 nodes; the orchestrator leaves 5 out.',
    );
    const waiting = explained(
      { managers: 1, workers: 2, nodes: { worker2: { cpus: 1 } } },
      (lab) => {
        lab.service.create('agent', { image: 'a:1', mode: 'global', reserveCpus: 2 });
        lab.wait('10s');
      },
      'placement agent.worker2',
    );
    expect(waiting.line).toBe('agent.worker2 waits: insufficient resources on 1 node.');
    expect(waiting.nodes?.map(({ node }) => node)).toEqual(['worker2']);
    expect(waiting.ifOnly).toBe('With 1 CPU more free, worker2 takes agent.worker2.');
  });
});

test('whom nobody knows is refused', () => {
  const swarm = play({ managers: 1, workers: 1 }, (lab) => {
    lab.service.create('web', { image: 'web:1' });
    lab.untilConverged();
  });
  for (const subject of ['placement web.9', 'why-not worker9 for web.1', 'why-not worker1 for wbe']) {
    expect(() => explain(swarm.world, subject)).toThrow(/^at .*: nothing to explain is called /);
  }
});

test('a cluster volume that is used elsewhere is told, and nothing about the node would help', () => {
  const explanation = explained(
    { managers: 1, workers: 2 },
    (lab) => {
      lab.clusterVolume.create('pg', { driver: 'disks' });
      const mounts = ['type=cluster,source=pg,target=/data'];
      lab.service.create('db', { image: 'db:1', mounts });
      lab.untilConverged('db');
      lab.service.create('other', { image: 'db:1', mounts });
      lab.wait('10s');
    },
    'placement other',
  );
  for (const row of explanation.nodes ?? []) {
    expect(found(row, 'volumes')).toEqual(['rejects', 'needs volume pg, and pg does not fit']);
    expect(row.rejected).toContain('no volume pg');
    expect(row.ifOnly).toBeUndefined();
  }
  expect(sentences(explanation).at(-1)).toMatch(
    /^The scheduler finds no cluster volume that fits on manager1, worker1 and worker2\.$/,
  );
});

describe('a job', () => {
  const job = (lab: Lab, options: Partial<ServiceOptions>) => {
    lab.image('job:1', { exits: { after: '10s', code: 0 } });
    lab.service.create('job', {
      image: 'job:1',
      mode: 'replicated-job',
      replicas: 5,
      maxConcurrent: 2,
      ...options,
    });
  };

  test('says how far it has come, and when it is done', () => {
    const swarm = (time: string) =>
      play({ managers: 1, workers: 2 }, (lab) => {
        job(lab, {});
        lab.wait(time);
      }).world;
    const [under, done] = ['18s', '2m'].map((time) => explain(swarm(time), 'job'));
    expect(under?.line).toBe('job is under way: 2 of 5 tasks are complete, 2 under way of at most 2.');
    expect(done?.line).toBe('job is done: 5 of 5 tasks are complete.');
    expect(done?.next).toBe('Nothing, until the job is updated: then all of it runs again.');
    expect(explain(swarm('2m'), 'job.1').next).toBe('Nothing: it has done its part of the job.');
    // The first task has slot 0, and is placed like any other.
    expect(explain(swarm('18s'), 'placement job').decidedBy).not.toBe('preset');
  });

  test('that gives up stands still', () => {
    const explanation = explained(
      { managers: 1, workers: 1 },
      (lab) => {
        job(lab, { replicas: 1, maxConcurrent: 1, restart: { condition: 'none' } });
        lab.image('job:1', { exits: { after: '1s', code: 1 } });
        lab.wait('1m');
      },
      'job',
    );
    expect(explanation.line).toBe('job stands still: 0 of 1 task is complete, and none is under way.');
  });

  test('on every node leaves out those that are not active, until it is looked at again', () => {
    const swarm = play({ managers: 1, workers: 2 }, (lab) => {
      lab.node.update('worker2', { availability: 'pause' });
      lab.image('job:1', { exits: { after: '10s', code: 0 } });
      lab.service.create('job', { image: 'job:1', mode: 'global-job' });
      lab.wait('30s');
      lab.node.update('worker2', { availability: 'active' });
      lab.wait('10m');
    });
    const explanation = explain(swarm.world, 'why-not worker2 for job');
    expect(explanation.line).toBe(
      'The orchestrator keeps no task of job on worker2: it came after the job was looked at.',
    );
    expect(explanation.rule?.reference).toBe('R-O65');
    expect(explain(swarm.world, 'placement job').line).toBe(
      'job has tasks on 2 of 3 nodes; the orchestrator leaves 1 out.',
    );
  });
});
