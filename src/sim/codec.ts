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

/** @throws Error naming the path of anything that is not plain data: a function, a class instance, NaN ... */
export function encodeGraph<Data>(root: Data): EncodedGraph<Data> {
  const numbers = new Map<object, number>();
  const queue: { readonly object: object; readonly path: string }[] = [];

  const value = (data: unknown, path: string): Value => {
    if (data === undefined) return [];
    if (data === null || typeof data === 'string' || typeof data === 'boolean') return data;
    if (typeof data === 'number' && Number.isFinite(data)) return data;
    if (typeof data !== 'object')
      throw new Error(`not plain data: ${typeof data} ${String(data)} at ${path}`);
    let number = numbers.get(data);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(data, number);
      queue.push({ object: data, path });
    }
    return [number];
  };

  const container = (object: object, path: string): Encoded => {
    if (Array.isArray(object)) return { a: object.map((item, i) => value(item, `${path}[${i}]`)) };
    if (object instanceof Map) {
      return {
        m: [...object].map(([key, item]) => [
          value(key, `${path} key`),
          value(item, `${path}.${String(key)}`),
        ]),
      };
    }
    if (object instanceof Set) return { s: [...object].map((item) => value(item, `${path} member`)) };
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new Error(`not plain data: an instance of ${object.constructor.name} at ${path}`);
    }
    return { o: Object.entries(object).map(([key, item]) => [key, value(item, `${path}.${key}`)]) };
  };

  const encodedRoot = value(root, 'world');
  const containers: Encoded[] = [];
  for (let next = queue[0]; next !== undefined; next = queue[containers.length]) {
    const encoded = container(next.object, next.path);
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
      for (const [key, item] of encoded.o ?? []) Reflect.set(object, key, value(item));
  }
  for (const [i, encoded] of graph.containers.entries()) if (encoded.f) Object.freeze(made[i]);
  // The one cast of the codec: a decoded graph has the type of the graph that was encoded.
  return value(graph.root) as Data;
}
