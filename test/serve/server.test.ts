// The server as clients meet it: well-behaved ones, clumsy ones, hostile ones. All over real sockets.

import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServer } from './at-once.ts';

let served: Awaited<ReturnType<typeof openServer>>;
beforeAll(async () => {
  served = await openServer();
});
afterAll(() => served.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: served.port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => {
        text += piece.toString('utf8');
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends bytes as they are, and gives what came back until the server closed, or said enough. */
function sendRaw(bytes: string, { hangUp = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(served.port, '127.0.0.1', () => {
      socket.write(bytes);
      if (hangUp) socket.destroy();
    });
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

async function lab(line: string): Promise<Answer> {
  return await ask('POST', '/lab/command', { body: line });
}

/** What the swarm has agreed on: a refused request leaves it as it is. */
function state(): string {
  const { swarm } = served.session;
  const store = swarm.managers()[0]?.[1].store;
  return JSON.stringify([
    store?.version,
    [...(store?.tables.service.keys() ?? [])],
    [...(store?.tables.node.keys() ?? [])],
  ]);
}

describe('engines', () => {
  test('every machine has one, under its name; the first has the root too', async () => {
    const names = await Promise.all(
      ['/info', '/manager1/info', '/worker1/v1.50/info'].map(
        async (path) => JSON.parse((await ask('GET', path)).body).Name,
      ),
    );
    expect(names).toEqual(['manager1', 'manager1', 'worker1']);
  });

  test('a ping says what the engine is, and HEAD has no body', async () => {
    const { status, headers, body } = await ask('HEAD', '/_ping');
    expect(status).toBe(200);
    expect(headers['api-version']).toBe('1.50');
    expect(headers.swarm).toBe('active/manager');
    expect(body).toBe('');
  });

  test('a machine that is off drops the connection', async () => {
    await lab('crash worker1');
    await expect(ask('GET', '/worker1/info')).rejects.toThrow('socket hang up');
    await lab('restart worker1');
    expect((await ask('GET', '/worker1/info')).status).toBe(200);
  });
});

describe('the lab', () => {
  test('a line is done, and its output is the answer', async () => {
    const { status, headers, body } = await lab('status');
    expect(status).toBe(200);
    expect(headers['lab-exit-code']).toBe('0');
    expect(body).toMatch(/^time +\d\d:\d\d\.\d{3}\nseed +1\nleader +manager1\n/);
  });

  test('what is wrong is said, with the exit code', async () => {
    for (const [line, code, text] of [
      ['crash nowhere', 1, /there is no machine nowhere/],
      ['lab bogus', 2, /bogus is no command of lab/],
      ['wait', 2, /lab wait: it takes at least 1 argument, not 0/],
      ['say "half', 2, /a quote that does not end/],
    ] as const) {
      const { status, headers, body } = await lab(line);
      expect([line, status, headers['lab-exit-code']]).toEqual([line, 400, String(code)]);
      expect(body).toMatch(text);
    }
    expect((await ask('GET', '/lab/command')).status).toBe(405);
  });

  test('the story is told as it goes on', async () => {
    const told = await new Promise<string>((resolve, reject) => {
      let text = '';
      const sent = request({ port: served.port, path: '/lab/story', agent: false }, (response) => {
        response.on('data', (piece: Buffer) => {
          text += piece.toString('utf8');
          if (text.includes('worker1 freezes')) {
            sent.destroy();
            resolve(text);
          }
        });
        lab('pause worker1').catch(reject);
      });
      sent.on('error', () => {});
      sent.end();
    });
    expect(told).toMatch(/worker1 +is part of the swarm as a worker/);
    await lab('resume worker1');
  });
});

describe('strangers', () => {
  test('names that are not ours, and web pages, are refused', async () => {
    for (const headers of [
      { host: 'evil.example' },
      { host: 'evil.example:2375' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
    ]) {
      const { status, body } = await ask('POST', '/lab/command', { body: 'crash manager1', headers });
      expect(status).toBe(403);
      expect(JSON.parse(body).message).toMatch(/refused|answers to localhost/);
    }
    for (const host of ['localhost', '127.0.0.1:1', '[::1]:2375']) {
      expect((await ask('GET', '/_ping', { headers: { host } })).status).toBe(200);
    }
  });

  test('bodies and headers have limits', async () => {
    const { status, body } = await ask('POST', '/services/create', { body: 'x'.repeat(5 * 1024 * 1024) });
    expect(status).toBe(413);
    expect(JSON.parse(body).message).toMatch(/^request body too large/);
    expect((await ask('GET', '/_ping', { headers: { 'x-long': 'x'.repeat(100_000) } })).status).toBe(431);
  });

  test('a body that says that it is too large is not waited for', async () => {
    const told = await sendRaw(
      'POST /services/create HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99999999999\r\n\r\n{',
    );
    expect(told).toMatch(/^HTTP\/1\.1 413 .*"message":"request body too large/s);
  });

  test('who does not say whom they talk to is told so', async () => {
    const told = await sendRaw('GET /_ping HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(told).toMatch(/^HTTP\/1\.1 403 .*"message":"the Host header is/s);
  });

  test('half requests, nonsense and those who hang up harm nobody', async () => {
    const before = state();
    expect(await sendRaw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw('GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    await sendRaw(
      'POST /v1.50/services/create HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"Name":',
      { hangUp: true },
    );
    await sendRaw('GET /v1.50/events HTTP/1.1\r\nhost: localhost\r\n\r\n', { hangUp: true });
    expect(state()).toBe(before);
    expect((await ask('GET', '/_ping')).status).toBe(200);
  });

  test('a hundred at once are all answered', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask('GET', '/v1.50/nodes')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('whatever is sent, what is refused is refused in words and changes nothing', async () => {
    const word = fc.constantFrom(
      'services',
      'nodes',
      'tasks',
      'swarm',
      'configs',
      'secrets',
      'networks',
      'volumes',
      'create',
      'update',
      'init',
      'join',
      'x',
      '..',
      '%00',
      '%2e%2e',
      'v1.50',
      'v9.9',
      '',
    );
    const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => `/${words.join('/')}`);
    const query = fc.constantFrom(
      '',
      '?version=x',
      '?version=1',
      '?filters=%7B',
      '?filters={"name":5}',
      '?force=1',
      '?a=%',
      '?status=maybe',
    );
    const body = fc.oneof(
      fc.json(),
      fc.constantFrom(
        '',
        '{',
        '[]',
        'null',
        '{"Name":1}',
        '{"Spec":[]}',
        '{"TaskTemplate":{"ContainerSpec":{"Image":5}}}',
        '{"Mode":{"Replicated":{"Replicas":1e99}}}',
        '\u0000',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH'),
        path,
        query,
        body,
        async (method, at, search, text) => {
          // Leaving would be done, and end the test.
          fc.pre(!/leave|init|unlock/.test(at));
          const before = state();
          const {
            status,
            headers,
            body: answer,
          } = await ask(method, encodeURI(`${at}${search}`), { body: text });
          if (status < 400) return;
          expect(headers['content-type']).toBe('application/json');
          expect(JSON.parse(answer).message).toMatch(/./);
          expect(state()).toBe(before);
        },
      ),
      { numRuns: 300 },
    );
    expect((await ask('GET', '/_ping')).status).toBe(200);
  });
});
