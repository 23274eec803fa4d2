// Events and committed changes in words, one sentence each: the actor first, the present tense, the numbers as they are in the run.

import type { NodeCommand } from '../../cluster/types.ts';
import type { ControlChange } from '../../model/calls.ts';
import type { Node, Task } from '../../model/objects.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import { isTerminal, TaskState, taskStateName } from '../../model/state.ts';
import type { Fault } from '../../sim/fault.ts';
import { faultText } from '../fault-text.ts';
import { type ExplanationLink, type Facts, listOf, type Root, seconds } from './explanation.ts';
import type { Change, Event, RunRecord } from './record.ts';

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
    const text = commandText(record, event, seq);
    return link('command', 'operator', `The operator types ${quoted(text)} on ${to}.`, { command: text });
  }
  if (body.kind === 'agent.container') {
    const name = nameOfTask(record, body.taskId);
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

type Said = readonly [actor: string, sentence: string, facts?: Facts];

function changeText(record: RunRecord, { event, decided, host }: Change): Said | undefined {
  const reactor = decided?.job.reactor;
  switch (event.kind) {
    case 'task':
      if (event.action === 'remove') {
        return ['task reaper', `The task reaper deletes ${record.taskName(event.before)}.`];
      }
      return taskText(record, event.action === 'create' ? undefined : event.before, event.after, host);
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

function taskText(record: RunRecord, before: Task | undefined, after: Task, host: string): Said | undefined {
  const name = record.taskName(after);
  const node = record.nodeName(after.nodeId);
  const { state, err, message } = after.status;
  if (before === undefined) {
    return ['orchestrator', `The orchestrator creates ${name} with ${after.spec.container.image}.`];
  }
  if (before.desiredState !== after.desiredState && !isTerminal(state)) {
    if (after.desiredState === TaskState.Running) {
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
      if (message.startsWith('task rejected by')) {
        return ['constraint enforcer', `The constraint enforcer rejects ${name}: ${quoted(err)}.`];
      }
      const why = err === '' ? '' : `: ${quoted(err)}`;
      return ['agent', `The agent of ${node} reports ${name} as ${taskStateName(state)}${why}.`];
    }
    case TaskState.Orphaned:
      return ['dispatcher', `The dispatcher of ${host} gives up ${name} as orphaned.`];
    default:
      return undefined;
  }
}

/** What an operator types, as far as the command's effect tells. */
function commandText(record: RunRecord, event: Event, seq: number): string {
  const { body } = event;
  switch (body.kind) {
    case 'node.init':
      return `docker swarm init${body.forceNewCluster ? ' --force-new-cluster' : ''}`;
    case 'node.join':
      return `docker swarm join ${body.manager}:2377`;
    case 'node.leave':
      return `docker swarm leave${body.force ? ' --force' : ''}`;
    case 'node.unlock':
      return 'docker swarm unlock';
    case 'node.kill':
    case 'node.hang':
      return `docker kill ${nameOfTask(record, body.taskId)}`;
    case 'node.write':
      return `a program writes ${body.key} to ${body.volume}`;
    case 'node.call':
      return callText(record, body.call, seq);
    default:
      return body.kind;
  }
}

function callText(
  record: RunRecord,
  call: Extract<NodeCommand, { readonly kind: 'node.call' }>['call'],
  seq: number,
): string {
  switch (call.method) {
    case 'service.create':
      return `docker service create --name ${call.spec.name}`;
    case 'service.update':
      return serviceUpdateText(call, record.serviceBefore(call.serviceId, seq)?.spec);
    case 'service.remove':
      return `docker service rm ${record.serviceBefore(call.serviceId, seq)?.spec.name ?? call.serviceId}`;
    case 'node.update':
      return nodeUpdateText(call, record.nodeBefore(call.nodeId, seq), record.nodeName(call.nodeId));
    case 'node.remove':
      return `docker node rm ${record.nodeName(call.nodeId)}`;
    case 'cluster.update':
      return clusterUpdateText(call);
    case 'config.create':
    case 'secret.create':
    case 'network.create':
      return `docker ${call.method.replace('.', ' ')} ${call.spec.name}`;
    case 'config.remove':
      return `docker config rm ${record.nameOf('config', call.configId)}`;
    case 'secret.remove':
      return `docker secret rm ${record.nameOf('secret', call.secretId)}`;
    case 'network.remove':
      return `docker network rm ${record.nameOf('network', call.networkId)}`;
    case 'list':
    case 'get':
      return `docker ${call.kind === 'cluster' ? 'swarm' : call.kind} ${call.method === 'list' ? 'ls' : 'inspect'}`;
    default:
      return call.method;
  }
}

type ClusterUpdate = Omit<Extract<ControlChange, { readonly method: 'cluster.update' }>, 'id'>;

/** What is given a new secret; of the settings the command may have changed any. */
function clusterUpdateText({ rotate }: ClusterUpdate): string {
  const [secret] = rotate;
  if (secret === undefined) return 'docker swarm update';
  return secret === 'unlock-key'
    ? 'docker swarm unlock-key --rotate'
    : `docker swarm join-token --rotate ${secret.replace('-token', '')}`;
}

type ServiceUpdate = Omit<Extract<ControlChange, { readonly method: 'service.update' }>, 'id'>;

function serviceUpdateText({ spec, rollback }: ServiceUpdate, before: ServiceSpec | undefined): string {
  if (rollback !== undefined) return `docker service rollback ${spec.name}`;
  const words: string[] = [];
  const image = spec.task.container.image;
  if (before?.task.container.image !== image) words.push(`--image ${image}`);
  if (before !== undefined && before.task.forceUpdate !== spec.task.forceUpdate) words.push('--force');
  const replicas = spec.mode.kind === 'replicated' ? spec.mode.replicas : undefined;
  const had = before?.mode.kind === 'replicated' ? before.mode.replicas : undefined;
  if (replicas !== had) {
    if (words.length === 0) return `docker service scale ${spec.name}=${replicas}`;
    words.push(`--replicas ${replicas}`);
  }
  return ['docker service update', ...words, spec.name].join(' ');
}

type NodeUpdate = Omit<Extract<ControlChange, { readonly method: 'node.update' }>, 'id'>;

function nodeUpdateText({ spec }: NodeUpdate, before: Node | undefined, name: string): string {
  const words: string[] = [];
  if (before?.spec.availability !== spec.availability) words.push(`--availability ${spec.availability}`);
  const had = new Map(before?.spec.labels);
  const has = new Map(spec.labels);
  for (const [key, value] of has) if (had.get(key) !== value) words.push(`--label-add ${key}=${value}`);
  for (const key of had.keys()) if (!has.has(key)) words.push(`--label-rm ${key}`);
  if (before !== undefined && before.spec.role !== spec.role) words.push(`--role ${spec.role}`);
  return ['docker node update', ...words, name].join(' ');
}

function nodeName(node: Node): string {
  return node.description?.hostname ?? node.id;
}

/** The name of a task by its ID, whether it still is or not. */
function nameOfTask(record: RunRecord, taskId: string): string {
  const { event } = record.changesOf('task').find((change) => change.event.id === taskId) ?? {};
  if (event === undefined) return taskId;
  return record.taskName(event.action === 'remove' ? event.before : event.after);
}

/** Somebody else's words; between other marks when they have such marks themselves. */
export function quoted(text: string): string {
  return text.includes('"') ? `“${text}”` : `"${text}"`;
}

function capital(text: string): string {
  return /^(the|nothing|every) /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
