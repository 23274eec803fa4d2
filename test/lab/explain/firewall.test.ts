// A closed 2377 is told as what silenced a machine, as a crash or a cut is: of the agents that had turned to that manager, and of the manager itself.

import { expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { explained, linkOf } from './stage.ts';

const closing = /^The firewall of manager1 closes 2377\/tcp: an injected fault\.$/;

test('a worker is down: the manager that it had turned to is closed', () => {
  const { line, chain, since, youCan } = explained(
    { managers: 1, workers: 2 },
    (lab) => {
      lab.closePort('manager1', '2377');
      lab.untilNode('worker1', 'down');
    },
    'worker1',
  );
  const link = linkOf({ chain, subject: '', line }, closing);
  expect(link.root).toBe('fault');
  expect(since).toEqual({ at: link.at, what: 'the closing' });
  expect(youCan).toBe('Open 2377/tcp again on manager1.');
});

test('what a worker ran is replaced for the same reason', () => {
  const explanation = explained(
    { managers: 1, workers: 1 },
    (lab) => {
      lab.service.create('web', { image: 'nginx:1.27', constraints: ['node.role==worker'] });
      lab.untilConverged();
      lab.closePort('manager1', '2377/tcp');
      lab.untilNode('worker1', 'down');
      lab.wait('10s');
    },
    'web.1',
  );
  expect(linkOf(explanation, closing).root).toBe('fault');
});

const others: readonly (readonly [what: string, script: (lab: Lab) => void, since: string])[] = [
  ['its own port', (lab) => lab.closePort('worker1', '2377'), 'the crash'],
  ['another port of the manager', (lab) => lab.closePort('manager1', '7946'), 'the crash'],
  ['2377/udp', (lab) => lab.closePort('manager1', '2377/udp'), 'the crash'],
  [
    'a port that was opened again',
    (lab) => {
      lab.closePort('manager1', '2377');
      lab.openPort('manager1', '2377');
    },
    'the crash',
  ],
  ['a port that stays closed', (lab) => lab.closePort('manager1', '2377'), 'the closing'],
];

test.each(others)('a worker has crashed, and then came %s', (_, script, since) => {
  const explanation = explained(
    { managers: 1, workers: 1 },
    (lab) => {
      lab.crash('worker1');
      script(lab);
      lab.untilNode('worker1', 'down');
    },
    'worker1',
  );
  expect(explanation.since?.what).toBe(since);
});

test('a leader that hears nobody loses its lead, and its node, to the closing', () => {
  const script = (lab: Lab) => {
    lab.closePort('manager1', '2377');
    lab.until('another leader', () => !['manager1', undefined].includes(lab.leader()), '2m');
    lab.untilNode('manager1', 'down');
  };
  const election = explained({ managers: 3 }, script, 'election');
  expect(linkOf(election, closing).root).toBe('fault');
  expect(election.since?.what).toBe('the closing');
  const node = explained({ managers: 3 }, script, 'manager1');
  expect(node.line).toMatch(/^The dispatcher marks manager1 down/);
  expect(node.since?.what).toBe('the closing');
});

test('the opening of a port brings a later term, and costs an election', () => {
  const { line, chain, since } = explained(
    { managers: 3 },
    (lab) => {
      lab.closePort('manager3', '2377');
      lab.wait('1m');
      lab.openPort('manager3', '2377');
      lab.until('the leader to step down', () => lab.leader() === undefined, '5s');
      lab.untilLeader('5m');
    },
    'election',
  );
  expect(line).toMatch(/^manager1 gives up term 2 for term \d+;/);
  expect(since?.what).toBe('the opening');
  const sentences = chain.map(({ sentence }) => sentence);
  expect(sentences).toContain('The firewall of manager3 closes 2377/tcp: an injected fault.');
  expect(sentences).toContain('The firewall of manager3 opens 2377/tcp: an injected fault.');
});

test('nobody leads: who is closed does not count among those who reach each other', () => {
  const explanation = explained(
    { managers: 3 },
    (lab) => {
      lab.closePort('manager1', '2377');
      lab.closePort('manager2', '2377');
      lab.wait('1m');
    },
    'leader',
  );
  expect(explanation.line).toBe('No manager leads: manager3 alone is 1 of 3 managers; 2 are needed.');
  expect(explanation.chain[0]?.sentence).toBe('manager1 and manager2 fall silent: 2 injected faults.');
});
