// Events and committed changes in words, one sentence each: the actor first, the present tense, the numbers as they are in the run.

import type { ReactorName } from '../../manager/reactors.ts';
import type { Node, Task } from '../../model/objects.ts';
import { isTerminal, TaskState, taskStateName } from '../../model/state.ts';
import type { Fault } from '../../sim/fault.ts';
import { faultText } from '../fault-text.ts';
import { type ExplanationLink, type Facts, listOf, type Root, seconds } from './explanation.ts';
import type { Change, Event, RunRecord } from './record.ts';
import { commandSaid, type Said } from './typed.ts';

/** The link of an event where a chain begins. */
export function rootLink(record: RunRecord, event: Event): ExplanationLink {
  const { at, seq, to } = event;
  const link = (root: Root, actor: string, sentence: string, facts: Facts = {}): ExplanationLink => ({
    at,
    actor,
    sentence,
    facts,
    event: seq,
    root,
  });
  const { body } = event;
  if (event.kind === 'fault') {
    const { body: fault } = event;
    const actor = 'host' in fault ? fault.host : 'network';
    if (fault.kind === 'add') return link('fault', actor, `${actor} is added and boots.`);
    if (fault.kind === 'configure')
      return link('fault', actor, `${actor} gets another script for its images.`);
    return link('fault', actor, `${capital(shortFaultText(fault))}: an injected fault.`);
  }
  if (event.kind === 'command') {
    const [actor, sentence, facts] = commandSaid(record, event);
    return link('command', actor, sentence, facts);
  }
  if (body.kind === 'agent.container') {
    const name = record.taskNameOf(body.taskId);
    if (body.what === 'ended') {
      const ran = at - record.eventOf(event.cause).at;
      return link('timer', name, `${name} ends ${seconds(ran)} after its start.`, { ran });
    }
    return link('timer', name, `${name} has its health checked on ${to}.`);
  }
  if (body.kind === 'manager.reactor' && body.timer.kind === 'expire') {
    const name = record.nodeName(body.timer.nodeId);
    const silent = at - record.eventOf(event.cause).at;
    const sentence = `The dispatcher's timer for ${name} ends: no heartbeat for ${seconds(silent)}.`;
    return link('timer', 'dispatcher', sentence, { silent });
  }
  const [actor, sentence] = timerText(event);
  return link('timer', actor, sentence);
}

function timerText({ body, to }: Event): readonly [actor: string, sentence: string] {
  if (body.kind === 'manager.tick') return [to, `${to}'s Raft clock ticks.`];
  if (body.kind === 'agent.heartbeat') return ['agent', `The agent of ${to} sends its heartbeat.`];
  if (body.kind !== 'manager.reactor') return [to, `${to} comes to the end of a timer.`];
  switch (body.timer.kind) {
    case 'watch':
      return ['updater', 'The updater comes to the end of its monitor period.'];
    case 'rest':
      return ['updater', 'The updater comes to the end of its delay.'];
    case 'orphan':
      return ['dispatcher', 'The dispatcher has waited 24 h for a node that is down.'];
    default:
      return [body.reactor, `The ${body.reactor} comes to the end of a timer.`];
  }
}

/** A machine alone against all others is cut off; the others need not be named. */
function shortFaultText(fault: Fault): string {
  if (fault.kind !== 'partition') return faultText(fault);
  const alone = fault.groups.find((group) => group.length === 1);
  if (alone !== undefined && fault.groups.length === 2) return `the network cuts off ${listOf(alone)}`;
  return `the network splits: ${fault.groups.map((group) => listOf(group)).join(' | ')}`;
}

/** The link of a committed change; undefined for one that nobody needs to be told. */
export function changeLink(record: RunRecord, change: Change): ExplanationLink | undefined {
  const said = changeText(record, change);
  if (said === undefined) return undefined;
  const [actor, sentence, facts = {}] = said;
  return { at: change.at, actor, sentence, facts, event: change.seq };
}

function changeText(record: RunRecord, { event, decided, host }: Change): Said | undefined {
  const reactor = decided?.job.reactor;
  switch (event.kind) {
    case 'task':
      if (event.action === 'remove') {
        // Slots that are dead go with the orchestrator's own plan (R-O38).
        const actor = reactor === 'replicated' || reactor === 'global' ? 'orchestrator' : 'task reaper';
        return [actor, `The ${actor} deletes ${record.taskName(event.before)}.`];
      }
      return taskText(
        record,
        event.action === 'create' ? undefined : event.before,
        event.after,
        host,
        reactor,
      );
    case 'node': {
      if (event.action === 'remove')
        return ['manager', `The manager ${host} removes ${nodeName(event.before)}.`];
      const { after } = event;
      const name = record.nodeName(event.id);
      if (event.action === 'create') return ['manager', `The manager ${host} admits ${name} to the swarm.`];
      const { before } = event;
      if (before.status.state !== after.status.state) {
        return ['dispatcher', `The dispatcher marks ${name} ${after.status.state}.`];
      }
      if (reactor === 'control') return ['control API', `The control API writes the change of ${name}.`];
      return undefined;
    }
    case 'service': {
      if (event.action === 'remove') {
        return ['control API', `The control API removes the service ${event.before.spec.name}.`];
      }
      const { spec, updateStatus } = event.after;
      if (event.action === 'create') {
        return ['control API', `The control API creates the service ${spec.name}.`];
      }
      if (updateStatus !== undefined && event.before.updateStatus?.state !== updateStatus.state) {
        const { state, message } = updateStatus;
        return ['updater', `The updater writes ${state} for ${spec.name}: ${quoted(message)}.`];
      }
      if (reactor === 'control')
        return ['control API', `The control API writes the new spec of ${spec.name}.`];
      return undefined;
    }
    default:
      return undefined;
  }
}

function taskText(
  record: RunRecord,
  before: Task | undefined,
  after: Task,
  host: string,
  reactor: ReactorName | undefined,
): Said | undefined {
  const name = record.taskName(after);
  const node = record.nodeName(after.nodeId);
  const { state, err, message } = after.status;
  if (before === undefined) {
    return ['orchestrator', `The orchestrator creates ${name} with ${after.spec.container.image}.`];
  }
  if (before.desiredState !== after.desiredState && !isTerminal(state)) {
    // A task of a job is to complete.
    if (after.desiredState <= TaskState.Complete) {
      return ['restart supervisor', `The restart supervisor lets ${name} start.`];
    }
    return ['orchestrator', `The orchestrator orders ${name} on ${node || 'no node'} to stop.`];
  }
  if (before.status.state === state) {
    if (state !== TaskState.Pending || err === '') return undefined;
    return ['scheduler', `The scheduler finds no node for ${name}: ${quoted(err)}.`];
  }
  switch (state) {
    case TaskState.Assigned:
      return ['scheduler', `The scheduler puts ${name} on ${node}.`];
    case TaskState.Running:
      return ['agent', `The agent of ${node} runs ${name}.`];
    case TaskState.Complete:
    case TaskState.Shutdown:
    case TaskState.Failed:
    case TaskState.Rejected: {
      const [, enforcer] = /^task rejected by (.*)$/.exec(message) ?? [];
      if (enforcer !== undefined) return [enforcer, `The ${enforcer} rejects ${name}: ${quoted(err)}.`];
      // Nobody runs it, so nobody stops it: the scheduler writes it off (R-O9).
      if (node === '')
        return ['scheduler', `The scheduler writes off ${name}: it is to stop and has no node.`];
      const why = err === '' ? '' : `: ${quoted(err)}`;
      return ['agent', `The agent of ${node} reports ${name} as ${taskStateName(state)}${why}.`];
    }
    case TaskState.Orphaned:
      if (reactor === 'control') {
        return ['control API', `The control API gives up ${name}, for its node is removed.`];
      }
      return ['dispatcher', `The dispatcher of ${host} gives up ${name} as orphaned.`];
    default:
      return undefined;
  }
}

function nodeName(node: Node): string {
  return node.description?.hostname ?? node.id;
}

/** Somebody else's words; between other marks when they have such marks themselves. */
export function quoted(text: string): string {
  return text.includes('"') ? `“${text}”` : `"${text}"`;
}

function capital(text: string): string {
  return /^(the|nothing|every) /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
