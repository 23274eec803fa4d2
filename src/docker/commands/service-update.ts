// docker service update

import type { Fiber } from '../../engine/fiber.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { bool, type Flag, labels, list, string } from '../flag.ts';
import { authOf } from '../service/auth.ts';
import { findService } from '../service/find.ts';
import { specForm } from '../service/form.ts';
import {
  command,
  config,
  extraHosts,
  genericResources,
  mount,
  nameServers,
  network,
  port,
  preference,
  searchDomains,
  secret,
  ulimit,
  variables,
} from '../service/kinds.ts';
import { concludeChange } from '../service/progress.ts';
import { updateService } from '../service/requests.ts';
import { sharedFlags } from '../service/shared-flags.ts';
import { updateSpec } from '../service/update-spec.ts';

const ownFlags: readonly Flag[] = [
  { name: 'args', kind: command, usage: 'Service command args' },
  { name: 'config-add', kind: config, usage: 'Add or update a config file on a service', version: '1.30' },
  { name: 'config-rm', kind: list, usage: 'Remove a configuration file', version: '1.30' },
  { name: 'constraint-add', kind: list, usage: 'Add or update a placement constraint' },
  { name: 'constraint-rm', kind: list, usage: 'Remove a constraint' },
  { name: 'container-label-add', kind: labels, usage: 'Add or update a container label' },
  { name: 'container-label-rm', kind: list, usage: 'Remove a container label by its key' },
  { name: 'dns-add', kind: nameServers, usage: 'Add or update a custom DNS server', version: '1.25' },
  { name: 'dns-option-add', kind: list, usage: 'Add or update a DNS option', version: '1.25' },
  { name: 'dns-option-rm', kind: list, usage: 'Remove a DNS option', version: '1.25' },
  { name: 'dns-rm', kind: list, usage: 'Remove a custom DNS server', version: '1.25' },
  {
    name: 'dns-search-add',
    kind: searchDomains,
    usage: 'Add or update a custom DNS search domain',
    version: '1.25',
  },
  { name: 'dns-search-rm', kind: list, usage: 'Remove a DNS search domain', version: '1.25' },
  { name: 'env-add', kind: variables, usage: 'Add or update an environment variable' },
  { name: 'env-rm', kind: list, usage: 'Remove an environment variable' },
  { name: 'force', kind: bool, usage: 'Force update even if no changes require it', version: '1.25' },
  { name: 'generic-resource-add', kind: genericResources, usage: 'Add a Generic resource' },
  { name: 'generic-resource-rm', kind: list, usage: 'Remove a Generic resource' },
  {
    name: 'group-add',
    kind: list,
    usage: 'Add an additional supplementary user group to the container',
    version: '1.25',
  },
  {
    name: 'group-rm',
    kind: list,
    usage: 'Remove a previously added supplementary user group from the container',
    version: '1.25',
  },
  {
    name: 'host-add',
    kind: extraHosts,
    usage: 'Add a custom host-to-IP mapping ("host:ip")',
    version: '1.32',
  },
  { name: 'host-rm', kind: list, usage: 'Remove a custom host-to-IP mapping ("host:ip")', version: '1.25' },
  { name: 'image', kind: string, usage: 'Service image tag' },
  { name: 'label-add', kind: labels, usage: 'Add or update a service label' },
  { name: 'label-rm', kind: list, usage: 'Remove a label by its key' },
  { name: 'mount-add', kind: mount, usage: 'Add or update a mount on a service' },
  { name: 'mount-rm', kind: list, usage: 'Remove a mount by its target path' },
  { name: 'network-add', kind: network, usage: 'Add a network', version: '1.29' },
  { name: 'network-rm', kind: list, usage: 'Remove a network', version: '1.29' },
  { name: 'placement-pref-add', kind: preference, usage: 'Add a placement preference', version: '1.28' },
  { name: 'placement-pref-rm', kind: preference, usage: 'Remove a placement preference', version: '1.28' },
  { name: 'publish-add', kind: port, usage: 'Add or update a published port' },
  { name: 'publish-rm', kind: port, usage: 'Remove a published port by its target port' },
  { name: 'rollback', kind: bool, usage: 'Rollback to previous specification', version: '1.25' },
  { name: 'secret-add', kind: secret, usage: 'Add or update a secret on a service', version: '1.25' },
  { name: 'secret-rm', kind: list, usage: 'Remove a secret', version: '1.25' },
  { name: 'sysctl-add', kind: list, usage: 'Add or update a Sysctl option', version: '1.40' },
  { name: 'sysctl-rm', kind: list, usage: 'Remove a Sysctl option', version: '1.40' },
  {
    name: 'ulimit-add',
    kind: ulimit,
    usage: 'Add or update a ulimit option',
    initial: '[]',
    version: '1.41',
  },
  { name: 'ulimit-rm', kind: list, usage: 'Remove a ulimit option', version: '1.41' },
];

export const serviceUpdate: Command = {
  name: 'update',
  usage: '[OPTIONS] SERVICE',
  short: 'Update a service',
  arity: exactly(1),
  handlesInterrupt: true,
  flags: [...sharedFlags(false), ...ownFlags],
  run,
};

/** Flags that go with a rollback. */
const rollbackFlags: readonly string[] = ['rollback', 'detach', 'quiet'];

function* run(invocation: Invocation): Fiber<number> {
  const { args, flags, client } = invocation;
  const [ref = ''] = args;
  const service = yield* findService(client, ref);
  const isRollback = flags.on('rollback');
  if (isRollback && flags.given.some((name) => !rollbackFlags.includes(name))) {
    throw new CommandFailure('other flags may not be combined with --rollback');
  }
  const spec = yield* updateSpec(invocation, specForm(service.Spec));
  const auth = authOf(spec, invocation);
  const warnings = yield* updateService(
    client,
    { id: service.ID, version: service.Version.Index ?? 0 },
    spec,
    {
      auth,
      query: flags.changed('image') && !flags.on('no-resolve-image'),
      ...(auth === undefined && { authFrom: 'spec' }),
      ...(isRollback && { rollback: 'previous' }),
    },
  );
  return yield* concludeChange(invocation, ref, warnings);
}
