// Plain data to JSON and back, exactly: Maps and Sets keep their order, shared objects stay shared, frozen ones frozen.
// A world is saved through this, so it is also where "plain data only" is enforced.

/** A container: array, object, Map or Set. `f` marks a frozen one. A reference to container n is `[n]`; `[]` is undefined. */
type Encoded = {
  a?: Value[];
  o?: [key: string, value: Value][];
  m?: [key: Value, value: Value][];
  s?: Value[];
  f?: 1;
};
type Value = string | number | boolean | null | [] | [number];

/** A data graph as JSON: container 0 is the root. */
export interface EncodedGraph<Data> {
  /** Never there: remembers the type of what was encoded. */
  readonly of?: Data;
  readonly root: Value;
  readonly containers: readonly Encoded[];
}

/** Where a container was met first: under which key of which other. */
interface Place {
  readonly object: object;
  readonly parent: Place | undefined;
  readonly key: string;
}

/** How a container that was met at `place` is reached from the root, for people. */
function pathTo(place: Place | undefined): string {
  return place === undefined ? '' : pathTo(place.parent) + place.key;
}

/**
 * A minus zero becomes a zero, as in JSON, and an object without prototype an ordinary one.
 * @throws Error naming the path of anything that is not plain data: a function, a class instance, NaN ...
 */
export function encodeGraph<Data>(root: Data): EncodedGraph<Data> {
  const numbers = new Map<object, number>();
  const places: Place[] = [];

  const value = (data: unknown, parent: Place | undefined, key: string | number): Value => {
    if (data === undefined) return [];
    if (data === null || typeof data === 'string' || typeof data === 'boolean') return data;
    if (typeof data === 'number' && Number.isFinite(data)) return data === 0 ? 0 : data;
    const step = typeof key === 'number' ? `[${key}]` : parent === undefined ? key : `.${key}`;
    if (typeof data !== 'object') {
      throw new Error(`not plain data: ${typeof data} ${String(data)} at ${pathTo(parent)}${step}`);
    }
    let number = numbers.get(data);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(data, number);
      places.push({ object: data, parent, key: step });
    }
    return [number];
  };

  const container = (place: Place): Encoded => {
    const { object } = place;
    if (Array.isArray(object)) return { a: Array.from(object, (item, i) => value(item, place, i)) };
    if (object instanceof Map) {
      return {
        m: Array.from(object, ([key, item]) => [value(key, place, 'key'), value(item, place, String(key))]),
      };
    }
    if (object instanceof Set) return { s: Array.from(object, (item) => value(item, place, 'member')) };
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new Error(`not plain data: an instance of ${object.constructor.name} at ${pathTo(place)}`);
    }
    return { o: Object.entries(object).map(([key, item]) => [key, value(item, place, key)]) };
  };

  const encodedRoot = value(root, undefined, 'world');
  const containers: Encoded[] = [];
  for (let next = places[0]; next !== undefined; next = places[containers.length]) {
    const encoded = container(next);
    if (Object.isFrozen(next.object)) encoded.f = 1;
    containers.push(encoded);
  }
  return { root: encodedRoot, containers };
}

/** The graph that was encoded. Text from elsewhere must have been checked before: this trusts its claim. */
export function decodeGraph<Data>(graph: EncodedGraph<Data>): Data {
  const made = graph.containers.map((encoded): object => {
    if (encoded.a) return [];
    if (encoded.m) return new Map();
    if (encoded.s) return new Set();
    return {};
  });
  const value = (encoded: Value): unknown => {
    if (!Array.isArray(encoded)) return encoded;
    const number = encoded[0];
    return number === undefined ? undefined : made[number];
  };
  for (const [i, encoded] of graph.containers.entries()) {
    const object = made[i];
    if (Array.isArray(object)) for (const item of encoded.a ?? []) object.push(value(item));
    else if (object instanceof Map)
      for (const [key, item] of encoded.m ?? []) object.set(value(key), value(item));
    else if (object instanceof Set) for (const item of encoded.s ?? []) object.add(value(item));
    else if (object !== undefined)
      for (const [key, item] of encoded.o ?? []) setOwn(object, key, value(item));
  }
  for (const [i, encoded] of graph.containers.entries()) if (encoded.f) Object.freeze(made[i]);
  // The one cast of the codec: a decoded graph has the type of the graph that was encoded.
  return value(graph.root) as Data;
}

/** Sets a property even where the language has other plans for its name. */
function setOwn(object: object, key: string, value: unknown): void {
  if (key !== '__proto__') Reflect.set(object, key, value);
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
