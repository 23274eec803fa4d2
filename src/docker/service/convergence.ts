// When a service has become what was asked for: the rules by which docker decides to go on waiting, to end, or to fail (O-E116). Pure, as
// task-progress.ts; progress.ts asks the engine and sleeps.

import type { Service } from '../../engine/api.ts';
import { second } from '../../model/duration.ts';
import { hasKnownMode, lookAt, noProgress, type Sight, type TaskProgress } from './task-progress.ts';

/** What is remembered from one round to the next. Times are in microseconds. */
export interface Watch {
  /** The service as it was in the first round. */
  readonly first: Service | undefined;
  readonly progress: TaskProgress;
  readonly converged: boolean;
  /** Since when; undefined while it is not. */
  readonly convergedAt: number | undefined;
  /** How long it must stay so. */
  readonly monitor: number;
  readonly rollingBack: boolean;
  /** Said at the end. */
  readonly farewell: string | undefined;
}

export interface Round {
  readonly watch: Watch;
  readonly lines: readonly string[];
  /** Undefined: go on. */
  readonly end: 'done' | { readonly failure: string } | undefined;
}

/** An update that says nothing of it is watched this long, whatever the service's tasks are watched for. */
const defaultMonitor = 5 * second;

export const newWatch: Watch = {
  first: undefined,
  progress: noProgress,
  converged: false,
  convergedAt: undefined,
  monitor: defaultMonitor,
  rollingBack: false,
  farewell: undefined,
};

/** The first half of a round: what the service itself says. @param ref what the user calls it */
export function seeService(before: Watch, service: Service, ref: string, now: number): Round {
  const monitor = service.Spec.UpdateConfig?.Monitor;
  const watch: Watch = {
    ...before,
    first: before.first ?? service,
    monitor: monitor ? Math.trunc(monitor / 1_000) : before.monitor,
  };
  if (before.first === undefined && !hasKnownMode(service)) {
    return { watch, lines: [], end: { failure: 'unrecognized service mode' } };
  }
  const seen = seeUpdate(watch, service);
  if (seen.end !== undefined) return seen;
  const { converged, convergedAt = now, farewell } = seen.watch;
  if (!converged || now - convergedAt < seen.watch.monitor) return seen;
  const last = farewell === undefined ? [] : [farewell];
  return { ...seen, lines: [...seen.lines, `verify: Service ${ref} converged`, ...last], end: 'done' };
}

function seeUpdate(watch: Watch, { UpdateStatus }: Service): Round {
  const { State: state, Message: message = '' } = UpdateStatus ?? {};
  const goOn = (change: Partial<Watch>, lines: readonly string[] = []): Round => ({
    watch: { ...watch, ...change },
    lines,
    end: undefined,
  });
  switch (state) {
    case 'updating':
      return goOn({ rollingBack: false });
    case 'completed':
      return watch.converged ? goOn({}) : { watch, lines: [], end: 'done' };
    case 'paused':
      return { watch, lines: [], end: { failure: `service update paused: ${message}` } };
    case 'rollback_paused':
      return { watch, lines: [], end: { failure: `service rollback paused: ${message}` } };
    case 'rollback_started':
      return goOn({ rollingBack: true }, watch.rollingBack || message === '' ? [] : [`rollback: ${message}`]);
    case 'rollback_completed':
      return goOn({ rollingBack: true, ...(!watch.converged && { farewell: `rollback: ${message}` }) });
    default:
      return goOn({});
  }
}

/** The second half of a round: what the service's tasks say. */
export function seeTasks(
  before: Watch,
  service: Service,
  sight: Omit<Sight, 'rollingBack'>,
  now: number,
): Round {
  const { rollingBack, monitor } = before;
  const look = lookAt(before.progress, before.first ?? service, service, { ...sight, rollingBack });
  const { progress, lines, converged } = look;
  const watch: Watch = { ...before, progress, converged };
  if (!converged) {
    const lost = before.convergedAt === undefined ? [] : ['verify: Detected task failure'];
    return { watch: { ...watch, convergedAt: undefined }, lines: [...lines, ...lost], end: undefined };
  }
  // What a job has done stays done.
  if (service.JobStatus !== undefined) return { watch, lines: [...lines, 'job complete'], end: 'done' };
  const convergedAt = before.convergedAt ?? now;
  const left = monitor - (now - convergedAt);
  // Docker rounds down and adds one; on a clock of its own some time has always passed, so a whole number of seconds is never left.
  const wait = `verify: Waiting ${Math.ceil(left / second)} seconds to verify that tasks are stable...`;
  return {
    watch: { ...watch, convergedAt },
    lines: left > 0 ? [...lines, wait] : lines,
    end: undefined,
  };
}
