// The digest: a rolling hash over everything that happened. Equal digests mean equal runs, across saves, forks, processes and browsers.
// It covers each handled event (when, which, why, from whom, for whom, and its body down to two levels), every number drawn, and
// whatever a program mixes in (the store mixes the hashes of its tables).

/** What stands in the hash for data that is not a number, so that a flag is not taken for one, nor an empty list for nothing. */
const marks = {
  nothing: 0x1f83d9ab,
  true: 0x5be0cd19,
  false: 0x6a09e667,
  list: 0x3c6ef372,
  record: 0x510e527f,
  map: 0x2b3e6c1f,
  set: 0x7137449b,
  farther: 0x4f5c7a21,
};

/** A 64-bit rolling hash in two 32-bit lanes. */
export class Digest {
  #a = 0x243f6a88;
  #b = 0x85a308d3 | 0;

  /** Mixes any number. */
  mix(value: number): void {
    const low = value | 0;
    this.#mixWord(low);
    if (value === low) return;
    // Times exceed 32 bits, and a fraction counts too.
    const high = Math.floor(value / 0x1_0000_0000);
    this.#mixWord((high ^ 0x52dce729) | 0);
    const whole = Math.trunc(value);
    if (value !== whole) this.#mixWord(((value - whole) * 0x8000_0000) | 0);
  }

  #mixWord(word: number): void {
    let a = Math.imul(this.#a ^ word, 0x9e3779b1);
    a ^= a >>> 15;
    this.#a = a;
    const b = Math.imul(this.#b + word, 0x85ebca77);
    this.#b = ((b ^ (b >>> 13)) + a) | 0;
  }

  mixText(text: string): void {
    this.#mixWord(hashText(text));
  }

  /** Mixes plain data, `depth` levels of it. Below that, containers count with their kind and size, objects with their presence. */
  mixData(data: unknown, depth: number): void {
    if (typeof data === 'number') this.mix(data);
    else if (typeof data === 'string') this.#mixWord(hashText(data));
    else if (typeof data === 'boolean') this.#mixWord(data ? marks.true : marks.false);
    else if (typeof data === 'object' && data !== null) this.#mixContainer(data, depth);
    else this.#mixWord(marks.nothing);
  }

  #mixContainer(data: object, depth: number): void {
    if (Array.isArray(data)) {
      this.#mixWord(marks.list + data.length);
      if (depth > 0) for (const item of data) this.mixData(item, depth - 1);
    } else if (data instanceof Map) {
      this.#mixWord(marks.map + data.size);
      if (depth > 0) {
        for (const [key, item] of data) {
          this.mixData(key, depth - 1);
          this.mixData(item, depth - 1);
        }
      }
    } else if (data instanceof Set) {
      this.#mixWord(marks.set + data.size);
      if (depth > 0) for (const item of data) this.mixData(item, depth - 1);
    } else if (depth > 0 && isRecord(data)) {
      this.#mixWord(marks.record);
      // Own keys in order of insertion: ids never are keys of objects, so no key looks like an integer.
      for (const key in data) this.mixData(data[key], depth - 1);
    } else this.#mixWord(marks.farther);
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

/** True of what is an object and neither list, Map nor Set: the rest of plain data. */
function isRecord(data: object): data is Readonly<Record<string, unknown>> {
  return !(Array.isArray(data) || data instanceof Map || data instanceof Set);
}

/** FNV-1a over UTF-16 code units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
