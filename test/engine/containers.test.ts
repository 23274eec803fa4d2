// What is done to containers by hand, as requests; the words are those of docker 28.2.2.

import { describe, expect, test } from 'vitest';
import type * as api from '../../src/engine/api.ts';
import { Fibers } from '../../src/lab/fibers.ts';
import type { ImageBehaviour } from '../../src/model/image-behaviour.ts';
import { type Answer, Bench } from './drive.ts';

const second = 1_000_000;
const image = 'app:1';

/** One machine that is a swarm, with a service of one task that runs. */
function running(
  behaviour: ImageBehaviour = {},
  container: Partial<api.ContainerSpec> = {},
  replicas = 1,
): Bench {
  const bench = Bench.assembled(1, 0);
  bench.swarm.scriptImage(image, behaviour);
  const spec = {
    Name: 'web',
    TaskTemplate: { ContainerSpec: { Image: image, ...container }, ForceUpdate: 0 },
    Mode: { Replicated: { Replicas: replicas } },
  };
  expect(bench.send('manager1', 'POST', '/services/create', spec).status).toBe(201);
  bench.swarm.advance(10 * second);
  return bench;
}

function all(bench: Bench): readonly api.ContainerSummary[] {
  return bench.get('manager1', '/containers/json?all=1');
}

/** The container of the first task. */
function first(bench: Bench): { readonly id: string; readonly name: string } {
  const found = all(bench).at(-1);
  if (found === undefined) throw new Error('there is no container');
  return { id: found.Id, name: found.Names[0] ?? '' };
}

function post(bench: Bench, act: string, id = first(bench).id): Answer {
  return bench.send('manager1', 'POST', `/containers/${id}/${act}`);
}

/** The status and the message of a refusal. */
function said({ status, text }: Answer): readonly [number, string] {
  const { message }: { message: string } = JSON.parse(text);
  return [status, message];
}

function inspect(
  bench: Bench,
  id: string,
): { readonly State: { readonly Status: string; readonly ExitCode: number } } {
  return bench.get('manager1', `/containers/${id}/json`);
}

function ends(bench: Bench): readonly string[] {
  return bench
    .get<readonly api.Task[]>('manager1', '/tasks')
    .map(({ Status: { State, Err } }) => `${State}${Err ? `: ${Err}` : ''}`)
    .sort();
}

/** How long an answer takes, in seconds, to the tenth. */
function timed(bench: Bench, act: () => Answer): readonly [status: number, seconds: number] {
  const from = bench.swarm.world.now;
  const { status } = act();
  return [status, Math.round((bench.swarm.world.now - from) / (second / 10)) / 10];
}

const slow: ImageBehaviour = { stop: { kind: 'exit', after: 3 * second, code: 0 } };
const deaf: ImageBehaviour = { stop: { kind: 'ignore' } };

describe('a stop', () => {
  test('is answered when the program has ended, and the swarm starts another', () => {
    const bench = running(slow);
    const { id } = first(bench);
    expect(timed(bench, () => post(bench, 'stop'))).toEqual([204, 3]);
    expect(inspect(bench, id).State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    bench.swarm.advance(10 * second);
    expect(ends(bench)).toEqual(['complete', 'running']);
  });

  test.each([
    ['stop', 10],
    ['stop?t=4', 4],
    ['stop?t=0', 0],
    ['stop?t=4&signal=HUP', 4],
    ['stop?t=4&signal=SIGKILL', 0],
  ])('%s kills a program that does not listen after %i s', (act, seconds) => {
    const bench = running(deaf);
    const { id } = first(bench);
    expect(timed(bench, () => post(bench, act))).toEqual([204, seconds]);
    expect(inspect(bench, id).State.ExitCode).toBe(137);
    bench.swarm.advance(10 * second);
    expect(ends(bench)).toEqual(['failed: task: non-zero exit (137)', 'running']);
  });

  test.each(['9007199254740991', '-9007199254740991', '5000000000'])(
    'may be as patient as %s s',
    (seconds) => {
      const bench = running(slow);
      expect(timed(bench, () => post(bench, `stop?t=${seconds}`))).toEqual([204, 3]);
    },
  );

  test('has no signal of its own before version 1.42', () => {
    const bench = running(slow);
    const path = `/v1.41/containers/${first(bench).id}/stop?signal=KILL`;
    expect(timed(bench, () => bench.send('manager1', 'POST', path))).toEqual([204, 3]);
  });

  test('comes to its end though the client has gone', () => {
    const bench = running(deaf);
    const { id } = first(bench);
    const fibers = new Fibers(bench.swarm);
    const request = fibers.start(bench.start('manager1', 'POST', `/containers/${id}/stop?t=5`));
    bench.swarm.advance(second);
    request.cancel();
    bench.swarm.advance(3 * second);
    expect(inspect(bench, id).State.Status).toBe('running');
    bench.swarm.advance(2 * second);
    expect(inspect(bench, id).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
  });

  test('of what does not run changes nothing', () => {
    const bench = running();
    const { id } = first(bench);
    post(bench, 'kill', id);
    expect(post(bench, 'stop', id)).toMatchObject({ status: 304, text: '' });
  });

  test('is refused in the words of docker', () => {
    const bench = running();
    const { id } = first(bench);
    expect(said(post(bench, 'stop', 'nope'))).toEqual([404, 'No such container: nope']);
    expect(said(post(bench, 'stop?t=x'))).toEqual([500, 'strconv.Atoi: parsing "x": invalid syntax']);
    expect(said(post(bench, `stop?t=${'9'.repeat(30)}`))[1]).toContain('value out of range');
    expect(said(post(bench, 'stop?signal=X'))).toEqual([
      400,
      `cannot stop container: ${id}: invalid signal: X`,
    ]);
    expect(inspect(bench, id).State.Status).toBe('running');
  });
});

describe('a kill', () => {
  test('by another signal is answered at once, whatever the program makes of it', () => {
    const bench = running(slow);
    const { id } = first(bench);
    expect(timed(bench, () => post(bench, 'kill?signal=HUP'))).toEqual([204, 0]);
    bench.swarm.advance(5 * second);
    expect(inspect(bench, id).State.Status).toBe('running');
    expect(timed(bench, () => post(bench, 'kill?signal=TERM'))).toEqual([204, 0]);
    bench.swarm.advance(2 * second);
    expect(inspect(bench, id).State.Status).toBe('running');
    bench.swarm.advance(2 * second);
    expect(inspect(bench, id).State).toMatchObject({ Status: 'exited', ExitCode: 0 });
  });

  test('is refused in the words of docker', () => {
    const bench = running();
    const { id } = first(bench);
    expect(said(post(bench, 'kill', 'nope'))).toEqual([
      404,
      'cannot kill container: nope: No such container: nope',
    ]);
    expect(said(post(bench, 'kill?signal=X', 'nope'))).toEqual([
      400,
      'cannot kill container: nope: invalid signal: X',
    ]);
    expect(said(post(bench, 'kill?signal=99'))).toEqual([
      400,
      `cannot kill container: ${id}: the linux daemon does not support signal 99`,
    ]);
    post(bench, 'kill', id);
    expect(said(post(bench, 'kill', id))).toEqual([
      409,
      `cannot kill container: ${id}: container ${id} is not running`,
    ]);
  });

  test('is refused when it may be of several', () => {
    const bench = running({}, {}, 17);
    const letters = all(bench).map(({ Id }) => Id.slice(0, 1));
    const twice = letters.find((letter, i) => letters.indexOf(letter) !== i) ?? '';
    expect(said(post(bench, 'kill', twice))).toEqual([
      400,
      `cannot kill container: ${twice}: multiple IDs found with provided prefix: ${twice}`,
    ]);
  });
});

describe('a container', () => {
  test('that runs is removed by force alone', () => {
    const bench = running();
    const { id, name } = first(bench);
    expect(said(bench.send('manager1', 'DELETE', `/containers/${id.slice(0, 12)}`))).toEqual([
      409,
      `cannot remove container "${name}": container is running: stop the container before removing or force remove`,
    ]);
    expect(bench.send('manager1', 'DELETE', `/containers/${id}?force=1`)).toMatchObject({ status: 204 });
    expect(all(bench).map(({ Id }) => Id)).not.toContain(id);
    bench.swarm.advance(10 * second);
    expect(ends(bench)).toEqual(['failed: task: non-zero exit (137)', 'running']);
    expect(said(bench.send('manager1', 'GET', `/containers/${id}/json`))[0]).toBe(404);
  });

  test('that has ended is removed, and its task stays in the history', () => {
    const bench = running();
    const { id } = first(bench);
    post(bench, 'kill', id);
    const link = said(bench.send('manager1', 'DELETE', `/containers/${id}?link=1`));
    expect(link).toEqual([500, 'Conflict, cannot remove the default link name of the container']);
    expect(bench.send('manager1', 'DELETE', `/containers/${id}`)).toMatchObject({ status: 204, text: '' });
    expect(said(bench.send('manager1', 'DELETE', `/containers/${id}`))).toEqual([
      404,
      `No such container: ${id}`,
    ]);
    bench.swarm.advance(10 * second);
    expect(ends(bench)).toEqual(['failed: task: non-zero exit (137)', 'running']);
  });

  test('that is just being started is waited for before anything is done to it', () => {
    const bench = Bench.assembled(1, 0);
    bench.swarm.scriptImage(image, {
      pull: { kind: 'time', time: 0 },
      start: { kind: 'time', time: 20 * second },
      ...slow,
    });
    const spec = { Name: 'web', TaskTemplate: { ContainerSpec: { Image: image } }, Mode: {} };
    bench.send('manager1', 'POST', '/services/create', spec);
    bench.swarm.advance(10 * second);
    const { id } = first(bench);
    expect(inspect(bench, id).State.Status).toBe('created');
    const [status, seconds] = timed(bench, () => post(bench, 'stop', id));
    expect(status).toBe(204);
    expect(seconds).toBeGreaterThan(10);
    expect(inspect(bench, id).State.ExitCode).toBe(0);
  });

  test.each([
    ['POST', 'create'],
    ['POST', 'ID/start'],
    ['POST', 'ID/restart'],
    ['POST', 'ID/exec'],
    ['POST', 'ID/attach'],
    ['POST', 'ID/pause'],
    ['POST', 'ID/unpause'],
    ['GET', 'ID/top'],
    ['GET', 'ID/stats'],
  ])('is never the worse for %s /containers/%s, which says why not', (method, path) => {
    const bench = running();
    const { id } = first(bench);
    const [status, why] = said(bench.send('manager1', method, `/containers/${path.replace('ID', id)}`));
    expect([status, why.length > 20]).toEqual([501, true]);
    expect(inspect(bench, id).State.Status).toBe('running');
  });
});

describe('a wait', () => {
  /** What has come of an answer after a time. */
  function waiting(bench: Bench, query = '', id = first(bench).id): { readonly text: () => string } {
    const fibers = new Fibers(bench.swarm);
    let text = '';
    fibers.start(bench.start('manager1', 'POST', `/containers/${id}/wait${query}`), (end) => {
      if ('error' in end || typeof end.result.body === 'string') throw new Error('no stream');
      expect(end.result.status).toBe(200);
      fibers.start(end.result.body.next(), (read) => {
        if (!('error' in read)) text = new TextDecoder().decode(read.result);
      });
    });
    return {
      text: () => {
        fibers.poll();
        return text;
      },
    };
  }

  test.each(['', '?condition=not-running', '?condition=next-exit'])(
    '%s tells the code when it ends',
    (query) => {
      const bench = running({ run: { kind: 'exit', after: 60 * second, code: 3 } });
      const wait = waiting(bench, query);
      bench.swarm.advance(20 * second);
      expect(wait.text()).toBe('');
      bench.swarm.advance(40 * second);
      expect(wait.text()).toBe('{"StatusCode":3}\n');
    },
  );

  test('for what has ended is over at once, and for the next end never comes', () => {
    const bench = running();
    const { id } = first(bench);
    post(bench, 'kill', id);
    expect(waiting(bench, '', id).text()).toBe('{"StatusCode":137}\n');
    const next = waiting(bench, '?condition=next-exit', id);
    const removed = waiting(bench, '?condition=removed', id);
    bench.swarm.advance(60 * second);
    expect([next.text(), removed.text()]).toEqual(['', '']);
    bench.send('manager1', 'DELETE', `/containers/${id}`);
    expect([next.text(), removed.text()]).toEqual(['{"StatusCode":137}\n', '{"StatusCode":137}\n']);
  });

  test('is refused in the words of docker', () => {
    const bench = running();
    expect(said(post(bench, 'wait', 'nope'))).toEqual([404, 'No such container: nope']);
    expect(said(post(bench, 'wait?condition=x'))).toEqual([400, 'invalid condition: "x"']);
  });
});

describe('the logs of a container', () => {
  const talking: ImageBehaviour = {
    logs: [
      { kind: 'once', stream: 'stdout', after: 0, text: 'first' },
      { kind: 'every', stream: 'stderr', every: 10 * second, text: 'again' },
    ],
  };

  function lines(bench: Bench, query: string, id = first(bench).id): readonly string[] {
    const { status, text } = bench.send(
      'manager1',
      'GET',
      `/containers/${id}/logs?stdout=1&stderr=1${query}`,
    );
    expect(status).toBe(200);
    return text.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(8)]));
  }

  /** Seconds since 1970, of that many seconds ago. */
  function ago(bench: Bench, seconds: number): string {
    return `${Math.floor((1_767_607_200 * second + bench.swarm.world.now) / second) - seconds}`;
  }

  test('are the last lines, those since a moment, and those until one', () => {
    const bench = running(talking);
    bench.swarm.advance(30 * second);
    expect(lines(bench, '')).toEqual(['first', 'again', 'again', 'again']);
    expect(lines(bench, '&tail=2')).toEqual(['again', 'again']);
    expect(lines(bench, '&tail=0')).toEqual([]);
    for (const odd of ['all', 'x', '-3', '']) expect(lines(bench, `&tail=${odd}`)).toHaveLength(4);
    expect(lines(bench, `&since=${ago(bench, 15)}`)).toHaveLength(1);
    expect(lines(bench, `&until=${ago(bench, 15)}`)).toEqual(['first', 'again', 'again']);
    expect(lines(bench, `&until=${ago(bench, 100)}`)).toEqual([]);
    expect(lines(bench, '&until=0')).toHaveLength(4);
  });

  test('until a moment are followed to the first line that is later', () => {
    const bench = running(talking);
    const from = bench.swarm.world.now;
    expect(lines(bench, `&follow=1&until=${ago(bench, -25)}`)).toEqual(['first', 'again', 'again', 'again']);
    expect(bench.swarm.world.now - from).toBeGreaterThan(25 * second);
  });

  test('are followed to its end, and not at all when it does not run', () => {
    const bench = running({ ...talking, run: { kind: 'exit', after: 25 * second, code: 0 } });
    const { id } = first(bench);
    expect(lines(bench, '&follow=1', id)).toEqual(['first', 'again', 'again']);
    expect(lines(bench, '&follow=1', id)).toHaveLength(3);
  });

  test('of what is not started yet are none, and are not waited for', () => {
    const bench = running(talking);
    post(bench, 'kill');
    bench.swarm.advance(second);
    const [waiting] = all(bench);
    expect(waiting?.State).toBe('created');
    const from = bench.swarm.world.now;
    expect(lines(bench, '&follow=1', waiting?.Id)).toEqual([]);
    expect(bench.swarm.world.now).toBe(from);
  });

  test('come with what the log driver adds, and nothing of the swarm', () => {
    const bench = Bench.assembled(1, 0);
    bench.swarm.scriptImage(image, talking);
    const spec = {
      Name: 'web',
      TaskTemplate: {
        ContainerSpec: { Image: image, Labels: { a: 'b c' }, Env: ['X=y'] },
        LogDriver: { Name: 'json-file', Options: { labels: 'a', env: 'X' } },
      },
      Mode: {},
    };
    bench.send('manager1', 'POST', '/services/create', spec);
    bench.swarm.advance(10 * second);
    expect(lines(bench, '&details=1&tail=1')).toEqual(['X=y,a=b+c first']);
    expect(lines(running(talking), '&details=1&tail=1')).toEqual([' first']);
  });

  test('need a stream, which is asked for before the container', () => {
    const bench = running();
    expect(said(bench.send('manager1', 'GET', '/containers/nope/logs'))).toEqual([
      400,
      'Bad parameters: you must choose at least one stream',
    ]);
    expect(said(bench.send('manager1', 'GET', '/containers/nope/logs?stdout=1'))).toEqual([
      404,
      'No such container: nope',
    ]);
    const { id } = first(bench);
    expect(said(bench.send('manager1', 'GET', `/containers/${id}/logs?stdout=1&until=x`))[0]).toBe(500);
  });
});
