// The scenarios that are shipped, every invariant watching. Each seed is a run of its own.

import drain from '../../../sim-scenarios/drain.ts';
import globalService from '../../../sim-scenarios/global-service.ts';
import labelConstraints from '../../../sim-scenarios/label-constraints.ts';
import rollback from '../../../sim-scenarios/rollback.ts';
import rollingUpdate from '../../../sim-scenarios/rolling-update.ts';
import { runScenario } from '../../../src/lab/run.ts';
import type { Scenario } from '../../../src/lab/scenario.ts';
import { type Judge, judgeOf } from '../judge.ts';

/** How JavaScript says that a program is wrong in itself: a mutant that cannot run is no finding. */
const cannotRun = /is not defined|is not a function|Cannot read propert/;

/** What comes before the finding. */
const preamble = /^at [0-9:.]+: (an invariant is broken, which is a defect of swarmlab: )?/;

function judgeScenario(scenario: Scenario): Judge {
  return judgeOf((seed) => {
    const { failure } = runScenario(scenario, { seed: String(seed), invariants: true });
    if (failure === undefined) return;
    throw cannotRun.test(failure) ? new ReferenceError(failure) : new Error(failure.replace(preamble, ''));
  });
}

export const shippedScenarios = {
  'scenario-drain': judgeScenario(drain),
  'scenario-global-service': judgeScenario(globalService),
  'scenario-label-constraints': judgeScenario(labelConstraints),
  'scenario-rollback': judgeScenario(rollback),
  'scenario-rolling-update': judgeScenario(rollingUpdate),
};
