// The ports of a swarm, as firewalls see them.

import { defaultDataPathPort, defaultListenPort } from '../model/defaults.ts';
import type { SwarmTypes } from './types.ts';

const gossipPort = 7946;

/** The port at which a message arrives, as firewalls see it. An answer on a connection comes back on it. */
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
      return `${defaultListenPort}/tcp`;
    default:
      return '';
  }
}
