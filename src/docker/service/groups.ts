// Groups of flags that stand for one part of a spec: once any of them is given the part is sent whole.

import type { Driver, RestartPolicy, UpdateConfig } from '../../engine/api.ts';
import type { Flags } from '../flags.ts';
import { pairsOf, sortedMap } from '../maps.ts';
import type { DockerHost } from '../process.ts';
import { withOwnValue } from './environment.ts';
import { parseRatio } from './numbers.ts';

const second = 1_000_000_000;
const defaultRestart: RestartPolicy = { Condition: 'any', Delay: 5 * second, MaxAttempts: 0 };
const defaultUpdate: UpdateConfig = {
  Parallelism: 1,
  FailureAction: 'pause',
  Monitor: 5 * second,
  MaxFailureRatio: 0,
  Order: 'stop-first',
};

export function changedAny(flags: Flags, names: readonly string[]): boolean {
  return names.some(flags.changed);
}

/** The `--restart-*` flags over what there was; the defaults if there was nothing. */
export function restartPolicy(flags: Flags, current: RestartPolicy | undefined): RestartPolicy | undefined {
  const names = ['restart-condition', 'restart-delay', 'restart-max-attempts', 'restart-window'];
  if (!changedAny(flags, names)) return current;
  const before = current ?? defaultRestart;
  return {
    Condition: flags.changed('restart-condition') ? flags.text('restart-condition') : before.Condition,
    Delay: flags.changed('restart-delay') ? flags.nanoseconds('restart-delay') : before.Delay,
    MaxAttempts: flags.changed('restart-max-attempts')
      ? flags.number('restart-max-attempts')
      : before.MaxAttempts,
    Window: flags.changed('restart-window') ? flags.nanoseconds('restart-window') : before.Window,
  };
}

/** The `--update-*` or `--rollback-*` flags over what there was; the defaults if there was nothing. */
export function updateConfig(
  flags: Flags,
  group: 'update' | 'rollback',
  current: UpdateConfig | undefined,
): UpdateConfig | undefined {
  const name = (part: string): string => `${group}-${part}`;
  const parts = ['parallelism', 'delay', 'failure-action', 'monitor', 'max-failure-ratio', 'order'];
  if (!changedAny(flags, parts.map(name))) return current;
  const before = current ?? defaultUpdate;
  const changed = (part: string): boolean => flags.changed(name(part));
  return {
    Parallelism: changed('parallelism') ? flags.number(name('parallelism')) : before.Parallelism,
    Delay: changed('delay') ? flags.nanoseconds(name('delay')) : before.Delay,
    FailureAction: changed('failure-action') ? flags.text(name('failure-action')) : before.FailureAction,
    Monitor: changed('monitor') ? flags.nanoseconds(name('monitor')) : before.Monitor,
    MaxFailureRatio: changed('max-failure-ratio')
      ? parseRatio(flags.text(name('max-failure-ratio')))
      : before.MaxFailureRatio,
    Order: changed('order') ? flags.text(name('order')) : before.Order,
  };
}

/** Options count only with a driver. Undefined without one. */
export function logDriver(flags: Flags, { env }: DockerHost): Driver | undefined {
  const driver = flags.text('log-driver');
  if (driver === '') return undefined;
  const options = flags.list('log-opt').map((text) => withOwnValue(text, env));
  return { Name: driver, Options: sortedMap(pairsOf(options)) };
}
