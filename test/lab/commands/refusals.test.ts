// What the lab command refuses: in one sentence that names the command, and with the world left as it was.

import { beforeAll, describe, expect, test } from 'vitest';
import { Stage } from './stage.ts';

describe('a line that is no command ends with 2', () => {
  const stage = new Stage(1, 1);

  test.each([
    ['frobnicate', 'lab: frobnicate is no command of lab; lab --help lists them'],
    ['--version', 'lab: --version is no command of lab'],
    ['node frobnicate', 'lab: frobnicate is no command of lab node; lab node --help lists them'],
    ['crash', 'lab crash: it takes at least 1 argument, not 0'],
    ['heal now', 'lab heal: it takes 0 arguments, not 1'],
    ['seed a b', 'lab seed: it takes at most 1 argument, not 2'],
    ['node add', 'lab node add: it takes 1 argument, not 0'],
    ['volume worker1', 'lab volume: it takes at least 2 arguments, not 1'],
    ['cluster --nodes 3', 'lab cluster: unknown flag: --nodes'],
    ['wait leader --timeout', 'lab wait: flag needs an argument: --timeout'],
    ['cluster --managers 0', 'it is a whole number from 1 to 100'],
    ['cluster --managers -1', 'it is a whole number from 1 to 100'],
    ['cluster --managers 1e9', 'it is a whole number from 1 to 100'],
    ['cluster --managers x', 'it is a whole number from 1 to 100'],
    ['cluster --managers 3.5', 'it is a whole number from 1 to 100'],
    ['cluster --managers 03', 'it is a whole number from 1 to 100'],
    ['cluster --workers -1', 'it is a whole number from 0 to 1000'],
    ['cluster --workers 1000000', 'it is a whole number from 0 to 1000'],
    ["cluster --seed ''", 'a seed is any text but the empty one'],
    ['load worker1:80 --rate 0', 'it is a whole number from 1 to 10000'],
    ['load worker1:80 --rate 1e9', 'it is a whole number from 1 to 10000'],
    ['load worker1:80 --for 0s', 'it is more than nothing'],
    ['load worker1:80 --for -5s', 'it is more than nothing'],
    ['load worker1:80 --for 5', 'it is a duration such as'],
    ['load worker1:80 --timeout 0s', 'it is more than nothing'],
    ['load worker1:80 --most-failed -1', 'it is a whole number from 0'],
    ['link manager1 worker1 --loss -5', 'it is a number from 0 to 100'],
    ['link manager1 worker1 --loss 100.1', 'it is a number from 0 to 100'],
    ['link manager1 worker1 --loss 0.01', 'with one decimal at most'],
    ['link manager1 worker1 --latency -5ms', 'it is not negative'],
    ['link manager1 worker1 --jitter 99999h', 'it is 24000h at most'],
    ['clock worker1 --percent -5', 'it is a number from 1 to 1000'],
    ['clock worker1 --percent 0', 'it is a number from 1 to 1000'],
    ['clock worker1 --percent 1e300', 'it is a number from 1 to 1000'],
    ['clock worker1 --offset -99999h', 'it is 24000h at most'],
    ['story --last -1', 'it is a whole number from 0'],
    ['log manager1 manager2', 'lab log: it takes at most 1 argument, not 2'],
    ['log --last x', 'it is a whole number from 0'],
    ['wait leader --timeout -1s', 'it is not negative'],
    ['image nginx --exit 256', 'it is a whole number from 0 to 255'],
    ['image nginx --pull -3s', 'it is not negative'],
    ['image nginx --stop never', 'it is a duration such as'],
    ['image nginx --error-percent 200', 'it is a number from 0 to 100'],
    ['balancer front worker1:80 --port 0', 'it is a whole number from 1 to 65535'],
    ['balancer front worker1:80 --health-every 0s', 'it is more than nothing'],
    ['balancer front worker1:80 --rise 0', 'it is a whole number from 1 to 1000'],
  ])('%s', (line, why) => {
    const before = stage.digest;
    const { exitCode, out, err } = stage.lab(line);
    expect(err).toContain(why);
    expect(err.split('\n').length, 'a sentence, and for what is a command its usage').toBeLessThanOrEqual(3);
    expect([exitCode, out]).toEqual([2, '']);
    expect(stage.digest).toBe(before);
  });
});

describe('what cannot be done ends with 1', () => {
  let stage: Stage;
  beforeAll(() => {
    stage = new Stage(1, 2);
    stage.docker('service create -d --name web --replicas 2 -p 8080:80 nginx');
    stage.lab('wait converged web');
    stage.lab('crash worker2');
  });

  const nosuch = 'there is no machine nosuch; there are ';
  test.each([
    ['crash nosuch', nosuch],
    ['crash worker1 nosuch', nosuch],
    ['isolate worker1 nosuch', nosuch],
    ['pause worker2', 'worker2 is off: `lab restart worker2` turns it on'],
    ['pause worker1 worker2', 'worker2 is off: `lab restart worker2` turns it on'],
    ['resume worker2', 'worker2 is off: `lab restart worker2` turns it on'],
    ['wipe worker2 worker1', 'worker1 is on: `lab crash worker1` turns it off first'],
    ['partition manager1 nosuch', nosuch],
    ['partition worker1 worker1,worker2', 'worker1 is in two groups: it can be in one alone'],
    ['partition worker1, worker2', 'machines are named with commas between them'],
    ['cut worker1 nosuch', nosuch],
    ['link worker1 worker2', 'say what the link is like: --latency'],
    ['link worker1 worker1 --loss 1', 'worker1 has no link to itself'],
    ['link , worker1 --loss 1', 'machines are named with commas between them'],
    ['close-port worker1 99999', 'a port is a number from 1 to 65535, not 99999'],
    ['close-port worker1 http', 'a port must be like 4789/udp or 7946, not "http"'],
    ['open-port nosuch 80', nosuch],
    ['clock nosuch --percent 200', nosuch],
    ['cluster --cpus worker1=-4', '--cpus is like worker1=8, at most 1024, not "worker1=-4"'],
    ['cluster --memory worker1=much', "invalid size: 'much'"],
    ['cluster --label zone', '--label is like worker1:zone=a, not "zone"'],
    ['cluster --label worker9:zone=a', 'names worker9, but the machines of this cluster are'],
    ['cluster --platform worker1=arm', 'must be like linux/x86_64, not "arm"'],
    ['node add Worker9', 'is lower-case letters, digits and dashes, not "Worker9"'],
    ['node add worker1', '`lab restart worker1` turns it on if it is off'],
    ['node add worker9 --role boss', '--role is worker, manager or none, not "boss"'],
    ['node remove nosuch', nosuch],
    ['image BAD::name', '"BAD::name" is no name of an image, such as nginx:1.27'],
    ['image nginx --on nosuch', nosuch],
    ['image nginx --missing --pull 3s', '--missing and --pull do not go together'],
    ['image nginx --start 1s --start-error no', '--start and --start-error do not go together'],
    ['image nginx --unhealthy --healthy-after 3s', '--unhealthy and --healthy-after do not go together'],
    ['image nginx --after 2s', '--exit says with which code'],
    [
      'image nginx --healthy-after 5s --unhealthy-after 3s',
      '--unhealthy-after is later than --healthy-after',
    ],
    ['registry sideways', 'the registry is up or down, not "sideways"'],
    ['volume nosuch data', nosuch],
    ['volume worker1 data', 'worker1 has no volume data'],
    ['volume worker2 data', 'worker2 is down, and nobody can look at its volumes'],
    ['balancer front worker1', 'a backend must be like worker1:8080, not "worker1"'],
    ['balancer front worker1:99999', 'a port is a number from 1 to 65535'],
    ['balancer front nosuch:80', 'there is no machine nosuch'],
    ['balancer worker1 worker1:80', 'there is a machine worker1 already'],
    [
      'load nosuch:80',
      'there is no machine nosuch: names of services are known in containers alone, as with --from',
    ],
    ['load worker1:99999', 'a port is a number from 1 to 65535'],
    ['load http://worker1', 'requests go to something like worker2:8080 or db'],
    ['load worker1:8080 --from nosuch', 'no machine and no container is called nosuch'],
    ['wait 5', 'missing unit in duration "5"'],
    ['wait soon', 'wait for a duration such as 10s, leader, converged, node or update, not "soon"'],
    ['wait 5s more', 'nothing follows that, but there is more'],
    ['wait leader manager1', 'nothing follows that, but there is manager1'],
    ['wait node nosuch ready', nosuch],
    ['wait node worker1 sleepy', 'a state is one of unknown, down, ready, disconnected, not "sleepy"'],
    ['wait node worker1', 'a state is one of unknown, down, ready, disconnected, not ""'],
    ['wait node worker1 ready now', 'nothing follows that, but there is now'],
    ['wait converged nosuch', 'there is no service nosuch: `docker service ls` lists them'],
    ['wait update nosuch completed', 'there is no service nosuch'],
    ['wait update web done', 'a state is one of updating, paused, completed'],
    ['expect peace', 'expect leader, converged, node, tasks or update, not "peace"'],
    ['expect leader nosuch', nosuch],
    ['expect node worker1 sleepy', 'a state is one of'],
    ['expect tasks web many', 'a count is a whole number, not "many"'],
    ['expect tasks web 2 nosuch', nosuch],
    ['expect tasks nosuch 2', 'there is no service nosuch'],
    ['expect update nosuch completed', 'there is no service nosuch'],
    ['expect converged web now', 'nothing follows that, but there is now'],
    ['draw x', 'a bound is a whole number from 1, not "x"'],
    ['draw 0', 'a bound is a whole number from 1, not "0"'],
    ["seed ''", 'a seed is any text but the empty one'],
    ['explain nosuch', 'nothing to explain is called "nosuch"; there are leader, election'],
    ['why-not worker1', 'say what is not on worker1: `lab why-not worker1 web.1`'],
    ['why-not nosuch web.1', nosuch],
    ['why-not worker1 nosuch', 'nothing to explain is called'],
    ['load-world nosuch', 'open nosuch: no such file or directory'],
    ['save /nowhere/world', 'open /nowhere/world: no such file or directory'],
  ])('%s', (line, why) => {
    const { digest: before } = stage;
    const { swarm } = stage.session;
    const { exitCode, out, err } = stage.lab(line);
    expect(err).toContain(why);
    expect(err).toMatch(/^lab [a-z-]+.*: .*\n$/);
    expect([exitCode, out]).toEqual([1, '']);
    expect(stage.session.swarm, 'the world is the same').toBe(swarm);
    expect(stage.digest).toBe(before);
    expect(swarm.machines.map(({ name }) => name)).toEqual(['manager1', 'worker1', 'worker2']);
  });

  test('no machine is added that nobody could let in', () => {
    const headless = new Stage(1, 0);
    headless.lab('crash manager1');
    const before = headless.digest;
    expect(headless.lab('node add worker1')).toEqual({
      exitCode: 1,
      out: '',
      err: 'lab node add: no manager leads and could let worker1 in: `lab node add --role none worker1` adds it all the same\n',
    });
    expect(headless.digest).toBe(before);
    expect(headless.lab('node add --role none worker1').exitCode).toBe(0);
  });

  test('a frozen machine is not turned on', () => {
    const frozen = new Stage(1, 1);
    frozen.lab('pause worker1');
    expect(frozen.lab('restart worker1').err).toBe(
      'lab restart: worker1 is frozen: `lab resume worker1` lets it go on\n',
    );
  });
});
