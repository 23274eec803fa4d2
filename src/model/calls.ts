// What users and joining nodes ask of the swarm: the control API and the join calls, as messages. Plain data; nothing here decides anything.

import type { CallError, DispatcherCall, DispatcherReply, LogRequest, TaskLog } from './messages.ts';
import type { Kind, Records } from './objects.ts';
import type { ClusterSpec, FileSpec, NetworkSpec, NodeSpec, ServiceSpec, VolumeSpec } from './spec.ts';
import type { Availability, NodeRole } from './state.ts';

/** Every call has the caller's own number `id`, which comes back in the answer. */
interface Numbered {
  readonly id: number;
}

/** A change of the cluster state (control API). `version` is the object version the caller has seen (R-R199). */
export type ControlChange = Numbered &
  (
    | { readonly method: 'service.create'; readonly spec: ServiceSpec }
    | {
        readonly method: 'service.update';
        readonly serviceId: string;
        readonly version: number;
        readonly spec: ServiceSpec;
        /** `previous`: swap with the previous spec, `spec` is then only checked (orchestration 5.8). */
        readonly rollback?: 'previous';
      }
    | { readonly method: 'service.remove'; readonly serviceId: string }
    | {
        readonly method: 'node.update';
        readonly nodeId: string;
        readonly version: number;
        readonly spec: NodeSpec;
      }
    | { readonly method: 'node.remove'; readonly nodeId: string; readonly force: boolean }
    | { readonly method: 'network.create'; readonly spec: NetworkSpec }
    | { readonly method: 'network.remove'; readonly networkId: string }
    | { readonly method: 'config.create'; readonly spec: FileSpec }
    /** Labels alone may differ. */
    | {
        readonly method: 'config.update';
        readonly configId: string;
        readonly version: number;
        readonly spec: FileSpec;
      }
    | { readonly method: 'config.remove'; readonly configId: string }
    | { readonly method: 'secret.create'; readonly spec: FileSpec }
    | {
        readonly method: 'secret.update';
        readonly secretId: string;
        readonly version: number;
        readonly spec: FileSpec;
      }
    | { readonly method: 'secret.remove'; readonly secretId: string }
    | { readonly method: 'volume.create'; readonly spec: VolumeSpec }
    | {
        readonly method: 'volume.update';
        readonly volumeId: string;
        readonly version: number;
        readonly spec: VolumeSpec;
      }
    | { readonly method: 'volume.remove'; readonly volumeId: string; readonly force: boolean }
    | {
        readonly method: 'cluster.update';
        readonly version: number;
        readonly spec: ClusterSpec;
        /** What gets a new secret. */
        readonly rotate: readonly ('worker-token' | 'manager-token' | 'unlock-key')[];
      }
    /** A node asks for its certificate: the token decides its role (R-R116, R-R119). */
    | {
        readonly method: 'swarm.join';
        readonly token: string;
        readonly hostname: string;
        readonly addr: string;
        readonly availability: Availability;
      }
    /** A node asks for a new certificate: it gets its role of now (R-R118). */
    | { readonly method: 'swarm.renew'; readonly nodeId: string }
  );

/** A look at the state the leader has committed; no quorum is asked (R-R27). */
export type ControlQuery = Numbered &
  (
    | { readonly method: 'get'; readonly kind: Kind; readonly recordId: string }
    /** `also`: more tables, as they are at the same moment. */
    | { readonly method: 'list'; readonly kind: Kind; readonly also?: readonly Kind[] }
    /** A joining node asks for the root certificate, whose digest it compares with its token's (R-R116). */
    | { readonly method: 'swarm.root' }
  );

/** A new manager asks to be made a member of the Raft group (R-R120, R-R121). */
export interface RaftJoinCall extends Numbered {
  readonly method: 'raft.join';
  readonly nodeId: string;
  readonly host: string;
  readonly addr: string;
}

/** `docker service logs`: answered by lines as they come (`control.lines`), and by an end. */
export interface LogsCall extends Numbered {
  readonly method: 'logs';
  readonly request: LogRequest;
}

/** The caller of the `logs` call with this number wants no more of it. It is not answered. */
export interface CloseLogsCall extends Numbered {
  readonly method: 'logs.close';
}

export type ControlCall = ControlChange | ControlQuery | RaftJoinCall;
export type Call = ControlCall | LogsCall | CloseLogsCall | DispatcherCall;

/** A member of the Raft group. */
export interface Member {
  readonly raftId: number;
  readonly nodeId: string;
  /** Where its messages go. */
  readonly host: string;
  /** `ip:2377`, as users see it. */
  readonly addr: string;
}

/** What `docker node ls` shows beside a node's record: its place among the managers, from the answering leader's view (R-R40). */
export interface ManagerView {
  readonly leader: boolean;
  readonly reachable: boolean;
  readonly addr: string;
}

/** Tables by kind: what was asked for, in ascending ID order. */
export type RecordTables = { readonly [K in Kind]?: readonly Records[K][] };

export type ControlResult =
  /** The ID of what was created, changed or removed. */
  | { readonly kind: 'done'; readonly recordId: string }
  | {
      readonly kind: 'records';
      readonly tables: RecordTables;
      /** With a list of nodes: the managers among them, by node ID. */
      readonly managers: ReadonlyArray<readonly [nodeId: string, view: ManagerView]>;
    }
  | {
      readonly kind: 'certificate';
      readonly nodeId: string;
      readonly role: NodeRole;
      /** Hosts of the managers, to reach the swarm by. */
      readonly managers: readonly string[];
    }
  /** The root certificate's digest, as join tokens carry it. */
  | { readonly kind: 'root'; readonly caDigest: string }
  /** The end of a stream of logs. */
  | {
      readonly kind: 'logs';
      /** How many `control.lines` it had. */
      readonly messages: number;
      /** Why there may be more lines than these; empty when there are not. */
      readonly warning: string;
    }
  | { readonly kind: 'member'; readonly raftId: number; readonly members: readonly Member[] };

/** Lines on an open stream of logs: the first message, which may have none, says that it is open. Numbered 1, 2, 3 ... */
export interface LinesReply extends Numbered {
  readonly method: 'control.lines';
  readonly sequence: number;
  readonly logs: readonly TaskLog[];
}

export type ControlReply =
  | { readonly method: 'control.done'; readonly id: number; readonly result: ControlResult }
  | { readonly method: 'control.failed'; readonly id: number; readonly error: CallError };

export type Reply = ControlReply | LinesReply | DispatcherReply;
