// Health checks as the daemon makes them: when the next probe is due, what it finds, and when a container is healthy or not.

import { second } from '../model/duration.ts';
import type { ImageBehaviour } from '../model/image-behaviour.ts';
import type { HealthCheck } from '../model/spec.ts';

const defaultInterval = 30 * second;
const defaultTimeout = 30 * second;
const defaultStartInterval = 5 * second;
const defaultRetries = 3;

export interface Health {
  /** `none`: there is no check. */
  status: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** Probes failed in a row that count. */
  failures: number;
  /** Set when someone made the program hang, this host's clock. */
  hungAt?: number;
}

/**
 * The check in force, defaults filled in: the service's, or the image's where the service's says nothing of what to run. Undefined when there
 * is none or it is switched off.
 */
export function effectiveHealthCheck(
  ofService: HealthCheck | undefined,
  ofImage: HealthCheck | undefined,
): HealthCheck | undefined {
  const check = ofService !== undefined && ofService.test.length > 0 ? ofService : ofImage;
  if (check === undefined || check.test.length === 0 || check.test[0] === 'NONE') return undefined;
  return {
    test: check.test,
    interval: check.interval || defaultInterval,
    timeout: check.timeout || defaultTimeout,
    retries: check.retries || defaultRetries,
    startPeriod: check.startPeriod,
    startInterval: check.startInterval || defaultStartInterval,
  };
}

/** Microseconds until the next probe. Probes come closer together in the start period, until the first that passes. */
export function probeWait(check: HealthCheck, health: Health, uptime: number): number {
  return inStartPeriod(check, health, uptime) ? check.startInterval : check.interval;
}

/** What a probe finds. One that hangs fails after the check's timeout. */
export function probeResult(
  script: ImageBehaviour['health'],
  health: Health,
  startedAt: number,
  now: number,
): 'passes' | 'fails' | 'hangs' {
  if (health.hungAt !== undefined && now >= health.hungAt) return 'hangs';
  if (script === undefined) return 'passes';
  const uptime = now - startedAt;
  if (script.kind === 'never' || uptime < script.after) return 'fails';
  return script.until !== undefined && uptime >= script.until ? 'hangs' : 'passes';
}

/** Takes a probe's result. Failures in the start period do not count, until the first probe has passed. */
export function judgeProbe(check: HealthCheck, health: Health, passed: boolean, uptime: number): void {
  if (passed) {
    health.status = 'healthy';
    health.failures = 0;
    return;
  }
  if (inStartPeriod(check, health, uptime)) return;
  health.failures += 1;
  if (health.failures >= check.retries) health.status = 'unhealthy';
}

function inStartPeriod(check: HealthCheck, health: Health, uptime: number): boolean {
  return health.status === 'starting' && uptime < check.startPeriod;
}
