// A trial of a swarm, as data: a cluster, what its operators do, what befalls it. fast-check draws it, prints it and shrinks it; play.ts carries
// it out. Machines are named from the largest cluster there is; what is meant for one that is not there does not happen.

import fc from 'fast-check';
import type { Fault, LinkSettings } from '../../src/sim/fault.ts';

/** The images there are; play.ts says what they do. */
export const images = ['good', 'slow', 'crashing', 'sick', 'late', 'stubborn', 'missing'] as const;
export type Image = (typeof images)[number];

export interface ServiceDraw {
  readonly name: string;
  /** `global`, or how many replicas. */
  readonly mode: number | 'global';
  readonly image: Image;
  readonly constraint: '' | 'node.role == worker' | 'node.role == manager' | 'node.role != manager';
  readonly order: 'stop-first' | 'start-first';
  readonly onFailure: 'pause' | 'continue' | 'rollback';
  readonly parallelism: number;
  /** What a task takes of its node, so that not all may find a place. */
  readonly takes: '' | 'three CPUs' | 'a host port' | 'the one place of its service';
}

/** What an operator does at a manager. Refusals are part of life. */
export type Operation =
  | { readonly does: 'create'; readonly service: ServiceDraw }
  | { readonly does: 'image'; readonly name: string; readonly image: Image }
  | { readonly does: 'scale'; readonly name: string; readonly replicas: number }
  | { readonly does: 'rollback'; readonly name: string }
  | { readonly does: 'remove'; readonly name: string }
  | {
      readonly does: 'availability';
      readonly node: string;
      readonly availability: 'active' | 'pause' | 'drain';
    }
  | { readonly does: 'role'; readonly node: string; readonly role: 'manager' | 'worker' }
  | { readonly does: 'remove node'; readonly node: string; readonly force: boolean };

export type Deed =
  | { readonly kind: 'operation'; readonly at: string; readonly operation: Operation }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** The program of one of the containers on a machine dies. */
  | { readonly kind: 'kill'; readonly host: string; readonly pick: number }
  | { readonly kind: 'leave'; readonly host: string; readonly force: boolean }
  /** A machine that is in no swarm joins, towards a manager. */
  | { readonly kind: 'join'; readonly host: string; readonly at: string; readonly role: 'manager' | 'worker' }
  /** A manager makes a new cluster of itself. Once in a trial: two such clusters would never hear of each other. */
  | { readonly kind: 'force-new-cluster'; readonly host: string };

export interface Trial {
  readonly seed: number;
  readonly managers: number;
  readonly workers: number;
  /** 0 for none. Small ones make followers catch up by snapshot. */
  readonly snapshotInterval: number;
  readonly services: readonly ServiceDraw[];
  readonly deeds: readonly { readonly afterMs: number; readonly deed: Deed }[];
}

const manager = fc.constantFrom('manager1', 'manager2', 'manager3', 'manager4', 'manager5');
const worker = fc.constantFrom('worker1', 'worker2', 'worker3', 'worker4', 'worker5');
// Three of the managers are in most clusters: what happens to them counts.
const host = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('manager1', 'manager2', 'manager3') },
  { weight: 1, arbitrary: manager },
  { weight: 2, arbitrary: worker },
);
const some = fc.uniqueArray(host, { minLength: 1, maxLength: 4 });
const ratio = fc.record({ num: fc.constantFrom(0, 1, 3), den: fc.constant(10) });
const name = fc.constantFrom('web', 'db', 'log');
const image = fc.constantFrom(...images);

const service: fc.Arbitrary<ServiceDraw> = fc.record({
  name,
  mode: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant<'global'>('global')),
  image,
  constraint: fc.constantFrom('', 'node.role == worker', 'node.role == manager', 'node.role != manager'),
  order: fc.constantFrom('stop-first', 'start-first'),
  onFailure: fc.constantFrom('pause', 'continue', 'rollback'),
  parallelism: fc.integer({ min: 0, max: 2 }),
  takes: fc.oneof(
    { weight: 3, arbitrary: fc.constant<''>('') },
    fc.constantFrom('three CPUs', 'a host port', 'the one place of its service'),
  ),
});

const operation: fc.Arbitrary<Operation> = fc.oneof(
  service.map((drawn): Operation => ({ does: 'create', service: drawn })),
  fc.record({ name, image }).map((drawn): Operation => ({ does: 'image', ...drawn })),
  fc
    .record({ name, replicas: fc.integer({ min: 0, max: 6 }) })
    .map((drawn): Operation => ({ does: 'scale', ...drawn })),
  name.map((drawn): Operation => ({ does: 'rollback', name: drawn })),
  name.map((drawn): Operation => ({ does: 'remove', name: drawn })),
  fc
    .record({ node: host, availability: fc.constantFrom('active', 'pause', 'drain') })
    .map((drawn): Operation => ({ does: 'availability', ...drawn })),
);

const settings: fc.Arbitrary<Partial<LinkSettings>> = fc
  .record({
    latency: fc.constantFrom(200, 1_000, 50_000, 700_000),
    jitter: fc.constantFrom(0, 300, 10_000, 300_000),
    loss: ratio,
    duplicate: ratio,
    reorder: ratio,
  })
  .map((drawn): Partial<LinkSettings> => drawn);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ host, torn: fc.boolean() }).map((drawn): Fault => ({ kind: 'crash', ...drawn })),
  },
  host.map((drawn): Fault => ({ kind: 'stop', host: drawn })),
  { weight: 3, arbitrary: host.map((drawn): Fault => ({ kind: 'restart', host: drawn })) },
  host.map((drawn): Fault => ({ kind: 'pause', host: drawn })),
  { weight: 2, arbitrary: host.map((drawn): Fault => ({ kind: 'resume', host: drawn })) },
  worker.map((drawn): Fault => ({ kind: 'wipe', host: drawn })),
  fc
    .record({ host, ratePpm: fc.constantFrom(500_000, 900_000, 1_000_000, 1_100_000, 2_000_000) })
    .map((drawn): Fault => ({ kind: 'clock', offset: 0, ...drawn })),
  fc
    .record({ host, syncLatency: fc.constantFrom(0, 1_000, 100_000, 3_000_000) })
    .map((drawn): Fault => ({ kind: 'disk', ...drawn })),
  fc.record({ from: some, to: some }).map((drawn): Fault => ({ kind: 'cut', ...drawn })),
  fc.record({ from: some, to: some }).map((drawn): Fault => ({ kind: 'mend', ...drawn })),
  fc
    .tuple(some, some)
    .map(([one, two]): Fault => ({ kind: 'partition', groups: [one, two.filter((n) => !one.includes(n))] })),
  { weight: 2, arbitrary: fc.constant<Fault>({ kind: 'heal' }) },
  fc.record({ from: some, to: some, settings }).map((drawn): Fault => ({ kind: 'link', ...drawn })),
);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fault.map((drawn): Deed => ({ kind: 'fault', fault: drawn })) },
  {
    weight: 2,
    arbitrary: fc.record({ at: manager, operation }).map((drawn): Deed => ({ kind: 'operation', ...drawn })),
  },
  fc.record({ host, pick: fc.nat(5) }).map((drawn): Deed => ({ kind: 'kill', ...drawn })),
);

/** Short gaps hit what is under way, long ones let what was done come to its end. */
const gap = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 2_000 }),
  fc.integer({ min: 0, max: 40_000 }),
);

function trialsOf(what: fc.Arbitrary<Deed>): fc.Arbitrary<Trial> {
  return fc.record({
    seed: fc.nat(1_000_000),
    managers: fc.constantFrom(1, 3, 3, 5),
    workers: fc.integer({ min: 0, max: 5 }),
    snapshotInterval: fc.constantFrom(10_000, 40, 5, 0),
    services: fc.uniqueArray(service, { maxLength: 3, selector: (drawn) => drawn.name }),
    deeds: fc.array(fc.record({ afterMs: gap, deed: what }), { maxLength: 30, size: 'max' }),
  });
}

/** The members stay; whatever else may happen does. */
export const trials: fc.Arbitrary<Trial> = trialsOf(deed);

const role = fc.constantFrom<'manager' | 'worker'>('manager', 'worker');
const memberOperation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ node: host, role }).map((drawn): Operation => ({ does: 'role', ...drawn })),
  },
  fc
    .record({ node: host, force: fc.boolean() })
    .map((drawn): Operation => ({ does: 'remove node', ...drawn })),
);

const memberDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: deed },
  {
    weight: 4,
    arbitrary: fc
      .record({ at: manager, operation: memberOperation })
      .map((drawn): Deed => ({ kind: 'operation', ...drawn })),
  },
  fc.record({ host, force: fc.boolean() }).map((drawn): Deed => ({ kind: 'leave', ...drawn })),
  {
    weight: 3,
    arbitrary: fc.record({ host, at: manager, role }).map((drawn): Deed => ({ kind: 'join', ...drawn })),
  },
  manager.map((drawn): Deed => ({ kind: 'force-new-cluster', host: drawn })),
);

/** Members come and go as well: joins, leaves, promotions, demotions, removals, and a new cluster by force. */
export const memberTrials: fc.Arbitrary<Trial> = trialsOf(memberDeed);
