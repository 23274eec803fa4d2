// All judges by name. This file is loaded anew for every mutant, and with it everything that is judged.

import type { Judge } from './judge.ts';
import { agentScenarios } from './judges/agent-scenarios.ts';
import { allocations } from './judges/allocations.ts';
import { dispatcherScenarios } from './judges/dispatcher-scenarios.ts';
import { jobScenarios } from './judges/job-scenarios.ts';
import { logScenarios } from './judges/log-scenarios.ts';
import { placements } from './judges/placements.ts';
import { raftRuns } from './judges/raft-runs.ts';
import { raftScenarios } from './judges/raft-scenarios.ts';
import { restartScenarios } from './judges/restart-scenarios.ts';
import { shippedScenarios } from './judges/shipped-scenarios.ts';
import { swarmFaults } from './judges/swarm-faults.ts';
import { swarmScenarios } from './judges/swarm-scenarios.ts';
import { trafficScenarios } from './judges/traffic-scenarios.ts';
import { updateScenarios } from './judges/update-scenarios.ts';
import { volumeScenarios } from './judges/volume-scenarios.ts';

export const judges: Readonly<Record<string, Judge>> = {
  ...raftRuns,
  ...raftScenarios,
  ...swarmFaults,
  ...swarmScenarios,
  ...dispatcherScenarios,
  ...agentScenarios,
  ...jobScenarios,
  ...logScenarios,
  ...allocations,
  ...placements,
  ...restartScenarios,
  ...shippedScenarios,
  ...trafficScenarios,
  ...updateScenarios,
  ...volumeScenarios,
};
