// docker stack rm

import type { Config, Network, Secret, Service, Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { millisecond } from '../../model/duration.ts';
import { isOlder } from '../abilities.ts';
import { abilitiesOf, type Client, fetchJson, send } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { stackFilters } from '../compose/convert/namespace.ts';
import { checkStackName, orchestratorFlag } from '../compose/stack.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { encodeFilters } from '../filters.ts';
import { bool } from '../flag.ts';
import { compareText } from '../human.ts';
import type { DockerHost } from '../process.ts';

export const stackRm: Command = {
  name: 'rm',
  aliases: ['remove', 'down'],
  usage: '[OPTIONS] STACK [STACK...]',
  short: 'Remove one or more stacks',
  spellings: 'docker stack rm, docker stack remove, docker stack down',
  arity: atLeast(1),
  flags: [
    orchestratorFlag,
    {
      name: 'detach',
      shorthand: 'd',
      kind: bool,
      usage: 'Do not wait for stack removal',
      initial: 'true',
    },
  ],
  run,
};

/** The first API version that has configs. */
export const firstWithConfigs = '1.30';

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  for (const name of args) checkStackName(name);
  const hasConfigs = !isOlder((yield* abilitiesOf(client)).version, firstWithConfigs);
  const failures: string[] = [];
  for (const name of args) {
    const filters = encodeFilters(stackFilters(name));
    const services = yield* fetchJson<readonly Service[]>(client, '/services', { filters });
    const networks = yield* fetchJson<readonly Network[]>(client, '/networks', { filters });
    const secrets = yield* fetchJson<readonly Secret[]>(client, '/secrets', { filters });
    const configs = hasConfigs ? yield* fetchJson<readonly Config[]>(client, '/configs', { filters }) : [];
    if (services.length + networks.length + secrets.length + configs.length === 0) {
      host.err(`Nothing found in stack: ${name}\n`);
      continue;
    }
    const removed = [
      yield* removeAll('service', inOrder(services.map(named)), client, host),
      yield* removeAll('secret', secrets.map(named), client, host),
      yield* removeAll('config', configs.map(named), client, host),
      yield* removeAll(
        'network',
        networks.map(({ Id, Name }) => ({ id: Id, name: Name })),
        client,
        host,
      ),
    ];
    if (removed.includes(false)) failures.push(`failed to remove some resources from stack: ${name}`);
    else if (!flags.on('detach')) failures.push(...(yield* waitForTasks(name, client, host)));
    if (host.interrupted()) return interruptedCode;
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export function named({
  ID,
  Spec,
}: {
  readonly ID: string;
  readonly Spec: { readonly Name?: string | undefined };
}): Named {
  return { id: ID, name: Spec.Name ?? '' };
}

function inOrder(objects: readonly Named[]): readonly Named[] {
  return [...objects].sort((a, b) => compareText(a.name, b.name));
}

/** Goes on after a failure. @returns whether there was none */
export function* removeAll(
  kind: 'service' | 'secret' | 'config' | 'network',
  objects: readonly Named[],
  client: Client,
  host: DockerHost,
): Fiber<boolean> {
  let all = true;
  for (const { id, name } of objects) {
    host.out(`Removing ${kind} ${name}\n`);
    try {
      yield* send(client, { method: 'DELETE', path: `/${kind}s/${id}` });
    } catch (error) {
      all = false;
      host.err(`Failed to remove ${kind} ${id}: ${failureText(error)}`);
    }
  }
  return all;
}

/** The states in which a task has come to its end. */
const ended: ReadonlySet<string> = new Set([
  'complete',
  'shutdown',
  'failed',
  'rejected',
  'remove',
  'orphaned',
]);

/** What a command ends with that Ctrl-C ends: 128 and the number of the signal. */
const interruptedCode = 130;
/** docker asks again at once; that takes as long as an answer does. */
const pause = millisecond;

/**
 * Asks again and again, until all tasks have come to their end or are gone. docker 28.2.2 means to do the same, and counts the answers with a
 * task that has ended until there are as many as tasks: it goes too early when some still run, and never when tasks go one by one.
 * @returns what went wrong
 */
function* waitForTasks(name: string, client: Client, host: DockerHost): Fiber<readonly string[]> {
  const filters = encodeFilters(stackFilters(name));
  try {
    for (;;) {
      const tasks = yield* fetchJson<readonly Task[]>(client, '/tasks', { filters });
      if (tasks.every(({ Status }) => ended.has(Status.State ?? ''))) return [];
      yield* host.sleep(pause);
      if (host.interrupted()) return [];
    }
  } catch (error) {
    return [`failed to wait on tasks of stack: ${name}: failed to get tasks: ${failureText(error)}`];
  }
}
