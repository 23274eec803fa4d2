// docker node ps

import type { Node, Task } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { fetchJson, fetchList } from '../client.ts';
import type { Command, Invocation } from '../command.ts';
import { filterFlag } from '../common-flags.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { addFilter, encodeFilters, readFilters } from '../filters.ts';
import { nodeReference } from '../nodes.ts';
import { objectPath } from '../object-path.ts';
import { printTasks, taskFlags, taskFormatFlag } from '../tasks.ts';

export const nodePs: Command = {
  name: 'ps',
  usage: '[OPTIONS] [NODE...]',
  short: 'List tasks running on one or more nodes, defaults to current node',
  flags: [filterFlag, taskFormatFlag, ...taskFlags],
  run,
};

function* run(invocation: Invocation): Fiber<number> {
  const { args, flags, client } = invocation;
  const failures: string[] = [];
  const tasks: Task[] = [];
  // One filter for all nodes: each request names all nodes so far, and their tasks come again (D-E9).
  const filters = readFilters(flags.list('filter'));
  for (const reference of args.length === 0 ? ['self'] : args) {
    try {
      const node = yield* fetchJson<Node>(
        client,
        objectPath('node', yield* nodeReference(client, reference)),
      );
      addFilter(filters, 'node', node.ID);
      tasks.push(...(yield* fetchList<Task>(client, '/tasks', { filters: encodeFilters(filters) })));
    } catch (error) {
      failures.push(failureText(error));
    }
  }
  if (failures.length === 0 || tasks.length > 0) {
    yield* printTasks(tasks, invocation);
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}
