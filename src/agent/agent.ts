// The agent of a node: keeps a session with the managers and runs the tasks they assign. Its state is plain data, driven by events alone.

import { assert, unreachable } from '../sim/assert.ts';
import type { Container } from './container.ts';
import {
  containerMoment,
  hangContainer,
  killContainer,
  logKey,
  signalContainer,
  stopByHand,
} from './container.ts';
import type { AgentContext, AgentEvent, AgentRecord } from './context.ts';
import { pullEnded, pullSilent, pullStarted } from './images.ts';
import { tellFollowers } from './logs.ts';
import { containersChanged, networkMoment } from './network/network.ts';
import { createNetworkState } from './network/state.ts';
import { learnManagers } from './remotes.ts';
import { sendReports } from './reports.ts';
import {
  callTimedOut,
  closeSession,
  connect,
  sendHeartbeat,
  takeReply,
  watchDescription,
} from './session.ts';
import type { AgentState } from './state.ts';
import {
  containerChanged,
  dropContainer,
  imageChanged,
  recoverTask,
  removeTask,
  retryTask,
  run,
  taskKey,
  volumesChanged,
} from './task.ts';
import { volumeMoment } from './volumes.ts';

export type { AgentContext, AgentEvent, AgentNote, AgentRecord, AgentTimer } from './context.ts';
export type { AgentState } from './state.ts';

/**
 * The agent as its host comes up, from what its disk holds under each key. Containers that ran are gone; the disk decides what the node
 * knows of its tasks (R-R190). Nothing moves before `startAgent`.
 */
export function bootAgent(context: AgentContext, saved: ReadonlyMap<string, AgentRecord>): AgentState {
  const state: AgentState = {
    session: { phase: 'closed' },
    sessionId: '',
    sessionError: '',
    backoff: 0,
    description: context.description(),
    descriptionTimer: undefined,
    remotes: new Map(),
    // Not from 1: an answer to a call from before a crash must not be taken for one to a new call.
    lastCall: context.random(`calls/${context.host}`, 2 ** 30),
    tasks: new Map(),
    containers: new Map(),
    images: new Map(),
    pulls: new Map(),
    secrets: new Map(),
    configs: new Map(),
    followed: new Map(),
    network: createNetworkState(),
    volumes: new Map(),
    unpublished: new Set(),
    reports: new Map(),
  };
  for (const [key, record] of [...saved].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (record.kind === 'task') {
      const log = saved.get(logKey(record.task.id));
      recoverTask(context, state, record.task, log?.kind === 'log' ? log.lines : []);
    }
    // The container of a task that is gone was still stopping as the machine died.
    if (record.kind === 'log' && !saved.has(taskKey(key.slice(logKey('').length)))) context.erase(key);
    if (record.kind === 'image') state.images.set(record.name, record.digest);
    if (record.kind === 'managers') learnManagers(state, record.managers);
  }
  return state;
}

/** Opens the first session and goes on with the tasks of the disk, without waiting for a manager (E-105). */
export function startAgent(context: AgentContext, state: AgentState): void {
  for (const local of state.tasks.values()) run(context, state, local);
  watchDescription(context, state);
  connect(context, state);
}

/**
 * Stops the node part in good order, as `docker swarm leave` and a daemon's shutdown do: every assignment is dropped, its container stopped
 * and removed, and none is taken any more (R-R190). The events of stopping containers must still be handled; it is done when `containers`
 * is empty.
 */
export function stopAgent(context: AgentContext, state: AgentState): void {
  closeSession(context, state);
  for (const local of [...state.tasks.values()]) removeTask(context, state, local);
  state.secrets.clear();
  state.configs.clear();
  containersChanged(context, state);
}

/** Takes one event: a timer, a manager's message, a registry's answer. */
export function handleAgent(context: AgentContext, state: AgentState, event: AgentEvent): void {
  switch (event.kind) {
    case 'agent.reply':
      takeReply(context, state, event.reply);
      break;
    case 'agent.connect':
      connect(context, state);
      break;
    case 'agent.limit':
      callTimedOut(context, state);
      break;
    case 'agent.heartbeat':
      sendHeartbeat(context, state);
      break;
    case 'agent.description':
      watchDescription(context, state);
      break;
    case 'agent.retry':
      retryTask(context, state, event.taskId);
      break;
    case 'agent.container': {
      const container = state.containers.get(event.taskId);
      assert(container !== undefined, 'the timers of a container end with it');
      containerMoment(context, container, event.what);
      tellFollowers(context, state, container);
      containerChanged(context, state, container);
      break;
    }
    case 'agent.volume':
      if (volumeMoment(context, state, event.volumeId)) volumesChanged(context, state);
      break;
    case 'agent.pull-limit':
      imageChanged(context, state, pullSilent(context, state, event.image));
      break;
    case 'registry.pulling':
      pullStarted(context, state, event);
      break;
    case 'registry.pulled':
      imageChanged(context, state, pullEnded(context, state, event));
      break;
    case 'agent.network':
      networkMoment(context, state, event);
      return;
    default:
      unreachable(event);
  }
  containersChanged(context, state);
  sendReports(context, state);
}

/** Kills the program of a task at once, as `docker kill` or the machine's memory running out does. */
export function killTask(context: AgentContext, state: AgentState, taskId: string): void {
  onContainer(context, state, taskId, killContainer);
}

/** Sends the program of a task a signal, as `docker kill --signal` does. @param number of the signal */
export function signalTask(context: AgentContext, state: AgentState, taskId: string, number: number): void {
  onContainer(context, state, taskId, (_, container) => signalContainer(context, container, number));
}

/**
 * Stops the program of a task by hand, as `docker stop` does.
 * @param number of the signal; undefined: the one its service has for it
 * @param grace microseconds until the kill; undefined: as its service says; negative: it is never killed
 */
export function stopTask(
  context: AgentContext,
  state: AgentState,
  taskId: string,
  number: number | undefined,
  grace: number | undefined,
): void {
  onContainer(context, state, taskId, (_, container) => stopByHand(context, container, number, grace));
}

/** Removes the container of a task, as `docker rm` does, unless it runs. The task's own history is the swarm's. */
export function removeContainer(context: AgentContext, state: AgentState, taskId: string): void {
  onContainer(context, state, taskId, (_, container) => dropContainer(context, state, container));
}

/** Makes the program of a task hang: its health check, if it has one, fails from now on. */
export function hangTask(context: AgentContext, state: AgentState, taskId: string): void {
  onContainer(context, state, taskId, hangContainer);
}

function onContainer(
  context: AgentContext,
  state: AgentState,
  taskId: string,
  act: (context: AgentContext, container: Container) => void,
): void {
  const container = state.containers.get(taskId);
  if (container === undefined) return;
  act(context, container);
  containerChanged(context, state, container);
  containersChanged(context, state);
  sendReports(context, state);
}
