// The simulated CSI plugin: it can make any volume and bring it to any node, and takes its time. The options of a volume's driver script it:
// `create`, `delete`, `publish`, `unpublish`, `stage` and `unstage` say how long each operation takes (`5s`), and `fails` names those that
// fail whenever they are tried (`create,publish`).

import { millisecond, parseDuration, second } from './duration.ts';
import { ParseFailure } from './failure.ts';
import type { VolumeSpec } from './spec.ts';

/**
 * What a plugin does to a volume: on the leader `create` and `delete`, and `publish` and `unpublish` for one node; on that node then
 * `stage`, before containers can use it, and `unstage`.
 */
export type CsiOperation = 'create' | 'delete' | 'publish' | 'unpublish' | 'stage' | 'unstage';

const ordinaryTimes: { readonly [O in CsiOperation]: number } = {
  create: 2 * second,
  delete: second,
  publish: second,
  unpublish: second,
  stage: 500 * millisecond,
  unstage: 500 * millisecond,
};

/** How long an operation takes, microseconds. A time that cannot be read is the ordinary one. */
export function csiTime(
  { driverOptions }: Pick<VolumeSpec, 'driverOptions'>,
  operation: CsiOperation,
): number {
  const scripted = driverOptions.find(([key]) => key === operation)?.[1];
  if (scripted === undefined) return ordinaryTimes[operation];
  try {
    return Math.max(parseDuration(scripted), 0);
  } catch (error) {
    if (error instanceof ParseFailure) return ordinaryTimes[operation];
    throw error;
  }
}

/** Whether an operation fails when its time is over. */
export function csiFails(
  { driverOptions }: Pick<VolumeSpec, 'driverOptions'>,
  operation: CsiOperation,
): boolean {
  const failing = driverOptions.find(([key]) => key === 'fails')?.[1] ?? '';
  return failing.split(',').includes(operation);
}
