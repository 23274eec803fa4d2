// The ports of a swarm, as firewalls see them.

import { defaultDataPathPort, defaultListenPort } from '../model/defaults.ts';
import type { SwarmTypes } from './types.ts';

const gossipPort = 7946;

/** Where managers listen: to each other, to agents, to nodes that join. */
export const managersPort = `${defaultListenPort}/tcp`;

/**
 * The port at which a message arrives, as firewalls see it; empty for an answer, which comes back on the connection that its receiver has
 * opened, and so does what a manager pushes on the streams of a session.
 */
export function portOf(body: SwarmTypes['body']): string {
  switch (body.kind) {
    case 'request':
      return `${body.port}/${body.protocol}`;
    case 'overlay.request':
    case 'overlay.answered':
      return `${defaultDataPathPort}/udp`;
    case 'gossip.sync':
      return `${gossipPort}/tcp`;
    case 'gossip.news':
    case 'gossip.ping':
    case 'gossip.pong':
    case 'gossip.ask':
    case 'gossip.alive':
      return `${gossipPort}/udp`;
    case 'raft':
    case 'raft.check':
    case 'call':
      return managersPort;
    default:
      return '';
  }
}
