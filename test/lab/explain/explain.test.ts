// The worked explanations, each staged: what they say, and the numbers, which are compared with the run itself.

import { expect, test } from 'vitest';
import { explain, explainIn } from '../../../src/lab/explain/explain.ts';
import { RunRecord } from '../../../src/lab/explain/record.ts';
import { explanationText } from '../../../src/lab/explain/text.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { second } from '../../../src/model/duration.ts';
import { play as playScenario } from '../play.ts';
import { explained, linkOf, onWorkers, play, sentences } from './stage.ts';

function webOnWorkers(lab: Lab): void {
  lab.service.create('web', { image: 'nginx:1.27', replicas: 6, ...onWorkers });
  lab.untilConverged();
}

test('E1: a node is down after three of the periods it was given, counted from its last heartbeat', () => {
  const swarm = play({ managers: 1, workers: 3 }, (lab) => {
    webOnWorkers(lab);
    lab.wait('20s');
    lab.crash('worker1');
    lab.untilNode('worker1', 'down');
    lab.wait('30s');
  });
  const explanation = explain(swarm.world, 'worker1');
  const { line, chain, since, rule, next } = explanation;
  expect(line).toMatch(/^The dispatcher marks worker1 down: no heartbeat for (\d+\.\d) s, limit \1 s\.$/);
  const crash = linkOf(explanation, /^worker1 loses power: an injected fault\.$/);
  expect(crash.root).toBe('fault');
  expect(since).toEqual({ at: crash.at, what: 'the crash' });
  const heartbeat = linkOf(explanation, /^The dispatcher accepts a heartbeat of worker1\.$/);
  const draw = linkOf(explanation, /^The dispatcher draws a period of \d\.\d\d s, from 4\.5 s to 5\.5 s\.$/);
  expect(draw).toMatchObject({ root: 'draw', at: heartbeat.at, event: heartbeat.event });
  const period = Number(draw.facts.period);
  expect(period).toBeGreaterThanOrEqual(4.5 * second);
  expect(period).toBeLessThan(5.5 * second);
  const timer = linkOf(explanation, /^The dispatcher's timer ends: 3 × \d\.\d\d s = \d\d\.\d\d s without/);
  expect(timer.root).toBe('timer');
  expect(timer.at - heartbeat.at).toBe(3 * period);
  expect(timer.facts.limit).toBe(3 * period);
  const last = chain.at(-1);
  expect(last?.sentence).toBe('The dispatcher marks worker1 down.');
  expect(Number(last?.at) - timer.at).toBeLessThanOrEqual(0.2 * second);
  expect(rule).toMatchObject({ tag: 'src', reference: 'R-R169' });
  expect(next).toMatch(/^The orchestrator replaces the tasks of worker1\./);
  expect(explanationText(explanation)).toMatch(
    /\(\d+\.\d s after the crash\) {2}The dispatcher marks worker1 down\./,
  );
});

test('E2: a task is where the fewest tasks of its service are, and where there is a tie the fewest in all', () => {
  const explanation = explained(
    { managers: 1, workers: 4 },
    (lab) => {
      lab.service.create('other', { image: 'other:1', constraints: ['node.hostname==worker4'], replicas: 4 });
      lab.untilConverged();
      lab.crash('worker1');
      lab.untilNode('worker1', 'down');
      lab.node.update('manager1', { availability: 'drain' });
      lab.service.create('web', { image: 'nginx:1.27', replicas: 2 });
      lab.untilConverged();
      lab.service.scale('web', 3);
      lab.untilConverged();
    },
    'web.3',
  );
  // web.1 and web.2 are on worker2 and worker3; worker4 runs four others.
  expect(explanation.line).toBe(
    'The scheduler puts web.3 on worker4: fewest web tasks (0) among 3 nodes that qualify.',
  );
  expect(explanation.chain[0]).toMatchObject({
    root: 'command',
    sentence: 'The operator types "docker service scale web=3" on manager1.',
  });
  expect(linkOf(explanation, /^The scheduler rejects /).sentence).toMatch(/worker1 \(down\)/);
  expect(linkOf(explanation, /^The scheduler rejects /).sentence).toMatch(/manager1 \(drain\)/);
  const rows = new Map(explanation.nodes?.map((row) => [row.node, row]));
  expect(rows.get('worker4')).toMatchObject({
    node: 'worker4',
    rejected: [],
    failures: 0,
    serviceTasks: 0,
    allTasks: 4,
    chosen: true,
  });
  expect(rows.get('worker2')).toMatchObject({ serviceTasks: 1, allTasks: 1, chosen: false, rejected: [] });
  expect(rows.get('worker1')?.rejected).toEqual(['down']);
  expect(rows.get('manager1')?.rejected).toEqual(['drain']);
  expect(explanation.rule?.reference).toBe('R-S14');
});

test('E2: a tie is broken by all tasks, and what would have broken it otherwise has been tried', () => {
  const explanation = explained(
    { managers: 1, workers: 2 },
    (lab) => {
      lab.service.create('other', { image: 'other:1', constraints: ['node.hostname==worker2'], replicas: 2 });
      lab.service.create('some', { image: 'other:1', constraints: ['node.hostname==worker1'], replicas: 1 });
      lab.untilConverged();
      lab.service.create('web', { image: 'nginx:1.27', replicas: 1, ...onWorkers });
      lab.untilConverged();
    },
    'web.1',
  );
  expect(explanation.line).toContain('puts web.1 on worker1: fewest web tasks (0) among 2 nodes');
  expect(sentences(explanation)).toContain(
    'The scheduler breaks the tie with worker2: worker1 has the fewest tasks in all, 1.',
  );
  expect(explanation.ifOnly).toBe('With 1 task in all, worker2 comes first.');
});

test('E3: a task that waits is told every filter that stands in its way, with numbers', () => {
  const explanation = explained(
    { managers: 1, workers: 3, nodes: { worker3: { labels: { rack: 'b' }, cpus: 1 } } },
    (lab) => {
      const constraints = ['node.labels.rack==b'];
      lab.service.create('db', { image: 'db:1', reserveCpus: 0.7, constraints });
      lab.untilConverged();
      lab.service.create('api', { image: 'api:1', replicas: 2, reserveCpus: 0.5, constraints });
      lab.wait('10s');
    },
    'api.2',
  );
  expect(explanation.line).toBe(
    'api.2 waits: no suitable node (scheduling constraints not satisfied on 3 nodes; insufficient resources on 1 node).',
  );
  expect(sentences(explanation)).toContain(
    'The scheduler finds constraint "node.labels.rack==b" not met by manager1, worker1 and worker2.',
  );
  expect(sentences(explanation)).toContain('The scheduler finds 0.3 of 0.5 CPU unreserved on worker3.');
  expect(explanation.youCan).toContain('(db.1, 0.7 CPU)');
  expect(explanation.next).toBe('Nothing, for ever, unless one of these happens.');
  expect(explanation.nodes?.find(({ node }) => node === 'worker3')?.rejected).toEqual([
    '0.3 of 0.5 CPU unreserved',
  ]);
});

test.each([
  [{ genericResources: ['gpu=2'] }, 'no gpu=2 on manager1', ''],
  [{ reserveCpus: 0.5, genericResources: ['gpu=2'] }, 'no gpu=2 on manager1', ''],
  [{ reserveCpus: 0.5, reserveMemory: '6g' }, '4096 of 6144 MiB unreserved on manager1', ' (db.1, 4096 MiB)'],
])('E3: a task that waits is told what is short, and who holds it: %j', (options, short, holders) => {
  const explanation = explained(
    { managers: 1, workers: 0 },
    (lab) => {
      lab.service.create('db', { image: 'db:1', reserveCpus: 0.5, reserveMemory: '4g' });
      lab.untilConverged();
      lab.service.create('api', { image: 'api:1', ...options });
      lab.wait('10s');
    },
    'api.1',
  );
  expect(sentences(explanation)).toContain(`The scheduler finds ${short}.`);
  expect(explanation.youCan).toContain(`Lower the reservation, or stop what reserves it${holders}.`);
});

test('the first task of a job is called by the node that it came to', () => {
  const explanation = explained(
    { managers: 1, workers: 0 },
    (lab) => {
      lab.image('backup:1', { exits: { after: '2s', code: 0 } });
      lab.service.create('backup', { image: 'backup:1', mode: 'replicated-job', replicas: 1 });
      lab.wait('20s');
    },
    'backup',
  );
  expect(sentences(explanation)).toContain('backup.manager1 ends 2.0 s after its start.');
});

test('E4: a node that is back stays empty, for nothing is left to place', () => {
  const explanation = explained(
    { managers: 1, workers: 3 },
    (lab) => {
      webOnWorkers(lab);
      lab.crash('worker1');
      lab.untilNode('worker1', 'down');
      lab.untilConverged();
      lab.restart('worker1');
      lab.untilNode('worker1', 'ready');
      lab.wait('30s');
    },
    'worker1',
  );
  expect(explanation.line).toBe('worker1 is ready and stays empty: all 6 web tasks run elsewhere.');
  expect(explanation.chain[0]).toMatchObject({
    root: 'fault',
    sentence: 'worker1 comes up again: an injected fault.',
  });
  const compares = linkOf(explanation, /^The orchestrator compares wanted 6 with running 6 for web\.$/);
  expect(compares.facts).toEqual({ wanted: 6, running: 6 });
  expect(sentences(explanation)).toContain('The scheduler has nothing to place: 0 tasks wait.');
  expect(explanation.rule).toMatchObject({ text: 'Running tasks are not moved for balance.', tag: 'docs' });
  expect(explanation.next).toBe('The next new task of web prefers worker1, which runs 0 of them.');
  expect(explanation.youCan).toContain('docker service update --force web');
});

test('E4: of a node that may not run a service nobody says that tasks prefer it', () => {
  const explanation = explained(
    { managers: 3, workers: 2 },
    (lab) => {
      webOnWorkers(lab);
      lab.crash('manager3');
      lab.untilNode('manager3', 'down');
      lab.restart('manager3');
      lab.untilNode('manager3', 'ready');
      lab.wait('1m');
    },
    'manager3',
  );
  expect(explanation.line).toMatch(
    /^manager3 is ready: its last heartbeat is \d\.\d s old, limit 1\d\.\d s\.$/,
  );
  expect(explanation.next).toContain('manager3 runs 0 tasks');
});

test('E5: an update completes though every task of it crashes, for they crash too late to count', () => {
  const explanation = explained(
    { managers: 1, workers: 3 },
    (lab) => {
      lab.image('app:2', { exits: { after: '10s', code: 10 } });
      lab.service.create('app', { image: 'app:1', replicas: 5, update: { parallelism: 5 } });
      lab.untilConverged();
      lab.service.update('app', { image: 'app:2' });
      lab.untilUpdate('app', 'completed');
      lab.wait('7s');
    },
    'app',
  );
  expect(explanation.line).toBe(
    'The updater reports completed: the 5 crashes came after the monitor period.',
  );
  expect(explanation.chain[0]?.sentence).toBe(
    'The operator types "docker service update --image app:2 app" on manager1.',
  );
  const ended = linkOf(explanation, /^app\.\d ends 10\.0 s after its start\.$/);
  expect(ended).toMatchObject({ root: 'timer', facts: { ran: 10 * second } });
  const counts = linkOf(
    explanation,
    /^The updater counts failures within its monitor period of 5\.0 s: 0 of 5\.$/,
  );
  expect(counts.facts).toMatchObject({ counted: 0, slots: 5, crashes: 5, monitor: 5 * second });
  expect(sentences(explanation)).toContain(
    'The updater compares 0 of 5 = 0.00, not greater than 0.00, and completes.',
  );
  // Tried in another run: it pauses when the first task has ended.
  const [, paused = ''] =
    /^With --update-monitor 25s the updater pauses at 00:(\d\d\.\d{3})\.$/.exec(explanation.ifOnly ?? '') ??
    [];
  expect(Math.abs(Number(paused) - ended.at / second)).toBeLessThan(0.5);
});

const failingOn = (hosts: readonly string[]) => (lab: Lab) => {
  lab.service.create('app', {
    image: 'app:1',
    replicas: 5,
    ...onWorkers,
    update: { parallelism: 1, monitor: '20s', maxFailureRatio: 0.2, failureAction: 'rollback' },
  });
  lab.untilConverged();
  for (const on of hosts) lab.image('app:2', { exits: { after: '2s', code: 1 } }, { on });
  lab.service.update('app', { image: 'app:2' });
};

test('E6: one failure of five is tolerated, for 0.20 is not greater than 0.20', () => {
  const explanation = explained(
    { managers: 1, workers: 5 },
    (lab) => {
      failingOn(['worker1'])(lab);
      lab.until('a failure', () => lab.tasks('app').some(({ state }) => state === 'failed'));
      lab.wait('4s');
    },
    'app',
  );
  expect(explanation.line).toBe(
    '1 of 5 updated tasks failed; the updater goes on: 0.20 is not greater than 0.20.',
  );
  expect(
    linkOf(explanation, /compares 1 of 5 = 0\.20, not greater than 0\.20, and goes on/).facts,
  ).toMatchObject({ counted: 1, slots: 5, ratio: 0.2, limit: 0.2 });
  expect(sentences(explanation).some((each) => each.includes('"task: non-zero exit (1)"'))).toBe(true);
  expect(explanation.next).toBe('One more counted failure makes 0.40 and triggers rollback.');
});

test('E6: the second failure is one too many, and the updater rolls back', () => {
  const explanation = explained(
    { managers: 1, workers: 5 },
    (lab) => {
      failingOn(['worker1', 'worker2', 'worker3', 'worker4', 'worker5'])(lab);
      lab.untilUpdate('app', 'rollback_completed');
    },
    'app',
  );
  expect(explanation.line).toBe('The updater rolls app back: 2 of 5 updated tasks failed, 0.40 > 0.20.');
  expect(explanation.chain[0]?.root).toBe('command');
  expect(sentences(explanation)).toContain(
    'The updater compares 2 of 5 = 0.40, greater than 0.20: failure action rollback.',
  );
  expect(explanation.next).toBe('Nothing: the rollback is over.');
});

test('E7: without a majority nobody leads, and docker gives two kinds of errors', () => {
  const swarm = play({ managers: 3, workers: 2 }, (lab) => {
    lab.service.create('web', { image: 'nginx:1.27', replicas: 2, ...onWorkers });
    lab.untilConverged();
    lab.crash('manager2', 'manager3');
    lab.wait('5s');
    lab.node.ls();
    lab.until('nobody to lead', () => lab.leader() === undefined);
    lab.refusal(() => lab.node.ls());
    lab.wait('15s');
    lab.refusal(() => lab.node.ls());
  });
  const record = RunRecord.of(swarm.world);
  const explanation = explainIn(record, 'leader');
  expect(explanation.line).toBe('No manager leads: manager1 alone is 1 of 3 managers; 2 are needed.');
  expect(explanation.chain[0]).toMatchObject({
    root: 'fault',
    sentence: 'manager2 and manager3 fall silent: 2 injected faults.',
  });
  const order = [
    /^manager1 answers a list from its own copy/,
    /^manager1 finds too few of 3 managers at its quorum check and steps down; 2 are needed\.$/,
    /^manager1 asks for votes (once|\d times) in vain, up to term \d+\.$/,
    /^manager1 refuses a command: "context deadline exceeded"\.$/,
    /^manager1 refuses a command: "The swarm does not have a leader\. .*"\.$/,
  ].map((pattern) => explanation.chain.indexOf(linkOf(explanation, pattern)));
  expect(order).toEqual([1, 2, 3, 4, 5]);
  const steps = linkOf(explanation, /steps down/);
  const sinceCrash = steps.at - Number(explanation.since?.at);
  expect(sinceCrash).toBeGreaterThanOrEqual(9 * second);
  expect(sinceCrash).toBeLessThanOrEqual(20.1 * second);
  expect(explanation.youCan).toContain('docker swarm init --force-new-cluster');
  // What a stopped swarm believes is told as a belief.
  expect(explainIn(record, 'web').line).toBe(
    'web stays as it is, for no manager leads: 2 of 2 ran by the last record.',
  );
  expect(explainIn(record, 'worker1').line).toMatch(
    /^The last record says worker1 is ready; no manager leads/,
  );
});

test('E8: a manager that was cut off comes back with a higher term, and the leader gives up', () => {
  const explanation = explained(
    { managers: 5, workers: 1 },
    (lab) => {
      lab.wait('10s');
      lab.isolate('manager5');
      lab.wait('80s');
      lab.heal();
      lab.until('manager1 to give up', () => lab.leader() !== 'manager1');
      lab.untilLeader();
    },
    'election 2',
  );
  const [, , up] = /^manager1 gives up term (\d+) for term (\d+); /.exec(explanation.line) ?? [];
  const alone = linkOf(
    explanation,
    /^manager5 campaigns \d times in vain \(timers [\d, ]+ s\), up to term \d+\.$/,
  );
  // Every campaign is one term.
  expect(Number(up)).toBe(2 + Number(alone.facts.campaigns));
  const timers = (/timers ([\d, ]+) s/.exec(alone.sentence)?.[1] ?? '').split(', ').map(Number);
  for (const timer of timers) {
    expect(timer).toBeGreaterThanOrEqual(10);
    expect(timer).toBeLessThanOrEqual(19);
  }
  expect(sentences(explanation)).toContain('The network cuts off manager5: an injected fault.');
  expect(sentences(explanation)).toContain('Every cut is mended: an injected fault.');
  expect(sentences(explanation)).toContain(
    `manager1 gives up leadership of term 2: a message from manager5 comes with term ${up}.`,
  );
  const wins = linkOf(explanation, /wins the election of term \d+ with \d of 5 votes/);
  expect(Number(wins.facts.votes)).toBeGreaterThanOrEqual(3);
  expect(linkOf(explanation, /election timer draws 1\d of 10–19 s/).root).toBe('draw');
});

test('E8: a leader that loses power is followed by the manager whose timer ends first', () => {
  const explanation = explained(
    { managers: 3, workers: 1 },
    (lab) => {
      lab.wait('10s');
      lab.crash('manager1');
      lab.until('another leader', () => (lab.leader() ?? 'manager1') !== 'manager1');
    },
    'leader',
  );
  const [, winner] =
    /^(manager[23]) wins term 3 with 2 of 3 votes: its timer ends first\.$/.exec(explanation.line) ?? [];
  expect(winner).toBeDefined();
  expect(explanation.since?.what).toBe('the crash');
  const heard = linkOf(explanation, /hears its leader manager1 for the last time/);
  const asks = linkOf(explanation, /asks for votes in term 3/);
  const draw = linkOf(explanation, /election timer draws/);
  expect(asks.root).toBe('timer');
  // The timer counts ticks of 1 s since the leader was heard; the tick under way counts too.
  const waited = (asks.at - heard.at) / second;
  expect(waited).toBeLessThanOrEqual(Number(draw.facts.drawn));
  expect(waited).toBeGreaterThan(Number(draw.facts.drawn) - 1);
});

test('a leader that is demoted hands over, and the chain begins at the command', () => {
  const explanation = explained(
    { managers: 3, workers: 1 },
    (lab) => {
      lab.wait('10s');
      lab.node.demote('manager1');
      lab.until('another leader', () => (lab.leader() ?? 'manager1') !== 'manager1');
    },
    'leader',
  );
  const [, winner] =
    /^(manager[23]) wins term 3 with [23] of 3 votes: manager1 hands over to it\.$/.exec(explanation.line) ??
    [];
  expect(winner).toBeDefined();
  expect(explanation.chain[0]).toMatchObject({
    root: 'command',
    sentence: 'The operator types "docker node update --role worker manager1" on manager1.',
  });
  expect(sentences(explanation)).toContain(`manager1 tells ${winner} to campaign at once.`);
});

test('a task that fails again and again is told by its latest life', () => {
  const swarm = play({ managers: 1, workers: 2 }, (lab) => {
    lab.image('p:1', { pull: 'missing' });
    lab.service.create('p', { image: 'p:1' });
    lab.wait('20s');
  });
  const explanation = explain(swarm.world, 'p.1');
  expect(explanation.line).toMatch(/^p\.1 is rejected on worker\d: "manifest for p:1 not found: .*"\.$/);
  expect(explanation.chain).toHaveLength(6);
  expect(explanation.chain[0]?.root).toBe('command');
  expect(Number(explanation.chain.at(-1)?.at)).toBeGreaterThan(17 * second);
  expect(explanation.next).toBe('The restart supervisor replaces it when its own restart delay is over.');
});

test('the past of a task that has failed a thousand times is walked to its root', () => {
  const swarm = play({ managers: 1, workers: 1 }, (lab) => {
    lab.image('p:1', { pull: 'missing' });
    lab.service.create('p', { image: 'p:1', restart: { delay: '1s' } });
    lab.wait('18m');
  });
  const explanation = explain(swarm.world, 'p.1');
  expect(explanation.chain).toHaveLength(6);
  expect(explanation.chain[0]?.sentence).toBe(
    'The operator types "docker service create --name p" on manager1.',
  );
});

test('E9: an update waits in a circle, for start-first and a port of the host exclude each other', () => {
  const swarm = play({ managers: 1, workers: 3 }, (lab) => {
    lab.service.create('edge', {
      image: 'edge:1',
      replicas: 3,
      ...onWorkers,
      publish: ['80:80/tcp/host'],
      update: { order: 'start-first', failureAction: 'rollback' },
    });
    lab.untilConverged();
    lab.service.update('edge', { image: 'edge:2' });
    lab.wait('60s');
  });
  const explanation = explain(swarm.world, 'edge');
  expect(explanation.line).toBe(
    'The update of edge waits for edge.1 (new), which waits for a port held by edge.1 (old).',
  );
  const busy = linkOf(explanation, /^The scheduler finds host port tcp\/80 busy: /);
  for (const slot of [1, 2, 3]) expect(busy.sentence).toContain(`edge.${slot} on worker`);
  expect(busy.facts.holders).toBe(3);
  expect(sentences(explanation).join(' ')).toContain('host-mode port already in use on 3 nodes');
  expect(explanation.rule?.text).toContain('Pending is not a failure');
  expect(explanation.youCan).toContain('--update-order stop-first');
  const [, ...reasons] = explain(swarm.world, 'edge.1').nodes ?? [];
  for (const { rejected } of reasons) expect(rejected).toContain('host port in use');
});

test('E9: an update waits for a task that waits for a node, also when nobody wants it any more', () => {
  const small = { managers: 1, workers: 2, nodes: { worker1: { cpus: 1 } } };
  const update = (lab: Lab) => {
    lab.service.create('agent', { image: 'agent:1', mode: 'global', ...onWorkers });
    lab.untilConverged();
    lab.service.update('agent', { reserveCpus: 2 });
    lab.wait('2m');
  };
  const waiting = explained(small, update, 'agent');
  expect(waiting.line).toBe('The update of agent waits for agent.worker1: insufficient resources on 1 node.');
  expect(waiting.chain[0]?.root).toBe('command');
  expect(sentences(waiting)).toContain('The scheduler finds 1 of 2 CPU unreserved on worker1.');
  expect(waiting.rule?.reference).toBe('R-O80');
  expect(waiting.ifOnly).toBe('With 1 CPU more free, worker1 takes agent.worker1.');
  const drained = explained(
    small,
    (lab) => {
      update(lab);
      lab.node.update('worker1', { availability: 'drain' });
      lab.wait('1m');
    },
    'agent',
  );
  expect(drained.line).toBe(
    'The update of agent waits for agent.worker1, which nobody wants and no node takes.',
  );
});

test('E10: a machine that hears no manager keeps its container, and a second runs elsewhere', () => {
  let host = '';
  const swarm = play({ managers: 1, workers: 2 }, (lab) => {
    lab.node.update('manager1', { availability: 'drain' });
    lab.service.create('counter', { image: 'counter:1' });
    lab.untilConverged();
    host = lab.running('counter')[0]?.node ?? '';
    lab.wait('30s');
    lab.isolate(host);
    lab.untilNode(host, 'down');
    lab.untilConverged();
  });
  const other = host === 'worker1' ? 'worker2' : 'worker1';
  const explanation = explain(swarm.world, 'counter.1');
  expect(explanation.line).toBe(`counter.1 runs twice: ${host} cannot hear the managers and keeps its copy.`);
  expect(sentences(explanation)).toEqual([
    `The network cuts off ${host}: an injected fault.`,
    `The dispatcher marks ${host} down.`,
    'The orchestrator creates counter.1 with counter:1.',
    `The agent of ${other} runs counter.1.`,
    `The agent of ${host} still runs counter.1: its last orders say so.`,
  ]);
  expect(explanation.rule?.tag).toBe('docs');
});

test('of a node nobody leads: why-not says that (R-R3)', () => {
  const swarm = play({ managers: 2, workers: 1 }, (lab) => {
    lab.service.create('agent', { image: 'a:1', mode: 'global', ...onWorkers });
    lab.untilConverged();
    lab.crash('manager2');
    lab.wait('1m');
  });
  expect(explain(swarm.world, 'why-not manager1 for agent').line).toMatch(/, for no manager leads: /);
});

test('a drained volume takes its task with it, and the command is told', () => {
  const swarm = play({ managers: 1, workers: 1 }, (lab) => {
    lab.clusterVolume.create('pg', { driver: 'disks' });
    lab.service.create('db', {
      image: 'db:1',
      mounts: ['type=cluster,source=pg,target=/data'],
      restart: { condition: 'none' },
    });
    lab.untilConverged();
    lab.clusterVolume.update('pg', 'drain');
    lab.until('the task to be rejected', () => lab.tasks('db')[0]?.state === 'rejected');
  });
  expect(sentences(explain(swarm.world, 'db.1'))).toEqual([
    'The operator types "docker volume update pg" on manager1.',
    'The volume enforcer rejects db.1: "attached to volume which is being drained".',
  ]);
});

test('a task between two lives says how long it waits', () => {
  const explanation = explained(
    { managers: 1, workers: 1 },
    (lab) => {
      lab.image('c:1', { exits: { after: '1s', code: 3 } });
      lab.service.create('c', { image: 'c:1', restart: { delay: '30s' } });
      lab.until('a failure', () => lab.tasks('c').some(({ state }) => state === 'failed'));
      lab.wait('5s');
    },
    'c.1',
  );
  expect(explanation.line).toBe('c.1 waits for its restart delay of 30.0 s, or for its predecessor to stop.');
  expect(explanation.chain[0]?.sentence).toBe('c.1 ends 1.0 s after its start.');
});

test('explaining changes nothing, and says the same later of what has passed', () => {
  const script = (explains: boolean) => (lab: Lab) => {
    webOnWorkers(lab);
    lab.crash('manager1');
    lab.untilLeader();
    if (explains) lab.explain('election 2');
    lab.wait('1m');
    lab.restart('manager1');
    lab.wait('1m');
  };
  const cluster = { managers: 3, workers: 2 };
  const asked = play(cluster, script(true));
  expect(asked.world.digest).toBe(play(cluster, script(false)).world.digest);
  let first = '';
  const later = play(cluster, (lab) => {
    webOnWorkers(lab);
    lab.crash('manager1');
    lab.until('another leader', () => (lab.leader() ?? 'manager1') !== 'manager1');
    first = JSON.stringify(lab.explain('election 2'));
    lab.wait('2m');
    lab.crash(lab.leader() ?? '');
    lab.wait('1m');
  });
  expect(JSON.stringify(explain(later.world, 'election 2'))).toBe(first);
});

test('a scenario tells its explanations in the story', () => {
  const { outcome, lines } = playScenario({ managers: 1, workers: 2 }, (lab) => {
    lab.service.create('web', { image: 'nginx:1.27', replicas: 2, ...onWorkers });
    lab.untilConverged();
    expect(lab.explain('web.2').subject).toBe('web.2');
  });
  expect(outcome.passed).toBe(true);
  expect(lines.at(-1)).toMatchObject({ kind: 'say' });
  expect(lines.at(-1)?.text).toMatch(/^The scheduler puts web\.2 on worker/);
});

test('a run that stands still at a moment with more to come is made again to the same moment', () => {
  for (const seconds of ['30s', '5s', '3333ms', '1us']) {
    const { world } = play({ managers: 3, workers: 1 }, (lab) => lab.wait(seconds));
    const record = RunRecord.of(world);
    expect([record.world.digest, record.world.now, record.world.handled]).toEqual([
      world.digest,
      world.now,
      world.handled,
    ]);
  }
  const between = play({ managers: 3, workers: 1 }, (lab) => lab.wait('30s'));
  // A step that leaves what else is due at the same time.
  for (let i = 0; i < 40; i++) {
    between.world.step();
    expect(RunRecord.of(between.world).world.digest).toBe(between.world.digest);
  }
});

test('an unknown subject is refused in one sentence that lists what there is', () => {
  const swarm = play({ managers: 1, workers: 1 }, webOnWorkers);
  expect(() => explain(swarm.world, 'wbe')).toThrow(
    /nothing to explain is called "wbe"; there are leader, election, election 1, last, manager1, worker1, web, web\.1, .* and web\.6$/,
  );
});
