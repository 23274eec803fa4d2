// The tree of docker's commands.

import type { Command } from './command.ts';
import { config } from './commands/config.ts';
import { network } from './commands/network.ts';
import { node } from './commands/node.ts';
import { secret } from './commands/secret.ts';
import { service } from './commands/service.ts';
import { stack } from './commands/stack.ts';
import { swarm } from './commands/swarm.ts';
import { volume } from './commands/volume.ts';
import { bool, list, string } from './flag.ts';

export const root: Command = {
  name: 'docker',
  usage: '[OPTIONS] COMMAND [ARG...]',
  short: 'A self-sufficient runtime for containers',
  interspersed: false,
  flags: [
    {
      name: 'config',
      kind: string,
      usage: 'Location of client config files',
      initial: '/root/.docker',
    },
    {
      name: 'context',
      shorthand: 'c',
      kind: string,
      usage:
        'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")',
    },
    { name: 'debug', shorthand: 'D', kind: bool, usage: 'Enable debug mode' },
    { name: 'host', shorthand: 'H', kind: list, usage: 'Daemon socket to connect to' },
    {
      name: 'log-level',
      shorthand: 'l',
      kind: string,
      usage: 'Set the logging level ("debug", "info", "warn", "error", "fatal")',
      initial: 'info',
    },
    { name: 'tls', kind: bool, usage: 'Use TLS; implied by --tlsverify' },
    {
      name: 'tlscacert',
      kind: string,
      usage: 'Trust certs signed only by this CA',
      initial: '/root/.docker/ca.pem',
    },
    {
      name: 'tlscert',
      kind: string,
      usage: 'Path to TLS certificate file',
      initial: '/root/.docker/cert.pem',
    },
    { name: 'tlskey', kind: string, usage: 'Path to TLS key file', initial: '/root/.docker/key.pem' },
    { name: 'tlsverify', kind: bool, usage: 'Use TLS and verify the remote' },
    { name: 'version', shorthand: 'v', kind: bool, usage: 'Print version information and quit' },
  ],
  commands: [config, network, node, secret, service, stack, swarm, volume],
};
