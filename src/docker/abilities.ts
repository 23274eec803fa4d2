// What an engine can do, by its own word: which versions of the API it speaks, and what it is part of.

/** Decides how requests are made, and which commands and flags help lists. */
export interface Abilities {
  readonly version: string;
  readonly experimental: boolean;
  /** The `Swarm` header of its ping; undefined if there is none. */
  readonly swarm: string | undefined;
  /** `linux`; undefined if unknown. */
  readonly system: string | undefined;
}

/** Compares versions such as `1.9` and `1.41`. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
