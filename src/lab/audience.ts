// Those who hear what a script does and says of itself.

export interface Audience {
  say(text: string): void;
  /** What a Raft node does that is not part of the swarm. */
  told(who: string, text: string): void;
  /** What becomes of requests to services. */
  requested(who: string, text: string): void;
  /** A promise that held. */
  kept(promise: string): void;
  /** A command line typed at a machine. */
  typed(host: string, command: string): void;
  /** What docker printed there instead of doing it. */
  refused(host: string, text: string): void;
}
