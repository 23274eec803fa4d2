// Plans for toy worlds, drawn by fast-check: every kind of fault there is, and commands.

import fc from 'fast-check';
import type { Input, PlanStep } from '../../src/sim/event.ts';
import type { Fault, Ratio } from '../../src/sim/fault.ts';
import { type Toy, toyHosts, toyMachines } from './toy.ts';

/** When a drawn plan is over, microseconds. */
export const planEnd = 60_000;

const host = fc.constantFrom(...toyHosts);
const some = fc.uniqueArray(host, { minLength: 1 });
const port = fc.constantFrom('gossip', 'another');
const ratio: fc.Arbitrary<Ratio> = fc.record({ num: fc.integer({ min: 0, max: 3 }), den: fc.constant(4) });

/** How each kind of fault is drawn: a new kind without an entry does not compile. */
const faults: { readonly [Kind in Fault['kind']]: fc.Arbitrary<readonly Fault[]> } = {
  crash: fc.record({ host, torn: fc.boolean() }).map(({ host, torn }) => [{ kind: 'crash', host, torn }]),
  stop: host.map((host) => [{ kind: 'stop', host }]),
  restart: host.map((host) => [{ kind: 'restart', host }]),
  pause: host.map((host) => [{ kind: 'pause', host }]),
  resume: host.map((host) => [{ kind: 'resume', host }]),
  // A disk is wiped only while its machine is down.
  wipe: host.map((host) => [
    { kind: 'crash', host },
    { kind: 'wipe', host },
  ]),
  clock: fc
    .record({
      host,
      ratePpm: fc.integer({ min: 200_000, max: 4_000_000 }),
      offset: fc.integer({ min: -9_000, max: 9_000 }),
    })
    .map((drawn) => [{ kind: 'clock', ...drawn }]),
  disk: fc
    .record({ host, syncLatency: fc.integer({ min: 0, max: 10_000 }) })
    .map((drawn) => [{ kind: 'disk', ...drawn }]),
  cut: fc.record({ from: some, to: some }).map((drawn) => [{ kind: 'cut', ...drawn }]),
  mend: fc.record({ from: some, to: some }).map((drawn) => [{ kind: 'mend', ...drawn }]),
  partition: host.map((lone) => [
    { kind: 'partition', groups: [[lone], toyHosts.filter((other) => other !== lone)] },
  ]),
  heal: fc.constant([{ kind: 'heal' }]),
  close: fc.record({ host, port }).map((drawn) => [{ kind: 'close', ...drawn }]),
  open: fc.record({ host, port }).map((drawn) => [{ kind: 'open', ...drawn }]),
  link: fc
    .record({
      from: some,
      to: some,
      settings: fc.record({
        latency: fc.integer({ min: 0, max: 3_000 }),
        jitter: fc.integer({ min: 0, max: 3_000 }),
        loss: ratio,
        duplicate: ratio,
        reorder: ratio,
      }),
    })
    .map((drawn) => [{ kind: 'link', ...drawn }]),
};

const command: fc.Arbitrary<readonly Input<Toy>[]> = fc
  .record({ host, volume: fc.integer({ min: 0, max: 3 }) })
  .map(({ host, volume }) => [{ kind: 'command', host, body: { kind: 'shout', volume } }]);

/** A host gets other peers to talk to. */
const configure: fc.Arbitrary<readonly Input<Toy>[]> = fc
  .record({ host, peers: some })
  .map(({ host, peers }) => [{ kind: 'fault', fault: { kind: 'configure', host, config: { peers } } }]);

/** One thing from outside, or the few that belong together. */
export const inputs: fc.Arbitrary<readonly Input<Toy>[]> = fc.oneof(
  command,
  configure,
  ...Object.values(faults).map((drawn) =>
    drawn.map((list) => list.map((fault): Input<Toy> => ({ kind: 'fault', fault }))),
  ),
);

/** A plan that adds the machines, does all sorts of things to them, and mends nothing at the end. */
export const plans: fc.Arbitrary<readonly PlanStep<Toy>[]> = fc
  .array(fc.record({ at: fc.integer({ min: 0, max: planEnd }), inputs }), { maxLength: 25 })
  .map((drawn) => [
    ...toyMachines,
    ...drawn.flatMap(({ at, inputs }) => inputs.map((input): PlanStep<Toy> => ({ at, input }))),
  ]);

export const seeds = fc.string({ minLength: 1, maxLength: 4 });
