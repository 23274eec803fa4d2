// A clockwork for tests: what is asked for is answered at once, as virtual time goes, and otherwise time stands still.

import type { AddressInfo } from 'node:net';
import type { Fiber } from '../../src/engine/fiber.ts';
import type { End, Task } from '../../src/lab/fibers.ts';
import { type Beginning, Session } from '../../src/lab/session.ts';
import { minute } from '../../src/model/duration.ts';
import type { Clockwork } from '../../src/serve/pacer.ts';
import { createEngineServer } from '../../src/serve/server.ts';

/** Nothing that is asked for takes longer, virtual time. */
const mostTime = 30 * minute;

export function atOnce(session: Session): Clockwork {
  return {
    start<R>(fiber: Fiber<R>, ended: (end: End<R>) => void): Task<R> {
      const { fibers, swarm } = session;
      const task = fibers.start(fiber, ended);
      const limit = swarm.world.now + mostTime;
      while (task.end === undefined && fibers.step(limit)) {}
      return task;
    },
  };
}

/** A server on a free port. */
export async function openServer(beginning: Partial<Beginning> = {}) {
  const session = new Session({
    seed: '1',
    cluster: { managers: 1, workers: 1 },
    fresh: false,
    ...beginning,
  });
  const server = createEngineServer(session, atOnce(session));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address: string | AddressInfo | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { session, server, port, close };
}
