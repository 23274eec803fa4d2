// What a manager may touch of its host: clock, network, disk, chance. The world's own context fits this shape.

import type { Call, Reply } from '../model/calls.ts';
import type { CallMessage, ReplyMessage } from '../model/messages.ts';
import type { StoreEvent } from '../store/event.ts';
import type { ManagerRecord, ManagerTimer, PeerMessage } from './peer.ts';
import type { ReactorTimer } from './reactors.ts';

/** What a manager tells those who watch. */
export type ManagerNote =
  | { readonly kind: 'raft.campaign'; readonly term: number; readonly preVote: boolean }
  | { readonly kind: 'raft.elected'; readonly term: number }
  /** Everything inherited is applied: the manager acts as leader from now on (R-R22). */
  | { readonly kind: 'raft.announced'; readonly term: number }
  | { readonly kind: 'raft.deposed'; readonly term: number }
  | { readonly kind: 'raft.member'; readonly change: 'added' | 'removed'; readonly host: string }
  /** What an applied entry changed, told by the leader alone. */
  | { readonly kind: 'store.changed'; readonly index: number; readonly events: readonly StoreEvent[] };

export type ManagerBody = ManagerTimer | ReactorTimer;

export interface ManagerContext {
  readonly host: string;
  now(): number;
  send(to: string, body: PeerMessage | CallMessage<Call> | ReplyMessage<Reply>): void;
  later(delay: number, body: ManagerBody): number;
  cancel(timerId: number): void;
  random(stream: string, bound: number): number;
  append(file: string, record: ManagerRecord): void;
  replace(file: string, records: readonly ManagerRecord[]): void;
  sync(body: ManagerTimer): void;
  readonly watched: boolean;
  note(note: ManagerNote): void;
  mix(value: number): void;
}
