// A swarm is data: saved and loaded at any event, forked, or run again from what was done to it, it goes on to the last byte.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Client } from '../../src/cluster/client.ts';
import { swarmProgram } from '../../src/cluster/program.ts';
import { type SavedSwarm, Swarm } from '../../src/cluster/swarm.ts';
import { watchInvariants } from '../../src/invariants/watch.ts';
import { serviceSpec, volumeSpec } from '../../src/model/defaults.ts';
import { second } from '../../src/model/duration.ts';
import type { Mount } from '../../src/model/spec.ts';
import { World } from '../../src/sim/world.ts';
import { perform, stage } from './play.ts';
import { assembled } from './scene.ts';
import { trials } from './trial.ts';

/** Out of the process and in again. */
function reload(swarm: Swarm): Swarm {
  const text = JSON.stringify(swarm.save());
  const saved: SavedSwarm = JSON.parse(text);
  const loaded = Swarm.load(saved);
  watchInvariants(loaded);
  return loaded;
}

/** Lets that many events happen. */
function pass(swarm: Swarm, events: number): void {
  for (let i = 0; i < events; i++) swarm.world.step();
}

/** Saving takes its time: a few deeds will do. */
const short = trials.map((trial) => ({ ...trial, deeds: trial.deeds.slice(0, 8) }));
const pauses = fc.array(fc.nat(400), { minLength: 1, maxLength: 2 });

test('a swarm that is saved and loaded at any event goes on as if it had not been', () => {
  fc.assert(
    fc.property(short, pauses, (trial, events) => {
      const course = (between: (swarm: Swarm) => Swarm): Swarm => {
        let swarm = stage(trial);
        for (const deed of trial.deeds) {
          perform(swarm, { ...trial, deeds: [deed] });
          for (const count of events) {
            pass(swarm, count);
            swarm = between(swarm);
          }
        }
        swarm.advance(20 * second);
        return swarm;
      };
      const straight = course((swarm) => swarm);
      const interrupted = course(reload);
      expect(interrupted.world.digest).toBe(straight.world.digest);
      expect(interrupted.world.now).toBe(straight.world.now);
      expect(interrupted.world.handled).toBe(straight.world.handled);
    }),
    { numRuns: 4 },
  );
});

test('jobs, volumes on their way and streams of logs are saved as well', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 4 }), (counts) => {
      const course = (between: (swarm: Swarm) => Swarm): Swarm => {
        let swarm = assembled(1, 2);
        swarm.scriptImage('db', {
          logs: [{ kind: 'every', every: second, stream: 'stderr', text: 'tick' }],
          run: { kind: 'exit', after: 7 * second, code: 0 },
        });
        const client = new Client(swarm, 'manager1');
        client.createVolume(volumeSpec({ name: 'data', driver: 'csi', scope: 'multi', sharing: 'all' }));
        const mount: Mount = {
          type: 'cluster',
          source: 'data',
          target: '/data',
          readOnly: false,
          driver: '',
          options: [],
        };
        const mode = { kind: 'replicated-job', totalCompletions: 6, maxConcurrent: 2 } as const;
        const id = client.createService(
          serviceSpec({ name: 'db', image: 'db', mode, container: { mounts: [mount] } }),
        );
        const of = { kind: 'service', id } as const;
        swarm.openLogs('manager1', { of, streams: ['stderr'], follow: true, since: 0 });
        for (const count of counts) {
          pass(swarm, count);
          swarm = between(swarm);
        }
        swarm.advance(40 * second);
        return swarm;
      };
      expect(course(reload).world.digest).toBe(course((swarm) => swarm).world.digest);
    }),
    { numRuns: 8 },
  );
});

test('a fork has a future of its own, and leaves the original its own', () => {
  fc.assert(
    fc.property(short, fc.nat(300), (trial, events) => {
      const original = stage(trial);
      pass(original, events);
      const fork = reload(original);
      const twin = reload(original);
      const { digest } = original.world;
      fork.fault({ kind: 'crash', host: 'manager1' });
      perform(fork, trial);
      expect(original.world.digest).toBe(digest);
      original.advance(30 * second);
      twin.advance(30 * second);
      expect(twin.world.digest).toBe(original.world.digest);
      expect(fork.world.digest).not.toBe(original.world.digest);
    }),
    { numRuns: 6 },
  );
});

test('seed and journal are the whole of a run', () => {
  fc.assert(
    fc.property(short, (trial) => {
      const swarm = stage(trial);
      perform(swarm, trial);
      const { seed, journal, now } = swarm.world;
      const again = World.replay(swarmProgram, seed, journal);
      again.runUntil(now);
      expect(again.digest).toBe(swarm.world.digest);
      expect(again.handled).toBe(swarm.world.handled);
    }),
    { numRuns: 6 },
  );
});
