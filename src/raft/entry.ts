// What the replicated log is made of (paper §5.3): entries, the two kinds of proposals that become entries,
// and the size of an entry on the wire. An entry is never changed once it is in a log; logs, messages and
// rounds share it by reference.

/** What one member-change operation does to a member. `update` changes nothing inside Raft (R-R98). */
export type OperationType = 'add-voter' | 'add-learner' | 'remove' | 'update';

/** One step of a configuration change. An id of 0 is skipped (R-R98). */
export interface Operation {
  readonly type: OperationType;
  readonly id: number;
}

/**
 * How a change gets to the new configuration (R-R227). `auto`: directly if it has at most one operation, else
 * through a joint configuration that the leader leaves by itself. `implicit`: through a joint configuration,
 * left by itself. `explicit`: through a joint configuration, left by a proposed {@link leaveJoint}.
 */
export type Transition = 'auto' | 'implicit' | 'explicit';

/** A proposed change of the members (paper §6, thesis chapter 4). */
export interface ConfigurationChange<D> {
  /** `single` is the older wire form: exactly one operation and always simple. `list` is the newer one. */
  readonly form: 'single' | 'list';
  readonly transition: Transition;
  readonly operations: readonly Operation[];
  /** Whatever the application wants to find beside the change when it is applied. */
  readonly context: D | null;
}

/** An entry for the state machine. `data` is null in the empty entry of a new leader (R-R68). */
export interface NormalEntry<D> {
  readonly kind: 'normal';
  readonly term: number;
  readonly index: number;
  readonly data: D | null;
}

/** An entry for the configuration. `change` is null where the leader itself leaves a joint one (R-R226). */
export interface ConfigurationEntry<D> {
  readonly kind: 'configuration';
  readonly term: number;
  readonly index: number;
  readonly change: ConfigurationChange<D> | null;
}

/** One entry of the log. Indexes start at 1 and have no gaps; terms never go down along a log. */
export type Entry<D> = NormalEntry<D> | ConfigurationEntry<D>;

/** An entry that no leader has given a term and an index yet. */
export type Proposal<D> =
  | { readonly kind: 'normal'; readonly data: D | null }
  | { readonly kind: 'configuration'; readonly change: ConfigurationChange<D> | null };

/** The change that leaves a joint configuration (R-R227). */
export function leaveJoint<D>(): ConfigurationChange<D> {
  return { form: 'list', transition: 'auto', operations: [], context: null };
}

/** Gives a proposal its place in the log. */
export function toEntry<D>(proposal: Proposal<D>, term: number, index: number): Entry<D> {
  return proposal.kind === 'normal'
    ? { kind: 'normal', term, index, data: proposal.data }
    : { kind: 'configuration', term, index, change: proposal.change };
}

/**
 * Bytes of an entry in etcd's protocol-buffer encoding (R-R228), which the size limits count. `sizeOf` gives
 * the bytes of a payload.
 */
export function encodedSize<D>(entry: Entry<D>, sizeOf: (data: D) => number): number {
  const head = 1 + varintSize(entry.term) + 1 + varintSize(entry.index) + 2;
  if (entry.kind === 'normal') return entry.data === null ? head : head + fieldSize(sizeOf(entry.data));
  return entry.change === null ? head : head + fieldSize(changeSize(entry.change, sizeOf));
}

function changeSize<D>(change: ConfigurationChange<D>, sizeOf: (data: D) => number): number {
  const context = change.context === null ? 0 : fieldSize(sizeOf(change.context));
  let operations = 0;
  for (const { id } of change.operations) {
    const typeAndId = 2 + 1 + varintSize(id);
    operations += change.form === 'single' ? typeAndId : fieldSize(typeAndId);
  }
  // Two bytes for the id of a single change (always 0), or for the transition of a list.
  return 2 + operations + context;
}

/** A length-delimited field: its tag, its length, its bytes. */
function fieldSize(bytes: number): number {
  return 1 + varintSize(bytes) + bytes;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
