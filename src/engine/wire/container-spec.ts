// What a task runs, between the model and the wire.

import type { ContainerSettings, ContainerSpec, FileReference, Mount, Privileges } from '../../model/spec.ts';
import type * as api from '../api.ts';
import { RequestFailure } from '../failure.ts';
import {
  fromMap,
  fromNanoseconds,
  fromOptionalMap,
  fromOptionalNanoseconds,
  toNanoseconds,
  toOptionalMap,
  toOptionalNanoseconds,
  unlessEmpty,
  unlessZero,
} from './common.ts';

export function toContainerSpec(spec: ContainerSpec): api.ContainerSpec {
  const { healthCheck, dns } = spec;
  return {
    Image: unlessZero(spec.image),
    Labels: toOptionalMap(spec.labels),
    Command: unlessEmpty(spec.command),
    Args: unlessEmpty(spec.args),
    Hostname: unlessZero(spec.hostname),
    Env: unlessEmpty(spec.env),
    Dir: unlessZero(spec.dir),
    User: unlessZero(spec.user),
    Groups: unlessEmpty(spec.groups),
    Privileges: spec.privileges && toPrivileges(spec.privileges),
    Init: spec.init,
    StopSignal: unlessZero(spec.stopSignal),
    TTY: unlessZero(spec.tty),
    OpenStdin: unlessZero(spec.openStdin),
    ReadOnly: unlessZero(spec.readOnly),
    Mounts: unlessEmpty(spec.mounts.map(toMount)),
    StopGracePeriod: toOptionalNanoseconds(spec.stopGracePeriod),
    Healthcheck: healthCheck && {
      Test: unlessEmpty(healthCheck.test),
      Interval: unlessZero(toNanoseconds(healthCheck.interval)),
      Timeout: unlessZero(toNanoseconds(healthCheck.timeout)),
      StartPeriod: unlessZero(toNanoseconds(healthCheck.startPeriod)),
      StartInterval: unlessZero(toNanoseconds(healthCheck.startInterval)),
      Retries: unlessZero(healthCheck.retries),
    },
    Hosts: unlessEmpty(spec.hosts),
    DNSConfig: dns && {
      Nameservers: unlessEmpty(dns.nameservers),
      Search: unlessEmpty(dns.search),
      Options: unlessEmpty(dns.options),
    },
    Secrets: unlessEmpty(spec.secrets.map(toSecretReference)),
    Configs: unlessEmpty(spec.configs.map(toConfigReference)),
    Isolation: spec.isolation ?? 'default',
    Sysctls: toOptionalMap(spec.sysctls),
    CapabilityAdd: unlessEmpty(spec.capabilityAdd),
    CapabilityDrop: unlessEmpty(spec.capabilityDrop),
    Ulimits: unlessEmpty(
      spec.ulimits?.map(({ name, hard, soft }) => ({ Name: name, Hard: hard, Soft: soft })),
    ),
    OomScoreAdj: unlessZero(spec.oomScoreAdj),
  };
}

function toPrivileges({
  credentialSpec,
  seLinux,
  seccomp,
  appArmor,
  noNewPrivileges,
}: Privileges): api.Privileges {
  return {
    CredentialSpec:
      credentialSpec === undefined
        ? null
        : {
            Config: credentialSpec.kind === 'config' ? credentialSpec.source : '',
            File: credentialSpec.kind === 'file' ? credentialSpec.source : '',
            Registry: credentialSpec.kind === 'registry' ? credentialSpec.source : '',
          },
    SELinuxContext:
      seLinux === undefined
        ? null
        : {
            Disable: seLinux.disable,
            User: seLinux.user,
            Role: seLinux.role,
            Type: seLinux.type,
            Level: seLinux.level,
          },
    Seccomp: seccomp && { Mode: unlessZero(seccomp.mode), Profile: unlessZero(seccomp.profile) },
    AppArmor: appArmor && { Mode: unlessZero(appArmor.mode) },
    NoNewPrivileges: noNewPrivileges,
  };
}

function toMount({ type, source, target, readOnly, driver, options, bind, volume, tmpfs }: Mount): api.Mount {
  const hasDriver = volume?.driver === true || driver !== '' || options.length > 0;
  return {
    Type: type,
    Source: unlessZero(source),
    Target: unlessZero(target),
    ReadOnly: unlessZero(readOnly),
    BindOptions: bind && {
      Propagation: bind.propagation,
      NonRecursive: bind.nonRecursive,
      CreateMountpoint: bind.createMountpoint,
      ReadOnlyNonRecursive: bind.readOnlyNonRecursive,
      ReadOnlyForceRecursive: bind.readOnlyForceRecursive,
    },
    VolumeOptions:
      volume === undefined && !hasDriver
        ? undefined
        : {
            NoCopy: volume?.noCopy,
            Labels: toOptionalMap(volume?.labels),
            Subpath: volume?.subpath,
            DriverConfig: hasDriver
              ? { Name: unlessZero(driver), Options: toOptionalMap(options) }
              : undefined,
          },
    TmpfsOptions: tmpfs && {
      SizeBytes: unlessZero(tmpfs.sizeBytes),
      Mode: unlessZero(tmpfs.mode),
      Options: tmpfs.options,
    },
  };
}

function toFile({ target, uid, gid, mode }: FileReference): api.FileTarget {
  return { Name: target, UID: uid, GID: gid, Mode: mode };
}

function toSecretReference(reference: FileReference): api.SecretReference {
  return { File: toFile(reference), SecretID: reference.id, SecretName: reference.name };
}

function toConfigReference(reference: FileReference): api.ConfigReference {
  return {
    File: reference.runtime ? undefined : toFile(reference),
    Runtime: reference.runtime ? {} : undefined,
    ConfigID: reference.id,
    ConfigName: reference.name,
  };
}

/** @throws RequestFailure 400 for words that mean nothing */
export function fromContainerSpec(spec: api.ContainerSpec): ContainerSpec {
  const { Healthcheck: health } = spec;
  const grace = fromOptionalNanoseconds(spec.StopGracePeriod);
  return {
    ...settingsOf(spec),
    image: spec.Image ?? '',
    labels: fromMap(spec.Labels),
    command: spec.Command ?? [],
    args: spec.Args ?? [],
    hostname: spec.Hostname ?? '',
    env: spec.Env ?? [],
    dir: spec.Dir ?? '',
    user: spec.User ?? '',
    mounts: (spec.Mounts ?? []).map(fromMount),
    ...(health && {
      healthCheck: {
        test: health.Test ?? [],
        interval: fromNanoseconds(health.Interval ?? 0),
        timeout: fromNanoseconds(health.Timeout ?? 0),
        retries: health.Retries ?? 0,
        startPeriod: fromNanoseconds(health.StartPeriod ?? 0),
        startInterval: fromNanoseconds(health.StartInterval ?? 0),
      },
    }),
    stopSignal: spec.StopSignal ?? '',
    ...(grace !== undefined && { stopGracePeriod: grace }),
    secrets: (spec.Secrets ?? []).map(fromSecretReference),
    configs: (spec.Configs ?? []).map(fromConfigReference),
    registryAuth: '',
  };
}

/** What has no effect here, as far as it says anything. */
function settingsOf(spec: api.ContainerSpec): ContainerSettings {
  const { DNSConfig: dns, Privileges: privileges, Isolation: isolation } = spec;
  const groups = unlessEmpty(spec.Groups);
  const hosts = unlessEmpty(spec.Hosts);
  const sysctls = fromOptionalMap(spec.Sysctls);
  const capabilityAdd = unlessEmpty(spec.CapabilityAdd);
  const capabilityDrop = unlessEmpty(spec.CapabilityDrop);
  const ulimits = unlessEmpty(
    spec.Ulimits?.map(({ Name, Hard, Soft }) => ({ name: Name, hard: Hard, soft: Soft })),
  );
  return {
    ...(groups && { groups }),
    ...(privileges && { privileges: fromPrivileges(privileges) }),
    ...(spec.Init !== undefined && { init: spec.Init }),
    ...(spec.TTY && { tty: true }),
    ...(spec.OpenStdin && { openStdin: true }),
    ...(spec.ReadOnly && { readOnly: true }),
    ...(hosts && { hosts }),
    ...(dns && {
      dns: { nameservers: dns.Nameservers ?? [], search: dns.Search ?? [], options: dns.Options ?? [] },
    }),
    ...((isolation === 'process' || isolation === 'hyperv') && { isolation }),
    ...(sysctls && { sysctls }),
    ...(capabilityAdd && { capabilityAdd }),
    ...(capabilityDrop && { capabilityDrop }),
    ...(ulimits && { ulimits }),
    ...(spec.OomScoreAdj && { oomScoreAdj: spec.OomScoreAdj }),
  };
}

function fromPrivileges(privileges: api.Privileges): Privileges {
  const { CredentialSpec, SELinuxContext, Seccomp, AppArmor, NoNewPrivileges } = privileges;
  return {
    ...(CredentialSpec && { credentialSpec: fromCredentialSpec(CredentialSpec) }),
    ...(SELinuxContext && {
      seLinux: {
        disable: SELinuxContext.Disable,
        user: SELinuxContext.User,
        role: SELinuxContext.Role,
        type: SELinuxContext.Type,
        level: SELinuxContext.Level,
      },
    }),
    ...(Seccomp && { seccomp: { mode: Seccomp.Mode ?? '', profile: Seccomp.Profile ?? '' } }),
    ...(AppArmor && { appArmor: { mode: AppArmor.Mode ?? '' } }),
    noNewPrivileges: NoNewPrivileges,
  };
}

function fromCredentialSpec({
  Config,
  File,
  Registry,
}: api.CredentialSpec): NonNullable<Privileges['credentialSpec']> {
  const given = [
    { kind: 'config', source: Config } as const,
    { kind: 'file', source: File } as const,
    { kind: 'registry', source: Registry } as const,
  ].filter(({ source }) => source !== '');
  const [first, ...others] = given;
  if (first === undefined) {
    throw invalid(
      'invalid CredentialSpec: must either provide "file", "registry", or "config" for credential spec',
    );
  }
  if (others.length > 0) {
    const names = given.map(({ kind }) => `"${kind}"`);
    const all = `${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} and ${names.at(-1)}`;
    throw invalid(`invalid CredentialSpec: cannot specify both ${all} credential specs`);
  }
  return first;
}

const mountTypes: readonly Mount['type'][] = ['bind', 'volume', 'tmpfs', 'npipe', 'cluster'];
const propagations: readonly string[] = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'];

function fromMount(mount: api.Mount): Mount {
  const { Type = '', VolumeOptions: volume, TmpfsOptions: tmpfs } = mount;
  const type = Type === '' ? 'bind' : mountTypes.find((each) => each === Type.toLowerCase());
  if (type === undefined) throw invalid(`invalid MountType: ${JSON.stringify(Type)}`);
  const bind = fromBindOptions(mount.BindOptions);
  return {
    type,
    source: mount.Source ?? '',
    target: mount.Target ?? '',
    readOnly: mount.ReadOnly ?? false,
    driver: volume?.DriverConfig?.Name ?? '',
    options: fromMap(volume?.DriverConfig?.Options),
    ...(bind && { bind }),
    ...(volume && {
      volume: {
        ...(volume.NoCopy && { noCopy: true }),
        ...(fromOptionalMap(volume.Labels) && { labels: fromMap(volume.Labels) }),
        ...(volume.Subpath && { subpath: volume.Subpath }),
        ...(volume.DriverConfig && { driver: true }),
      },
    }),
    ...(tmpfs && {
      tmpfs: {
        sizeBytes: tmpfs.SizeBytes ?? 0,
        mode: tmpfs.Mode ?? 0,
        ...(tmpfs.Options && { options: tmpfs.Options }),
      },
    }),
  };
}

/** Options that say nothing are as good as none. */
function fromBindOptions(bind: api.BindOptions | undefined): Mount['bind'] {
  if (bind === undefined) return undefined;
  const { Propagation = '', NonRecursive, CreateMountpoint } = bind;
  const propagation = Propagation.toLowerCase();
  if (propagation !== '' && !propagations.includes(propagation)) {
    throw invalid(`invalid MountPropagation: ${JSON.stringify(Propagation)}`);
  }
  const flags = {
    ...(NonRecursive && { nonRecursive: true }),
    ...(CreateMountpoint && { createMountpoint: true }),
    ...(bind.ReadOnlyNonRecursive && { readOnlyNonRecursive: true }),
    ...(bind.ReadOnlyForceRecursive && { readOnlyForceRecursive: true }),
  };
  if (propagation === '' && Object.keys(flags).length === 0) return undefined;
  return { propagation: propagation === '' ? 'rprivate' : propagation, ...flags };
}

function fromFile(file: api.FileTarget | null | undefined): Omit<FileReference, 'id' | 'name'> {
  return {
    target: file?.Name ?? '',
    uid: file?.UID ?? '',
    gid: file?.GID ?? '',
    mode: file?.Mode ?? 0,
  };
}

function fromSecretReference({ File, SecretID, SecretName }: api.SecretReference): FileReference {
  return { id: SecretID, name: SecretName, ...fromFile(File) };
}

function fromConfigReference({ File, Runtime, ConfigID, ConfigName }: api.ConfigReference): FileReference {
  if (File === undefined && Runtime === undefined) {
    throw invalid('invalid Config: either File or Runtime should be set');
  }
  if (File !== undefined && Runtime !== undefined) {
    throw invalid('invalid Config: cannot specify both File and Runtime');
  }
  return { id: ConfigID, name: ConfigName, ...fromFile(File), ...(Runtime && { runtime: true }) };
}

function invalid(message: string): RequestFailure {
  return new RequestFailure(400, message);
}
