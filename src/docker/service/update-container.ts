// What the flags of `docker service update` make of a service's container, as far as no engine has to be asked.

import type { ContainerSpec, Mount } from '../../engine/api.ts';
import { CommandFailure } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { compareText } from '../human.ts';
import { splitPair } from '../maps.ts';
import type { DockerHost } from '../process.ts';
import { parseExtraHost, parseNameServer, parseSearchDomain } from './addresses.ts';
import { updatedCapabilities } from './capabilities.ts';
import { withOwnValue } from './environment.ts';
import { changedAny } from './groups.ts';
import { updateHosts } from './hosts.ts';
import { parseMount } from './mounts.ts';
import { parseUlimit, sortUlimits } from './ulimits.ts';
import { updateMap, updateSorted, updateVariables } from './update-lists.ts';
import { splitWords } from './words.ts';

/** All but the health check. @throws CommandFailure for two mounts at one place */
export function updateContainer(flags: Flags, container: ContainerSpec, host: DockerHost): ContainerSpec {
  return {
    ...container,
    ...textFields(flags, container),
    Labels: updateMap(container.Labels, flags.list('container-label-add'), flags.list('container-label-rm')),
    Env: updateVariables(
      container.Env,
      flags.list('env-add').map((text) => withOwnValue(text, host.env)),
      flags.list('env-rm'),
    ),
    Mounts: updateMounts(flags, container.Mounts ?? [], host),
    Sysctls: updateMap(
      container.Sysctls,
      flags.list('sysctl-add'),
      flags.list('sysctl-rm').map((text) => splitPair(text)[0]),
    ),
    Ulimits: updateUlimits(flags, container),
    ...listFields(flags, container),
  };
}

/** Single values, each replaced by what was given for it. */
function textFields(flags: Flags, container: ContainerSpec): ContainerSpec {
  const text = (flag: string, current: string | undefined): string | undefined =>
    flags.changed(flag) ? flags.text(flag) : current;
  const on = (flag: string, current: boolean | undefined): boolean | undefined =>
    flags.changed(flag) ? flags.on(flag) : current;
  const words = (flag: string, current: readonly string[] | undefined): readonly string[] | undefined =>
    flags.changed(flag) ? splitWords(flags.text(flag)) : current;
  return {
    Image: text('image', container.Image),
    Args: words('args', container.Args),
    Command: words('entrypoint', container.Command),
    Dir: text('workdir', container.Dir),
    User: text('user', container.User),
    Hostname: text('hostname', container.Hostname),
    StopSignal: text('stop-signal', container.StopSignal),
    Isolation: text('isolation', container.Isolation),
    Init: on('init', container.Init),
    TTY: on('tty', container.TTY),
    ReadOnly: on('read-only', container.ReadOnly),
    OomScoreAdj: flags.changed('oom-score-adj') ? flags.number('oom-score-adj') : container.OomScoreAdj,
    StopGracePeriod: flags.changed('stop-grace-period')
      ? flags.nanoseconds('stop-grace-period')
      : container.StopGracePeriod,
  };
}

/** Lists that are put in order when, and only when, a flag names them. */
function listFields(flags: Flags, container: ContainerSpec): ContainerSpec {
  let changed: ContainerSpec = {};
  if (changedAny(flags, ['group-add', 'group-rm'])) {
    changed = {
      Groups: updateSorted(container.Groups, flags.list('group-add'), flags.list('group-rm')),
    };
  }
  if (changedAny(flags, ['host-add', 'host-rm'])) {
    const added = flags.list('host-add').map(parseExtraHost);
    changed = { ...changed, Hosts: updateHosts(container.Hosts ?? [], added, flags.list('host-rm')) };
  }
  const dns = ['dns', 'dns-option', 'dns-search'].flatMap((name) => [`${name}-add`, `${name}-rm`]);
  if (changedAny(flags, dns)) changed = { ...changed, DNSConfig: updateDns(flags, container) };
  if (changedAny(flags, ['cap-add', 'cap-drop'])) {
    const { CapabilityAdd: add = [], CapabilityDrop: drop = [] } = container;
    const next = updatedCapabilities({ add, drop }, flags.list('cap-add'), flags.list('cap-drop'));
    changed = { ...changed, CapabilityAdd: next.add, CapabilityDrop: next.drop };
  }
  return changed;
}

function updateDns(flags: Flags, { DNSConfig: dns }: ContainerSpec): ContainerSpec['DNSConfig'] {
  const update = (
    current: readonly string[] | undefined,
    name: string,
    read: (text: string) => string,
  ): readonly string[] => {
    const added = flags.list(`${name}-add`).map(read);
    return [...new Set(updateSorted(current, added, flags.list(`${name}-rm`)))];
  };
  return {
    Nameservers: update(dns?.Nameservers, 'dns', parseNameServer),
    Search: update(dns?.Search, 'dns-search', parseSearchDomain),
    Options: update(dns?.Options, 'dns-option', (text) => text),
  };
}

/** A mount replaces the one at its target. In the order of source and target, so that the same mounts are the same spec. */
function updateMounts(flags: Flags, current: readonly Mount[], { cwd }: DockerHost): readonly Mount[] {
  const byTarget = new Map<string | undefined, Mount>();
  for (const mount of flags.list('mount-add').map((text) => parseMount(text, cwd))) {
    if (byTarget.has(mount.Target)) throw new CommandFailure('duplicate mount target');
    byTarget.set(mount.Target, mount);
  }
  for (const mount of current) {
    if (!byTarget.has(mount.Target)) byTarget.set(mount.Target, mount);
  }
  for (const target of flags.list('mount-rm')) byTarget.delete(target);
  return [...byTarget.values()].sort(
    (a, b) => compareText(a.Source ?? '', b.Source ?? '') || compareText(a.Target ?? '', b.Target ?? ''),
  );
}

function updateUlimits(flags: Flags, { Ulimits: current = [] }: ContainerSpec): ContainerSpec['Ulimits'] {
  const removed = flags.list('ulimit-rm').map((text) => splitPair(text)[0]);
  const kept = current.filter(({ Name }) => !removed.includes(Name));
  return sortUlimits([...kept, ...flags.list('ulimit-add').map(parseUlimit)]);
}
