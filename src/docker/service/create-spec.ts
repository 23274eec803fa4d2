// The spec that the flags of `docker service create` ask for.

import type {
  ConfigReference,
  ContainerSpec,
  CredentialSpec,
  NetworkAttachmentConfig,
  Privileges,
  ResourceRequirements,
  ServiceMode,
  ServiceSpec,
} from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import type { Client } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { pairsOf, sortedMap } from '../maps.ts';
import type { DockerHost } from '../process.ts';
import { parseExtraHost, parseNameServer, parseSearchDomain } from './addresses.ts';
import { parseAttachment } from './attachments.ts';
import { newCapabilities } from './capabilities.ts';
import { readCredentialSpec, withConfigId } from './credential-spec.ts';
import { readEnvironment } from './environment.ts';
import { readBytes, readCpus } from './flag-values.ts';
import { readGenericResources } from './generic-resources.ts';
import { logDriver, restartPolicy, updateConfig } from './groups.ts';
import { newHealthcheck } from './healthcheck.ts';
import { parseMount } from './mounts.ts';
import { networkId, sortAttachments } from './networks.ts';
import { parsePublish } from './publish.ts';
import { parseFileRequest, resolveConfigs, resolveSecrets } from './references.ts';
import { parseUlimit, sortUlimits } from './ulimits.ts';
import { splitWords } from './words.ts';

/**
 * @returns the spec, names of networks, secrets and configs replaced by identifiers
 * @throws CommandFailure for flags that contradict each other; DaemonError for networks that are not there
 */
export function* createSpec({ flags, args, client, host }: Invocation): Fiber<ServiceSpec> {
  const env = readEnvironment(flags.list('env-file'), flags.list('env'), host);
  const health = newHealthcheck(flags);
  const mode = serviceMode(flags);
  const update = updateConfig(flags, 'update', undefined);
  const rollback = updateConfig(flags, 'rollback', undefined);
  const isJob = mode.ReplicatedJob !== undefined || mode.GlobalJob !== undefined;
  if (isJob && (update ?? rollback) !== undefined) {
    throw new CommandFailure('update and rollback configuration is not supported for jobs');
  }
  const networks = yield* attachments(flags, client);
  const requirements = resources(flags);
  const secrets = yield* resolveSecrets(
    client,
    flags.list('secret').map((text) => parseFileRequest('secret', text)),
  );
  const credential = readCredentialSpec(flags.text('credential-spec'));
  const configs = yield* configReferences(flags, client, credential);
  return {
    Name: flags.text('name'),
    Labels: sortedMap(pairsOf(flags.list('label'))),
    TaskTemplate: {
      ContainerSpec: {
        ...container(flags, args, host),
        Env: env,
        Privileges: credential && privileges(withConfigId(credential, configs)),
        Healthcheck: health,
        Secrets: secrets,
        Configs: configs,
      },
      Resources: requirements,
      RestartPolicy: restartPolicy(flags, undefined),
      Placement: {
        Constraints: flags.list('constraint'),
        Preferences: preferences(flags.list('placement-pref')),
        MaxReplicas: flags.number('replicas-max-per-node'),
      },
      Networks: networks,
      LogDriver: logDriver(flags, host),
      ForceUpdate: 0,
    },
    Mode: mode,
    UpdateConfig: update,
    RollbackConfig: rollback,
    EndpointSpec: {
      Mode: (flags.changed('endpoint-mode') ? flags.text('endpoint-mode') : 'vip').toLowerCase(),
      Ports: flags.list('publish').flatMap(parsePublish),
    },
  };
}

/** Spread over the values of what follows `spread=`. */
export function preferences(texts: readonly string[]): readonly { Spread: { SpreadDescriptor: string } }[] {
  return texts.map((text) => ({ Spread: { SpreadDescriptor: text.slice('spread='.length) } }));
}

/** What stands beside a credential spec. */
export function privileges(credential: CredentialSpec): Privileges {
  return { CredentialSpec: credential, SELinuxContext: null, NoNewPrivileges: false };
}

/** All that needs nothing but the command line. */
function container(flags: Flags, [image, ...args]: readonly string[], { cwd }: DockerHost): ContainerSpec {
  const capabilities = newCapabilities(flags.list('cap-add'), flags.list('cap-drop'));
  return {
    Image: image,
    Labels: sortedMap(pairsOf(flags.list('container-label'))),
    Command: splitWords(flags.text('entrypoint')),
    Args: args,
    Hostname: flags.text('hostname'),
    Dir: flags.text('workdir'),
    User: flags.text('user'),
    Groups: flags.list('group'),
    Init: flags.on('init'),
    StopSignal: flags.text('stop-signal'),
    TTY: flags.on('tty'),
    ReadOnly: flags.on('read-only'),
    Mounts: flags.list('mount').map((text) => parseMount(text, cwd)),
    StopGracePeriod: flags.changed('stop-grace-period') ? flags.nanoseconds('stop-grace-period') : undefined,
    Hosts: flags.list('host').map(parseExtraHost),
    DNSConfig: {
      Nameservers: flags.list('dns').map(parseNameServer),
      Search: flags.list('dns-search').map(parseSearchDomain),
      Options: flags.list('dns-option'),
    },
    Isolation: flags.text('isolation'),
    Sysctls: sortedMap(pairsOf(flags.list('sysctl'))),
    CapabilityAdd: capabilities.add,
    CapabilityDrop: capabilities.drop,
    Ulimits: sortUlimits(flags.list('ulimit').map(parseUlimit)),
    OomScoreAdj: flags.number('oom-score-adj'),
  };
}

function serviceMode(flags: Flags): ServiceMode {
  const replicas = flags.changed('replicas') ? flags.number('replicas') : undefined;
  const concurrent = flags.changed('max-concurrent') ? flags.number('max-concurrent') : undefined;
  const isLimited = flags.number('replicas-max-per-node') > 0;
  const replicated = 'replicated or replicated-job';
  const mode = flags.text('mode');
  switch (mode) {
    case 'global':
      refuse('replicas', replicas !== undefined, replicated);
      refuse('replicas-max-per-node', isLimited, replicated);
      refuse('max-concurrent', concurrent !== undefined, 'replicated-job');
      return { Global: {} };
    case 'replicated':
      refuse('max-concurrent', concurrent !== undefined, 'replicated-job');
      return { Replicated: { Replicas: replicas } };
    case 'replicated-job':
      return { ReplicatedJob: { MaxConcurrent: concurrent ?? replicas, TotalCompletions: replicas } };
    case 'global-job':
      refuse('replicas-max-per-node', isLimited, replicated);
      refuse('max-concurrent', concurrent !== undefined, 'replicated-job');
      refuse('replicas', replicas !== undefined, replicated);
      return { GlobalJob: {} };
    default:
      throw new CommandFailure(`Unknown mode: ${mode}, only replicated and global supported`);
  }
}

function refuse(flag: string, isGiven: boolean, modes: string): void {
  if (isGiven) throw new CommandFailure(`${flag} can only be used with ${modes} mode`);
}

function* attachments(flags: Flags, client: Client): Fiber<readonly NetworkAttachmentConfig[]> {
  const networks: NetworkAttachmentConfig[] = [];
  for (const text of flags.list('network')) {
    const attachment = parseAttachment(text);
    networks.push({ ...attachment, Target: yield* networkId(client, attachment.Target ?? '') });
  }
  return sortAttachments(networks);
}

function resources(flags: Flags): ResourceRequirements {
  return {
    Limits: {
      NanoCPUs: readCpus(flags, 'limit-cpu'),
      MemoryBytes: readBytes(flags, 'limit-memory'),
      Pids: flags.number('limit-pids'),
    },
    Reservations: {
      NanoCPUs: readCpus(flags, 'reserve-cpu'),
      MemoryBytes: readBytes(flags, 'reserve-memory'),
      GenericResources: readGenericResources(flags.list('generic-resource')),
    },
  };
}

/** Those that files are made of, and the one that a credential spec is in. */
function* configReferences(
  flags: Flags,
  client: Client,
  credential: CredentialSpec | undefined,
): Fiber<readonly ConfigReference[]> {
  const files = flags.list('config').map((text) => parseFileRequest('config', text));
  const runtime = credential !== undefined && credential.Config !== '' ? [{ name: credential.Config }] : [];
  return yield* resolveConfigs(client, [...files, ...runtime]);
}
