// docker stack ps

import type { Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { filterFlag, listFormatFlag } from '../common-flags.ts';
import { stackFilters } from '../compose/convert/namespace.ts';
import { checkStackName, orchestratorFlag } from '../compose/stack.ts';
import { CommandFailure } from '../failure.ts';
import { encodeFilters, readFilters } from '../filters.ts';
import { printTasks, taskFlags } from '../tasks.ts';

export const stackPs: Command = {
  name: 'ps',
  usage: '[OPTIONS] STACK',
  short: 'List the tasks in the stack',
  arity: exactly(1),
  flags: [orchestratorFlag, filterFlag, listFormatFlag, ...taskFlags],
  run,
};

function* run(invocation: Invocation): Fiber<number> {
  const { args, flags, client } = invocation;
  const [name = ''] = args;
  checkStackName(name);
  const filters = encodeFilters(stackFilters(name, readFilters(flags.list('filter'))));
  const tasks = yield* fetchJson<readonly Task[]>(client, '/tasks', { filters });
  if (tasks.length === 0) throw new CommandFailure(`nothing found in stack: ${name}`);
  yield* printTasks(tasks, invocation);
  return 0;
}
