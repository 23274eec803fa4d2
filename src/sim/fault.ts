// The fault model. Everything that can go wrong in a world, as data; network.ts, disk.ts and world.ts make it happen.
//
// Machines   crash: memory, timers and unsynced disk writes are gone, what is in flight to the machine is lost, what it had sent still
//            arrives. `torn`: part of what was unsynced reached the disk, the last record damaged. stop: the process alone is
//            killed, the system still writes what it was given. restart: boots from the disk. pause: alive but not scheduled; what
//            arrives waits and is handled, in order, on resume. wipe: the disk of a machine that is down is emptied.
// Clocks     rate and offset per machine. Timers run on the machine's own clock.
// Links      one direction between two machines: latency, jitter, loss, duplication, reordering. cut: nothing passes, and what is
//            in flight is lost. partition: both directions between groups are cut. heal: all cuts are mended.
// Ports      close: what arrives at a machine on that port, from another machine, is dropped, as by a firewall. open: no longer.
// Disks      how long a sync takes.

/** A probability as an integer ratio: `num` in `den`. */
export interface Ratio {
  readonly num: number;
  readonly den: number;
}

/** One direction of a connection between two hosts. Times in microseconds. */
export interface LinkSettings {
  readonly latency: number;
  /** Added to the latency, uniform in [0, jitter]. */
  readonly jitter: number;
  readonly loss: Ratio;
  readonly duplicate: Ratio;
  /** Such a message overtakes and is overtaken: it gets up to four further latencies and is exempt from the order of the link. */
  readonly reorder: Ratio;
}

export type Fault =
  | { readonly kind: 'crash'; readonly host: string; readonly torn?: boolean }
  | { readonly kind: 'stop'; readonly host: string }
  | { readonly kind: 'restart'; readonly host: string }
  | { readonly kind: 'pause'; readonly host: string }
  | { readonly kind: 'resume'; readonly host: string }
  | { readonly kind: 'wipe'; readonly host: string }
  | { readonly kind: 'clock'; readonly host: string; readonly ratePpm: number; readonly offset: number }
  | { readonly kind: 'disk'; readonly host: string; readonly syncLatency: number }
  | { readonly kind: 'cut'; readonly from: readonly string[]; readonly to: readonly string[] }
  | { readonly kind: 'mend'; readonly from: readonly string[]; readonly to: readonly string[] }
  | { readonly kind: 'partition'; readonly groups: readonly (readonly string[])[] }
  | { readonly kind: 'heal' }
  | { readonly kind: 'close'; readonly host: string; readonly port: string }
  | { readonly kind: 'open'; readonly host: string; readonly port: string }
  | {
      readonly kind: 'link';
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly settings: Partial<LinkSettings>;
    };
