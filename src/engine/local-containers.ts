// The containers of one machine: those of its tasks, and whom of them a client means.

import type { Container } from '../agent/container.ts';
import type { Task } from '../model/objects.ts';
import type * as api from './api.ts';
import { RequestFailure } from './failure.ts';
import { type Engine, memoryOf } from './node.ts';
import { fromMap, toMap } from './wire/common.ts';
import { taskName } from './wire/task.ts';

/** A container with the task it is of. */
export interface LocalContainer {
  readonly task: Task;
  readonly container: Container;
}

/** The newest first. */
export function containersHere(engine: Engine): readonly LocalContainer[] {
  const { agent } = memoryOf(engine);
  const known = [...(agent?.containers.values() ?? [])].flatMap((container) => {
    const task = agent?.tasks.get(container.taskId)?.task;
    return task === undefined ? [] : [{ task, container }];
  });
  return known.reverse();
}

/** A container by its ID, its name or the beginning of its ID. @throws RequestFailure 404, or 400 when it is not clear which */
export function findContainer(engine: Engine, key: string): LocalContainer {
  const name = key.replace(/^\//, '');
  const here = containersHere(engine);
  const exact = here.filter(({ task, container }) => container.id === key || taskName(task) === name);
  const found = exact.length > 0 ? exact : here.filter(({ container }) => container.id.startsWith(key));
  const [known, ...others] = found;
  if (known === undefined) throw new RequestFailure(404, `No such container: ${key}`);
  if (others.length > 0) throw new RequestFailure(400, `multiple IDs found with provided prefix: ${key}`);
  return known;
}

export function stateOf({ phase }: Container): 'created' | 'running' | 'exited' {
  return phase === 'starting' ? 'created' : phase;
}

/** The labels of a task's container: its own, and those that say what it is of. */
export function labelsOf(task: Task): api.StringMap {
  const { id, nodeId, serviceId, serviceAnnotations, spec } = task;
  return toMap(
    fromMap({
      ...toMap(spec.container.labels),
      'com.docker.swarm.node.id': nodeId,
      'com.docker.swarm.service.id': serviceId,
      'com.docker.swarm.service.name': serviceAnnotations.name,
      'com.docker.swarm.task': '',
      'com.docker.swarm.task.id': id,
      'com.docker.swarm.task.name': taskName(task),
    }),
  );
}
