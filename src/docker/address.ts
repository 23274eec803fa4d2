// Which engine a command talks to: `-H`, `--context`, DOCKER_HOST, DOCKER_CONTEXT, the context in use, in this order; else the machine's own.

import type { Endpoint } from '../engine/http.ts';
import { quote } from '../model/quote.ts';
import { CommandFailure } from './failure.ts';
import type { Flags } from './flags.ts';
import type { DockerHost } from './process.ts';
import { sha256 } from './sha256.ts';

/** Where docker looks when nobody says otherwise. */
export const defaultAddress = 'unix:///var/run/docker.sock';

export interface Address {
  readonly address: string;
  /** Undefined: nothing listens there. */
  readonly endpoint: Endpoint | undefined;
  /** Why no engine can be asked at all; told when one is. */
  readonly failure: string | undefined;
}

/** @param flags the global ones @throws CommandFailure for flags that contradict one another */
export function addressOf(flags: Flags, host: DockerHost): Address {
  const hosts = flags.list('host');
  if (hosts.length > 0 && flags.changed('context')) {
    throw new CommandFailure('conflicting options: cannot specify both --host and --context');
  }
  const unreachable = (why: string): Address => ({
    address: '',
    endpoint: undefined,
    failure: `Failed to initialize: unable to resolve docker endpoint: ${why}`,
  });
  if (hosts.length > 1) return unreachable('Specify only one -H');
  if (flags.on('tls') || flags.on('tlsverify')) {
    const folder = configFolder(host.env);
    const certificate = flags.changed('tlscacert') ? flags.text('tlscacert') : `${folder}/ca.pem`;
    return unreachable(`open ${certificate}: no such file or directory`);
  }
  const context = hosts.length > 0 ? defaultContext : currentContext(flags.text('context'), host);
  const record = host.config.contexts.get(context);
  if (context !== defaultContext && record === undefined) return unreachable(contextNotFound(context, host));
  const given = record?.host ?? hosts[0] ?? host.env.get('DOCKER_HOST') ?? '';
  if (given === '' || given === defaultAddress) {
    return { address: defaultAddress, endpoint: host.endpoint, failure: undefined };
  }
  const address = given.includes('://') ? given : `tcp://${given}`;
  return { address, endpoint: host.connect(address), failure: undefined };
}

/** The context that is always there: what DOCKER_HOST says, or the machine's own engine. */
export const defaultContext = 'default';

/** The name of the context that commands use. @param asked what `--context` says; empty if it was not given */
export function currentContext(asked: string, host: DockerHost): string {
  if (asked !== '') return asked;
  if ((host.env.get('DOCKER_HOST') ?? '') !== '') return defaultContext;
  return host.env.get('DOCKER_CONTEXT') || host.config.currentContext || defaultContext;
}

/** Where the client keeps its configuration. */
export function configFolder(env: DockerHost['env']): string {
  return env.get('DOCKER_CONFIG') || `${env.get('HOME') ?? '/root'}/.docker`;
}

/** What docker says of a context that is not there: it looks for a file. */
export function contextNotFound(name: string, { env }: DockerHost): string {
  const file = `${configFolder(env)}/contexts/meta/${sha256(name)}/meta.json`;
  return `context ${quote(name)}: context not found: open ${file}: no such file or directory`;
}
