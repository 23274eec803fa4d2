// Waits until a service has become what was asked for, and tells how far it is: what `docker service create`, `update`, `rollback` and `scale`,
// and `docker stack deploy --detach=false`, do at their end.

import type { Service, Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { millisecond } from '../../model/duration.ts';
import { isOlder } from '../abilities.ts';
import { abilitiesOf, type Client, fetchJson } from '../client.ts';
import type { Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters } from '../filters.ts';
import { activeNodes } from '../nodes.ts';
import type { DockerHost } from '../process.ts';
import { newWatch, type Round, seeService, seeTasks } from './convergence.ts';
import { findService } from './find.ts';

const pause = 200 * millisecond;
/** Engines that are older do not tell how an update goes. */
const firstWithProgress = '1.29';

/**
 * Ends a command that has changed a service: prints what the engine warns of and what the service is called, and waits unless `--detach`.
 * @param ref what the command calls the service
 */
export function* concludeChange(
  { flags, client, host }: Invocation,
  ref: string,
  warnings: readonly string[],
): Fiber<number> {
  for (const warning of warnings) host.err(`${warning}\n`);
  host.out(`${ref}\n`);
  if (!flags.on('detach')) yield* waitOnService(client, ref, flags.on('quiet'), host);
  return 0;
}

/**
 * Looks every 200 ms. Ctrl-C ends the waiting, not the service.
 * @param ref what the user calls the service
 * @param quiet tell nothing
 * @throws CommandFailure when an update or rollback is paused; DaemonError when the service is gone
 */
export function* waitOnService(client: Client, ref: string, quiet: boolean, host: DockerHost): Fiber<void> {
  if (isOlder((yield* abilitiesOf(client)).version, firstWithProgress)) return;
  const tell = (lines: readonly string[]): void => {
    if (!quiet) for (const line of lines) host.out(`${line}\n`);
  };
  const isOver = ({ lines, end }: Round): boolean => {
    tell(lines);
    if (end !== undefined && end !== 'done') throw new CommandFailure(end.failure);
    return end === 'done';
  };
  let watch = newWatch;
  for (;;) {
    const service = yield* findService(client, ref);
    const first = seeService(watch, service, ref, host.now());
    if (isOver(first)) return;
    const sight = yield* seen(client, service);
    const second = seeTasks(first.watch, service, sight, host.now());
    if (isOver(second)) return;
    watch = second.watch;
    yield* host.sleep(pause);
    if (host.interrupted()) {
      if (!watch.converged) {
        tell(['Operation continuing in background.', `Use \`docker service ps ${ref}\` to check progress.`]);
      }
      return;
    }
  }
}

function* seen(
  client: Client,
  { ID }: Service,
): Fiber<{ readonly tasks: readonly Task[]; readonly activeNodes: ReadonlySet<string> }> {
  const filters = encodeFilters(
    new Map([
      ['service', new Set([ID])],
      ['_up-to-date', new Set(['true'])],
    ]),
  );
  const tasks = yield* fetchJson<readonly Task[]>(client, '/tasks', { filters });
  return { tasks, activeNodes: yield* activeNodes(client) };
}
