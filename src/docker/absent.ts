// Commands that docker has and a swarm in a lab has no use for: they are listed in help, and say that they are absent.

import type { Command } from './command.ts';
import { CommandFailure } from './failure.ts';
import { immediate } from './immediate.ts';

const refuse = immediate(({ path }) => {
  throw new CommandFailure(`${path}: the lab has no such command`);
});

/** A command that takes any words, and does nothing but say that it is not there. */
export function absent(name: string, short: string, more: Partial<Command> = {}): Command {
  return { name, short, takesAll: true, run: refuse, ...more };
}

function group(
  name: string,
  short: string,
  commands: readonly Command[],
  more: Partial<Command> = {},
): Command {
  return { name, short, section: 'management', commands, ...more };
}

/** What `docker` and `docker container` both have. */
export const ofContainersAbsent: readonly Command[] = [
  absent('attach', 'Attach local standard input, output, and error streams to a running container'),
  absent('commit', "Create a new image from a container's changes"),
  absent('cp', 'Copy files/folders between a container and the local filesystem'),
  absent('create', 'Create a new container'),
  absent('diff', "Inspect changes to files or directories on a container's filesystem"),
  absent('export', "Export a container's filesystem as a tar archive"),
  absent('pause', 'Pause all processes within one or more containers'),
  absent('port', 'List port mappings or a specific mapping for the container'),
  absent('rename', 'Rename a container'),
  absent('start', 'Start one or more stopped containers'),
  absent('stats', 'Display a live stream of container(s) resource usage statistics'),
  absent('top', 'Display the running processes of a container'),
  absent('unpause', 'Unpause all processes within one or more containers'),
  absent('update', 'Update configuration of one or more containers'),
];

/** What `docker` and `docker image` both have. */
const ofImages: readonly Command[] = [
  absent('history', 'Show the history of an image'),
  absent('import', 'Import the contents from a tarball to create a filesystem image'),
  absent('load', 'Load an image from a tar archive or STDIN'),
  absent('save', 'Save one or more images to a tar archive (streamed to STDOUT by default)'),
  absent('tag', 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE'),
];

const run = absent('run', 'Create and run a new container from an image');
const exec = absent('exec', 'Execute a command in a running container');
const build = absent('build', 'Build an image from a Dockerfile');
const push = absent('push', 'Upload an image to a registry');

/** The first of the common ones, in the order of help. */
export const absentCommon = {
  run: { ...run, section: 'common' },
  exec: { ...exec, section: 'common' },
  build: { ...build, section: 'common' },
  push: { ...push, section: 'common' },
  search: absent('search', 'Search Docker Hub for images', { section: 'common' }),
} as const satisfies Readonly<Record<string, Command>>;

export const absentCommands: readonly Command[] = [...ofImages, absent('rmi', 'Remove one or more images')];

export const absentInContainer: readonly Command[] = [
  exec,
  absent('prune', 'Remove all stopped containers', { version: '1.25' }),
  run,
];

export const absentInImage: readonly Command[] = [
  ...ofImages,
  build,
  absent('inspect', 'Display detailed information on one or more images'),
  absent('prune', 'Remove unused images', { version: '1.25' }),
  push,
  absent('rm', 'Remove one or more images'),
];

export const absentInSystem: readonly Command[] = [
  absent('df', 'Show docker disk usage', { version: '1.25' }),
  absent('prune', 'Remove unused data', { version: '1.25' }),
];

const manifestHelp = `The **docker manifest** command has subcommands for managing image manifests and
manifest lists. A manifest list allows you to use one name to refer to the same image
built for multiple architectures.

To see help for a subcommand, use:

    docker manifest CMD --help

For full details on using docker manifest lists, see the registry v2 specification.

EXPERIMENTAL:
  docker manifest is an experimental feature.
  Experimental features provide early access to product functionality. These
  features may change between releases without warning, or can be removed from a
  future release. Learn more about experimental features in our documentation:
  https://docs.docker.com/go/experimental/`;

export const absentGroups: readonly Command[] = [
  group('builder', 'Manage builds', [build, absent('prune', 'Remove build cache', { version: '1.39' })], {
    version: '1.31',
  }),
  group(
    'checkpoint',
    'Manage checkpoints',
    [
      absent('create', 'Create a checkpoint from a running container'),
      absent('ls', 'List checkpoints for a container'),
      absent('rm', 'Remove a checkpoint'),
    ],
    { experimental: true },
  ),
  group(
    'manifest',
    'Manage Docker image manifests and manifest lists',
    [
      absent('annotate', 'Add additional information to a local image manifest'),
      absent('create', 'Create a local manifest list for annotating and pushing to a registry'),
      absent('inspect', 'Display an image manifest, or manifest list'),
      absent('push', 'Push a manifest list to a repository'),
      absent('rm', 'Delete one or more manifest lists from local storage'),
    ],
    { usage: 'COMMAND', long: manifestHelp },
  ),
  group(
    'plugin',
    'Manage plugins',
    [
      absent(
        'create',
        'Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.',
      ),
      absent('disable', 'Disable a plugin'),
      absent('enable', 'Enable a plugin'),
      absent('inspect', 'Display detailed information on one or more plugins'),
      absent('install', 'Install a plugin'),
      absent('ls', 'List plugins'),
      absent('push', 'Push a plugin to a registry'),
      absent('rm', 'Remove one or more plugins'),
      absent('set', 'Change settings for a plugin'),
      absent('upgrade', 'Upgrade an existing plugin', { version: '1.26' }),
    ],
    { version: '1.25' },
  ),
  group('trust', 'Manage trust on Docker images', [
    group('key', 'Manage keys for signing Docker images', [
      absent('generate', 'Generate and load a signing key-pair'),
      absent('load', 'Load a private key file for signing'),
    ]),
    group('signer', 'Manage entities who can sign Docker images', [
      absent('add', 'Add a signer'),
      absent('remove', 'Remove a signer'),
    ]),
    absent('inspect', 'Return low-level information about keys and signatures'),
    absent('revoke', 'Remove trust for an image'),
    absent('sign', 'Sign an image'),
  ]),
];
