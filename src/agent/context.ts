// What an agent may touch: its own host, and everything else only through it.

import type { ImageBehaviour } from '../model/image-behaviour.ts';
import type {
  DispatcherCall,
  DispatcherReply,
  LogLine,
  ManagerPeer,
  PullMessage,
  PullReplyMessage,
  PullStartedMessage,
} from '../model/messages.ts';
import type { Node, NodeDescription, Task } from '../model/objects.ts';
import type { GossipMessage, TrafficMessage } from '../model/traffic.ts';

export type AgentTimer =
  /** The pause after a failed session is over. */
  | { readonly kind: 'agent.connect' }
  /** A call, or the first message of a stream, has not been answered in time. */
  | { readonly kind: 'agent.limit'; readonly call: number }
  /** Time for the next heartbeat. */
  | { readonly kind: 'agent.heartbeat' }
  /** Time to look whether the node's description has changed. */
  | { readonly kind: 'agent.description' }
  /** A task is tried again. */
  | { readonly kind: 'agent.retry'; readonly taskId: string }
  /** The plugin is done with a cluster volume. */
  | { readonly kind: 'agent.volume'; readonly volumeId: string }
  /** A registry has not answered a pull. */
  | { readonly kind: 'agent.pull-limit'; readonly image: string }
  /** Something happens in the container of a task. */
  | { readonly kind: 'agent.container'; readonly taskId: string; readonly what: ContainerMoment }
  /** Something is due on the node's networks. */
  | ({ readonly kind: 'agent.network' } & NetworkMoment);

export type NetworkMoment =
  /** A round of news begins. */
  | { readonly what: 'news' }
  /** Time to look after the nodes that requests go out to. */
  | { readonly what: 'watch' }
  /** Those who were greeted have had their time. */
  | { readonly what: 'greeting' }
  /** A container has done its work on a request. */
  | { readonly what: 'served'; readonly key: string };

export type ContainerMoment =
  /** The program runs, or cannot. */
  | 'started'
  /** The program ends by itself. */
  | 'ended'
  /** The stop signal is due. */
  | 'signal'
  /** The program ends because it was told to, or is killed. */
  | 'stopped'
  /** The program ends because it was asked to by hand. */
  | 'quit'
  /** A stop by hand has waited long enough. */
  | 'killed'
  /** The program writes its next lines. */
  | 'output'
  /** A health check begins. */
  | 'probe'
  /** A health check has waited for its timeout. */
  | 'probe-timeout';

/** What an agent says for those who watch: requests no longer go to a node that has not answered. */
export interface AgentNote {
  readonly kind: 'network.gave-up';
  readonly node: string;
}

/** Whatever happens to an agent. */
export type AgentEvent =
  | AgentTimer
  | { readonly kind: 'agent.reply'; readonly reply: DispatcherReply }
  | PullStartedMessage
  | PullReplyMessage;

/**
 * What survives a crash, one value under each key: the assigned tasks with their last status (`task/<id>`), what their
 * containers have written (`log/<task ID>`), the images (`image/<name>`) and the managers last heard of (`managers`; whoever joins a node to the swarm writes the first). Secrets and configs are not kept (R-R190).
 */
export type AgentRecord =
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'log'; readonly lines: readonly LogLine[] }
  | { readonly kind: 'image'; readonly name: string; readonly digest: string }
  | { readonly kind: 'managers'; readonly managers: readonly ManagerPeer[] };

export interface AgentContext {
  readonly host: string;
  readonly nodeId: string;
  /** The node's IP address. */
  readonly addr: string;
  /** This host's clock, integer microseconds. */
  now(): number;
  /** Hands `timer` back after `delay` microseconds of this host's clock. Gone at a crash. */
  later(delay: number, timer: AgentTimer): number;
  /** Forgets a timer. Cancelling one that has fired is harmless. */
  cancel(timerId: number): void;
  /** A draw from the named stream, uniform in [0, bound). */
  random(stream: string, bound: number): number;
  /** What the node is now: hardware, engine, labels. */
  description(): NodeDescription;
  /** True when this host runs a manager: its agent talks to that one alone (R-R187). */
  runsManager(): boolean;
  /** Sends a call to the manager on a host. No one is told if it is lost. */
  call(manager: string, call: DispatcherCall): void;
  /** Sends a message of the data plane to a host, over the network. No one is told if it is lost. */
  send(host: string, message: GossipMessage | TrafficMessage): void;
  /** Tells those who watch. Changes nothing. */
  note(note: AgentNote): void;
  /** Sends a pull to the registry over the network. No one is told if it is lost. */
  pull(message: PullMessage): void;
  /** The script of an image on this host. */
  behaviour(image: string): ImageBehaviour;
  /** Makes the named volume on this machine, unless it is there. */
  demandVolume(name: string): void;
  /** Whether the machine's own file system has a path. */
  hasPath(path: string): boolean;
  /** Writes a value under its key to the disk. */
  save(key: string, record: AgentRecord): void;
  /** Removes a key from the disk. */
  erase(key: string): void;
  /** The swarm's view of this node has come: its role may have changed (R-R163). */
  nodeSeen(node: Node): void;
}
