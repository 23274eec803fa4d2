// What is done to a container by hand: killed, stopped, removed, waited for. Its task finds that it has ended, and the swarm sees to the
// rest; so what would bring a container back, or make one, is refused.

import type { Container } from '../../agent/container.ts';
import { second } from '../../model/duration.ts';
import { ParseFailure } from '../../model/failure.ts';
import { isSignal, killSignal, parseSignal } from '../../model/signal.ts';
import { RequestFailure } from '../failure.ts';
import type { Fiber } from '../fiber.ts';
import type { Stream } from '../http.ts';
import { encodeJson } from '../json.ts';
import { findContainer, type LocalContainer } from '../local-containers.ts';
import { command, type Engine, memoryOf, waitFor } from '../node.ts';
import { isOn, type Query } from '../query.ts';
import { type Call, empty, type Reply, type Route } from '../route.ts';
import { compareVersions } from '../version.ts';
import { taskName } from '../wire/task.ts';

const ofTasksAlone = 'containers are made by the tasks of services alone: use docker service create';
const endsItsTask =
  'a container that has ended has ended its task, and is not started again: the swarm starts another by the restart policy of the service, or use docker service update --force';
const noProcesses = 'programs in containers are scripts: nothing can be run, frozen or looked at in there';

export const containerActRoutes: readonly Route[] = [
  { method: 'POST', path: '/containers/{}/kill', handle: kill },
  { method: 'POST', path: '/containers/{}/stop', handle: stop },
  { method: 'POST', path: '/containers/{}/wait', handle: wait },
  { method: 'DELETE', path: '/containers/{}', handle: remove },
  { method: 'POST', path: '/containers/create', handle: () => refuse(ofTasksAlone) },
  ...['start', 'restart'].map((act) => refused('POST', act, endsItsTask)),
  ...['exec', 'attach', 'pause', 'unpause'].map((act) => refused('POST', act, noProcesses)),
  ...['top', 'stats'].map((act) => refused('GET', act, noProcesses)),
];

function refused(method: 'GET' | 'POST', act: string, why: string): Route {
  return {
    method,
    path: `/containers/{}/${act}`,
    handle: (engine, { params: [key = ''] }) => {
      findContainer(engine, key);
      return refuse(why);
    },
  };
}

function refuse(why: string): never {
  throw new RequestFailure(501, why);
}

/** A signal, SIGKILL unless another is given; only that one is waited for. */
function* kill(engine: Engine, { params: [key = ''], query }: Call): Fiber<Reply> {
  const failed = `cannot kill container: ${key}`;
  const written = query.get('signal') ?? '';
  const signal = written === '' ? killSignal : readSignal(written, failed);
  if (!isSignal(signal)) {
    throw new RequestFailure(400, `${failed}: the linux daemon does not support signal ${signal}`);
  }
  const { container } = yield* foundFor(engine, key, failed);
  if (container.phase !== 'running') {
    throw new RequestFailure(409, `${failed}: container ${container.id} is not running`);
  }
  if (signal === killSignal) yield* killNow(engine, container);
  else command(engine, { kind: 'node.signal', taskId: container.taskId, signal });
  return empty(204);
}

function* killNow(engine: Engine, container: Container): Fiber<void> {
  command(engine, { kind: 'node.kill', taskId: container.taskId });
  yield* untilEnded(engine, container);
}

/** The stop signal, and after `t` seconds the kill. That it stops is the node's doing, whether or not the client waits for it. */
function* stop(engine: Engine, { params: [key = ''], query, version }: Call): Fiber<Reply> {
  const grace = graceOf(query);
  const { container } = yield* foundFor(engine, key);
  // It is as it should be.
  if (container.phase !== 'running') return empty(304);
  const written = compareVersions(version, '1.42') < 0 ? '' : (query.get('signal') ?? '');
  const signal = written === '' ? undefined : readSignal(written, `cannot stop container: ${key}`);
  command(engine, {
    kind: 'node.stop',
    taskId: container.taskId,
    ...(signal !== undefined && { signal }),
    ...(grace !== undefined && { grace }),
  });
  yield* untilEnded(engine, container);
  return empty(204);
}

/** Seconds: nobody sees the end of it, and clocks can count so far. */
const longestGrace = 1_000_000_000;

/** Microseconds, negative for no end; undefined when nothing is said. */
function graceOf(query: Query): number | undefined {
  const text = query.get('t') ?? '';
  if (text === '') return undefined;
  const seconds = Number(text);
  const isNumber = /^[+-]?[0-9]+$/.test(text);
  if (isNumber && Number.isSafeInteger(seconds))
    return Math.max(Math.min(seconds, longestGrace), -1) * second;
  const reason = isNumber ? 'value out of range' : 'invalid syntax';
  throw new RequestFailure(500, `strconv.Atoi: parsing ${JSON.stringify(text)}: ${reason}`);
}

function readSignal(text: string, failed: string): number {
  try {
    return parseSignal(text);
  } catch (error) {
    if (error instanceof ParseFailure) throw new RequestFailure(400, `${failed}: ${error.message}`);
    throw error;
  }
}

const conditions = ['not-running', 'next-exit', 'removed'];

/** Tells the exit code once the container has ended; the answer begins at once. */
function wait(engine: Engine, { params: [key = ''], query }: Call): Reply {
  const condition = query.get('condition') || 'not-running';
  if (!conditions.includes(condition)) {
    throw new RequestFailure(400, `invalid condition: ${JSON.stringify(condition)}`);
  }
  const { container } = findContainer(engine, key);
  // What has ended will not end once more.
  const untilGone = condition === 'removed' || (condition === 'next-exit' && container.phase === 'exited');
  const isOver = (): boolean => {
    if (untilGone) return isGone(engine, container);
    return condition === 'next-exit' ? container.phase === 'exited' : !isUp(container);
  };
  let closed = false;
  const body: Stream = {
    *next(): Fiber<Uint8Array | undefined> {
      if (!closed) yield* waitFor(engine, () => closed || isOver());
      if (closed) return undefined;
      closed = true;
      return new TextEncoder().encode(`${encodeJson({ StatusCode: container.exitCode })}\n`);
    },
    close: () => {
      closed = true;
    },
  };
  return { status: 200, type: 'application/json', body };
}

/** A container that runs is removed by force alone, which kills it. What its task was, the swarm keeps. */
function* remove(engine: Engine, { params: [key = ''], query }: Call): Fiber<Reply> {
  const { container, task } = yield* foundFor(engine, key);
  if (isOn(query, 'link')) {
    throw new RequestFailure(500, 'Conflict, cannot remove the default link name of the container');
  }
  if (container.phase === 'running' && isOn(query, 'force')) yield* killNow(engine, container);
  if (container.phase !== 'running') {
    command(engine, { kind: 'node.remove-container', taskId: container.taskId });
    // It may have been started meanwhile.
    yield* waitFor(engine, () => isGone(engine, container) || isUp(container));
    if (isGone(engine, container)) return empty(204);
  }
  const name = JSON.stringify(`/${taskName(task)}`);
  throw new RequestFailure(
    409,
    `cannot remove container ${name}: container is running: stop the container before removing or force remove`,
  );
}

/** One that is just being started is waited for: until then the engine does nothing else to it. */
function* foundFor(engine: Engine, key: string, failed = ''): Fiber<LocalContainer> {
  const found = find(engine, key, failed);
  yield* waitFor(engine, () => found.container.phase !== 'starting');
  return found;
}

function find(engine: Engine, key: string, failed: string): LocalContainer {
  try {
    return findContainer(engine, key);
  } catch (error) {
    if (failed === '' || !(error instanceof RequestFailure)) throw error;
    throw new RequestFailure(error.status, `${failed}: ${error.message}`);
  }
}

function isUp({ phase }: Container): boolean {
  return phase === 'starting' || phase === 'running';
}

function* untilEnded(engine: Engine, container: Container): Fiber<void> {
  yield* waitFor(engine, () => container.phase !== 'running');
}

function isGone(engine: Engine, container: Container): boolean {
  return memoryOf(engine).agent?.containers.get(container.taskId) !== container;
}
