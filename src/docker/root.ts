// The tree of docker's commands.

import { absentCommands, absentCommon, absentGroups, absentInImage, absentInSystem } from './absent.ts';
import type { Command } from './command.ts';
import { config } from './commands/config.ts';
import { container, containerCommands } from './commands/container.ts';
import { context } from './commands/context.ts';
import { events } from './commands/events.ts';
import { imageLs, images } from './commands/images.ts';
import { info, systemInfo } from './commands/info.ts';
import { inspect } from './commands/inspect.ts';
import { login, logout } from './commands/login.ts';
import { network } from './commands/network.ts';
import { node } from './commands/node.ts';
import { ps } from './commands/ps.ts';
import { imagePull, pull } from './commands/pull.ts';
import { secret } from './commands/secret.ts';
import { service } from './commands/service.ts';
import { stack } from './commands/stack.ts';
import { swarm } from './commands/swarm.ts';
import { version } from './commands/version.ts';
import { volume } from './commands/volume.ts';
import { bool, list, string } from './flag.ts';

const image: Command = {
  name: 'image',
  short: 'Manage images',
  section: 'management',
  commands: [imageLs, imagePull, ...absentInImage],
};

const system: Command = {
  name: 'system',
  short: 'Manage Docker',
  section: 'management',
  commands: [events, systemInfo, ...absentInSystem],
};

/** @param folder where the client keeps its configuration; help tells it */
export function rootCommand(folder: string): Command {
  return {
    name: 'docker',
    usage: '[OPTIONS] COMMAND [ARG...]',
    short: 'A self-sufficient runtime for containers',
    interspersed: false,
    flags: [
      {
        name: 'config',
        kind: string,
        usage: 'Location of client config files',
        initial: folder,
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
        initial: `${folder}/ca.pem`,
      },
      {
        name: 'tlscert',
        kind: string,
        usage: 'Path to TLS certificate file',
        initial: `${folder}/cert.pem`,
      },
      { name: 'tlskey', kind: string, usage: 'Path to TLS key file', initial: `${folder}/key.pem` },
      { name: 'tlsverify', kind: bool, usage: 'Use TLS and verify the remote' },
      { name: 'version', shorthand: 'v', kind: bool, usage: 'Print version information and quit' },
    ],
    commands: [
      absentCommon.run,
      absentCommon.exec,
      ps,
      absentCommon.build,
      pull,
      absentCommon.push,
      images,
      login,
      logout,
      absentCommon.search,
      version,
      info,
      ...absentGroups,
      container,
      context,
      image,
      network,
      system,
      volume,
      config,
      node,
      secret,
      service,
      stack,
      swarm,
      events,
      inspect,
      ...containerCommands,
      ...absentCommands,
    ],
  };
}

/** The tree for those who look at names and flags alone. */
export const root: Command = rootCommand('/root/.docker');
