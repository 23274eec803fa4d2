// Service specs from what was recorded.

import { portConfig, serviceSpec } from '../../../src/model/defaults.ts';
import { millisecond } from '../../../src/model/duration.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import type { ServiceMode, ServiceSpec, UpdateConfig } from '../../../src/model/spec.ts';
import type { RecordedSpec } from './schema.ts';

/** The spec of an update: only the fields it names change. */
export function mergeSpec(before: RecordedSpec, change: RecordedSpec): RecordedSpec {
  return {
    image: change.image ?? before.image,
    replicas: change.replicas ?? before.replicas,
    mode: change.mode ?? before.mode,
    maxConcurrent: change.maxConcurrent ?? before.maxConcurrent,
    totalCompletions: change.totalCompletions ?? before.totalCompletions,
    update: change.update ?? before.update,
    rollback: change.rollback ?? before.rollback,
    restart: change.restart ?? before.restart,
    constraints: change.constraints ?? before.constraints,
    memReservation: change.memReservation ?? before.memReservation,
    labels: change.labels ?? before.labels,
    containerLabels: change.containerLabels ?? before.containerLabels,
    forceUpdate: change.forceUpdate ?? before.forceUpdate,
    ports: change.ports ?? before.ports,
    maxReplicas: change.maxReplicas ?? before.maxReplicas,
  };
}

export function specOf(name: string, spec: RecordedSpec): ServiceSpec {
  const { update, rollback, restart, ports } = spec;
  return serviceSpec({
    name,
    image: spec.image ?? '',
    labels: makeLabels([...(spec.labels ?? [])]),
    mode: modeOf(spec),
    container: { labels: makeLabels([...(spec.containerLabels ?? [])]) },
    reservations: { memoryBytes: spec.memReservation ?? 0 },
    placement: { constraints: spec.constraints ?? [], maxReplicas: spec.maxReplicas ?? 0 },
    task: {
      forceUpdate: spec.forceUpdate ?? 0,
      ...(restart && {
        restart: {
          condition: restart.condition,
          delay: restart.delay * millisecond,
          maxAttempts: restart.maxAttempts,
          ...(restart.window !== undefined && { window: restart.window * millisecond }),
        },
      }),
    },
    ...(update && { update: configOf(update) }),
    ...(rollback && { rollback: configOf(rollback) }),
    ...(ports && {
      endpoint: {
        ports: ports.map((port) => portConfig({ targetPort: 80, publishedPort: port, publishMode: 'host' })),
      },
    }),
  });
}

function modeOf({ mode, replicas = 0, maxConcurrent = 0, totalCompletions = 0 }: RecordedSpec): ServiceMode {
  switch (mode) {
    case 'global':
    case 'global-job':
      return { kind: mode };
    case 'replicated-job':
      return { kind: mode, maxConcurrent, totalCompletions };
    default:
      return { kind: 'replicated', replicas };
  }
}

/** All fields are given but the monitor: absent, that means five seconds (R-O74). */
function configOf({ monitor, delay, ...config }: NonNullable<RecordedSpec['update']>): Partial<UpdateConfig> {
  return {
    ...config,
    delay: delay * millisecond,
    ...(monitor !== undefined && { monitor: monitor * millisecond }),
  };
}
