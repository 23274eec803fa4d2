// The last events of a run, kept to tell why something broke. Not part of a world: changes nothing and is not saved.

import type { SimEvent, WorldTypes } from './event.ts';

/** A run that broke: the error, and the chain of events that led to it, the newest first. */
export class WorldError extends Error {
  constructor(error: unknown, chain: readonly string[]) {
    const message = error instanceof Error ? error.message : String(error);
    super([message, ...chain.map((line) => `  ${line}`)].join('\n'), { cause: error });
    this.name = 'WorldError';
  }
}

/** How many handled events are remembered. */
const remembered = 4096;

/** How far a chain of causes is told. */
const longest = 20;

export class History<T extends WorldTypes> {
  readonly #events: SimEvent<T>[] = [];
  #count = 0;

  add(event: SimEvent<T>): void {
    this.#events[this.#count % remembered] = event;
    this.#count += 1;
  }

  /** The error of `event`, with the events that led to it as far as they are remembered. */
  explain(error: unknown, event: SimEvent<T>): WorldError {
    return new WorldError(error, this.causesOf(event));
  }

  /** The event handled last, and the events that led to it, the newest first. */
  lastCauses(): readonly string[] {
    const last = this.#events[(this.#count - 1) % remembered];
    return last === undefined ? [] : this.causesOf(last);
  }

  causesOf(event: SimEvent<T>): readonly string[] {
    const bySeq = new Map(this.#events.map((known) => [known.seq, known]));
    const chain: string[] = [];
    for (let link: SimEvent<T> | undefined = event; link !== undefined && chain.length < longest; ) {
      chain.push(tell(link));
      link = bySeq.get(link.cause);
    }
    return chain;
  }
}

function tell<T extends WorldTypes>(event: SimEvent<T>): string {
  const { at, seq, kind, to, from, body } = event;
  const host = event.kind === 'fault' ? ('host' in event.body ? event.body.host : 'the network') : to;
  return `at ${at} us, event ${seq}: ${kind} ${body.kind} for ${host}${from === '' ? '' : ` from ${from}`}`;
}
