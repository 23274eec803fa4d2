// A broken assertion means a bug in the caller or in this library, or damaged storage: the node must stop
// (R-R109). The floor keeps its own copy so that it imports nothing from outside.

/** Throws an Error that names what is broken, unless `condition` holds. */
export function assert(condition: boolean, broken: string): asserts condition {
  if (!condition) throw new Error(`raft: ${broken}`);
}
