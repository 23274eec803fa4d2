// The node an engine belongs to: a look at its memory, and what is typed at it. An answer takes virtual time and may never come.

import { notManagerError } from '../cluster/init.ts';
import type { Swarm } from '../cluster/swarm.ts';
import type { NodeAnswer, NodeConfig, NodeMemory, WithoutId } from '../cluster/types.ts';
import type { ControlCall, ControlResult } from '../model/calls.ts';
import type { Kind, Records } from '../model/objects.ts';
import { assert } from '../sim/assert.ts';
import type { EventLog } from './event-log.ts';
import { callRefused, engineRefused } from './failure.ts';
import type { Fiber } from './fiber.ts';
import { ConnectionLost } from './http.ts';

/** One engine. */
export interface Engine {
  readonly swarm: Swarm;
  readonly host: string;
  /** Microseconds since 1970 at virtual time 0. */
  readonly epoch: () => number;
  readonly events: EventLog;
}

/** The moment that a machine's clock showed, microseconds since 1970. */
export function instantOf(engine: Engine, time: number): number {
  return engine.epoch() + time;
}

/** @throws ConnectionLost when the machine is down */
export function memoryOf({ swarm, host }: Engine): NodeMemory {
  const memory = swarm.world.isUp(host) ? swarm.memoryOf(host) : undefined;
  if (memory === undefined) throw new ConnectionLost();
  return memory;
}

export function configOf({ swarm, host }: Engine): NodeConfig {
  const config = swarm.world.configOf(host);
  assert(config.role === 'node', 'a registry has no engine');
  return config;
}

/** Waits until something holds on this node. @throws ConnectionLost when the machine goes down first, even if it is up again */
export function* waitFor(
  engine: Engine,
  until: () => boolean,
  deadline = Number.POSITIVE_INFINITY,
): Fiber<void> {
  const memory = memoryOf(engine);
  const lives = (): boolean => engine.swarm.memoryOf(engine.host) === memory;
  if (!until()) yield { until: () => !lives() || until(), deadline };
  if (!lives()) throw new ConnectionLost();
}

/** Types a command that is not answered. */
export function command({ swarm, host }: Engine, body: Parameters<Swarm['order']>[1]): void {
  swarm.world.inject({ kind: 'command', host, body });
}

/** Types a command and waits for its answer. */
export function* order(engine: Engine, command: Parameters<Swarm['type']>[1]): Fiber<NodeAnswer> {
  const { swarm, host } = engine;
  memoryOf(engine);
  const number = swarm.type(host, command);
  let answer: NodeAnswer | undefined;
  try {
    yield* waitFor(engine, () => swarm.isAnswered(number));
    answer = swarm.answerTo(number);
  } finally {
    // The client may have gone, or the machine.
    if (answer === undefined) swarm.forgetAnswer(number);
  }
  assert(answer !== undefined, 'an answer is handed out once');
  return answer;
}

/** @throws RequestFailure 503 where no call of the control API can be made */
export function requireManager(engine: Engine): void {
  const memory = memoryOf(engine);
  if (memory.manager === undefined) throw engineRefused(notManagerError(memory));
}

/** Makes a call of the control API through this node's manager. @throws RequestFailure with the manager's refusal */
export function* control(engine: Engine, call: WithoutId<ControlCall>): Fiber<ControlResult> {
  requireManager(engine);
  const answer = yield* order(engine, { kind: 'node.call', call });
  if ('error' in answer) {
    const { error } = answer;
    // The time limit is that of the call, what else there is the node's own.
    throw error.code === 'DeadlineExceeded' ? callRefused(error) : engineRefused(error);
  }
  assert('reply' in answer, 'a call is answered with a reply');
  const { reply } = answer;
  if (reply.method === 'control.failed') throw callRefused(reply.error);
  return reply.result;
}

/** The ID of what a change has made, changed or removed. */
export function* change(engine: Engine, call: WithoutId<ControlCall>): Fiber<string> {
  const result = yield* control(engine, call);
  assert(result.kind === 'done', 'a change is answered as done');
  return result.recordId;
}

export type RecordLists = { readonly [K in Kind]: readonly Records[K][] };
export type Tables = RecordLists & {
  readonly managers: Extract<ControlResult, { readonly kind: 'records' }>['managers'];
};

/** Tables of the cluster state, all of one moment, in ascending ID order. Tables that were not asked for are empty. */
export function* look(engine: Engine, kind: Kind, ...also: readonly Kind[]): Fiber<Tables> {
  const result = yield* control(engine, { method: 'list', kind, also });
  assert(result.kind === 'records', 'a list is answered with records');
  const { tables, managers } = result;
  return {
    cluster: tables.cluster ?? [],
    config: tables.config ?? [],
    network: tables.network ?? [],
    node: tables.node ?? [],
    secret: tables.secret ?? [],
    service: tables.service ?? [],
    task: tables.task ?? [],
    volume: tables.volume ?? [],
    managers,
  };
}
