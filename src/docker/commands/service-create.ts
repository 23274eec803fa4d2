// docker service create

import type { Fiber } from '../../engine/fiber.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { type Flag, labels, list, string } from '../flag.ts';
import { authOf } from '../service/auth.ts';
import { createSpec } from '../service/create-spec.ts';
import {
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
import { createService } from '../service/requests.ts';
import { sharedFlags } from '../service/shared-flags.ts';

const ownFlags: readonly Flag[] = [
  { name: 'config', kind: config, usage: 'Specify configurations to expose to the service', version: '1.30' },
  { name: 'constraint', kind: list, usage: 'Placement constraints' },
  { name: 'container-label', kind: labels, usage: 'Container labels' },
  { name: 'dns', kind: nameServers, usage: 'Set custom DNS servers', version: '1.25' },
  { name: 'dns-option', kind: list, usage: 'Set DNS options', version: '1.25' },
  { name: 'dns-search', kind: searchDomains, usage: 'Set custom DNS search domains', version: '1.25' },
  { name: 'env', shorthand: 'e', kind: variables, usage: 'Set environment variables' },
  { name: 'env-file', kind: list, usage: 'Read in a file of environment variables' },
  { name: 'generic-resource', kind: genericResources, usage: 'User defined resources' },
  {
    name: 'group',
    kind: list,
    usage: 'Set one or more supplementary user groups for the container',
    version: '1.25',
  },
  {
    name: 'host',
    kind: extraHosts,
    usage: 'Set one or more custom host-to-IP mappings (host:ip)',
    version: '1.25',
  },
  { name: 'label', shorthand: 'l', kind: labels, usage: 'Service labels' },
  {
    name: 'mode',
    kind: string,
    usage: 'Service mode ("replicated", "global", "replicated-job", "global-job")',
    initial: 'replicated',
  },
  { name: 'mount', kind: mount, usage: 'Attach a filesystem mount to the service' },
  { name: 'name', kind: string, usage: 'Service name' },
  { name: 'network', kind: network, usage: 'Network attachments' },
  { name: 'placement-pref', kind: preference, usage: 'Add a placement preference', version: '1.28' },
  { name: 'publish', shorthand: 'p', kind: port, usage: 'Publish a port as a node port' },
  { name: 'secret', kind: secret, usage: 'Specify secrets to expose to the service', version: '1.25' },
  { name: 'sysctl', kind: list, usage: 'Sysctl options', version: '1.40' },
  { name: 'ulimit', kind: ulimit, usage: 'Ulimit options', initial: '[]', version: '1.41' },
];

export const serviceCreate: Command = {
  name: 'create',
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Create a new service',
  arity: atLeast(1),
  handlesInterrupt: true,
  flags: [...sharedFlags(true), ...ownFlags],
  interspersed: false,
  run,
};

function* run(invocation: Invocation): Fiber<number> {
  const { flags, client } = invocation;
  const spec = yield* createSpec(invocation);
  const auth = authOf(spec, invocation);
  const { id, warnings } = yield* createService(client, spec, { auth, query: !flags.on('no-resolve-image') });
  return yield* concludeChange(invocation, id, warnings);
}
