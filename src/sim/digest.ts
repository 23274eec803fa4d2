// The digest: a rolling hash over everything that happened. Equal digests mean equal runs, across saves, forks, processes and browsers.
// It covers each handled event (when, which, why, from whom, for whom, and its body down to two levels), every number drawn, and
// whatever a program mixes in (the store mixes the hashes of its tables).

/** A 64-bit rolling hash in two 32-bit lanes. */
export class Digest {
  #a = 0x243f6a88;
  #b = 0x85a308d3 | 0;

  mix(value: number): void {
    // Times exceed 32 bits: both halves count.
    const low = value | 0;
    const high = value === low ? 0 : Math.floor(value / 0x1_0000_0000) | 0;
    let a = Math.imul(this.#a ^ low, 0x9e3779b1);
    a ^= a >>> 15;
    if (high !== 0) {
      a = Math.imul(a ^ high, 0x9e3779b1);
      a ^= a >>> 15;
    }
    this.#a = a;
    const b = Math.imul(this.#b + low + high, 0x85ebca77);
    this.#b = (b ^ (b >>> 13)) + a;
  }

  mixText(text: string): void {
    this.mix(hashText(text));
  }

  /** Mixes plain data, `depth` levels of it. Below that, arrays count with their length and objects with their presence. */
  mixData(data: unknown, depth: number): void {
    if (typeof data === 'number') this.mix(data);
    else if (typeof data === 'string') this.mix(hashText(data));
    else if (typeof data === 'boolean') this.mix(data ? 1 : 2);
    else if (typeof data === 'object' && data !== null) {
      if (Array.isArray(data)) {
        this.mix(data.length);
        if (depth > 0) for (const item of data) this.mixData(item, depth - 1);
      } else if (depth > 0) {
        // Own keys in order of insertion: ids never are keys of objects, so no key looks like an integer.
        for (const key in data) this.mixData(Reflect.get(data, key), depth - 1);
      } else this.mix(3);
    } else this.mix(4);
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }

  save(): readonly [number, number] {
    return [this.#a, this.#b];
  }

  load(saved: readonly [number, number]): void {
    [this.#a, this.#b] = saved;
  }
}

/** FNV-1a over UTF-16 code units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
