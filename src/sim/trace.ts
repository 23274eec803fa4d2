// A trace: every event and note of a run as one line of JSON, for those who ask. Traces are made by running again, so that an ordinary
// run does not pay for them. Does no I/O: where the lines go is the sink's business.

import type { SimEvent, WorldTypes } from './event.ts';
import type { Watcher } from './world.ts';

/** One line of a trace; its fields stand in this order. */
export interface TraceLine {
  /** Virtual time, integer microseconds. */
  readonly at: number;
  /** The event's number. A note has none: 0. */
  readonly seq: number;
  /** The event during which it was made; 0 = from outside. */
  readonly cause: number;
  readonly kind: SimEvent<WorldTypes>['kind'] | 'note';
  /** The host it happens to, or that makes the note; empty for faults. */
  readonly to: string;
  /** The sending host of a message, else empty. */
  readonly from: string;
  /** As JSON; a Map as the list of its pairs, a Set as the list of its members, in their order. */
  readonly body: unknown;
}

/** A watcher that hands `sink` a JSON text, without line end, for each event when it is handled and each note when it is made. */
export function createTrace<T extends WorldTypes>(sink: (line: string) => void): Watcher<T> {
  let now = 0;
  const write = (line: TraceLine) => sink(JSON.stringify(line, listed));
  return {
    event({ at, seq, cause, kind, to, from, body }) {
      now = at;
      write({ at, seq, cause, kind, to, from, body });
    },
    note(host, note, cause) {
      write({ at: now, seq: 0, cause, kind: 'note', to: host, from: '', body: note });
    },
  };
}

function listed(_key: string, value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [...value] : value;
}
