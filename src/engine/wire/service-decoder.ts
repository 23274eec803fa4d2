// How the specs of services are read from JSON: the names and types of Go.

import type * as api from '../api.ts';
import {
  bool,
  bytes,
  type Decoder,
  duration,
  fileMode,
  float32,
  int,
  int64,
  list,
  stringMap,
  struct,
  text,
  uint32,
  uint64,
} from '../decode.ts';

const texts = list(text());
const nothing: Decoder<api.ClusterOptions> = struct('swarm.GlobalService', () => ({}));

export const driver: Decoder<api.Driver> = struct('swarm.Driver', (field) => ({
  Name: field('Name', text()),
  Options: field('Options', stringMap),
}));

const platform: Decoder<api.Platform> = struct('swarm.Platform', (field) => ({
  Architecture: field('Architecture', text()),
  OS: field('OS', text()),
}));

const healthcheck: Decoder<api.HealthConfig> = struct('container.HealthConfig', (field) => ({
  Test: field('Test', texts),
  Interval: field('Interval', duration),
  Timeout: field('Timeout', duration),
  StartPeriod: field('StartPeriod', duration),
  StartInterval: field('StartInterval', duration),
  Retries: field('Retries', int),
}));

const mount: Decoder<api.Mount> = struct('mount.Mount', (field) => ({
  Type: field('Type', text('mount.Type')),
  Source: field('Source', text()),
  Target: field('Target', text()),
  ReadOnly: field('ReadOnly', bool),
  Consistency: field('Consistency', text('mount.Consistency')),
  BindOptions: field(
    'BindOptions',
    struct('mount.BindOptions', (option) => ({
      Propagation: option('Propagation', text('mount.Propagation')),
      NonRecursive: option('NonRecursive', bool),
      CreateMountpoint: option('CreateMountpoint', bool),
      ReadOnlyNonRecursive: option('ReadOnlyNonRecursive', bool),
      ReadOnlyForceRecursive: option('ReadOnlyForceRecursive', bool),
    })),
  ),
  VolumeOptions: field(
    'VolumeOptions',
    struct('mount.VolumeOptions', (option) => ({
      NoCopy: option('NoCopy', bool),
      Labels: option('Labels', stringMap),
      Subpath: option('Subpath', text()),
      DriverConfig: option('DriverConfig', driver),
    })),
  ),
  ImageOptions: field(
    'ImageOptions',
    struct('mount.ImageOptions', (option) => ({ Subpath: option('Subpath', text()) })),
  ),
  TmpfsOptions: field(
    'TmpfsOptions',
    struct('mount.TmpfsOptions', (option) => ({
      SizeBytes: option('SizeBytes', int64),
      Mode: option('Mode', fileMode),
      Options: option('Options', list(texts)),
    })),
  ),
}));

const privileges: Decoder<api.Privileges> = struct('swarm.Privileges', (field) => ({
  CredentialSpec:
    field(
      'CredentialSpec',
      struct('swarm.CredentialSpec', (option) => ({
        Config: option('Config', text()) ?? '',
        File: option('File', text()) ?? '',
        Registry: option('Registry', text()) ?? '',
      })),
    ) ?? null,
  SELinuxContext:
    field(
      'SELinuxContext',
      struct('swarm.SELinuxContext', (option) => ({
        Disable: option('Disable', bool) ?? false,
        User: option('User', text()) ?? '',
        Role: option('Role', text()) ?? '',
        Type: option('Type', text()) ?? '',
        Level: option('Level', text()) ?? '',
      })),
    ) ?? null,
  Seccomp: field(
    'Seccomp',
    struct('swarm.SeccompOpts', (option) => ({
      Mode: option('Mode', text('swarm.SeccompMode')),
      Profile: option('Profile', bytes),
    })),
  ),
  AppArmor: field(
    'AppArmor',
    struct('swarm.AppArmorOpts', (option) => ({ Mode: option('Mode', text('swarm.AppArmorMode')) })),
  ),
  NoNewPrivileges: field('NoNewPrivileges', bool) ?? false,
}));

function fileTarget(type: string): Decoder<api.FileTarget> {
  return struct(type, (field) => ({
    Name: field('Name', text()) ?? '',
    UID: field('UID', text()) ?? '',
    GID: field('GID', text()) ?? '',
    Mode: field('Mode', fileMode) ?? 0,
  }));
}

const secretReference: Decoder<api.SecretReference> = struct('swarm.SecretReference', (field) => ({
  File: field('File', fileTarget('swarm.SecretReferenceFileTarget')) ?? null,
  SecretID: field('SecretID', text()) ?? '',
  SecretName: field('SecretName', text()) ?? '',
}));

const configReference: Decoder<api.ConfigReference> = struct('swarm.ConfigReference', (field) => ({
  File: field('File', fileTarget('swarm.ConfigReferenceFileTarget')),
  Runtime: field(
    'Runtime',
    struct('swarm.ConfigReferenceRuntimeTarget', () => ({})),
  ),
  ConfigID: field('ConfigID', text()) ?? '',
  ConfigName: field('ConfigName', text()) ?? '',
}));

const containerSpec: Decoder<api.ContainerSpec> = struct('swarm.ContainerSpec', (field) => ({
  Image: field('Image', text()),
  Labels: field('Labels', stringMap),
  Command: field('Command', texts),
  Args: field('Args', texts),
  Hostname: field('Hostname', text()),
  Env: field('Env', texts),
  Dir: field('Dir', text()),
  User: field('User', text()),
  Groups: field('Groups', texts),
  Privileges: field('Privileges', privileges),
  Init: field('Init', bool),
  StopSignal: field('StopSignal', text()),
  TTY: field('TTY', bool),
  OpenStdin: field('OpenStdin', bool),
  ReadOnly: field('ReadOnly', bool),
  Mounts: field('Mounts', list(mount)),
  StopGracePeriod: field('StopGracePeriod', duration),
  Healthcheck: field('Healthcheck', healthcheck),
  Hosts: field('Hosts', texts),
  DNSConfig: field(
    'DNSConfig',
    struct('swarm.DNSConfig', (option) => ({
      Nameservers: option('Nameservers', texts),
      Search: option('Search', texts),
      Options: option('Options', texts),
    })),
  ),
  Secrets: field('Secrets', list(secretReference)),
  Configs: field('Configs', list(configReference)),
  Isolation: field('Isolation', text('container.Isolation')),
  Sysctls: field('Sysctls', stringMap),
  CapabilityAdd: field('CapabilityAdd', texts),
  CapabilityDrop: field('CapabilityDrop', texts),
  Ulimits: field(
    'Ulimits',
    list(
      struct('units.Ulimit', (option) => ({
        Name: option('Name', text()) ?? '',
        Hard: option('Hard', int64) ?? 0,
        Soft: option('Soft', int64) ?? 0,
      })),
    ),
  ),
  OomScoreAdj: field('OomScoreAdj', int64),
}));

const genericResource: Decoder<api.GenericResource> = struct('swarm.GenericResource', (field) => ({
  NamedResourceSpec: field(
    'NamedResourceSpec',
    struct('swarm.NamedGenericResource', (option) => ({
      Kind: option('Kind', text()),
      Value: option('Value', text()),
    })),
  ),
  DiscreteResourceSpec: field(
    'DiscreteResourceSpec',
    struct('swarm.DiscreteGenericResource', (option) => ({
      Kind: option('Kind', text()),
      Value: option('Value', int64),
    })),
  ),
}));

const resources: Decoder<api.ResourceRequirements> = struct('swarm.ResourceRequirements', (field) => ({
  Limits: field(
    'Limits',
    struct('swarm.Limit', (option) => ({
      NanoCPUs: option('NanoCPUs', int64),
      MemoryBytes: option('MemoryBytes', int64),
      Pids: option('Pids', int64),
    })),
  ),
  Reservations: field(
    'Reservations',
    struct('swarm.Resources', (option) => ({
      NanoCPUs: option('NanoCPUs', int64),
      MemoryBytes: option('MemoryBytes', int64),
      GenericResources: option('GenericResources', list(genericResource)),
    })),
  ),
}));

const restartPolicy: Decoder<api.RestartPolicy> = struct('swarm.RestartPolicy', (field) => ({
  Condition: field('Condition', text('swarm.RestartPolicyCondition')),
  Delay: field('Delay', duration),
  MaxAttempts: field('MaxAttempts', uint64),
  Window: field('Window', duration),
}));

const placement: Decoder<api.Placement> = struct('swarm.Placement', (field) => ({
  Constraints: field('Constraints', texts),
  Preferences: field(
    'Preferences',
    list(
      struct('swarm.PlacementPreference', (option) => ({
        Spread: option(
          'Spread',
          struct('swarm.SpreadOver', (part) => ({
            SpreadDescriptor: part('SpreadDescriptor', text()) ?? '',
          })),
        ),
      })),
    ),
  ),
  MaxReplicas: field('MaxReplicas', uint64),
  Platforms: field('Platforms', list(platform)),
}));

const networks = list<api.NetworkAttachmentConfig>(
  struct('swarm.NetworkAttachmentConfig', (field) => ({
    Target: field('Target', text()),
    Aliases: field('Aliases', texts),
    DriverOpts: field('DriverOpts', stringMap),
  })),
);

const taskSpec: Decoder<api.TaskSpec> = struct('swarm.TaskSpec', (field) => ({
  ContainerSpec: field('ContainerSpec', containerSpec),
  Resources: field('Resources', resources),
  RestartPolicy: field('RestartPolicy', restartPolicy),
  Placement: field('Placement', placement),
  Networks: field('Networks', networks),
  LogDriver: field('LogDriver', driver),
  ForceUpdate: field('ForceUpdate', uint64) ?? 0,
  Runtime: field('Runtime', text('swarm.RuntimeType')),
}));

const mode: Decoder<api.ServiceMode> = struct('swarm.ServiceMode', (field) => ({
  Replicated: field(
    'Replicated',
    struct('swarm.ReplicatedService', (option) => ({ Replicas: option('Replicas', uint64) })),
  ),
  Global: field('Global', nothing),
  ReplicatedJob: field(
    'ReplicatedJob',
    struct('swarm.ReplicatedJob', (option) => ({
      MaxConcurrent: option('MaxConcurrent', uint64),
      TotalCompletions: option('TotalCompletions', uint64),
    })),
  ),
  GlobalJob: field('GlobalJob', nothing),
}));

const updateConfig: Decoder<api.UpdateConfig> = struct('swarm.UpdateConfig', (field) => ({
  Parallelism: field('Parallelism', uint64) ?? 0,
  Delay: field('Delay', duration),
  FailureAction: field('FailureAction', text()),
  Monitor: field('Monitor', duration),
  MaxFailureRatio: field('MaxFailureRatio', float32) ?? 0,
  Order: field('Order', text()) ?? '',
}));

const endpointSpec: Decoder<api.EndpointSpec> = struct('swarm.EndpointSpec', (field) => ({
  Mode: field('Mode', text('swarm.ResolutionMode')),
  Ports: field(
    'Ports',
    list(
      struct('swarm.PortConfig', (option) => ({
        Name: option('Name', text()),
        Protocol: option('Protocol', text('swarm.PortConfigProtocol')),
        TargetPort: option('TargetPort', uint32),
        PublishedPort: option('PublishedPort', uint32),
        PublishMode: option('PublishMode', text('swarm.PortConfigPublishMode')),
      })),
    ),
  ),
}));

export const serviceSpec: Decoder<api.ServiceSpec> = struct('swarm.ServiceSpec', (field) => ({
  Name: field('Name', text()),
  Labels: field('Labels', stringMap),
  TaskTemplate: field('TaskTemplate', taskSpec) ?? taskSpec.zero,
  Mode: field('Mode', mode) ?? mode.zero,
  UpdateConfig: field('UpdateConfig', updateConfig),
  RollbackConfig: field('RollbackConfig', updateConfig),
  Networks: field('Networks', networks),
  EndpointSpec: field('EndpointSpec', endpointSpec),
}));
