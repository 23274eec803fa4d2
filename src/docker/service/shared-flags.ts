// The flags that `docker service create` and `docker service update` share. What is not given is left to the engine at creation and left
// alone at an update, so no flag has a value of its own; help tells what the engine would choose.

import { bool, duration, type Flag, int, list, string, uint } from '../flag.ts';
import { bytes, command, credentialSpec, decimal, period, ratio, variables } from './kinds.ts';
import { detachFlag, quietFlag } from './wait-flags.ts';

interface SharedFlag extends Flag {
  /** What a new service gets without the flag. */
  readonly created?: string;
}

/** @param creating help tells what a new service gets */
export function sharedFlags(creating: boolean): readonly Flag[] {
  return shared.map(({ created, ...flag }) =>
    creating && created !== undefined ? { ...flag, usage: `${flag.usage} (default ${created})` } : flag,
  );
}

const shared: readonly SharedFlag[] = [
  { name: 'cap-add', kind: list, usage: 'Add Linux capabilities', version: '1.41' },
  { name: 'cap-drop', kind: list, usage: 'Drop Linux capabilities', version: '1.41' },
  {
    name: 'credential-spec',
    kind: credentialSpec,
    usage: 'Credential spec for managed service account (Windows only)',
    version: '1.29',
  },
  detachFlag,
  { name: 'endpoint-mode', kind: string, usage: 'Endpoint mode (vip or dnsrr)', created: '"vip"' },
  { name: 'entrypoint', kind: command, usage: 'Overwrite the default ENTRYPOINT of the image' },
  { name: 'health-cmd', kind: string, usage: 'Command to run to check health', version: '1.25' },
  {
    name: 'health-interval',
    kind: period,
    usage: 'Time between running the check (ms|s|m|h)',
    version: '1.25',
  },
  {
    name: 'health-retries',
    kind: int,
    usage: 'Consecutive failures needed to report unhealthy',
    version: '1.25',
  },
  {
    name: 'health-start-interval',
    kind: period,
    usage: 'Time between running the check during the start period (ms|s|m|h)',
    version: '1.44',
  },
  {
    name: 'health-start-period',
    kind: period,
    usage: 'Start period for the container to initialize before counting retries towards unstable (ms|s|m|h)',
    version: '1.29',
  },
  {
    name: 'health-timeout',
    kind: period,
    usage: 'Maximum time to allow one check to run (ms|s|m|h)',
    version: '1.25',
  },
  { name: 'hostname', kind: string, usage: 'Container hostname', version: '1.25' },
  {
    name: 'init',
    kind: bool,
    usage: 'Use an init inside each service container to forward signals and reap processes',
    version: '1.37',
  },
  { name: 'isolation', kind: string, usage: 'Service container isolation mode', version: '1.35' },
  { name: 'limit-cpu', kind: decimal, usage: 'Limit CPUs' },
  { name: 'limit-memory', kind: bytes, usage: 'Limit Memory' },
  {
    name: 'limit-pids',
    kind: int,
    usage: 'Limit maximum number of processes (default 0 = unlimited)',
    version: '1.41',
  },
  { name: 'log-driver', kind: string, usage: 'Logging driver for service' },
  { name: 'log-opt', kind: variables, usage: 'Logging driver options' },
  {
    name: 'max-concurrent',
    kind: uint,
    usage: 'Number of job tasks to run concurrently (default equal to --replicas)',
    version: '1.41',
  },
  {
    name: 'no-healthcheck',
    kind: bool,
    usage: 'Disable any container-specified HEALTHCHECK',
    version: '1.25',
  },
  {
    name: 'no-resolve-image',
    kind: bool,
    usage: 'Do not query the registry to resolve image digest and supported platforms',
    version: '1.30',
  },
  {
    name: 'oom-score-adj',
    kind: int,
    usage: "Tune host's OOM preferences (-1000 to 1000) ",
    version: '1.46',
  },
  quietFlag,
  {
    name: 'read-only',
    kind: bool,
    usage: "Mount the container's root filesystem as read only",
    version: '1.28',
  },
  { name: 'replicas', kind: uint, usage: 'Number of tasks' },
  {
    name: 'replicas-max-per-node',
    kind: uint,
    usage: 'Maximum number of tasks per node (default 0 = unlimited)',
    version: '1.40',
  },
  { name: 'reserve-cpu', kind: decimal, usage: 'Reserve CPUs' },
  { name: 'reserve-memory', kind: bytes, usage: 'Reserve Memory' },
  {
    name: 'restart-condition',
    kind: string,
    usage: 'Restart when condition is met ("none", "on-failure", "any")',
    created: '"any"',
  },
  {
    name: 'restart-delay',
    kind: duration,
    usage: 'Delay between restart attempts (ns|us|ms|s|m|h)',
    created: '5s',
  },
  { name: 'restart-max-attempts', kind: uint, usage: 'Maximum number of restarts before giving up' },
  {
    name: 'restart-window',
    kind: duration,
    usage: 'Window used to evaluate the restart policy (ns|us|ms|s|m|h)',
  },
  {
    name: 'rollback-delay',
    kind: duration,
    usage: 'Delay between task rollbacks (ns|us|ms|s|m|h)',
    created: '0s',
    version: '1.28',
  },
  {
    name: 'rollback-failure-action',
    kind: string,
    usage: 'Action on rollback failure ("pause", "continue")',
    created: '"pause"',
    version: '1.28',
  },
  {
    name: 'rollback-max-failure-ratio',
    kind: ratio,
    usage: 'Failure rate to tolerate during a rollback',
    created: '0',
    version: '1.28',
  },
  {
    name: 'rollback-monitor',
    kind: duration,
    usage: 'Duration after each task rollback to monitor for failure (ns|us|ms|s|m|h)',
    created: '5s',
    version: '1.28',
  },
  {
    name: 'rollback-order',
    kind: string,
    usage: 'Rollback order ("start-first", "stop-first")',
    created: '"stop-first"',
    version: '1.29',
  },
  {
    name: 'rollback-parallelism',
    kind: uint,
    usage: 'Maximum number of tasks rolled back simultaneously (0 to roll back all at once)',
    created: '1',
    version: '1.28',
  },
  {
    name: 'stop-grace-period',
    kind: duration,
    usage: 'Time to wait before force killing a container (ns|us|ms|s|m|h)',
    created: '10s',
  },
  { name: 'stop-signal', kind: string, usage: 'Signal to stop the container', version: '1.28' },
  { name: 'tty', shorthand: 't', kind: bool, usage: 'Allocate a pseudo-TTY', version: '1.25' },
  { name: 'update-delay', kind: duration, usage: 'Delay between updates (ns|us|ms|s|m|h)', created: '0s' },
  {
    name: 'update-failure-action',
    kind: string,
    usage: 'Action on update failure ("pause", "continue", "rollback")',
    created: '"pause"',
  },
  {
    name: 'update-max-failure-ratio',
    kind: ratio,
    usage: 'Failure rate to tolerate during an update',
    created: '0',
    version: '1.25',
  },
  {
    name: 'update-monitor',
    kind: duration,
    usage: 'Duration after each task update to monitor for failure (ns|us|ms|s|m|h)',
    created: '5s',
    version: '1.25',
  },
  {
    name: 'update-order',
    kind: string,
    usage: 'Update order ("start-first", "stop-first")',
    created: '"stop-first"',
    version: '1.29',
  },
  {
    name: 'update-parallelism',
    kind: uint,
    usage: 'Maximum number of tasks updated simultaneously (0 to update all at once)',
    created: '1',
  },
  { name: 'user', shorthand: 'u', kind: string, usage: 'Username or UID (format: <name|uid>[:<group|gid>])' },
  { name: 'with-registry-auth', kind: bool, usage: 'Send registry authentication details to swarm agents' },
  { name: 'workdir', shorthand: 'w', kind: string, usage: 'Working directory inside the container' },
];
