// Which engine a command talks to: `-H`, `--context`, DOCKER_HOST, DOCKER_CONTEXT, the context in use, in this order; else the machine's own.

import type { Endpoint } from '../engine/http.ts';
import { CommandFailure } from './failure.ts';
import type { Flags } from './flags.ts';
import type { DockerHost } from './process.ts';

/** Where docker looks when nobody says otherwise. */
export const defaultAddress = 'unix:///var/run/docker.sock';

export interface Address {
  readonly address: string;
  /** Undefined: nothing listens there. */
  readonly endpoint: Endpoint | undefined;
}

/** @param flags the global ones */
export function addressOf(flags: Flags, host: DockerHost): Address {
  const hosts = flags.list('host');
  if (hosts.length > 0 && flags.changed('context')) {
    throw new CommandFailure('conflicting options: cannot specify both --host and --context');
  }
  if (hosts.length > 1) throw new CommandFailure('Specify only one -H');
  const context = hosts.length > 0 ? 'default' : currentContext(flags.text('context'), host);
  const given =
    context === 'default' ? (hosts[0] ?? host.env.get('DOCKER_HOST') ?? '') : contextAddress(context, host);
  if (given === '' || given === defaultAddress) return { address: defaultAddress, endpoint: host.endpoint };
  const address = given.includes('://') ? given : `tcp://${given}`;
  return { address, endpoint: host.connect(address) };
}

/** The name of the context that commands use. @param asked what `--context` says; empty if it was not given */
export function currentContext(asked: string, host: DockerHost): string {
  if (asked !== '') return asked;
  if ((host.env.get('DOCKER_HOST') ?? '') !== '') return 'default';
  return host.env.get('DOCKER_CONTEXT') || host.config.currentContext || 'default';
}

function contextAddress(name: string, { config }: DockerHost): string {
  const context = config.contexts.get(name);
  if (context !== undefined) return context.host;
  throw new CommandFailure(
    `Failed to initialize: unable to resolve docker endpoint: context ${JSON.stringify(name)}: context not found`,
  );
}
