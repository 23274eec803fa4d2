// Named random streams. One stream per purpose and entity ("latency/m1/m2", "election/m3"), each derived from the run's seed and its
// own name alone, so that a draw added or removed in one place shifts no other. A stream's state is four integers.

import seedrandom from 'seedrandom';

/** A saved stream: the state of its xor128 generator. */
export type StreamState = seedrandom.State.Xor128;

/** One stream of numbers. */
export interface Stream {
  /** Uniform in [0, bound), a safe positive integer. */
  draw(bound: number): number;
}

const two32 = 0x1_0000_0000;

class Xor128Stream implements Stream {
  readonly generator: seedrandom.StatefulPRNG<StreamState>;
  readonly #onDraw: (drawn: number) => void;

  constructor(generator: seedrandom.StatefulPRNG<StreamState>, onDraw: (drawn: number) => void) {
    this.generator = generator;
    this.#onDraw = onDraw;
  }

  draw(bound: number): number {
    // Not an assert: its text would be made for every draw.
    if (!Number.isSafeInteger(bound) || bound <= 0) {
      throw new Error(`a draw needs a positive integer bound, got ${bound}`);
    }
    const word = this.generator.int32() >>> 0;
    // Up to 2^32 one word decides; above it, 21 further bits are put in front. IEEE doubles: the same in every engine.
    const drawn =
      bound <= two32
        ? Math.floor((word / two32) * bound)
        : ((this.generator.int32() >>> 11) * two32 + word) % bound;
    this.#onDraw(drawn);
    return drawn;
  }
}

/** All streams of a run, made when first drawn from. */
export class Streams {
  readonly #seed: string;
  readonly #onDraw: (drawn: number) => void;
  readonly #streams = new Map<string, Xor128Stream>();

  /** @param onDraw told of every number drawn, so that the digest covers them */
  constructor(seed: string, onDraw: (drawn: number) => void) {
    this.#seed = seed;
    this.#onDraw = onDraw;
  }

  stream(name: string): Stream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const made = new Xor128Stream(seedrandom.xor128(`${this.#seed}/${name}`, { state: true }), this.#onDraw);
    this.#streams.set(name, made);
    return made;
  }

  save(): [name: string, state: StreamState][] {
    return [...this.#streams].map(([name, stream]) => [name, stream.generator.state()]);
  }

  load(saved: readonly (readonly [name: string, state: StreamState])[]): void {
    this.#streams.clear();
    for (const [name, state] of saved) {
      this.#streams.set(name, new Xor128Stream(seedrandom.xor128('', { state }), this.#onDraw));
    }
  }
}
