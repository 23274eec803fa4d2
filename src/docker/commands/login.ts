// docker login, docker logout

import type { AuthConfig, AuthResponse } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { configFolder } from '../address.ts';
import { postJson } from '../client.ts';
import { atMost, type Command, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { bool, string } from '../flag.ts';
import { immediate } from '../immediate.ts';
import type { Credential, DockerHost } from '../process.ts';

/** Where Docker Hub's credentials are kept. */
const hub = 'https://index.docker.io/v1/';

export const login: Command = {
  name: 'login',
  usage: '[OPTIONS] [SERVER]',
  short: 'Authenticate to a registry',
  long: 'Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.',
  section: 'common',
  arity: atMost(1),
  flags: [
    {
      name: 'password',
      shorthand: 'p',
      kind: string,
      usage: 'Password or Personal Access Token (PAT)',
    },
    {
      name: 'password-stdin',
      kind: bool,
      usage: 'Take the Password or Personal Access Token (PAT) from stdin',
    },
    { name: 'username', shorthand: 'u', kind: string, usage: 'Username' },
  ],
  run: runLogin,
};

export const logout: Command = {
  name: 'logout',
  usage: '[SERVER]',
  short: 'Log out from a registry',
  long: 'Log out from a registry.\nIf no server is specified, the default is defined by the daemon.',
  section: 'common',
  arity: atMost(1),
  run: immediate(({ args: [server], host }) => {
    if (server === undefined || server === '') {
      host.out(`Removing login credentials for ${hub}\n`);
      host.config.credentials.delete(hub);
      return 0;
    }
    const name = hostnameOf(server);
    host.out(`Removing login credentials for ${name}\n`);
    for (const key of [server, name]) host.config.credentials.delete(key);
    return 0;
  }),
};

/** What the credentials of a registry are kept under. */
function registryOf(server = ''): string {
  return ['', 'docker.io', hub].includes(server) ? hub : hostnameOf(server);
}

function hostnameOf(server: string): string {
  return server.replace(/^https?:\/\//, '').split('/')[0] ?? server;
}

function* runLogin(invocation: Invocation): Fiber<number> {
  const { args, flags, client, host } = invocation;
  const registry = registryOf(args[0]);
  const fromStdin = flags.on('password-stdin');
  if (fromStdin && flags.changed('password')) {
    throw new CommandFailure('conflicting options: cannot specify both --password and --password-stdin');
  }
  if (fromStdin && !flags.changed('username')) {
    throw new CommandFailure('the --password-stdin option requires --username to be set');
  }
  for (const name of ['username', 'password']) {
    if (flags.changed(name) && flags.text(name) === '') throw new CommandFailure(`${name} is empty`);
  }
  if (flags.changed('password')) {
    host.err('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
  }
  const stored = host.config.credentials.get(registry);
  const isBare = flags.text('username') === '' && flags.text('password') === '';
  const credential = isBare && stored !== undefined ? stored : readCredential(invocation);
  if (isBare && stored !== undefined) {
    host.err(`Authenticating with existing credentials... [Username: ${stored.username}]\n`);
    host.err(
      "\n Info -> To login with a different account, run 'docker logout' followed by 'docker login'\n\n\n",
    );
  }
  const request: AuthConfig = {
    username: credential.username,
    password: credential.password,
    serveraddress: registry,
  };
  const { Status: status } = yield* postJson<AuthResponse>(client, '/auth', request);
  host.config.credentials.set(registry, credential);
  // What is there already is not written again.
  const isKept = credential.username === stored?.username && credential.password === stored?.password;
  if (!isKept) warnOfStorage(host);
  if (status !== '') host.out(`${status}\n`);
  return 0;
}

/** @throws CommandFailure when something would have to be asked for, which takes a terminal */
function readCredential({ flags, host }: Invocation): Credential {
  const username = flags.text('username');
  const password = flags.on('password-stdin') ? host.stdin().replace(/\r?\n$/, '') : flags.text('password');
  if (username !== '' && password !== '') return { username, password };
  throw new CommandFailure('Error: Cannot perform an interactive login from a non TTY device');
}

function warnOfStorage({ err, env }: DockerHost): void {
  err(`
WARNING! Your credentials are stored unencrypted in '${configFolder(env)}/config.json'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

`);
}
