// The `--health-*` flags, and `--no-healthcheck`.

import type { HealthConfig } from '../../engine/api.ts';
import { CommandFailure } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { changedAny } from './groups.ts';

/** Switches off what the image brings. */
const none: HealthConfig = { Test: ['NONE'] };

/** Undefined: what the image brings. @throws CommandFailure for a check that is set and switched off */
export function newHealthcheck(flags: Flags): HealthConfig | undefined {
  const test = flags.text('health-cmd');
  const retries = flags.number('health-retries');
  const periods = ['interval', 'timeout', 'start-period', 'start-interval'];
  const given = test !== '' || retries !== 0 || periods.some((name) => flags.changed(`health-${name}`));
  if (flags.on('no-healthcheck')) {
    if (given) throw conflict();
    return none;
  }
  if (!given) return undefined;
  return {
    Test: test === '' ? [] : ['CMD-SHELL', test],
    Interval: flags.nanoseconds('health-interval'),
    Timeout: flags.nanoseconds('health-timeout'),
    StartPeriod: flags.nanoseconds('health-start-period'),
    StartInterval: flags.nanoseconds('health-start-interval'),
    Retries: retries,
  };
}

/** `--health-start-interval` is taken and changes nothing, as in docker. @throws CommandFailure for a check that is set and switched off */
export function updateHealthcheck(flags: Flags, current: HealthConfig | undefined): HealthConfig | undefined {
  const settings = ['cmd', 'interval', 'retries', 'timeout', 'start-period'].map((name) => `health-${name}`);
  const isSet = changedAny(flags, settings);
  if (flags.on('no-healthcheck')) {
    if (isSet) throw conflict();
    return none;
  }
  if (!isSet && !flags.changed('no-healthcheck')) return current;
  const period = (name: string, before: number | undefined): number | undefined =>
    flags.changed(name) ? flags.nanoseconds(name) : before;
  const command = flags.text('health-cmd');
  const given = command === '' ? [] : ['CMD-SHELL', command];
  const before = current?.Test?.[0] === 'NONE' ? [] : current?.Test;
  return {
    ...current,
    Test: flags.changed('health-cmd') ? given : before,
    Interval: period('health-interval', current?.Interval),
    Timeout: period('health-timeout', current?.Timeout),
    StartPeriod: period('health-start-period', current?.StartPeriod),
    Retries: flags.changed('health-retries') ? flags.number('health-retries') : current?.Retries,
  };
}

function conflict(): CommandFailure {
  return new CommandFailure('--no-healthcheck conflicts with --health-* options');
}
