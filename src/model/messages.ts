// The messages that nodes exchange. Managers and agents know each other only by these.
// A message is plain data and crosses the simulated network; nothing here decides anything.

import type { Node, NodeDescription, Task, TaskStatus } from './objects.ts';
import type { FileSpec, Labels, Platform, VolumeSpec } from './spec.ts';

/**
 * A call on its way to the leader. Any manager takes it; one that is not the leader forwards it (R-R29, R-R188).
 * `route` lists the hosts it has passed, the caller's first, so that the answer goes back the same way.
 */
export interface CallMessage<Call> {
  readonly kind: 'call';
  readonly route: readonly string[];
  /** A manager has passed it on already: it may be forwarded once (R-R31). */
  readonly forwarded: boolean;
  readonly call: Call;
}

/** An answer, or a message pushed on a session's streams, on its way back. `route` lists the hosts still to pass, the next one first. */
export interface ReplyMessage<Reply> {
  readonly kind: 'reply';
  readonly route: readonly string[];
  readonly reply: Reply;
}

/** A gRPC status code with its text, as Docker shows it. */
export interface CallError {
  readonly code:
    | 'Unknown'
    | 'InvalidArgument'
    | 'DeadlineExceeded'
    | 'NotFound'
    | 'AlreadyExists'
    | 'PermissionDenied'
    | 'Unauthenticated'
    | 'FailedPrecondition'
    | 'Aborted'
    | 'Unimplemented'
    | 'Unavailable'
    | 'ResourceExhausted'
    | 'Canceled';
  readonly message: string;
}

/** What an agent asks of the dispatcher (raft-cluster reference, section 4). `id` is drawn by the agent and comes back in the answer. */
export type DispatcherCall =
  | {
      readonly method: 'dispatcher.session';
      readonly id: number;
      readonly nodeId: string;
      /** Empty on a first registration. */
      readonly sessionId: string;
      readonly description: NodeDescription;
      readonly addr: string;
    }
  | {
      readonly method: 'dispatcher.heartbeat';
      readonly id: number;
      readonly nodeId: string;
      readonly sessionId: string;
    }
  | {
      readonly method: 'dispatcher.assignments';
      readonly id: number;
      readonly nodeId: string;
      readonly sessionId: string;
    }
  | {
      readonly method: 'dispatcher.report';
      readonly id: number;
      readonly nodeId: string;
      readonly sessionId: string;
      readonly updates: readonly TaskReport[];
      /** Cluster volumes that the node has let go; absent without any. */
      readonly unpublished?: readonly string[];
    }
  /** What the node's containers have written, as a subscription asked for. It is not answered. */
  | {
      readonly method: 'dispatcher.publish';
      readonly id: number;
      readonly nodeId: string;
      readonly sessionId: string;
      readonly subscription: number;
      /** 1, 2, 3 ...: a stream has no gaps. */
      readonly part: number;
      readonly logs: readonly TaskLog[];
      /** The node has told all it will. Never so while a request follows. */
      readonly last: boolean;
    };

// Logs (`docker service logs`). Somebody at a node opens a stream with the command `node.logs` (cluster/types.ts) and closes it with
// `node.close-logs`. From outside that is `Swarm.openLogs`, `takeLines`, `answerTo` and `closeLogs`:
//
//     const stream = swarm.openLogs('manager1', { of: { kind: 'service', id }, streams: ['stdout', 'stderr'], follow: true, since: 0 });
//     swarm.takeLines(stream)        // what has come since it was asked last; [] when nothing has
//     swarm.answerTo(stream)         // undefined while it is open; `{ logs: { warning } }` at its end, `{ error }` when it broke
//     swarm.closeLogs('manager1', stream)
//
// The node's manager takes a `logs` call to the leader's broker, which pushes a subscription to the agents concerned on their sessions
// (`dispatcher.subscription`, `dispatcher.unsubscribe`). Agents publish (`dispatcher.publish`), and the broker passes each message on to the
// caller (`control.lines`). Without `follow` the stream ends once all agents have told what they have. With it, it ends when the caller
// closes it or the leader goes, and new tasks join in.

export type LogStream = 'stdout' | 'stderr';

/** Whose lines are wanted, and which of them. */
export interface LogRequest {
  readonly of: { readonly kind: 'service' | 'task'; readonly id: string };
  readonly streams: readonly LogStream[];
  /** Go on with what is written from now on. */
  readonly follow: boolean;
  /** So many of the last lines of every container; absent: all. */
  readonly tail?: number;
  /** Lines from this moment on, microseconds by the clock of the machine that wrote them. */
  readonly since: number;
}

/** A line that a container has written. */
export interface LogLine {
  /** When, by its machine's clock. */
  readonly at: number;
  readonly stream: LogStream;
  readonly text: string;
}

/** Lines of one container, with the context in which docker shows them. */
export interface TaskLog {
  readonly taskId: string;
  readonly serviceId: string;
  readonly nodeId: string;
  /** What `--details` adds: the labels and variables that the log driver's options name. */
  readonly details: Labels;
  readonly lines: readonly LogLine[];
}

export interface TaskReport {
  readonly taskId: string;
  readonly status: TaskStatus;
}

/** A manager as an agent may reach it. */
export interface ManagerPeer {
  readonly host: string;
  readonly nodeId: string;
  readonly weight: number;
}

/** A secret or config as it travels to a node. */
export interface AssignedFile {
  readonly id: string;
  readonly spec: FileSpec;
}

/** A cluster volume that has been brought to a node. */
export interface AssignedVolume {
  readonly id: string;
  readonly spec: VolumeSpec;
}

/** Assignments of a node: the complete set, or the changes to the previous one (R-R175). Messages are chained by number. */
export interface Assignments {
  readonly type: 'complete' | 'incremental';
  /** The number of the message before this one; 0 for the first. */
  readonly appliesTo: number;
  readonly resultsIn: number;
  readonly tasks: readonly Task[];
  readonly removedTasks: readonly string[];
  readonly secrets: readonly AssignedFile[];
  readonly removedSecrets: readonly string[];
  readonly configs: readonly AssignedFile[];
  readonly removedConfigs: readonly string[];
  /** Absent without any. */
  readonly volumes?: readonly AssignedVolume[];
  readonly removedVolumes?: readonly string[];
}

/**
 * What the dispatcher answers, and what it pushes on the streams of a session: further `dispatcher.session` messages when the node object or
 * the managers change (R-R163), further `dispatcher.assignments` messages, subscriptions to logs. A stream of a real connection is ordered and whole, or it breaks;
 * here messages are lost one by one. So those of a session are numbered 1, 2, 3 ... in `sequence` and every heartbeat's answer repeats the
 * last number: an agent that misses one takes the session for broken.
 */
export type DispatcherReply =
  | {
      readonly method: 'dispatcher.session';
      readonly id: number;
      readonly sequence: number;
      readonly sessionId: string;
      readonly managers: readonly ManagerPeer[];
      readonly node: Node;
    }
  | {
      readonly method: 'dispatcher.heartbeat';
      readonly id: number;
      readonly sequence: number;
      /** When to send the next, microseconds from now. */
      readonly period: number;
    }
  | {
      readonly method: 'dispatcher.assignments';
      readonly id: number;
      readonly sequence: number;
      readonly assignments: Assignments;
    }
  | { readonly method: 'dispatcher.report'; readonly id: number }
  /** Asks the agent of a session, by the number of its call, for lines of its containers. */
  | {
      readonly method: 'dispatcher.subscription';
      readonly id: number;
      readonly sequence: number;
      readonly subscription: number;
      readonly request: LogRequest;
    }
  /** Nobody wants them any more. */
  | {
      readonly method: 'dispatcher.unsubscribe';
      readonly id: number;
      readonly sequence: number;
      readonly subscription: number;
    }
  | { readonly method: 'dispatcher.error'; readonly id: number; readonly error: CallError };

/** Between an agent and a registry host: a pull asks for the manifest and layers of one image. */
export interface PullMessage {
  readonly kind: 'registry.pull';
  readonly id: number;
  readonly image: string;
  readonly auth: string;
  /** Of the pulling node: an image may not exist for it. */
  readonly platform: Platform;
}

/** The registry has taken the pull and layers are on their way; the end of it is a `PullReplyMessage`. */
export interface PullStartedMessage {
  readonly kind: 'registry.pulling';
  readonly id: number;
  readonly image: string;
  /** How long it will take, microseconds. */
  readonly time: number;
}

/** Between a node's engine and a registry host: asks for the digest of an image and the platforms it is for. */
export interface LookUpMessage {
  readonly kind: 'registry.look-up';
  readonly id: number;
  readonly image: string;
  readonly auth: string;
}

export interface LookedUpMessage {
  readonly kind: 'registry.looked-up';
  readonly id: number;
  /** Absent when the image is there; else the registry's own error text. */
  readonly error?: string;
  /** `sha256:...`; empty with an error. */
  readonly digest: string;
  /** Empty: every one. */
  readonly platforms: readonly Platform[];
}

export interface PullReplyMessage {
  readonly kind: 'registry.pulled';
  readonly id: number;
  readonly image: string;
  /** Absent when the image came through; else the registry's own error text. */
  readonly error?: string;
  /** `sha256:...`; empty with an error. */
  readonly digest: string;
}
