// The records a world is made of: what can be pending, what can come from outside, what can be told.
// Plain data only; what happens when an event's time comes is world.ts.

import type { Fault } from './fault.ts';

/** The plain-data types of one kind of world, so that everything is typed from end to end without casts. */
export interface WorldTypes {
  /** What a host is, fixed when it is added: its role, its address ... */
  config: unknown;
  /** A host's memory: gone when it crashes. */
  state: unknown;
  /** What a host can be handed: messages, timers, finished disk writes, commands. Discriminated by `kind`. */
  body: { readonly kind: string };
  /** What a disk holds. */
  record: unknown;
  /** What a host says for those who watch. Notes never change the future. */
  note: { readonly kind: string };
}

/** How an event came to be. `command` comes from outside the world, `sync` from the host's disk. */
export type DeliveryKind = 'timer' | 'message' | 'sync' | 'command';

interface Pending {
  /** Virtual time, integer microseconds since the start of the run. */
  at: number;
  /** Order of creation; breaks ties of `at`, so that the order is total. */
  readonly seq: number;
  /** `seq` of the event that was being handled when this one was made; 0 = from outside. */
  readonly cause: number;
  /** The host it happens to; empty for faults. */
  readonly to: string;
  /** The sending host of a message, else empty. */
  readonly from: string;
}

/** Something for the program of host `to`. */
export interface Delivery<T extends WorldTypes> extends Pending {
  readonly kind: DeliveryKind;
  /** Whether it still counts when its time comes: the boots of the host (and the cuts of the link) it was made for. */
  readonly epoch: number;
  readonly body: T['body'];
}

/** A machine is added and boots at once. */
export interface AddHost<T extends WorldTypes> {
  readonly kind: 'add';
  readonly host: string;
  readonly config: T['config'];
}

/** What a machine is changes, whether it is up or not: the images it can get, its labels ... Its program sees the new config from then on. */
export interface Configure<T extends WorldTypes> {
  readonly kind: 'configure';
  readonly host: string;
  readonly config: T['config'];
}

/** Everything that is done to machines and links from outside. */
export type Intervention<T extends WorldTypes> = Fault | AddHost<T> | Configure<T>;

/** An intervention whose time comes. */
export interface FaultEvent<T extends WorldTypes> extends Pending {
  readonly kind: 'fault';
  readonly epoch: number;
  readonly body: Intervention<T>;
}

export type SimEvent<T extends WorldTypes> = Delivery<T> | FaultEvent<T>;

/** Everything that comes from outside the world, as data: an intervention, or a body handed to one host. */
export type Input<T extends WorldTypes> =
  | { readonly kind: 'fault'; readonly fault: Intervention<T> }
  | { readonly kind: 'command'; readonly host: string; readonly body: T['body'] };

/** An input with its virtual time: the unit of a plan. */
export interface PlanStep<T extends WorldTypes> {
  readonly at: number;
  readonly input: Input<T>;
}

/** An input as it was given to a running world: after so many handled events, at that time, for time `at`. */
export interface JournalEntry<T extends WorldTypes> extends PlanStep<T> {
  readonly after: number;
  readonly given: number;
}
