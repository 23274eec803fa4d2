// What an agent knows. Plain data; what survives a crash of it is on the disk (AgentRecord).

import type { AssignedFile, ManagerPeer, PullMessage } from '../model/messages.ts';
import type { NodeDescription, Task, TaskStatus } from '../model/objects.ts';
import type { Container } from './container.ts';
import type { FollowedLogs } from './logs.ts';
import type { NetworkState } from './network/state.ts';
import type { LocalVolume } from './volumes.ts';

/** A call under way; its timer ends the wait. */
export interface PendingCall {
  readonly call: number;
  readonly timer: number;
}

export type Session =
  /** After a failure, until a timer ends the pause (R-R185). */
  | { readonly phase: 'waiting'; readonly timer: number }
  | { readonly phase: 'opening'; readonly manager: string; readonly pending: PendingCall }
  | OpenSession
  /** The node part has been stopped; no session follows. */
  | { readonly phase: 'closed' };

export interface OpenSession {
  readonly phase: 'open';
  readonly manager: string;
  /** The session call: further session messages come as answers to it. */
  readonly call: number;
  /** The number of the last message of its streams. */
  sequence: number;
  /** The timer until the next heartbeat, or the one under way. */
  heartbeat: { readonly timer: number } | PendingCall;
  assignments: {
    readonly call: number;
    /** The chain number of the last message; 0 before the first. */
    position: number;
    /** Ends the wait for the first message. */
    timer: number | undefined;
  };
  /** The report under way. */
  report: PendingCall | undefined;
}

/** A manager that agents may turn to, and how well it has served so far (R-R187). */
export interface Remote {
  readonly peer: ManagerPeer;
  readonly weight: number;
}

export interface LocalTask {
  /** As assigned, but with the local status, which no assignment overwrites (R-R180). */
  task: Task;
  /** Something is under way whose end moves the task on. */
  busy: boolean;
  /** The timer of a pause before the next try; while it runs nothing moves the task on. */
  retry: number | undefined;
}

/** An image on its way to the node. */
export interface Pull {
  readonly message: PullMessage;
  /** The registry has taken it. */
  started: boolean;
  timer: number;
}

export interface AgentState {
  session: Session;
  /** The last session's ID; empty before the first. */
  sessionId: string;
  /** Why the last try to hold a session failed; empty while one is held. */
  sessionError: string;
  /** The bound of the next pause after a failed session, before it grows; microseconds (R-R185). */
  backoff: number;
  /** As last told to a manager. */
  description: NodeDescription;
  descriptionTimer: number | undefined;
  /** By host. Not used on a host that runs a manager. */
  readonly remotes: Map<string, Remote>;
  /** The number of the last call or pull. */
  lastCall: number;
  readonly tasks: Map<string, LocalTask>;
  /** By task ID. A container outlives its task until it has been stopped and removed. */
  readonly containers: Map<string, Container>;
  /** Digests of the images on this node, by name. */
  readonly images: Map<string, string>;
  /** By image name. */
  readonly pulls: Map<string, Pull>;
  readonly secrets: Map<string, AssignedFile>;
  readonly configs: Map<string, AssignedFile>;
  /** By number, the subscriptions to logs that follow; they are of the session. */
  readonly followed: Map<number, FollowedLogs>;
  readonly network: NetworkState;
  /** Cluster volumes, by ID. */
  readonly volumes: Map<string, LocalVolume>;
  /** Cluster volumes that have been let go, which no manager has heard of yet. */
  readonly unpublished: Set<string>;
  /** By task, the newest status that no manager has accepted (R-R181). */
  readonly reports: Map<string, TaskStatus>;
}

/** A number for a call or pull that no other of this agent has. */
export function nextCall(state: AgentState): number {
  state.lastCall += 1;
  return state.lastCall;
}
