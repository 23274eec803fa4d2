// What `docker events` tells: changes of the swarm as this manager's own store follows them (R-R35), and what happens on the machine itself.
// Looked for after every event of the world that the machine had a part in. An engine that comes up begins with none, as its memory does.

import type { Swarm } from '../cluster/swarm.ts';
import type { NodeMemory } from '../cluster/types.ts';
import { MachineWatch } from './machine-events.ts';
import type { Engine } from './node.ts';
import { SwarmWatch } from './swarm-events.ts';

/** Begins to tell the engine's log of events. */
export function recordEvents(engine: Engine): void {
  const { swarm, host } = engine;
  const swarmWatch = new SwarmWatch(engine);
  const machineWatch = new MachineWatch(engine);
  let known: NodeMemory | undefined;
  const look = (kind: string): void => {
    const memory = swarm.memoryOf(host);
    if (memory !== known) {
      known = memory;
      engine.events.clear();
      machineWatch.begin(memory);
    }
    swarmWatch.look(memory);
    if (!ofOthers.test(kind)) machineWatch.look();
  };
  look('');
  watchHost(swarm, host, look);
}

/** The events, by far the most, that change nothing a machine tells of itself. */
const ofOthers = /^(raft|manager\.|call$|gossip\.|request|overlay\.)/;

type HostWatcher = (kind: string) => void;

/** Who wants to know of which machine: a swarm is watched once, whatever the number of its engines. */
const watched = new WeakMap<Swarm, Map<string, HostWatcher[]>>();

/** Tells after every event that a machine had a part in of what kind it was; a fault may be of all machines. */
function watchHost(swarm: Swarm, host: string, watcher: HostWatcher): void {
  let hosts = watched.get(swarm);
  if (hosts === undefined) {
    const known = new Map<string, HostWatcher[]>();
    hosts = known;
    watched.set(swarm, known);
    swarm.watch({
      handled: ({ kind, to, body }) => {
        const meant = kind === 'fault' ? [...known.values()].flat() : (known.get(to) ?? []);
        for (const each of meant) each(body.kind);
      },
    });
  }
  const watchers = hosts.get(host);
  if (watchers === undefined) hosts.set(host, [watcher]);
  else watchers.push(watcher);
}
