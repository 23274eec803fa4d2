// A health check of a compose file as the spec of a container has it.

import type { HealthConfig } from '../../../engine/api.ts';
import { CommandFailure } from '../../failure.ts';
import { isOn, numberAt, textsAt } from '../read.ts';
import type { Mapping } from '../value.ts';

/** @throws CommandFailure */
export function convertHealthcheck(check: Mapping | undefined): HealthConfig | undefined {
  if (check === undefined) return undefined;
  const test = textsAt(check, 'test');
  if (isOn(check, 'disable')) {
    if (test.length > 0) throw new CommandFailure("test and disable can't be set at the same time");
    return { Test: ['NONE'] };
  }
  return {
    Test: test,
    Interval: numberAt(check, 'interval'),
    Timeout: numberAt(check, 'timeout'),
    StartPeriod: numberAt(check, 'start_period'),
    StartInterval: numberAt(check, 'start_interval'),
    Retries: numberAt(check, 'retries'),
  };
}
