// The types of the world a swarm lives in: what its machines are, remember, send, write and tell.

import type { AgentNote, AgentRecord, AgentState, AgentTimer } from '../agent/agent.ts';
import type { RegistryState, RegistryTimer } from '../agent/registry.ts';
import type { ManagerBody, ManagerNote } from '../manager/context.ts';
import type { ManagerRecord, PeerMessage } from '../manager/peer.ts';
import type { ClusterSeed, ManagerState } from '../manager/state.ts';
import type { Call, ControlCall, ControlReply, Reply } from '../model/calls.ts';
import type { ImageBehaviours } from '../model/image-behaviour.ts';
import type {
  CallError,
  CallMessage,
  LogRequest,
  LookedUpMessage,
  LookUpMessage,
  PullMessage,
  PullReplyMessage,
  PullStartedMessage,
  ReplyMessage,
  TaskLog,
} from '../model/messages.ts';
import type { NodeDescription } from '../model/objects.ts';
import type { Labels, Platform } from '../model/spec.ts';
import type { Availability, NodeRole } from '../model/state.ts';
import type { GossipMessage, TrafficMessage } from '../model/traffic.ts';
import type { World } from '../sim/world.ts';
import type { LoadBalancerConfig, LoadBalancerMemory, LoadBalancerTimer } from './load-balancer.ts';
import type { LocalNetwork, LocalNetworkRecord } from './local-networks.ts';
import type { OpenPull } from './pull.ts';
import type { Requests, RequestsCommand, RequestsNote, RequestsTimer } from './requests.ts';
import type { VolumeInfo, VolumeRecord } from './volumes.ts';

/** A machine with a Docker Engine. */
export interface NodeConfig {
  readonly role: 'node';
  /** Its IP address. */
  readonly addr: string;
  readonly description: NodeDescription;
  /** How its manager is started: with or without pre-vote (thesis 9.6), which swarms do without (R-R4). */
  readonly raft: { readonly preVote: boolean };
  /** How images behave here; what a user scripts. */
  readonly images: ImageBehaviours;
  /** The host of the registry. */
  readonly registry: string;
}

/** The machine images are pulled from. */
export interface RegistryConfig {
  readonly role: 'registry';
  readonly state: RegistryState;
  readonly images: ImageBehaviours;
}

/** A machine outside the swarm, from which requests come. */
export interface ClientConfig {
  readonly role: 'client';
  /** Its IP address. */
  readonly addr: string;
}

/** What a node is in its swarm, kept on its disk. */
export interface Identity {
  readonly nodeId: string;
  readonly role: NodeRole;
}

/** A `docker swarm join` under way. */
export interface Joining {
  /** Whom to answer; undefined when the node joins the managers by itself, having been promoted. */
  readonly command: number | undefined;
  readonly manager: string;
  readonly token: string;
  readonly availability: Availability;
  /** Once it is granted; a manager then waits to become a member. */
  certificate: Certificate | undefined;
  /** What is asked for now, and how often it was. */
  phase: 'root' | 'certificate' | 'membership';
  tries: number;
  /** The number of the call whose answer is awaited, and the timer that ends the wait for it, or the pause after it. */
  call: number;
  timer: number;
  /** Why it was refused, during the pause. */
  refusal: CallError | undefined;
}

/** What a node is given to be part of the swarm, and whom it may turn to. */
export interface Certificate extends Identity {
  readonly managers: readonly string[];
}

/** The node's role has changed in the swarm, and it asks for the certificate that says so (R-R128, R-R134). */
export interface Renewal {
  readonly wanted: NodeRole;
  /** How often it was asked for. */
  attempt: number;
  /** The number of the call whose answer is awaited. */
  call: number;
  /** The timer of the next request. */
  timer: number;
}

/** A call that waits for the swarm's answer, and what the answer is for. */
export interface WaitingCall {
  readonly purpose: 'command' | 'leave';
  readonly command: number;
  readonly limit: number;
}

/** A stream of logs that somebody here reads. */
export interface OpenLogs {
  readonly command: number;
  readonly follow: boolean;
  /** The number of the last message. */
  sequence: number;
  /** The Raft ID of the leader that serves it; undefined before the first message. */
  leader: number | undefined;
  /** Ends the wait for the first message, and without `follow` for the end. */
  limit: number;
}

/** The memory of a node's engine. */
export interface NodeMemory {
  readonly role: 'node';
  identity: Identity | undefined;
  manager: ManagerState | undefined;
  agent: AgentState | undefined;
  joining: Joining | undefined;
  renewal: Renewal | undefined;
  /** `docker swarm leave` is under way: the agent stops its tasks. */
  leaving: { readonly command: number } | undefined;
  /** The disk is locked with this key: nothing of the swarm part runs until it is given (R-R153). */
  locked: string | undefined;
  /** The key the disk was last locked with; empty when it is not. */
  lockKey: string;
  /** By call number. */
  readonly calls: Map<number, WaitingCall>;
  /** By the number of the call that opened them. */
  readonly logs: Map<number, OpenLogs>;
  /** What somebody at this node pulls. */
  readonly pulls: Map<number, OpenPull>;
  /** Questions to the registry, by call number. */
  readonly lookUps: Map<number, { readonly command: number; readonly timer: number }>;
  lastCall: number;
  /** Named volumes, and directories by their absolute path: texts by key. */
  readonly volumes: Map<string, Map<string, string>>;
  /** Those that somebody has made on this machine alone, by name. */
  readonly localNetworks: Map<string, LocalNetwork>;
  /** Of the named volumes. */
  readonly volumeInfo: Map<string, VolumeInfo>;
  /** Of those who use services from here; undefined before the first. */
  requests: Requests | undefined;
  /** The engine's database has been written to: a sync is under way, and whether another is needed. */
  saving: 'no' | 'once' | 'again';
  /** How many managers and agents have run here since the machine came up, and which of them the agent is. */
  lives: number;
  agentLife: number;
}

/** An agent's timer, with the life of the agent it is for. */
export type NodeAgentTimer = AgentTimer & { readonly life: number };

/** What an operator types at a node. `command` is the operator's own number, told in the answer. */
export type NodeCommand =
  | {
      readonly kind: 'node.init';
      readonly command: number;
      readonly forceNewCluster: boolean;
      readonly seed?: ClusterSeed;
    }
  | {
      readonly kind: 'node.join';
      readonly command: number;
      readonly manager: string;
      readonly token: string;
      readonly availability: Availability;
    }
  | { readonly kind: 'node.leave'; readonly command: number; readonly force: boolean }
  | { readonly kind: 'node.unlock'; readonly command: number; readonly key: string }
  | { readonly kind: 'node.call'; readonly command: number; readonly call: WithoutId<ControlCall> }
  /** Opens a stream of logs: its lines are noted as they come, its end is the answer. */
  | { readonly kind: 'node.logs'; readonly command: number; readonly request: LogRequest }
  /** Ends the stream of the command given, which is not answered any more. */
  | { readonly kind: 'node.close-logs'; readonly stream: number }
  /** Asks the registry for the digest and platforms of an image. */
  | { readonly kind: 'node.look-up'; readonly command: number; readonly image: string; readonly auth: string }
  /** `docker pull`. */
  | { readonly kind: 'node.pull'; readonly command: number; readonly image: string; readonly auth: string }
  | {
      readonly kind: 'node.make-volume';
      readonly name: string;
      readonly options: Labels;
      readonly labels: Labels;
    }
  | { readonly kind: 'node.drop-volume'; readonly name: string }
  | { readonly kind: 'node.make-network'; readonly network: Omit<LocalNetwork, 'createdAt'> }
  | { readonly kind: 'node.drop-network'; readonly name: string }
  | { readonly kind: 'node.write'; readonly volume: string; readonly key: string; readonly value: string }
  | { readonly kind: 'node.kill'; readonly taskId: string }
  /** `docker kill --signal`. */
  | { readonly kind: 'node.signal'; readonly taskId: string; readonly signal: number }
  /** `docker stop`; the grace in microseconds, negative for one without end. Absent: as the service has them. */
  | { readonly kind: 'node.stop'; readonly taskId: string; readonly signal?: number; readonly grace?: number }
  /** `docker rm`. */
  | { readonly kind: 'node.remove-container'; readonly taskId: string }
  | { readonly kind: 'node.hang'; readonly taskId: string };

/** A call before its sender gives it a number. */
export type WithoutId<C extends { readonly id: number }> = C extends unknown ? Omit<C, 'id'> : never;

export type NodeTimer =
  | { readonly kind: 'node.saved' }
  | { readonly kind: 'node.call-limit'; readonly call: number }
  | { readonly kind: 'node.logs-limit'; readonly call: number }
  | { readonly kind: 'node.pull-limit'; readonly pull: number }
  | { readonly kind: 'node.look-up-limit'; readonly call: number }
  | { readonly kind: 'node.join-retry' }
  | { readonly kind: 'node.join-limit'; readonly command: number }
  | { readonly kind: 'node.renew' }
  /** A manager that is no member any more has waited for the role of a worker; the second time it joins again (R-R134). */
  | { readonly kind: 'node.expelled'; readonly nodeId: string; readonly again: boolean }
  | { readonly kind: 'node.leave-limit'; readonly command: number };

/** The answer to a command, for the operator who typed it. */
export type NodeAnswer =
  | { readonly kind: 'answer'; readonly command: number; readonly reply: ControlReply }
  | { readonly kind: 'answer'; readonly command: number; readonly joined: Identity }
  | { readonly kind: 'answer'; readonly command: number; readonly done: 'left' | 'unlocked' }
  /** What the registry has of an image; no platforms: every one. */
  | {
      readonly kind: 'answer';
      readonly command: number;
      readonly image: { readonly digest: string; readonly platforms: readonly Platform[] };
    }
  /** A stream of logs has ended; `warning` says why lines are missing, if some are. */
  | { readonly kind: 'answer'; readonly command: number; readonly logs: { readonly warning: string } }
  | { readonly kind: 'answer'; readonly command: number; readonly error: CallError };

/** Lines have come for the command that opened a stream of logs. */
export interface LinesNote {
  readonly kind: 'lines';
  readonly command: number;
  readonly logs: readonly TaskLog[];
}

export interface SwarmTypes {
  config: NodeConfig | RegistryConfig | ClientConfig | LoadBalancerConfig;
  state:
    | NodeMemory
    | { readonly role: 'registry' }
    | { readonly role: 'client'; requests: Requests | undefined }
    | LoadBalancerMemory;
  body:
    | ManagerBody
    | PeerMessage
    | NodeAgentTimer
    | RegistryTimer
    | NodeTimer
    | NodeCommand
    | GossipMessage
    | TrafficMessage
    | RequestsCommand
    | RequestsTimer
    | LoadBalancerTimer
    | CallMessage<Call>
    | ReplyMessage<Reply>
    | LookUpMessage
    | LookedUpMessage
    | PullMessage
    | PullStartedMessage
    | PullReplyMessage;
  record:
    | ManagerRecord
    | AgentRecord
    | { readonly kind: 'node.identity'; readonly identity: Identity }
    | { readonly kind: 'node.lock'; readonly key: string }
    | LocalNetworkRecord
    | VolumeRecord;
  note: ManagerNote | NodeAnswer | LinesNote | RequestsNote | AgentNote;
}

export type SwarmWorld = World<SwarmTypes>;
