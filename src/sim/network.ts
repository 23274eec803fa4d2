// The network: one link per direction between two machines, made when first used. Decides when a message arrives, if at all.
// Knows nothing of what is sent. The fault model is in fault.ts.

import type { LinkSettings, Ratio } from './fault.ts';
import type { Stream, Streams } from './random.ts';

/** A link's plain data. */
export interface LinkState {
  readonly from: string;
  readonly to: string;
  settings: LinkSettings;
  cut: boolean;
  /** How often it was cut: a message of an earlier count was in flight when it happened, and is lost. */
  cuts: number;
  /** The latest arrival so far. Messages keep their order unless a fault reorders them. */
  lastArrival: number;
}

/** A local network: 0.2 to 0.5 ms, and nothing lost. Each link gets its own: a saved world tells shared data from equal data. */
function localNetwork(): LinkSettings {
  return {
    latency: 200,
    jitter: 300,
    loss: { num: 0, den: 1 },
    duplicate: { num: 0, den: 1 },
    reorder: { num: 0, den: 1 },
  };
}

/** A link with its random streams at hand. */
export class Link {
  readonly state: LinkState;
  readonly #streams: Streams;
  #latency: Stream | undefined;

  constructor(state: LinkState, streams: Streams) {
    this.state = state;
    this.#streams = streams;
  }

  #happens(ratio: Ratio, what: string): boolean {
    if (ratio.num === 0) return false;
    return this.#streams.stream(`${what}/${this.state.from}/${this.state.to}`).draw(ratio.den) < ratio.num;
  }

  /** When a message sent now arrives; undefined if it never does. */
  arrival(now: number): number | undefined {
    if (this.state.cut || this.#happens(this.state.settings.loss, 'loss')) return undefined;
    return this.#arrival(now);
  }

  /** When the second copy of a message that was not lost arrives; undefined if there is none. */
  duplicate(now: number): number | undefined {
    return this.#happens(this.state.settings.duplicate, 'duplicate') ? this.#arrival(now) : undefined;
  }

  #arrival(now: number): number {
    const { settings } = this.state;
    let at = now + settings.latency;
    if (settings.jitter > 0) {
      this.#latency ??= this.#streams.stream(`latency/${this.state.from}/${this.state.to}`);
      at += this.#latency.draw(settings.jitter + 1);
    }
    if (this.#happens(settings.reorder, 'reorder')) {
      return (
        at +
        this.#streams.stream(`reorder/${this.state.from}/${this.state.to}`).draw(4 * settings.latency + 1)
      );
    }
    if (at < this.state.lastArrival) at = this.state.lastArrival;
    else this.state.lastArrival = at;
    return at;
  }
}

/** All links of a world. */
export class Network {
  readonly #streams: Streams;
  readonly #links = new Map<string, Map<string, Link>>();

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  link(from: string, to: string): Link {
    const row = this.#row(from);
    let link = row.get(to);
    if (link === undefined) {
      link = new Link(
        { from, to, settings: localNetwork(), cut: false, cuts: 0, lastArrival: 0 },
        this.#streams,
      );
      row.set(to, link);
    }
    return link;
  }

  #row(from: string): Map<string, Link> {
    let row = this.#links.get(from);
    if (row === undefined) {
      row = new Map();
      this.#links.set(from, row);
    }
    return row;
  }

  cut(from: string, to: string): void {
    const { state } = this.link(from, to);
    if (state.cut) return;
    state.cut = true;
    state.cuts += 1;
  }

  mend(from: string, to: string): void {
    this.link(from, to).state.cut = false;
  }

  isCut(from: string, to: string): boolean {
    return this.#links.get(from)?.get(to)?.state.cut ?? false;
  }

  /** Mends every cut; settings stay. */
  heal(): void {
    for (const row of this.#links.values()) for (const link of row.values()) link.state.cut = false;
  }

  save(): readonly LinkState[] {
    return [...this.#links.values()].flatMap((row) => [...row.values()].map((link) => link.state));
  }

  load(saved: readonly LinkState[]): void {
    this.#links.clear();
    for (const state of saved) {
      this.#row(state.from).set(state.to, new Link(state, this.#streams));
    }
  }
}
