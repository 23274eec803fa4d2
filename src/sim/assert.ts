// Assertions that stay on in every build: a broken one is a crash that names what is broken.

/** Throws when `condition` does not hold. `what` says which invariant is broken. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${what}`);
}

/** Marks a place the compiler proves unreachable. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
