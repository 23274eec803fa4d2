// What crosses the data plane: requests to services and their answers, and what nodes tell each other of who serves them. Messages alone;
// nothing here decides anything.

/** A container as others may reach it on one network, as long as it serves: what libnetwork calls an endpoint record. */
export interface ServiceEndpoint {
  readonly taskId: string;
  /** `web.1`, as users read it. */
  readonly taskName: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly networkId: string;
  /** IPv4, without a prefix. */
  readonly address: string;
  /** The service's own address on this network; empty in mode dnsrr. */
  readonly virtualIp: string;
  /** Further names that the service goes by on this network. */
  readonly aliases: readonly string[];
  /** On the ingress network: the ports at which every node takes requests for the service. */
  readonly ports: readonly PublishedPort[];
}

export type Protocol = 'tcp' | 'udp' | 'sctp';

export interface PublishedPort {
  readonly protocol: Protocol;
  readonly publishedPort: number;
  readonly targetPort: number;
}

/** What a node has told of itself. The higher version is the newer; of equal ones that which is worse. */
export interface NodeEndpoints {
  readonly host: string;
  readonly version: number;
  /**
   * What others think of it: `suspected`, it has not answered somebody, and may yet say that it is alive, with a higher version; `failed`, it has
   * not done so in time, and its endpoints do not count until it does.
   */
  readonly state: 'alive' | 'suspected' | 'failed';
  readonly endpoints: readonly ServiceEndpoint[];
}

/** What nodes tell each other on port 7946. */
export type GossipMessage =
  /** News, passed on from node to node. */
  | { readonly kind: 'gossip.news'; readonly records: readonly NodeEndpoints[] }
  /** All that the sender knows; the receiver answers with all that it knows. */
  | { readonly kind: 'gossip.sync'; readonly records: readonly NodeEndpoints[] }
  | { readonly kind: 'gossip.synced'; readonly records: readonly NodeEndpoints[] }
  /** Are you there? `for` is the host that wants to know, if the sender only asks for it. */
  | { readonly kind: 'gossip.ping'; readonly for: string }
  | { readonly kind: 'gossip.pong'; readonly for: string }
  /** Ask another node in my place. */
  | { readonly kind: 'gossip.ask'; readonly about: string }
  /** That other node is there. */
  | { readonly kind: 'gossip.alive'; readonly about: string };

/** A request on its way. */
interface Request {
  /** A number that no other request of its client has. */
  readonly id: number;
  /** The hosts that the answer goes back through, the client's first. */
  readonly route: readonly string[];
  /** The port it is for, where it arrives next. */
  readonly port: number;
  /** Where it seems to come from, for whom it arrives at next: an IPv4 address. */
  readonly client: string;
}

/** To a port of a machine. */
export interface PortRequest extends Request {
  readonly kind: 'request';
  readonly protocol: Protocol;
}

/** To a container on another node, through the overlay network (VXLAN). */
export interface OverlayRequest extends Request {
  readonly kind: 'overlay.request';
  readonly networkId: string;
  readonly address: string;
}

/** How a request ended, as far as somebody had something to say to it. */
export type Answer =
  /** `status` is of HTTP; 200 when all is well. */
  | { readonly kind: 'response'; readonly status: number; readonly by: Responder }
  /** Nobody listens there. */
  | { readonly kind: 'refused' }
  /** The connection was closed before there was an answer. */
  | { readonly kind: 'closed' };

/** Who answers. */
export interface Responder {
  /** Empty unless it is a container. */
  readonly taskId: string;
  /** `web.1`; the name of the machine when it is no container. */
  readonly name: string;
  readonly host: string;
  /** Where the request came from, as the responder saw it. */
  readonly client: string;
}

interface Answered {
  readonly id: number;
  /** The hosts it still has to pass. */
  readonly route: readonly string[];
  readonly answer: Answer;
}

/** For the client of a request. */
export interface PortAnswer extends Answered {
  readonly kind: 'request.answered';
}

/** For the node that sent the request over the overlay network. */
export interface OverlayAnswer extends Answered {
  readonly kind: 'overlay.answered';
}

export type TrafficMessage = PortRequest | PortAnswer | OverlayRequest | OverlayAnswer;
