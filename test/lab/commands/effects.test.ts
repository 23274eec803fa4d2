// What each command of the lab does to the world, or tells of it.

import { beforeEach, describe, expect, test } from 'vitest';
import { Stage } from './stage.ts';

let stage: Stage;
const fine = { exitCode: 0, out: '', err: '' };

/** Runs lines that all go well and say nothing. */
function quietly(...lines: readonly string[]): void {
  for (const line of lines) expect(stage.lab(line), line).toEqual(fine);
}

function webOnPort8080(replicas = 3): void {
  stage.docker(`service create -d --name web --replicas ${replicas} -p 8080:80 nginx`);
  quietly('wait converged web');
}

const world = () => stage.session.swarm.world;
const time = () => world().now;

describe('machines', () => {
  beforeEach(() => {
    stage = new Stage(3, 2);
  });

  test('crash, restart', () => {
    quietly('crash worker1 worker2');
    expect([world().isUp('worker1'), world().isUp('worker2'), world().isUp('manager1')]).toEqual([
      false,
      false,
      true,
    ]);
    quietly('wait node worker1 down', 'restart worker1', 'wait node worker1 ready');
    expect([world().isUp('worker1'), world().isUp('worker2')]).toEqual([true, false]);
  });

  test('pause, resume', () => {
    quietly('pause manager1', 'wait node manager1 unknown');
    expect(world().isPaused('manager1')).toBe(true);
    expect(stage.lab('status').out).toMatch(/^manager1 +frozen/m);
    quietly('resume manager1', 'wait node manager1 ready');
    expect(world().isPaused('manager1')).toBe(false);
  });

  test('wipe', () => {
    quietly('volume worker1 data key value', 'wait 1s', 'crash worker1', 'restart worker1');
    expect(stage.lab('volume worker1 data key').out).toBe('value\n');
    quietly('crash worker1', 'wipe worker1', 'restart worker1');
    expect(stage.lab('volume worker1 data').err).toBe('lab volume: worker1 has no volume data\n');
  });

  test('isolate, partition, cut, heal', () => {
    quietly('isolate worker1', 'wait node worker1 down', 'heal', 'wait node worker1 ready');
    quietly(
      'partition manager1,manager2,manager3,worker1 worker2',
      'wait node worker2 down',
      'expect node worker1 ready',
    );
    quietly('heal', 'wait node worker2 ready');
    // What it sends is lost, though all reaches it.
    quietly(
      'cut worker1 manager1,manager2,manager3',
      'wait node worker1 down',
      'heal',
      'wait node worker1 ready',
    );
  });

  test('close-port, open-port', () => {
    webOnPort8080();
    quietly('close-port worker1 8080/tcp');
    expect(stage.lab('load worker1:8080 --for 1s').out).toContain('answered  0\n');
    quietly('open-port worker1 8080');
    expect(stage.lab('load worker1:8080 --for 1s --most-failed 0').exitCode).toBe(0);
  });

  test('link', () => {
    quietly(
      'link worker1,worker2 manager1,manager2,manager3 --loss 100',
      'wait node worker1 down',
      'expect node worker2 down',
    );
    quietly(
      'link worker1,worker2 manager1,manager2,manager3 --loss 0 --latency 20ms --jitter 5ms',
      'wait node worker1 ready',
    );
  });

  test('clock', () => {
    // Half as fast, its heartbeats come too late.
    quietly(
      'clock worker1 --percent 10',
      'wait node worker1 down',
      'clock worker1',
      'wait node worker1 ready',
    );
    quietly('clock worker1 --offset 1h', 'wait 30s', 'expect node worker1 ready');
    expect(stage.lab('story --last 9').out).toContain('the clock of worker1 jumps by 1h0m0s');
  });

  test('node add, node remove', () => {
    quietly(
      'node add worker3',
      'wait node worker3 ready',
      'node add --role manager manager4',
      'wait node manager4 ready',
    );
    expect(stage.docker('node ls --filter role=manager -q').out.split('\n')).toHaveLength(5);
    expect(stage.docker('--context worker3 info --format {{.Swarm.LocalNodeState}}').out).toBe('active\n');
    quietly('node add --role none spare');
    expect(stage.docker('--context spare info --format {{.Swarm.LocalNodeState}}').out).toBe('inactive\n');
    quietly('node remove worker3', 'wait node worker3 down');
    expect(stage.docker('node rm worker3')).toEqual({ exitCode: 0, out: 'worker3\n', err: '' });
    quietly('restart worker3');
    expect(stage.docker('--context worker3 info --format {{.Swarm.LocalNodeState}}').out).toBe('inactive\n');
  });
});

describe('the stage', () => {
  beforeEach(() => {
    stage = new Stage(1, 2);
  });

  test('cluster', () => {
    quietly(
      'cluster --managers 2 --workers 1 --label worker1:zone=a,worker1:disk=ssd --engine-label worker1:kind=big --cpus worker1=8 --memory worker1=16g --platform worker1=linux/arm64',
    );
    expect(stage.docker('node ls --format {{.Hostname}}').out).toBe('manager1\nmanager2\nworker1\n');
    expect(
      stage.docker(
        "node inspect worker1 --format '{{.Spec.Labels}} {{.Description.Engine.Labels}} {{.Description.Resources}} {{.Description.Platform}}'",
      ).out,
    ).toBe('map[disk:ssd zone:a] map[kind:big] {8000000000 17179869184 []} {arm64 linux}\n');
    quietly('cluster --managers 1 --workers 1 --fresh --seed other');
    expect(stage.docker('info --format {{.Swarm.LocalNodeState}}').out).toBe('inactive\n');
    expect(stage.lab('seed').out).toBe('other\n');
  });

  test('seed', () => {
    expect(stage.lab('seed').out).toBe('7\n');
    const begun = stage.digest;
    quietly('wait 10s', 'seed 8');
    expect(stage.lab('seed').out).toBe('8\n');
    expect(stage.digest).not.toBe(begun);
    quietly('seed 7');
    expect(stage.digest).toBe(begun);
  });

  test('draw', () => {
    const drawn = Array.from({ length: 50 }, () => stage.lab('draw 3').out);
    expect([...new Set(drawn)].sort()).toEqual(['0\n', '1\n', '2\n']);
  });

  describe('image', () => {
    const error = (service: string) =>
      stage.docker(`service ps ${service} --no-trunc --format '{{.CurrentState}} {{.Error}}'`).out;
    const create = (image: string): string => {
      stage.docker(`service create -d --name app --restart-condition none ${image}`);
      quietly('wait 10s');
      return error('app');
    };

    test('missing and denied', () => {
      quietly('image app:1 --missing');
      expect(create('app:1')).toMatch(/^Rejected .* "manifest for app:1 not found: manifest unknown/);
      quietly('image app:2 --denied');
      stage.docker('service update -d --image app:2 app');
      quietly('wait 10s');
      expect(error('app')).toMatch(/^Rejected .* "pull access denied for app, repository does not exist/);
    });

    test('private, for those who are logged in and send that along', () => {
      quietly('image registry.example.com/app:1 --private');
      const { exitCode } = stage.docker('login -u me -p secret registry.example.com');
      expect(exitCode).toBe(0);
      expect(create('registry.example.com/app:1')).toMatch(/^Rejected .*pull access denied/);
      stage.docker('service update -d --with-registry-auth --force app');
      quietly('wait converged app');
    });

    test('another content is another image under the same tag', () => {
      const digest = () =>
        stage.docker("service inspect app --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}'").out;
      create('app:1');
      const plain = digest();
      quietly('image app:1 --content two');
      stage.docker('service update -d --force app');
      quietly('wait 1s');
      expect(digest(), 'the service holds the digest of its creation').toBe(plain);
      stage.docker('service update -d --image app:1 app');
      expect(digest()).toMatch(/^app:1@sha256:/);
      expect(digest()).not.toBe(plain);
      quietly('image app:1', 'wait 1s');
      stage.docker('service update -d --image app:1 app');
      expect(digest()).toBe(plain);
    });

    test('exit code and delay', () => {
      quietly('image app:1 --exit 3 --after 5s');
      expect(create('app:1')).toMatch(/^Failed .* "task: non-zero exit \(3\)"/);
    });

    test('unhealthy', () => {
      quietly('image app:1 --unhealthy');
      stage.docker('service create -d --name app --restart-condition none app:1');
      quietly('wait 1m');
      expect(error('app')).toMatch(/^Failed .*unhealthy/);
    });

    test('a start error', () => {
      quietly("image app:1 --start-error 'no such program'");
      expect(create('app:1')).toMatch(/^Failed .*starting container failed: no such program/);
    });

    test('pull time', () => {
      quietly('image app:1 --pull 30s');
      expect(create('app:1')).toMatch(/^Preparing /);
      quietly('wait converged app');
      expect(time()).toBeGreaterThan(30_000_000);
    });

    test('on one machine alone', () => {
      quietly('image app:1 --missing --on worker1');
      stage.docker('service create -d --name app --mode global app:1');
      quietly('wait 20s', 'expect tasks app 0 worker1', 'expect tasks app 1 worker2');
    });

    test('how it answers, and what it writes', () => {
      quietly('image app:1 --error-percent 100 --serves-in 10ms --log hello --log world');
      stage.docker('service create -d --name app -p 80:80 app:1');
      quietly('wait converged app');
      expect(stage.lab('load worker1:80 --for 1s').out).toContain('HTTP errors: 11');
      expect(stage.docker('service logs --raw app').out).toBe('hello\nworld\n');
    });
  });

  test('registry', () => {
    quietly('registry down');
    stage.docker('service create -d --name web nginx');
    quietly('wait 20s', 'expect converged web --not', 'registry up', 'wait converged web');
  });

  test('volume', () => {
    quietly('volume worker1 data key value');
    expect(stage.lab('volume worker1 data')).toEqual({ ...fine, out: 'data\n' });
    expect(stage.lab('volume worker1 data key')).toEqual({ ...fine, out: 'value\n' });
    expect(stage.lab('volume worker1 data other').exitCode).toBe(1);
    expect(stage.lab('volume worker2 data').exitCode).toBe(1);
  });

  test('load', () => {
    webOnPort8080();
    expect(stage.lab('load worker1:8080 --rate 30 --for 2s --most-failed 0').out).toMatch(
      /^sent {6}61\nanswered {2}61\nfailed {4}0\n {2}by web.1: \d+\n {2}by web.2: \d+\n {2}by web.3: \d+\n$/,
    );
    const { exitCode, out, err } = stage.lab('load worker1:9999 --for 1s --most-failed 10');
    expect(out).toContain('sent      11\nanswered  0\nfailed    11\n  refused: 11\n');
    expect([exitCode, err]).toEqual([1, 'lab load: 11 requests failed, and at most 10 may\n']);
  });

  test('load from a container, to the name of a service', () => {
    stage.docker('network create -d overlay inside');
    stage.docker('service create -d --name db --network inside postgres');
    stage.docker('service create -d --name web --network inside nginx');
    quietly('wait converged');
    expect(stage.lab('load db --from web.1 --for 1s --most-failed 0').out).toContain('by db.1: 11\n');
  });

  test('balancer', () => {
    webOnPort8080();
    quietly(
      'balancer front worker1:8080 worker2:8080 --health-every 500ms',
      'wait 5s',
      'crash worker1',
      // Until then worker2 sends requests to tasks that were on worker1.
      'wait node worker1 down',
      'wait converged web',
    );
    expect(stage.lab('load front --for 2s --most-failed 0').exitCode).toBe(0);
  });
});

describe('time', () => {
  beforeEach(() => {
    stage = new Stage(3, 1);
  });

  test('wait for so long', () => {
    const begun = time();
    quietly('wait 1m30s');
    expect(time() - begun).toBe(90_000_000);
  });

  test('wait ends as soon as it is so', () => {
    quietly('crash manager1', 'wait leader');
    expect(stage.session.lab.leader()).toMatch(/^manager[23]$/);
    const begun = time();
    quietly('wait leader', 'wait converged', 'wait node worker1 ready');
    expect(time()).toBe(begun);
  });

  test('wait for an update', () => {
    webOnPort8080(2);
    stage.docker('--context manager2 service update -d --image nginx:2 --update-delay 5s web');
    quietly('wait update web updating', 'wait update web completed', 'expect update web completed');
  });

  test('wait in vain', () => {
    const begun = time();
    const { exitCode, err } = stage.lab('wait node worker1 down --timeout 20s');
    expect([exitCode, time() - begun]).toEqual([1, 20_000_000]);
    expect(err).toMatch(/^lab wait: at \S+: waited 20s \(from \S+\) for node worker1 to be down, in vain\n$/);
  });

  test.each(['wait 1h', 'wait node worker1 down --timeout 1h', 'load worker1:80 --for 1h'])(
    'Ctrl-C ends %s',
    (line) => {
      stage.interrupted = true;
      const begun = time();
      expect(stage.lab(line).exitCode).toBe(130);
      expect(time() - begun).toBeLessThan(1_000_000);
    },
  );
});

describe('looking', () => {
  beforeEach(() => {
    stage = new Stage(1, 1);
    webOnPort8080(2);
  });

  test('expect', () => {
    quietly(
      'expect leader',
      'expect leader manager1',
      'expect converged',
      'expect converged web',
      'expect node worker1 ready',
      'expect node worker1 down --not',
      'expect tasks web 2',
      'expect tasks web 1 worker1',
    );
    expect(stage.session.kept).toBe(8);
    for (const [line, found] of [
      ['leader --not', 'expected not leader, found manager1'],
      ['leader worker1', 'expected leader worker1, found manager1'],
      ['converged web --not', 'expected not converged web, found that it has'],
      ['node worker1 down', 'expected node worker1 down, found ready'],
      ['tasks web 3', 'expected tasks web 3, found 2'],
      ["tasks web 3 --say 'there are three'", 'expected there are three, found 2'],
      ['update web completed', 'expected update web completed, found none'],
    ]) {
      const { exitCode, err } = stage.lab(`expect ${line}`);
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^lab expect: at \S+: /);
      expect(err).toContain(`${found}\n`);
    }
    expect(stage.session.kept).toBe(8);
    expect(stage.lab('story --last 1').out).toContain('tasks web 1 worker1');
  });

  test('status', () => {
    const { out } = stage.lab('status');
    expect(out).toMatch(/^time {4}\S+\nseed {4}7\nleader {2}manager1\n/);
    expect(out).toMatch(/^worker1 +on +ready +active +web\.\d$/m);
    expect(out).toMatch(/^web +2 +yes/m);
    quietly('crash manager1');
    expect(stage.lab('status').out).toMatch(/leader {2}\(none\)[\s\S]*^manager1 +off/m);
  });

  test('story', () => {
    quietly('crash worker1');
    expect(stage.lab('story --last 1').out).toMatch(/fault +worker1 loses power\n$/);
    expect(stage.lab('story --last 0').out).toBe('');
    expect(stage.lab('story').out.split('\n').length).toBeLessThanOrEqual(21);
    expect(stage.lab('story --all').out).toMatch(/web +is created/);
  });

  test('log', () => {
    const log = (line: string) => stage.lab(`log ${line}`).out.trimEnd().split('\n');
    const [head = '', ...entries] = log('--last 1000');
    expect(head).toMatch(/^INDEX +TERM +STATE +HELD BY +CHANGES$/);
    expect(log('').length, 'a header and twenty entries, some of two lines').toBeGreaterThan(20);
    expect(log('-n 1').at(-1)?.split(/ {2,}/).at(-1)).toBe(entries.at(-1)?.split(/ {2,}/).at(-1));
    expect(entries.join('\n')).toMatch(/^\d+ +\d+ +applied +manager1 +service web: created$/m);
    expect(log('-n 0').length).toBe(1);
    expect(stage.lab('log worker1').err).toBe(
      'lab log: worker1 is no manager that runs: it has no log to show\n',
    );
    stage.docker('service create -d --name many --replicas 40 nginx');
    quietly('wait 10s');
    expect(log('-n 1000').join('\n')).toMatch(/ task many\.\d+: created\n +\.\.\. and 35 more$/m);
    quietly('crash manager1');
    expect(stage.lab('log').err).toBe(
      'lab log: there is no leader: say whose log, as in `lab log manager1`\n',
    );
  });

  test('explain and why-not', () => {
    expect(stage.lab('explain leader').out).toMatch(/^manager1 leads/);
    expect(stage.lab('explain web.1').out).toContain('[command]');
    const placement = stage.lab('explain placement web.1').out;
    expect(placement).toMatch(/manager1[\s\S]*worker1/);
    expect(stage.lab('why-not web.1').out).toBe(placement);
    const { digest } = stage;
    const [here, there] =
      placement.includes('web.1 runs on worker1') || /worker1 +.*chosen/.test(placement)
        ? ['worker1', 'manager1']
        : ['manager1', 'worker1'];
    expect(stage.lab(`why-not ${there} web.1`).out).toContain(here);
    expect(stage.digest, 'whoever looks changes nothing').toBe(digest);
  });
});

describe('worlds', () => {
  beforeEach(() => {
    stage = new Stage(1, 1);
  });

  test.each([
    ['fork', 'other'],
    ['save', 'world.json'],
  ])('%s, load-world', (keep, name) => {
    webOnPort8080(2);
    const { digest } = stage;
    quietly(`${keep} ${name}`, 'crash worker1', 'wait 30s');
    const without = stage.digest;
    expect(without).not.toBe(digest);
    quietly(`load-world ${name}`);
    expect(stage.digest).toBe(digest);
    quietly('crash worker1', 'wait 30s');
    expect(stage.digest).toBe(without);
  });

  test('a file that is no world', () => {
    stage.files.set('notes', 'hello');
    const { digest } = stage;
    expect(stage.lab('load-world notes').err).toBe(
      'lab load-world: this is no saved session: it is not JSON\n',
    );
    expect(stage.digest).toBe(digest);
  });
});
