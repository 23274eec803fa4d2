// All routes of an engine, in the order in which they are tried.

import type { Route } from './route.ts';
import { containerRoutes } from './routes/containers.ts';
import { eventRoutes } from './routes/events.ts';
import { fileRoutes } from './routes/files.ts';
import { imageRoutes } from './routes/images.ts';
import { infoRoutes } from './routes/info.ts';
import { networkRoutes } from './routes/networks.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { serviceRoutes } from './routes/services.ts';
import { swarmRoutes } from './routes/swarm.ts';
import { taskRoutes } from './routes/tasks.ts';
import { volumeRoutes } from './routes/volumes.ts';

export const routes: readonly Route[] = [
  ...infoRoutes,
  ...swarmRoutes,
  ...nodeRoutes,
  ...serviceRoutes,
  ...taskRoutes,
  ...fileRoutes,
  ...networkRoutes,
  ...volumeRoutes,
  ...imageRoutes,
  ...containerRoutes,
  ...eventRoutes,
];
