// A named volume of a machine, or a directory of it, as a script looks into it and writes to it in a program's place.

import type { Swarm } from '../cluster/swarm.ts';
import { ScenarioFailure } from './failure.ts';
import { formatTime } from './time.ts';

export class Volume {
  readonly #swarm: Swarm;
  readonly #host: string;
  readonly #name: string;

  constructor(swarm: Swarm, host: string, name: string) {
    this.#swarm = swarm;
    this.#host = host;
    this.#name = name;
  }

  /** Writes one value, as a program does. The volume is made if it is not there; a crash within a few milliseconds undoes it. */
  write(key: string, value: string): void {
    this.#volumes();
    this.#swarm.order(this.#host, { kind: 'node.write', volume: this.#name, key, value });
  }

  /** What was last written under a key; undefined when nothing was. */
  read(key: string): string | undefined {
    return this.#volumes().get(this.#name)?.get(key);
  }

  /** Whether it is there at all. */
  get exists(): boolean {
    return this.#volumes().has(this.#name);
  }

  #volumes(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const memory = this.#swarm.memoryOf(this.#host);
    if (memory !== undefined) return memory.volumes;
    const time = formatTime(this.#swarm.world.now);
    throw new ScenarioFailure(`at ${time}: ${this.#host} is down, and nobody can look at its volumes`);
  }
}
