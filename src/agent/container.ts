// The containers of a node, as the daemon runs them: made, started, checked, stopped, gone. The program in a container is a script
// (model/image-behaviour.ts). What an end means for a task is decided in task.ts.

import { defaultStopGracePeriod } from '../model/defaults.ts';
import { second } from '../model/duration.ts';
import { resourceVariables } from '../model/generic-resources.ts';
import {
  defaultStartTime,
  defaultStopTime,
  drawTime,
  type ImageBehaviour,
  nextOutput,
} from '../model/image-behaviour.ts';
import type { LogLine } from '../model/messages.ts';
import type { Task } from '../model/objects.ts';
import { asksToEnd, killSignal, stopSignalOf } from '../model/signal.ts';
import type { HealthCheck, Mount } from '../model/spec.ts';
import { expandContainerSpec } from '../model/template.ts';
import { assert, unreachable } from '../sim/assert.ts';
import type { AgentContext, ContainerMoment } from './context.ts';
import { effectiveHealthCheck, type Health, judgeProbe, probeResult, probeWait } from './health.ts';

/** A killed program's exit code: 128 and the number of SIGKILL. */
const killedCode = 137;
/** The daemon's own code for a program it could not start. */
const notStartedCode = 128;
/** What the daemon finds when a container that ran is gone with the machine. */
const lostCode = 255;
/** Before it stops a container that is attached to a network, the daemon waits for traffic to turn away (R-O7). */
const drainTime = 2 * second;
/** A container keeps the last so many lines that it has written. */
const logLimit = 1_000;

/** A secret or config as the program finds it. */
export interface ContainerFile {
  readonly path: string;
  readonly content: string;
}

/** Plain data. */
export interface Container {
  readonly taskId: string;
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly behaviour: ImageBehaviour;
  readonly healthCheck: HealthCheck | undefined;
  readonly hostname: string;
  readonly env: readonly string[];
  readonly mounts: readonly Mount[];
  /** The secrets and configs it was started with. */
  files: readonly ContainerFile[];
  /** Attached to any network. */
  readonly networked: boolean;
  /** The number of the signal that asks it to end. */
  readonly stopSignal: number;
  /** From the stop signal to the kill: whole seconds, as microseconds (R-O7). */
  readonly grace: number;
  phase: 'created' | 'starting' | 'running' | 'exited';
  /** 0 unless it runs. */
  pid: number;
  /** When the program began to run, this host's clock. */
  startedAt: number;
  exitCode: number;
  /** It ended because there was no memory left for it. */
  outOfMemory: boolean;
  /** Why it could not be started; empty otherwise. */
  startError: string;
  health: Health;
  /** What it has written, the oldest line first. */
  lines: readonly LogLine[];
  /** How many lines it has ever written. */
  written: number;
  /** How long it had run when it wrote last; -1 before its first line. */
  wroteAt: number;
  /** Set once its task stops it: the code its program will end with, and whether that takes a kill. */
  stopping: { exitCode: number; killed: boolean } | undefined;
  /** It has been told to stop, by its task or by hand. */
  stopped: boolean;
  /** The signals that it has been sent while it ran. */
  readonly signals: number[];
  /** One of them asked it to end. */
  signalled: boolean;
  /** The code its program ends with, being asked to by hand; undefined unless it is. */
  quitCode: number | undefined;
  /** When a stop by hand has it killed, this host's clock; undefined when none does. */
  killAt: number | undefined;
  /** The task is gone: the container goes as soon as it has stopped. */
  leaving: boolean;
  /** What is due to happen to it. */
  readonly timers: Map<ContainerMoment, number>;
}

/** A container that is made but not started. @throws ParseFailure for a placeholder that does not exist */
export function createContainer(context: AgentContext, task: Task, id = drawId(context)): Container {
  const container = expandContainerSpec(task.spec.container, task, context.description());
  const behaviour = context.behaviour(container.image);
  const grace = container.stopGracePeriod ?? defaultStopGracePeriod;
  const healthCheck = effectiveHealthCheck(container.healthCheck, behaviour.healthCheck);
  return {
    taskId: task.id,
    id,
    behaviour,
    healthCheck,
    // The engine's own choice is the beginning of the ID.
    hostname: container.hostname === '' ? id.slice(0, 12) : container.hostname,
    env: [...container.env, ...resourceVariables(task.assignedGenericResources)],
    mounts: container.mounts,
    files: [],
    networked: task.networks.length > 0,
    stopSignal: stopSignalOf(container.stopSignal),
    grace: Math.floor(grace / second) * second,
    phase: 'created',
    pid: 0,
    startedAt: 0,
    exitCode: 0,
    outOfMemory: false,
    startError: '',
    health: { status: healthCheck === undefined ? 'none' : 'starting', failures: 0 },
    lines: [],
    written: 0,
    wroteAt: -1,
    stopping: undefined,
    stopped: false,
    signals: [],
    signalled: false,
    quitCode: undefined,
    killAt: undefined,
    leaving: false,
    timers: new Map(),
  };
}

/** The container of a task as the daemon finds it after the machine died: what ran has exited, what it wrote is there. */
export function recoverContainer(
  context: AgentContext,
  task: Task,
  ran: boolean,
  lines: readonly LogLine[],
): Container {
  const drawn = drawId(context);
  return {
    ...createContainer(context, task, task.status.container?.id ?? drawn),
    phase: ran ? 'exited' : 'created',
    exitCode: ran ? lostCode : 0,
    lines,
    written: lines.length,
  };
}

function drawId(context: AgentContext): string {
  let id = '';
  while (id.length < 64)
    id += context
      .random(`container/${context.host}`, 2 ** 16)
      .toString(16)
      .padStart(4, '0');
  return id;
}

export function startContainer(
  context: AgentContext,
  container: Container,
  files: readonly ContainerFile[],
): void {
  assert(container.phase === 'created', 'a container is started once');
  container.files = files;
  container.phase = 'starting';
  const { start } = container.behaviour;
  const time =
    start?.kind === 'time'
      ? start.time
      : drawTime(defaultStartTime, (bound) => context.random(`start/${context.host}`, bound));
  setTimer(context, container, 'started', time);
}

/**
 * Stops the program: after the drain time its stop signal, after the grace the kill. A container that does not run, or is being stopped, is
 * left alone.
 */
export function stopContainer(context: AgentContext, container: Container): void {
  if (container.phase === 'created' || container.phase === 'exited' || container.stopping) return;
  container.stopping = { exitCode: killedCode, killed: true };
  if (container.networked) setTimer(context, container, 'signal', drainTime);
  else signal(context, container, container.stopping);
}

/** Ends the program at once, as `docker kill` or the machine's memory running out does. */
export function killContainer(context: AgentContext, container: Container): void {
  if (container.phase === 'starting') end(context, container, killedCode);
  else if (container.phase === 'running') kill(context, container);
}

function kill(context: AgentContext, container: Container): void {
  container.signals.push(killSignal);
  end(context, container, killedCode);
}

/**
 * A signal that somebody sends by hand, SIGKILL or another. A program ends by those that ask it to, as its script says, in its own time;
 * others do nothing to it.
 */
export function signalContainer(context: AgentContext, container: Container, number: number): void {
  if (number === killSignal) killContainer(context, container);
  if (container.phase !== 'running') return;
  container.signals.push(number);
  const stop = asksToEnd(number, container.stopSignal) ? heed(context, container) : undefined;
  if (stop === undefined) return;
  container.quitCode = stop.code;
  setTimer(context, container, 'quit', stop.after);
}

/**
 * Stops the program by hand: nobody is told before, and what it comes to is the task's own end.
 * @param number of the signal; undefined: its own
 * @param grace microseconds until the kill; undefined: its own; negative: it is never killed
 */
export function stopByHand(
  context: AgentContext,
  container: Container,
  number: number | undefined,
  grace: number | undefined,
): void {
  container.stopped = true;
  signalContainer(context, container, number ?? container.stopSignal);
  const patience = grace ?? container.grace;
  if (patience >= 0) killLater(context, container, patience);
}

/** Kills a program that still runs after `grace`, in microseconds, unless it is due to be killed sooner. */
function killLater(context: AgentContext, container: Container, grace: number): void {
  const at = context.now() + grace;
  if (container.phase !== 'running' || (container.killAt !== undefined && container.killAt <= at)) return;
  clearTimer(context, container, 'killed');
  container.killAt = at;
  setTimer(context, container, 'killed', grace);
}

/** From now on the program hangs: its health check, if it has one, fails by its timeout. */
export function hangContainer(context: AgentContext, container: Container): void {
  container.health.hungAt = context.now();
}

/** Something that was due happens. */
export function containerMoment(context: AgentContext, container: Container, what: ContainerMoment): void {
  container.timers.delete(what);
  switch (what) {
    case 'started':
      started(context, container);
      break;
    case 'ended': {
      const { run } = container.behaviour;
      assert(run !== undefined && run.kind !== 'forever', 'a program ends by itself when its script says so');
      // Its last words come before its end.
      if (outputDue(container)?.at === run.after) write(context, container);
      container.outOfMemory = run.kind === 'out-of-memory';
      end(context, container, run.kind === 'exit' ? run.code : killedCode);
      break;
    }
    case 'signal':
      assert(container.stopping !== undefined, 'a stop signal belongs to a stop');
      signal(context, container, container.stopping);
      break;
    case 'stopped':
      assert(container.stopping !== undefined, 'a program stops when it is told to');
      if (container.stopping.killed) kill(context, container);
      else end(context, container, container.stopping.exitCode);
      break;
    case 'quit':
      assert(container.quitCode !== undefined, 'a program quits when it is asked to');
      end(context, container, container.quitCode);
      break;
    case 'killed':
      kill(context, container);
      break;
    case 'output':
      write(context, container);
      waitForOutput(context, container);
      break;
    case 'probe':
      probe(context, container);
      break;
    case 'probe-timeout':
      judge(context, container, false);
      break;
    default:
      unreachable(what);
  }
}

function started(context: AgentContext, container: Container): void {
  const { start, run } = container.behaviour;
  if (start?.kind === 'error') {
    container.startError = start.text;
    end(context, container, notStartedCode);
    return;
  }
  container.phase = 'running';
  container.startedAt = context.now();
  container.pid = 1_000 + context.random(`container/${context.host}`, 31_000);
  waitForOutput(context, container);
  if (run !== undefined && run.kind !== 'forever') setTimer(context, container, 'ended', run.after);
  if (container.healthCheck !== undefined) waitForProbe(context, container, container.healthCheck);
}

function signal(
  context: AgentContext,
  container: Container,
  stopping: { exitCode: number; killed: boolean },
): void {
  // A program that does not run yet has nothing to catch the signal with.
  if (container.phase === 'starting') {
    end(context, container, killedCode);
    return;
  }
  container.stopped = true;
  container.signals.push(container.stopSignal);
  const stop = heed(context, container);
  const catches = stop !== undefined && stop.after < container.grace;
  if (catches) {
    stopping.exitCode = stop.code;
    stopping.killed = false;
  }
  setTimer(context, container, 'stopped', catches ? stop.after : container.grace);
}

/** What a program does when it is asked to end; undefined when that is nothing, as by one that has been asked before. */
function heed(
  context: AgentContext,
  container: Container,
): { readonly after: number; readonly code: number } | undefined {
  if (container.signalled) return undefined;
  container.signalled = true;
  const { stop } = container.behaviour;
  if (stop !== undefined) return stop.kind === 'exit' ? stop : undefined;
  if (container.health.status === 'unhealthy') return undefined;
  const after = drawTime(defaultStopTime, (bound) => context.random(`stop/${context.host}`, bound));
  return { after, code: 0 };
}

function end(context: AgentContext, container: Container, exitCode: number): void {
  for (const timer of container.timers.values()) context.cancel(timer);
  container.timers.clear();
  container.phase = 'exited';
  container.pid = 0;
  container.exitCode = exitCode;
}

function outputDue({ behaviour, wroteAt }: Container): ReturnType<typeof nextOutput> {
  return nextOutput(behaviour.logs ?? [], wroteAt);
}

function waitForOutput(context: AgentContext, container: Container): void {
  const next = outputDue(container);
  if (next !== undefined) setTimer(context, container, 'output', next.at - Math.max(container.wroteAt, 0));
}

/** Writes what is due, on the disk as well. */
function write(context: AgentContext, container: Container): void {
  const output = outputDue(container);
  assert(output !== undefined, 'a program writes what its script says');
  const lines = output.lines.map(({ stream, text }) => ({ at: context.now(), stream, text }));
  container.lines = [...container.lines, ...lines].slice(-logLimit);
  container.written += lines.length;
  container.wroteAt = output.at;
  context.save(logKey(container.taskId), { kind: 'log', lines: container.lines });
}

/** Where the lines of a task's container lie on the disk. */
export function logKey(taskId: string): string {
  return `log/${taskId}`;
}

function waitForProbe(context: AgentContext, container: Container, check: HealthCheck): void {
  setTimer(
    context,
    container,
    'probe',
    probeWait(check, container.health, context.now() - container.startedAt),
  );
}

function probe(context: AgentContext, container: Container): void {
  const { healthCheck, health, behaviour, startedAt } = container;
  assert(healthCheck !== undefined, 'only a container with a health check is probed');
  const result = probeResult(behaviour.health, health, startedAt, context.now());
  if (result === 'hangs') setTimer(context, container, 'probe-timeout', healthCheck.timeout);
  else judge(context, container, result === 'passes');
}

function judge(context: AgentContext, container: Container, passed: boolean): void {
  const { healthCheck, health, startedAt } = container;
  assert(healthCheck !== undefined, 'only a container with a health check is judged');
  judgeProbe(healthCheck, health, passed, context.now() - startedAt);
  // An unhealthy container is stopped: nobody looks at it again.
  if (health.status !== 'unhealthy') waitForProbe(context, container, healthCheck);
}

function clearTimer(context: AgentContext, container: Container, what: ContainerMoment): void {
  const timer = container.timers.get(what);
  if (timer !== undefined) context.cancel(timer);
  container.timers.delete(what);
}

function setTimer(context: AgentContext, container: Container, what: ContainerMoment, delay: number): void {
  assert(!container.timers.has(what), 'a moment of a container is awaited once');
  const timer = context.later(delay, { kind: 'agent.container', taskId: container.taskId, what });
  container.timers.set(what, timer);
}
