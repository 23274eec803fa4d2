// The data plane under chance: what must hold of requests whatever the cluster, and that their state is part of the world.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import type { RequestsNote } from '../../src/cluster/requests.ts';
import { type SavedSwarm, Swarm } from '../../src/cluster/swarm.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { portConfig, serviceSpec } from '../../src/model/defaults.ts';
import { hour, millisecond, second } from '../../src/model/duration.ts';
import type { Fault } from '../../src/sim/fault.ts';
import { assembled, record, refusal, runningTasks } from './scene.ts';

const published = portConfig({ targetPort: 80, publishedPort: 8080 });

function spec(replicas: number, image = 'web:1') {
  return serviceSpec({ name: 'web', image, replicas, endpoint: { ports: [published] } });
}

/** A swarm with a service whose endpoints are known everywhere, and a client. */
function serving(seed: string, workers: number, replicas: number): Swarm {
  const swarm = assembled(1, workers, seed);
  new Client(swarm, 'manager1').createService(spec(replicas));
  if (!swarm.runUntil(() => runningTasks(swarm) >= replicas, 60 * second)) throw new Error('web runs');
  swarm.advance(2 * second);
  swarm.addClient('client');
  return swarm;
}

/** Sends requests to a node; hears of each. */
function send(
  swarm: Swarm,
  host: string,
  every: number,
): { readonly notes: RequestsNote[]; readonly stop: () => void } {
  const notes: RequestsNote[] = [];
  const target = { kind: 'port', host, port: 8080, protocol: 'tcp' } as const;
  const stream = swarm.startRequests('client', { target, every, timeout: second }, 1e9, (note) =>
    notes.push(note),
  );
  return { notes, stop: () => swarm.stopRequests('client', stream) };
}

const seeds = fc.string({ minLength: 1, maxLength: 8 });
const sizes = fc.record({
  seed: seeds,
  workers: fc.integer({ min: 1, max: 4 }),
  replicas: fc.integer({ min: 1, max: 7 }),
  node: fc.nat(10),
  every: fc.integer({ min: millisecond, max: 50 * millisecond }),
});

function nodeOf(swarm: Swarm, number: number): string {
  return swarm.machines[number % swarm.machines.length]?.name ?? '';
}

test('with all well and nothing changing every request is answered, by all tasks in turn', () => {
  fc.assert(
    fc.property(sizes, ({ seed, workers, replicas, node, every }) => {
      const swarm = serving(seed, workers, replicas);
      const { notes, stop } = send(swarm, nodeOf(swarm, node), every);
      swarm.advance(2 * second);
      stop();
      swarm.advance(2 * second);
      const sent = notes.filter(({ kind }) => kind === 'request.sent').length;
      const counts = new Map<string, number>();
      for (const note of notes) {
        if (note.kind !== 'request.ended') continue;
        if (note.ending.kind !== 'response') throw new Error(`a request ended as ${note.ending.kind}`);
        const { taskId } = note.ending.by;
        counts.set(taskId, (counts.get(taskId) ?? 0) + 1);
      }
      const answers = [...counts.values()];
      expect(answers.reduce((sum, count) => sum + count, 0)).toBe(sent);
      expect(answers.length).toBe(Math.min(replicas, sent));
      expect(Math.max(...answers) - Math.min(...answers)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 12 },
  );
});

interface Deed {
  /** Milliseconds before it. */
  readonly pause: number;
  readonly what: 'crash' | 'restart' | 'cut' | 'heal' | 'close' | 'open' | 'update' | 'scale';
  readonly node: number;
  readonly number: number;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  pause: fc.integer({ min: 0, max: 8_000 }),
  what: fc.constantFrom('crash', 'restart', 'cut', 'heal', 'close', 'open', 'update', 'scale'),
  node: fc.nat(10),
  number: fc.nat(5),
});
const deeds = fc.array(deed, { minLength: 1, maxLength: 6 });

function perform(swarm: Swarm, deed: Deed): void {
  const host = nodeOf(swarm, deed.node);
  const other = nodeOf(swarm, deed.node + 1 + deed.number);
  const port = deed.number % 2 === 0 ? '4789/udp' : '7946/udp';
  const faults: Partial<Record<Deed['what'], Fault>> = {
    // The manager stays, so that there is somebody to command.
    ...(host !== 'manager1' && { crash: { kind: 'crash', host } }),
    restart: { kind: 'restart', host },
    ...(host !== other && { cut: { kind: 'cut', from: [host], to: [other] } }),
    heal: { kind: 'heal' },
    close: { kind: 'close', host, port },
    open: { kind: 'open', host, port },
  };
  const fault = faults[deed.what];
  if (fault !== undefined) swarm.fault(fault);
  const client = new Client(swarm, 'manager1');
  // The managers may be writing the same service: such a refusal is part of life.
  if (deed.what === 'update') {
    refusal(() => client.updateService('web', () => spec(3, `web:${deed.number + 2}`)));
  }
  if (deed.what === 'scale') {
    const mode = { kind: 'replicated', replicas: deed.number } as const;
    refusal(() => client.updateService('web', (old) => ({ ...old, mode })));
  }
}

test('whatever happens, each request ends once, and only containers that run have answered', () => {
  fc.assert(
    fc.property(sizes, deeds, ({ seed, workers, replicas, node, every }, list) => {
      const swarm = serving(seed, workers, replicas);
      const { notes, stop } = send(swarm, nodeOf(swarm, node), every);
      let answered = 0;
      swarm.watch({
        sent(from, _to, body) {
          if (body.kind !== 'request.answered' && body.kind !== 'overlay.answered') return;
          if (body.answer.kind !== 'response' || body.answer.by.host !== from) return;
          answered += 1;
          const container = swarm.memoryOf(from)?.agent?.containers.get(body.answer.by.taskId);
          if (container?.phase !== 'running') throw new Error('a container that does not run has answered');
        },
      });
      for (const deed of list) {
        swarm.advance(deed.pause * millisecond);
        perform(swarm, deed);
      }
      swarm.advance(5 * second);
      stop();
      swarm.advance(2 * second);
      const sent = notes.filter(({ kind }) => kind === 'request.sent').length;
      expect(notes.length - sent).toBe(sent);
      expect(answered).toBeGreaterThan(0);
    }),
    { numRuns: 12 },
  );
});

test('saved and loaded in the middle of traffic it goes on to the last byte', () => {
  fc.assert(
    fc.property(sizes, deeds, fc.nat(3_000), ({ seed, workers, replicas, node, every }, list, events) => {
      const course = (between: (swarm: Swarm) => Swarm): Swarm => {
        let swarm = serving(seed, workers, replicas);
        swarm.addLoadBalancer('lb', {
          port: 80,
          backends: swarm.machines.map(({ name }) => ({ host: name, port: 8080 })),
          checkEvery: second,
          timeout: second,
          rise: 2,
          fall: 2,
        });
        send(swarm, nodeOf(swarm, node), every);
        const target = { kind: 'port', host: 'lb', port: 80, protocol: 'tcp' } as const;
        swarm.startRequests('client', { target, every: 40 * millisecond, timeout: second }, 200, () => {});
        for (const deed of list.slice(0, 2)) {
          for (let i = 0; i < events; i++) swarm.world.step();
          swarm = between(swarm);
          perform(swarm, deed);
        }
        swarm.advance(3 * second);
        return swarm;
      };
      const straight = course((swarm) => swarm);
      const interrupted = course((swarm) => {
        const saved: SavedSwarm = JSON.parse(JSON.stringify(swarm.save()));
        const loaded = Swarm.load(saved);
        watchInvariants(loaded);
        return loaded;
      });
      expect(interrupted.world.digest).toBe(straight.world.digest);
      expect(interrupted.world.handled).toBe(straight.world.handled);
    }),
    { numRuns: 4 },
  );
});

/** Messages of the data plane in an hour in which nothing happens. */
function chatter(swarm: Swarm): number {
  const said = record(swarm, ({ body }) =>
    body.kind.startsWith('gossip.') || body.kind === 'agent.network' ? body.kind : undefined,
  );
  swarm.advance(hour);
  return said.length;
}

test('nothing is said while nothing changes, and no more a minute after the last request', () => {
  const plain = assembled(1, 3);
  const began = record(plain, ({ body }) => (body.kind.startsWith('gossip.') ? body.kind : undefined));
  new Client(plain, 'manager1').createService(serviceSpec({ name: 'web', image: 'web:1', replicas: 3 }));
  plain.advance(10 * second);
  expect(began).toEqual([]);

  const swarm = serving('quiet', 3, 3);
  swarm.advance(5 * second);
  expect(chatter(swarm)).toBe(0);
  const { notes, stop } = send(swarm, 'worker1', 100 * millisecond);
  swarm.advance(10 * second);
  stop();
  swarm.advance(90 * second);
  expect(notes.length).toBeGreaterThan(200);
  expect(chatter(swarm)).toBe(0);
});

test('a machine in no swarm listens at no port', () => {
  const swarm = serving('lonely', 1, 1);
  swarm.addMachine({ name: 'late', role: 'worker' });
  const { notes, stop } = send(swarm, 'late', second);
  swarm.advance(millisecond);
  stop();
  swarm.advance(second);
  expect(notes.map((note) => (note.kind === 'request.ended' ? note.ending.kind : 'sent'))).toEqual([
    'sent',
    'refused',
  ]);
});

test('a node that joins late takes requests for what ran before it came', () => {
  const swarm = serving('late', 1, 1);
  swarm.addMachine({ name: 'late', role: 'worker' });
  swarm.join('late', 'manager1', new Client(swarm, 'manager1').cluster().joinTokens.worker);
  swarm.advance(5 * second);
  const { notes, stop } = send(swarm, 'late', second);
  stop();
  swarm.advance(second);
  expect(notes.map((note) => (note.kind === 'request.ended' ? note.ending.kind : 'sent'))).toEqual([
    'sent',
    'response',
  ]);
});
