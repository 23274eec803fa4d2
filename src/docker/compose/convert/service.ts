// The services of a stack as specs of services.

import type {
  ConfigReference,
  NetworkAttachmentConfig,
  PortConfig,
  SecretReference,
  ServiceMode,
  ServiceSpec,
  Ulimit,
  UpdateConfig,
} from '../../../engine/api.ts';
import { CommandFailure } from '../../failure.ts';
import { compareText } from '../../human.ts';
import { sortedMap } from '../../maps.ts';
import { newCapabilities } from '../../service/capabilities.ts';
import { specForm } from '../../service/form.ts';
import type { Config } from '../config.ts';
import { isOn, numberAt, pairsAt, partAt, partsAt, textAt, textsAt } from '../read.ts';
import { type Mapping, sortedEntries } from '../value.ts';
import { convertHealthcheck } from './health.ts';
import { convertMount } from './mounts.ts';
import { imageLabel, isPredefined, scopedName, stackLabels } from './namespace.ts';
import { defaultNetwork } from './networks.ts';
import { convertResources } from './resources.ts';
import { convertRestart } from './restart.ts';

const nothing: Mapping = new Map();

export interface FileReferences {
  readonly secrets: readonly SecretReference[];
  readonly configs: readonly ConfigReference[];
}

/**
 * @param key the service's name in the file
 * @param references what the engine said of its secrets and configs
 * @throws CommandFailure for what the schema lets pass
 */
export function convertService(
  stack: string,
  key: string,
  config: Config,
  references: FileReferences,
): ServiceSpec {
  const service = config.services.get(key) ?? nothing;
  const deploy = partAt(service, 'deploy') ?? nothing;
  const placement = partAt(deploy, 'placement') ?? nothing;
  // The order of these is that in which docker complains.
  const mode = convertMode(textAt(deploy, 'mode'), numberAt(deploy, 'replicas'));
  const mounts = partsAt(service, 'volumes').map((mount) => convertMount(stack, mount, config.volumes));
  const resources = convertResources(partAt(deploy, 'resources') ?? nothing);
  const restart = convertRestart(textAt(service, 'restart'), partAt(deploy, 'restart_policy'));
  const health = convertHealthcheck(partAt(service, 'healthcheck'));
  const networks = convertAttachments(stack, key, service, config);
  const credentials = convertCredentials(stack, partAt(service, 'credential_spec') ?? nothing, references);
  const capabilities = newCapabilities(textsAt(service, 'cap_add'), textsAt(service, 'cap_drop'));
  const logging = partAt(service, 'logging');
  const image = textAt(service, 'image');
  return specForm({
    Name: scopedName(stack, key),
    Labels: sortedMap([
      ...Object.entries(stackLabels(stack, pairsAt(deploy, 'labels'))),
      [imageLabel, image],
    ]),
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Labels: stackLabels(stack, pairsAt(service, 'labels')),
        Command: textsAt(service, 'entrypoint'),
        Args: textsAt(service, 'command'),
        Hostname: textAt(service, 'hostname'),
        Env: environmentOf(service),
        Dir: textAt(service, 'working_dir'),
        User: textAt(service, 'user'),
        Privileges: { CredentialSpec: credentials, SELinuxContext: null, NoNewPrivileges: false },
        Init: service.has('init') ? isOn(service, 'init') : undefined,
        StopSignal: textAt(service, 'stop_signal'),
        TTY: isOn(service, 'tty'),
        OpenStdin: isOn(service, 'stdin_open'),
        ReadOnly: isOn(service, 'read_only'),
        Mounts: mounts,
        StopGracePeriod: numberAt(service, 'stop_grace_period'),
        Healthcheck: health,
        Hosts: textsAt(service, 'extra_hosts').map(hostsLine),
        DNSConfig: dnsOf(service),
        Secrets: references.secrets,
        Configs: references.configs,
        Isolation: textAt(service, 'isolation'),
        Sysctls: sortedMap(pairsAt(service, 'sysctls')),
        CapabilityAdd: capabilities.add,
        CapabilityDrop: capabilities.drop,
        Ulimits: ulimitsOf(service),
      },
      Resources: resources,
      RestartPolicy: restart,
      Placement: {
        Constraints: textsAt(placement, 'constraints'),
        Preferences: partsAt(placement, 'preferences').map((preference) => ({
          Spread: { SpreadDescriptor: textAt(preference, 'spread') },
        })),
        MaxReplicas: numberAt(placement, 'max_replicas_per_node'),
      },
      Networks: networks,
      LogDriver:
        logging === undefined
          ? undefined
          : { Name: textAt(logging, 'driver'), Options: sortedMap(pairsAt(logging, 'options')) },
      ForceUpdate: 0,
    },
    Mode: mode,
    UpdateConfig: convertUpdate(partAt(deploy, 'update_config')),
    RollbackConfig: convertUpdate(partAt(deploy, 'rollback_config')),
    EndpointSpec: { Mode: textAt(deploy, 'endpoint_mode'), Ports: portsOf(service) },
  });
}

function convertMode(mode: string, replicas: number | undefined): ServiceMode {
  switch (mode) {
    case 'global':
    case 'global-job':
      if (replicas !== undefined) {
        throw new CommandFailure('replicas can only be used with replicated or replicated-job mode');
      }
      return mode === 'global' ? { Global: {} } : { GlobalJob: {} };
    case 'replicated-job':
      return { ReplicatedJob: { MaxConcurrent: replicas, TotalCompletions: replicas } };
    case '':
    case 'replicated':
      return { Replicated: { Replicas: replicas } };
    default:
      throw new CommandFailure(`Unknown mode: ${mode}`);
  }
}

/** Sorted by what they are attached to. Where a network has names for its members, a service is known there by its own. */
function convertAttachments(
  stack: string,
  key: string,
  service: Mapping,
  config: Config,
): readonly NetworkAttachmentConfig[] {
  const named = partAt(service, 'networks') ?? nothing;
  const attachments = named.size > 0 ? named : new Map([[defaultNetwork, null]]);
  return sortedEntries(attachments)
    .map(([name]): NetworkAttachmentConfig => {
      const network = config.networks.get(name);
      if (network === undefined && name !== defaultNetwork) {
        throw new CommandFailure(`undefined network "${name}"`);
      }
      const options = partAt(attachments, name) ?? nothing;
      const target = scopedName(stack, name, network);
      const driverOptions = pairsAt(options, 'driver_opts');
      return {
        Target: target,
        Aliases: [...textsAt(options, 'aliases'), ...(isPredefined(target) ? [] : [key])],
        DriverOpts: driverOptions.length === 0 ? undefined : sortedMap(driverOptions),
      };
    })
    .sort((a, b) => compareText(a.Target ?? '', b.Target ?? ''));
}

/** @throws CommandFailure when more than one source is named, and for a config that is not there */
function convertCredentials(
  stack: string,
  source: Mapping,
  { configs }: FileReferences,
): { readonly Config: string; readonly File: string; readonly Registry: string } | null {
  const given = ['Config', 'File', 'Registry'].filter((name) => textAt(source, name.toLowerCase()) !== '');
  if (given.length === 0) return null;
  if (given.length > 1) {
    const names = given.map((name) => `"${name}"`);
    const first = names.slice(0, -1).join(', ');
    throw new CommandFailure(
      `invalid credential spec: cannot specify both ${first}${names.length > 2 ? ',' : ''} and ${names.at(-1)}`,
    );
  }
  const name = textAt(source, 'config');
  const found =
    configs.find(({ ConfigName }) => ConfigName === name) ??
    configs.find(({ ConfigName }) => ConfigName === scopedName(stack, name));
  if (name !== '' && found === undefined) {
    throw new CommandFailure(
      `invalid credential spec: spec specifies config ${name}, but no such config can be found`,
    );
  }
  return {
    Config: name === '' ? '' : (found?.ConfigID ?? ''),
    File: textAt(source, 'file'),
    Registry: textAt(source, 'registry'),
  };
}

function convertUpdate(update: Mapping | undefined): UpdateConfig | undefined {
  if (update === undefined) return undefined;
  return {
    Parallelism: numberAt(update, 'parallelism') ?? 1,
    Delay: numberAt(update, 'delay'),
    FailureAction: textAt(update, 'failure_action'),
    Monitor: numberAt(update, 'monitor'),
    MaxFailureRatio: numberAt(update, 'max_failure_ratio') ?? 0,
    Order: textAt(update, 'order'),
  };
}

/** `NAME=value`, or `NAME` where there is no value. */
function environmentOf(service: Mapping): readonly string[] {
  return [...(partAt(service, 'environment') ?? [])]
    .map(([name, value]) => (typeof value === 'string' ? `${name}=${value}` : name))
    .sort(compareText);
}

/** `host:ip` to the line of a hosts file. */
function hostsLine(entry: string): string {
  const colon = entry.indexOf(':');
  return `${entry.slice(colon + 1)} ${entry.slice(0, colon)}`;
}

function dnsOf(
  service: Mapping,
): { readonly Nameservers: readonly string[]; readonly Search: readonly string[] } | undefined {
  const dns = { Nameservers: textsAt(service, 'dns'), Search: textsAt(service, 'dns_search') };
  return service.has('dns') || service.has('dns_search') ? dns : undefined;
}

function ulimitsOf(service: Mapping): readonly Ulimit[] {
  const ulimits = partAt(service, 'ulimits') ?? nothing;
  return sortedEntries(ulimits).map(([name]) => {
    const limit = partAt(ulimits, name) ?? nothing;
    const single = numberAt(limit, 'single');
    return {
      Name: name,
      Hard: single ?? numberAt(limit, 'hard') ?? 0,
      Soft: single ?? numberAt(limit, 'soft') ?? 0,
    };
  });
}

function portsOf(service: Mapping): readonly PortConfig[] {
  return partsAt(service, 'ports')
    .map((port) => ({
      Protocol: textAt(port, 'protocol'),
      TargetPort: numberAt(port, 'target'),
      PublishedPort: numberAt(port, 'published'),
      PublishMode: textAt(port, 'mode'),
    }))
    .sort((a, b) => (a.PublishedPort ?? 0) - (b.PublishedPort ?? 0));
}
