// docker service inspect

import type { Network, Service } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { type Client, fetchJson, fetchText, parseAnswer } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { CommandFailure, DaemonError } from '../failure.ts';
import { bool } from '../flag.ts';
import { inspectAll } from '../inspect.ts';
import { servicePath } from '../service/find.ts';
import { prettyService } from '../service/pretty.ts';
import { service as serviceType } from '../types/service.ts';

export const serviceInspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] SERVICE [SERVICE...]',
  short: 'Display detailed information on one or more services',
  arity: atLeast(1),
  flags: [
    inspectFormatFlag,
    { name: 'pretty', kind: bool, usage: 'Print the information in a human friendly format' },
  ],
  run,
};

const notFound = 404;

function* run(invocation: Invocation): Fiber<number> {
  const { args, flags, client, host } = invocation;
  const given = flags.text('format');
  if (flags.on('pretty') && given !== '') {
    throw new CommandFailure('--format is incompatible with human friendly format');
  }
  const format = flags.on('pretty')
    ? 'pretty'
    : given || (host.config.formats.get('serviceInspectFormat') ?? '');
  if (format === 'pretty') return yield* inspectPretty(invocation);
  return yield* inspectAll(args, format, host, function* (ref) {
    return { value: serviceType.decode(parseAnswer(yield* fetchService(client, ref))), raw: undefined };
  });
}

/** All services or none: the first that is not there ends it. */
function* inspectPretty({ args, client, host }: Invocation): Fiber<number> {
  let text = '';
  for (const ref of args) {
    const service = parseAnswer<Service>(yield* fetchService(client, ref));
    const names: string[] = [];
    for (const { Target = '' } of service.Spec.TaskTemplate.Networks ?? []) {
      names.push(yield* networkName(client, Target));
    }
    text += prettyService(service, names, host.now());
  }
  host.out(text);
  return 0;
}

/** @returns JSON @throws CommandFailure when there is no such service */
function* fetchService(client: Client, ref: string): Fiber<string> {
  try {
    return yield* fetchText(client, servicePath(ref), { insertDefaults: 'true' });
  } catch (error) {
    if (error instanceof DaemonError && error.status === notFound) {
      throw new CommandFailure(`Error: no such service: ${ref}`);
    }
    throw error;
  }
}

function* networkName(client: Client, target: string): Fiber<string> {
  try {
    return (yield* fetchJson<Network>(client, `/networks/${target}`, { scope: 'swarm' })).Name;
  } catch (error) {
    if (error instanceof DaemonError) return target;
    throw error;
  }
}
