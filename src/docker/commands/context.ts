// docker context

import { quote } from '../../model/quote.ts';
import { absent } from '../absent.ts';
import { configFolder, contextNotFound, currentContext, defaultAddress, defaultContext } from '../address.ts';
import { type Arity, type Command, exactly, type Invocation } from '../command.ts';
import { inspectFormatFlag, listFormatFlag } from '../common-flags.ts';
import { forEach } from '../each.ts';
import { CommandFailure } from '../failure.ts';
import { bool, string, stringToString } from '../flag.ts';
import type { Flags } from '../flags.ts';
import { compareNatural, ellipsis } from '../human.ts';
import { immediate } from '../immediate.ts';
import { badTemplate, inspectAll } from '../inspect.ts';
import { type Listing, listFormat, printRows } from '../listing.ts';
import { pairsOf } from '../maps.ts';
import type { ContextRecord, DockerHost } from '../process.ts';
import { sha256 } from '../sha256.ts';
import { contextListing } from '../types/context.ts';

const defaultDescription = 'Current DOCKER_HOST based configuration';
const namePattern = '^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$';

function terse(arity: Arity): Arity {
  return { ...arity, terse: true };
}

const endpointFlags = [
  { name: 'description', kind: string, usage: 'Description of the context' },
  { name: 'docker', kind: stringToString, usage: 'set the docker endpoint', initial: '[]' },
];

/** What the flag `docker` means, for help. */
function longHelp(verb: string, short: string): string {
  return `${short}

Docker endpoint config:

NAME                DESCRIPTION
from                Copy named context's Docker endpoint configuration
host                Docker endpoint on which to connect
ca                  Trust certs signed only by this CA
cert                Path to TLS certificate file
key                 Path to TLS key file
skip-tls-verify     Skip TLS certificate validation

Example:

$ docker context ${verb} my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"
`;
}

const create: Command = {
  name: 'create',
  usage: '[OPTIONS] CONTEXT',
  short: 'Create a context',
  long: longHelp('create', 'Create a context'),
  arity: exactly(1),
  flags: [...endpointFlags, { name: 'from', kind: string, usage: 'create context from a named context' }],
  run: immediate(({ args: [name = ''], flags, host, context }) => {
    const { contexts } = host.config;
    checkName(name);
    if (contexts.has(name)) throw new CommandFailure(`context ${quote(name)} already exists`);
    const from = flags.text('from');
    if (from !== '' && flags.changed('docker')) {
      throw new CommandFailure('cannot use --docker flag when --from is set');
    }
    const copied = flags.changed('docker')
      ? undefined
      : recordOf(from || currentContext(context, host), host);
    const description = flags.changed('description')
      ? flags.text('description')
      : (copied?.description ?? '');
    const address = copied?.host ?? endpointHost(flags, host, 'create');
    contexts.set(name, { description, host: address });
    host.out(`${name}\n`);
    host.err(`Successfully created context ${quote(name)}\n`);
    return 0;
  }),
};

/** @throws CommandFailure */
function checkName(name: string): void {
  if (name === '') throw new CommandFailure('context name cannot be empty');
  if (name === defaultContext) throw new CommandFailure(`${quote(name)} is a reserved context name`);
  if (new RegExp(namePattern).test(name)) return;
  throw new CommandFailure(
    `context name ${quote(name)} is invalid, names are validated against regexp ${quote(namePattern)}`,
  );
}

/** @throws CommandFailure for one that is not there */
function recordOf(name: string, host: DockerHost): ContextRecord {
  if (name === defaultContext) {
    return { description: defaultDescription, host: host.env.get('DOCKER_HOST') || defaultAddress };
  }
  const record = host.config.contexts.get(name);
  if (record === undefined) throw new CommandFailure(contextNotFound(name, host));
  return record;
}

const endpointKeys: readonly string[] = ['from', 'host', 'ca', 'cert', 'key', 'skip-tls-verify'];

/** @throws CommandFailure */
function endpointHost(flags: Flags, host: DockerHost, verb: string): string {
  const pairs = pairsOf(flags.list('docker').flatMap((given) => given.split(',')));
  const unknown = [...pairs.keys()].find((key) => !endpointKeys.includes(key));
  if (unknown !== undefined) {
    throw new CommandFailure(`unable to ${verb} docker endpoint config: unrecognized config key: ${unknown}`);
  }
  const from = pairs.get('from');
  if (from === undefined) return pairs.get('host') ?? '';
  if (from !== defaultContext && !host.config.contexts.has(from)) {
    throw new CommandFailure(`unable to ${verb} docker endpoint config: ${contextNotFound(from, host)}`);
  }
  return recordOf(from, host).host;
}

const update: Command = {
  name: 'update',
  usage: '[OPTIONS] CONTEXT',
  short: 'Update a context',
  long: longHelp('update', 'Update a context'),
  arity: exactly(1),
  flags: endpointFlags,
  run: immediate(({ args: [name = ''], flags, host }) => {
    checkName(name);
    const before = recordOf(name, host);
    host.config.contexts.set(name, {
      description: flags.changed('description') ? flags.text('description') : before.description,
      host: flags.changed('docker') ? endpointHost(flags, host, 'create') : before.host,
    });
    host.out(`${name}\n`);
    host.err(`Successfully updated context ${quote(name)}\n`);
    return 0;
  }),
};

interface Row {
  readonly name: string;
  readonly record: ContextRecord;
  readonly current: boolean;
  readonly error: string;
}

const listing: Listing<Row> = {
  type: '*formatter.clientContextContext',
  fields: [
    ['Current', '', ({ current }) => current],
    ['Name', 'NAME', ({ name }) => name],
    ['Description', 'DESCRIPTION', ({ record }) => ellipsis(record.description, 60)],
    ['DockerEndpoint', 'DOCKER ENDPOINT', ({ record }) => record.host],
    ['Error', 'ERROR', ({ error }) => ellipsis(error, 45)],
  ],
  table: '{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}',
  quiet: '{{.Name}}',
};

const ls: Command = {
  name: 'ls',
  aliases: ['list'],
  usage: '[OPTIONS]',
  short: 'List contexts',
  spellings: 'docker context ls, docker context list',
  arity: exactly(0),
  flags: [listFormatFlag, { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Only show context names' }],
  run: immediate(({ flags, host, context }) => {
    const current = currentContext(context, host);
    const names = new Set([defaultContext, ...host.config.contexts.keys(), current]);
    const rows = [...names].sort(compareNatural).map((name): Row => {
      const isKnown = name === defaultContext || host.config.contexts.has(name);
      return {
        name,
        record: isKnown ? recordOf(name, host) : { description: '', host: '' },
        current: name === current,
        error: isKnown ? '' : contextNotFound(name, host),
      };
    });
    const format = listFormat(flags, host, 'contextsFormat');
    host.out(printRows(listing, format.quiet ? { ...format, text: 'table' } : format, rows));
    if ((host.env.get('DOCKER_HOST') ?? '') !== '') {
      host.err(
        'Warning: DOCKER_HOST environment variable overrides the active context. To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable.\n',
      );
    }
    return 0;
  }),
};

const show: Command = {
  name: 'show',
  short: 'Print the name of the current context',
  arity: exactly(0),
  run: immediate(({ host, context }) => {
    host.out(`${currentContext(context, host)}\n`);
    return 0;
  }),
};

const use: Command = {
  name: 'use',
  usage: 'CONTEXT',
  short: 'Set the current docker context',
  arity: terse(exactly(1)),
  run: immediate(({ args: [name = ''], host }) => {
    if (name !== defaultContext) checkName(name);
    recordOf(name, host);
    host.config.currentContext = name === defaultContext ? '' : name;
    host.out(`${name}\n`);
    host.err(`Current context is now ${quote(name)}\n`);
    if (name !== defaultContext && (host.env.get('DOCKER_HOST') ?? '') !== '') {
      host.err(
        `Warning: DOCKER_HOST environment variable overrides the active context. To use ${quote(name)}, either set the global --context flag, or unset DOCKER_HOST environment variable.\n`,
      );
    }
    return 0;
  }),
};

const remove: Command = {
  name: 'rm',
  aliases: ['remove'],
  usage: 'CONTEXT [CONTEXT...]',
  short: 'Remove one or more contexts',
  spellings: 'docker context rm, docker context remove',
  arity: { least: 1, most: Number.POSITIVE_INFINITY },
  flags: [{ name: 'force', shorthand: 'f', kind: bool, usage: 'Force the removal of a context in use' }],
  run: ({ args, flags, host, context }) =>
    forEach(args, host, function* (name) {
      yield* [];
      const { config } = host;
      if (name === defaultContext) throw new CommandFailure(`context ${quote(name)} cannot be removed`);
      const isCurrent = name === currentContext(context, host);
      if (isCurrent && !flags.on('force')) {
        throw new CommandFailure(`context ${quote(name)} is in use, set -f flag to force remove`);
      }
      if (!config.contexts.delete(name) && !flags.on('force')) {
        throw new CommandFailure(`context ${quote(name)} does not exist`);
      }
      if (config.currentContext === name) config.currentContext = '';
    }),
};

const inspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] [CONTEXT] [CONTEXT...]',
  short: 'Display detailed information on one or more contexts',
  flags: [inspectFormatFlag],
  run: runInspect,
};

function runInspect({ args, flags, host, context }: Invocation): ReturnType<typeof inspectAll> {
  const names = args.length === 0 ? [currentContext(context, host)] : args;
  return inspectAll(
    names,
    flags.text('format'),
    host,
    function* (name) {
      yield* [];
      const record = recordOf(name, host);
      const isDefault = name === defaultContext;
      const place = (kind: string): string =>
        isDefault ? '<IN MEMORY>' : `${configFolder(host.env)}/contexts/${kind}/${sha256(name)}`;
      const value = contextListing.decode({
        Name: name,
        Metadata: isDefault || record.description === '' ? {} : { Description: record.description },
        Endpoints: { docker: { Host: record.host, SkipTLSVerify: false } },
        TLSMaterial: {},
        Storage: { MetadataPath: place('meta'), TLSPath: place('tls') },
      });
      return { value, raw: undefined };
    },
    badTemplate,
  );
}

export const context: Command = {
  name: 'context',
  short: 'Manage contexts',
  section: 'management',
  commands: [
    create,
    absent('export', 'Export a context to a tar archive FILE or a tar stream on STDOUT.'),
    absent('import', 'Import a context from a tar or zip file'),
    inspect,
    ls,
    remove,
    show,
    update,
    use,
  ],
};
