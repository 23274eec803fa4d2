// Go's type swarm.Service.

import { annotations, driver, genericResource, identified, platform, resources, version } from './common.ts';
import {
  any,
  decimal,
  duration,
  embed,
  field,
  fileMode,
  instant,
  int,
  int64,
  labels,
  optional,
  pointer,
  slice,
  struct,
  text,
  textType,
  truth,
  uint32,
  uint64,
} from './schema.ts';

const mount = struct('mount.Mount', [
  optional('Type', textType('mount.Type')),
  optional('Source', text),
  optional('Target', text),
  optional('ReadOnly', truth),
  optional('Consistency', textType('mount.Consistency')),
  optional(
    'BindOptions',
    pointer(
      struct('mount.BindOptions', [
        optional('Propagation', textType('mount.Propagation')),
        optional('NonRecursive', truth),
        optional('CreateMountpoint', truth),
        optional('ReadOnlyNonRecursive', truth),
        optional('ReadOnlyForceRecursive', truth),
      ]),
    ),
  ),
  optional(
    'VolumeOptions',
    pointer(
      struct('mount.VolumeOptions', [
        optional('NoCopy', truth),
        optional('Labels', labels),
        optional('Subpath', text),
        optional(
          'DriverConfig',
          pointer(struct('mount.Driver', [optional('Name', text), optional('Options', labels)])),
        ),
      ]),
    ),
  ),
  optional('ImageOptions', pointer(struct('mount.ImageOptions', [optional('Subpath', text)]))),
  optional(
    'TmpfsOptions',
    pointer(
      struct('mount.TmpfsOptions', [
        optional('SizeBytes', int64),
        optional('Mode', fileMode),
        optional('Options', slice(slice(text))),
      ]),
    ),
  ),
  optional('ClusterOptions', pointer(struct('mount.ClusterOptions', []))),
]);

const privileges = struct('swarm.Privileges', [
  field(
    'CredentialSpec',
    pointer(
      struct('swarm.CredentialSpec', [field('Config', text), field('File', text), field('Registry', text)]),
    ),
  ),
  field(
    'SELinuxContext',
    pointer(
      struct('swarm.SELinuxContext', [
        field('Disable', truth),
        field('User', text),
        field('Role', text),
        field('Type', text),
        field('Level', text),
      ]),
    ),
  ),
  optional(
    'Seccomp',
    pointer(
      struct('swarm.SeccompOpts', [
        optional('Mode', textType('swarm.SeccompMode')),
        optional('Profile', text),
      ]),
    ),
  ),
  optional(
    'AppArmor',
    pointer(struct('swarm.AppArmorOpts', [optional('Mode', textType('swarm.AppArmorMode'))])),
  ),
  field('NoNewPrivileges', truth),
]);

const healthcheck = struct('container.HealthConfig', [
  optional('Test', slice(text)),
  optional('Interval', duration),
  optional('Timeout', duration),
  optional('StartPeriod', duration),
  optional('StartInterval', duration),
  optional('Retries', int),
]);

const dnsConfig = struct('swarm.DNSConfig', [
  optional('Nameservers', slice(text)),
  optional('Search', slice(text)),
  optional('Options', slice(text)),
]);

const targetFields = [
  field('Name', text),
  field('UID', text),
  field('GID', text),
  field('Mode', fileMode),
] as const;

const containerSpec = struct('swarm.ContainerSpec', [
  optional('Image', text),
  optional('Labels', labels),
  optional('Command', slice(text)),
  optional('Args', slice(text)),
  optional('Hostname', text),
  optional('Env', slice(text)),
  optional('Dir', text),
  optional('User', text),
  optional('Groups', slice(text)),
  optional('Privileges', pointer(privileges)),
  optional('Init', pointer(truth)),
  optional('StopSignal', text),
  optional('TTY', truth),
  optional('OpenStdin', truth),
  optional('ReadOnly', truth),
  optional('Mounts', slice(mount)),
  optional('StopGracePeriod', pointer(duration)),
  optional('Healthcheck', pointer(healthcheck)),
  optional('Hosts', slice(text)),
  optional('DNSConfig', pointer(dnsConfig)),
  optional(
    'Secrets',
    slice(
      pointer(
        struct('swarm.SecretReference', [
          field('File', pointer(struct('swarm.SecretReferenceFileTarget', targetFields))),
          field('SecretID', text),
          field('SecretName', text),
        ]),
      ),
    ),
  ),
  optional(
    'Configs',
    slice(
      pointer(
        struct('swarm.ConfigReference', [
          optional('File', pointer(struct('swarm.ConfigReferenceFileTarget', targetFields))),
          optional('Runtime', pointer(struct('swarm.ConfigReferenceRuntimeTarget', []))),
          field('ConfigID', text),
          field('ConfigName', text),
        ]),
      ),
    ),
  ),
  optional('Isolation', textType('container.Isolation')),
  optional('Sysctls', labels),
  optional('CapabilityAdd', slice(text)),
  optional('CapabilityDrop', slice(text)),
  optional(
    'Ulimits',
    slice(pointer(struct('units.Ulimit', [field('Name', text), field('Hard', int64), field('Soft', int64)]))),
  ),
  optional('OomScoreAdj', int64),
]);

const networkAttachmentConfig = struct('swarm.NetworkAttachmentConfig', [
  optional('Target', text),
  optional('Aliases', slice(text)),
  optional('DriverOpts', labels),
]);

const placement = struct('swarm.Placement', [
  optional('Constraints', slice(text)),
  optional(
    'Preferences',
    slice(
      struct('swarm.PlacementPreference', [
        field('Spread', pointer(struct('swarm.SpreadOver', [field('SpreadDescriptor', text)]))),
      ]),
    ),
  ),
  optional('MaxReplicas', uint64),
  optional('Platforms', slice(platform)),
]);

export const taskSpec = struct('swarm.TaskSpec', [
  optional('ContainerSpec', pointer(containerSpec)),
  optional('PluginSpec', pointer(struct('runtime.PluginSpec', []))),
  optional(
    'NetworkAttachmentSpec',
    pointer(struct('swarm.NetworkAttachmentSpec', [field('ContainerID', text)])),
  ),
  optional(
    'Resources',
    pointer(
      struct('swarm.ResourceRequirements', [
        optional(
          'Limits',
          pointer(
            struct('swarm.Limit', [
              optional('NanoCPUs', int64),
              optional('MemoryBytes', int64),
              optional('Pids', int64),
            ]),
          ),
        ),
        optional('Reservations', pointer(resources)),
      ]),
    ),
  ),
  optional(
    'RestartPolicy',
    pointer(
      struct('swarm.RestartPolicy', [
        optional('Condition', textType('swarm.RestartPolicyCondition')),
        optional('Delay', pointer(duration)),
        optional('MaxAttempts', pointer(uint64)),
        optional('Window', pointer(duration)),
      ]),
    ),
  ),
  optional('Placement', pointer(placement)),
  optional('Networks', slice(networkAttachmentConfig)),
  optional('LogDriver', pointer(driver)),
  field('ForceUpdate', uint64),
  optional('Runtime', textType('swarm.RuntimeType')),
]);

const serviceMode = struct('swarm.ServiceMode', [
  optional('Replicated', pointer(struct('swarm.ReplicatedService', [optional('Replicas', pointer(uint64))]))),
  optional('Global', pointer(struct('swarm.GlobalService', []))),
  optional(
    'ReplicatedJob',
    pointer(
      struct('swarm.ReplicatedJob', [
        optional('MaxConcurrent', pointer(uint64)),
        optional('TotalCompletions', pointer(uint64)),
      ]),
    ),
  ),
  optional('GlobalJob', pointer(struct('swarm.GlobalJob', []))),
]);

const updateConfig = struct('swarm.UpdateConfig', [
  field('Parallelism', uint64),
  optional('Delay', duration),
  optional('FailureAction', text),
  optional('Monitor', duration),
  field('MaxFailureRatio', decimal),
  field('Order', text),
]);

export const portConfig = struct('swarm.PortConfig', [
  optional('Name', text),
  optional('Protocol', textType('swarm.PortConfigProtocol')),
  optional('TargetPort', uint32),
  optional('PublishedPort', uint32),
  optional('PublishMode', textType('swarm.PortConfigPublishMode')),
]);

const endpointSpec = struct('swarm.EndpointSpec', [
  optional('Mode', textType('swarm.ResolutionMode')),
  optional('Ports', slice(portConfig)),
]);

export const serviceSpec = struct('swarm.ServiceSpec', [
  embed('Annotations', annotations),
  field('TaskTemplate', taskSpec),
  field('Mode', serviceMode),
  optional('UpdateConfig', pointer(updateConfig)),
  optional('RollbackConfig', pointer(updateConfig)),
  optional('Networks', slice(networkAttachmentConfig)),
  optional('EndpointSpec', pointer(endpointSpec)),
]);

export const service = struct('swarm.Service', [
  ...identified,
  field('Spec', serviceSpec),
  optional('PreviousSpec', pointer(serviceSpec)),
  field(
    'Endpoint',
    struct('swarm.Endpoint', [
      field('Spec', endpointSpec),
      optional('Ports', slice(portConfig)),
      optional(
        'VirtualIPs',
        slice(struct('swarm.EndpointVirtualIP', [optional('NetworkID', text), optional('Addr', text)])),
      ),
    ]),
  ),
  optional(
    'UpdateStatus',
    pointer(
      struct('swarm.UpdateStatus', [
        optional('State', textType('swarm.UpdateState')),
        optional('StartedAt', pointer(instant)),
        optional('CompletedAt', pointer(instant)),
        optional('Message', text),
      ]),
    ),
  ),
  optional(
    'ServiceStatus',
    pointer(
      struct('swarm.ServiceStatus', [
        field('RunningTasks', uint64),
        field('DesiredTasks', uint64),
        field('CompletedTasks', uint64),
      ]),
    ),
  ),
  optional(
    'JobStatus',
    pointer(struct('swarm.JobStatus', [field('JobIteration', version), optional('LastExecution', instant)])),
  ),
]);

export const task = struct('swarm.Task', [
  ...identified,
  embed('Annotations', annotations),
  field('Spec', taskSpec),
  optional('ServiceID', text),
  optional('Slot', int),
  optional('NodeID', text),
  field(
    'Status',
    struct('swarm.TaskStatus', [
      field('Timestamp', instant),
      optional('State', textType('swarm.TaskState')),
      optional('Message', text),
      optional('Err', text),
      optional(
        'ContainerStatus',
        pointer(
          struct('swarm.ContainerStatus', [
            field('ContainerID', text),
            field('PID', int),
            field('ExitCode', int),
          ]),
        ),
      ),
      field('PortStatus', struct('swarm.PortStatus', [optional('Ports', slice(portConfig))])),
    ]),
  ),
  optional('DesiredState', textType('swarm.TaskState')),
  optional('NetworksAttachments', slice(any)),
  optional('GenericResources', slice(genericResource)),
  optional('JobIteration', pointer(version)),
  field('Volumes', slice(any)),
]);
