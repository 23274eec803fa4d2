// What the flags of `docker service update` make of the spec that a service has. A flag that is not given leaves its part as it is.

import type {
  ConfigReference,
  ContainerSpec,
  NetworkAttachmentConfig,
  Placement,
  ResourceRequirements,
  SecretReference,
  ServiceMode,
  ServiceSpec,
} from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import type { Client } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { parseAttachment } from './attachments.ts';
import { preferences, privileges } from './create-spec.ts';
import { readCredentialSpec, withConfigId } from './credential-spec.ts';
import { readBytes, readCpus } from './flag-values.ts';
import { kindOf, mergeGenericResources, readGenericResources } from './generic-resources.ts';
import { changedAny, logDriver, restartPolicy, updateConfig } from './groups.ts';
import { updateHealthcheck } from './healthcheck.ts';
import { networkId, sortAttachments } from './networks.ts';
import { parsePublish } from './publish.ts';
import { parseFileRequest, resolveConfigs, resolveSecrets } from './references.ts';
import { updateContainer } from './update-container.ts';
import { updateMap, updateSorted } from './update-lists.ts';
import { updatePorts } from './update-ports.ts';

/** Flags that move networks from their old place in a spec to the new one. */
const networkFlags: readonly string[] = ['network-add', 'network-rm'];

/** @throws CommandFailure for flags that contradict the spec or each other; DaemonError for networks that are not there */
export function* updateSpec({ flags, client, host }: Invocation, spec: ServiceSpec): Fiber<ServiceSpec> {
  const { TaskTemplate: task } = spec;
  const container = updateContainer(flags, task.ContainerSpec ?? {}, host);
  const resources = updateResources(flags, task.Resources);
  const networks = yield* updateNetworks(flags, client, spec);
  const mode = updateMode(flags, spec.Mode);
  const health = updateHealthcheck(flags, container.Healthcheck);
  const secrets = yield* updateSecrets(flags, client, container.Secrets ?? []);
  const configs = yield* updateConfigs(flags, client, container);
  return {
    ...spec,
    Labels: updateLabels(flags, spec),
    TaskTemplate: {
      ...task,
      ContainerSpec: {
        ...container,
        Healthcheck: health,
        Privileges: updatePrivileges(flags, container, configs),
        Secrets: secrets,
        Configs: configs,
      },
      Resources: resources,
      RestartPolicy: restartPolicy(flags, task.RestartPolicy),
      Placement: updatePlacement(flags, task.Placement),
      Networks: networks,
      LogDriver: logDriver(flags, host) ?? task.LogDriver,
      ForceUpdate: task.ForceUpdate + (flags.on('force') ? 1 : 0),
    },
    Mode: mode,
    UpdateConfig: updateConfig(flags, 'update', spec.UpdateConfig),
    RollbackConfig: updateConfig(flags, 'rollback', spec.RollbackConfig),
    Networks: changedAny(flags, networkFlags) ? undefined : spec.Networks,
    EndpointSpec: updateEndpoint(flags, spec.EndpointSpec),
  };
}

/** A spec without labels keeps being one until a label is added. */
function updateLabels(flags: Flags, { Labels: current = null }: ServiceSpec): ServiceSpec['Labels'] {
  const added = flags.list('label-add');
  if (current === null && added.length === 0) return null;
  return updateMap(current, added, flags.list('label-rm'));
}

function updateResources(
  flags: Flags,
  current: ResourceRequirements | undefined,
): ResourceRequirements | undefined {
  const limits = ['limit-cpu', 'limit-memory', 'limit-pids'];
  const reservations = ['reserve-cpu', 'reserve-memory'];
  const generic = ['generic-resource-add', 'generic-resource-rm'];
  if (!changedAny(flags, [...limits, ...reservations, ...generic])) return current;
  const isSized = changedAny(flags, [...limits, ...reservations]);
  const { Limits, Reservations } = current ?? {};
  const cpus = (flag: string, before: number | undefined): number | undefined =>
    flags.changed(flag) ? readCpus(flags, flag) : before;
  const bytes = (flag: string, before: number | undefined): number | undefined =>
    flags.changed(flag) ? readBytes(flags, flag) : before;
  return {
    Limits: isSized
      ? {
          NanoCPUs: cpus('limit-cpu', Limits?.NanoCPUs),
          MemoryBytes: bytes('limit-memory', Limits?.MemoryBytes),
          Pids: flags.changed('limit-pids') ? flags.number('limit-pids') : Limits?.Pids,
        }
      : Limits,
    Reservations: {
      NanoCPUs: cpus('reserve-cpu', Reservations?.NanoCPUs),
      MemoryBytes: bytes('reserve-memory', Reservations?.MemoryBytes),
      GenericResources: updateGenericResources(flags, Reservations?.GenericResources ?? []),
    },
  };
}

type GenericResources = NonNullable<NonNullable<ResourceRequirements['Reservations']>['GenericResources']>;

function updateGenericResources(flags: Flags, current: GenericResources): GenericResources {
  if (!changedAny(flags, ['generic-resource-add', 'generic-resource-rm'])) return current;
  let resources = mergeGenericResources([
    ...current,
    ...readGenericResources(flags.list('generic-resource-add')),
  ]);
  for (const kind of flags.list('generic-resource-rm')) {
    const left = resources.filter((resource) => kindOf(resource) !== kind);
    if (left.length === resources.length) {
      throw new CommandFailure(`could not find generic-resource \`${kind}\` to remove it`);
    }
    resources = left;
  }
  return resources;
}

function updatePlacement(flags: Flags, current: Placement | undefined): Placement | undefined {
  const names = ['constraint-add', 'constraint-rm', 'placement-pref-add', 'placement-pref-rm'];
  if (!changedAny(flags, [...names, 'replicas-max-per-node'])) return current;
  const { Constraints, Preferences = [], MaxReplicas } = current ?? {};
  const removed = preferences(flags.list('placement-pref-rm')).map(({ Spread }) => Spread.SpreadDescriptor);
  const kept = Preferences.filter(
    ({ Spread }) => Spread === undefined || !removed.includes(Spread.SpreadDescriptor),
  );
  return {
    ...current,
    Constraints: changedAny(flags, ['constraint-add', 'constraint-rm'])
      ? updateSorted(Constraints, flags.list('constraint-add'), flags.list('constraint-rm'))
      : Constraints,
    Preferences: [...kept, ...preferences(flags.list('placement-pref-add'))],
    MaxReplicas: flags.changed('replicas-max-per-node') ? flags.number('replicas-max-per-node') : MaxReplicas,
  };
}

function* updateNetworks(
  flags: Flags,
  client: Client,
  { TaskTemplate, Networks: old = [] }: ServiceSpec,
): Fiber<readonly NetworkAttachmentConfig[]> {
  const { Networks: current = [] } = TaskTemplate;
  if (!changedAny(flags, networkFlags)) return current;
  const removed: string[] = [];
  for (const name of new Set(flags.list('network-rm'))) removed.push(yield* networkId(client, name));
  const networks = (current.length > 0 ? current : old).filter(
    ({ Target = '' }) => !removed.includes(Target),
  );
  for (const text of flags.list('network-add')) {
    const attachment = parseAttachment(text);
    const id = yield* networkId(client, attachment.Target ?? '');
    if (networks.some(({ Target }) => Target === id)) {
      throw new CommandFailure(`service is already attached to network ${attachment.Target}`);
    }
    networks.push({ ...attachment, Target: id });
  }
  return sortAttachments(networks);
}

function updateMode(flags: Flags, current: ServiceMode): ServiceMode {
  if (!flags.changed('replicas')) return current;
  if (current.Replicated === undefined) {
    throw new CommandFailure('replicas can only be used with replicated mode');
  }
  return { Replicated: { Replicas: flags.number('replicas') } };
}

function updateEndpoint(flags: Flags, current: ServiceSpec['EndpointSpec']): ServiceSpec['EndpointSpec'] {
  if (!changedAny(flags, ['endpoint-mode', 'publish-add', 'publish-rm'])) return current;
  const { Mode, Ports = [] } = current ?? {};
  return {
    Mode: flags.changed('endpoint-mode') ? flags.text('endpoint-mode') : Mode,
    Ports: changedAny(flags, ['publish-add', 'publish-rm'])
      ? updatePorts(
          Ports,
          flags.list('publish-add').flatMap(parsePublish),
          flags.list('publish-rm').flatMap(parsePublish),
        )
      : Ports,
  };
}

function* updateSecrets(
  flags: Flags,
  client: Client,
  current: readonly SecretReference[],
): Fiber<readonly SecretReference[]> {
  const removed = flags.list('secret-rm');
  const added = flags.list('secret-add').map((text) => parseFileRequest('secret', text));
  const kept = current.filter(({ SecretName }) => !removed.includes(SecretName));
  return [...kept, ...(yield* resolveSecrets(client, added))];
}

/** A config that a credential spec is in stays as long as the credential spec does, whatever is removed. */
function* updateConfigs(
  flags: Flags,
  client: Client,
  { Configs: current = [], Privileges }: ContainerSpec,
): Fiber<readonly ConfigReference[]> {
  const isReplaced = flags.changed('credential-spec');
  const wanted = isReplaced ? (readCredentialSpec(flags.text('credential-spec'))?.Config ?? '') : '';
  const carried = isReplaced ? '' : (Privileges?.CredentialSpec?.Config ?? '');
  const removed = flags.list('config-rm');
  const kept = current.filter(({ Runtime, ConfigName, ConfigID }) =>
    Runtime === undefined ? !removed.includes(ConfigName) : ConfigName === wanted || ConfigID === carried,
  );
  const added = flags.list('config-add').map((text) => parseFileRequest('config', text));
  const runtime = wanted === '' ? [] : [{ name: wanted }];
  return [...kept, ...(yield* resolveConfigs(client, [...added, ...runtime]))];
}

function updatePrivileges(
  flags: Flags,
  { Privileges: current }: ContainerSpec,
  configs: readonly ConfigReference[],
): ContainerSpec['Privileges'] {
  if (!flags.changed('credential-spec')) return current;
  const credential = readCredentialSpec(flags.text('credential-spec'));
  if (credential === undefined) return current && { ...current, CredentialSpec: null };
  const named = withConfigId(credential, configs);
  return current === undefined ? privileges(named) : { ...current, CredentialSpec: named };
}
