// Requests that are under way when something happens to the world they are in.

import { get, request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { Session } from '../../src/lab/session.ts';
import type { Clockwork } from '../../src/serve/pacer.ts';
import { createEngineServer } from '../../src/serve/server.ts';

let close: () => void = () => {};
afterEach(() => close());

/** A server, and its port. @param clockwork for a session; time stands still unless it says otherwise */
async function serve(clockwork: (session: Session) => Clockwork): Promise<number> {
  const session = new Session({ seed: '1', cluster: { managers: 1, workers: 1 }, fresh: false });
  const server = createEngineServer(session, clockwork(session));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const still = (session: Session): Clockwork => ({
  start: (fiber, ended) => session.fibers.start(fiber, ended),
});

function lab(port: number, line: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, method: 'POST', path: '/lab/command', agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(line);
  });
}

test('another world ends what is under way in the old one, and the server goes on', async () => {
  const port = await serve(still);
  const ended: string[] = [];
  const waiting = new Promise<void>((resolve) => {
    const sent = request({ port, method: 'POST', path: '/lab/command', agent: false }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => {
        text += piece.toString('utf8');
      });
      response.on('end', () => {
        ended.push(text);
        resolve();
      });
    });
    sent.end('wait 1h');
  });
  const followed: { closed?: Promise<void> } = {};
  await new Promise<void>((resolve) => {
    get({ port, path: '/events', agent: false }, (response) => {
      response.on('error', () => {});
      followed.closed = new Promise((closed) => {
        response.on('close', () => {
          ended.push('events');
          closed();
        });
      });
      resolve();
    });
  });
  expect(await lab(port, 'seed 2')).toBe(200);
  await Promise.all([waiting, followed.closed]);
  expect(ended.sort()).toEqual(['events', 'lab: the world was exchanged for another\n']);
  expect(await lab(port, 'expect leader manager1')).toBe(200);
});

test('a defect of ours is an answer, and the server goes on', async () => {
  const port = await serve(() => ({
    start: (_fiber, ended) => {
      ended({ error: new TypeError('no such thing') });
      return { end: undefined, cancel: () => {} };
    },
  }));
  for (const _ of [1, 2]) {
    const answer = await new Promise<[number, string]>((resolve) => {
      get({ port, path: '/info', agent: false }, (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => {
          text += piece.toString('utf8');
        });
        response.on('end', () => resolve([response.statusCode ?? 0, text]));
      });
    });
    expect(answer).toEqual([500, '{"message":"a defect of swarmlab: no such thing"}\n']);
  }
});
