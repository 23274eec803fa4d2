// The engines of a session run from its beginning: `docker events` tells what was before anybody asked.

import { expect, test } from 'vitest';
import type * as api from '../../src/engine/api.ts';
import { Session } from '../../src/lab/session.ts';
import { drive } from '../engine/drive.ts';

function events(session: Session, host: string): readonly string[] {
  const until = Math.ceil(session.date / 1_000_000);
  const request = { method: 'GET', target: `/events?since=1&until=${until}`, headers: new Map(), body: '' };
  const { body } = drive(session.swarm, session.engine(host).request(request));
  if (typeof body === 'string') throw new Error('events are a stream');
  const bytes = drive(session.swarm, body.next()) ?? new Uint8Array();
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line): api.Event => JSON.parse(line))
    .map(({ Type, Action, Actor }) => `${Type} ${Action} ${Actor.Attributes.name ?? ''}`);
}

test('a swarm that was put together by itself has told of its nodes', () => {
  const session = new Session({ seed: '1', cluster: { managers: 3, workers: 2 }, fresh: false });
  const told = events(session, 'manager1');
  // A node has no name before it has registered.
  expect(told).toContain('node create ');
  expect(told).toContain('node update worker2');
  expect(events(session, 'worker1')).toEqual([]);
});

test('a machine that comes later has an engine too, and another world has engines of its own', () => {
  const session = new Session({ seed: '1', cluster: { managers: 1 }, fresh: true });
  session.lab.addMachine('late');
  session.machinesChanged();
  expect(events(session, 'late')).toEqual([]);
  session.begin({ seed: '2', cluster: { managers: 3 }, fresh: false });
  expect(events(session, 'manager1')).toContain('node create ');
});
