// What was done from outside, in words: the command line that an operator types, as far as its effect tells it.

import type { NodeCommand } from '../../cluster/types.ts';
import type { ControlChange } from '../../model/calls.ts';
import type { Node } from '../../model/objects.ts';
import type { ServiceSpec } from '../../model/spec.ts';
import type { Facts } from './explanation.ts';
import type { Event, RunRecord } from './record.ts';

/** Who does something, what, and its numbers. */
export type Said = readonly [actor: string, sentence: string, facts?: Facts];

/** A command from outside: mostly somebody types it. */
export function commandSaid(record: RunRecord, { body, to, seq }: Event): Said {
  switch (body.kind) {
    case 'node.write':
      return ['program', `The program on ${to} writes ${body.key} to ${body.volume}.`];
    case 'node.hang':
      return ['program', `The program of ${record.taskNameOf(body.taskId)} hangs.`];
    case 'node.look-up':
      return ['client', `The client on ${to} asks the registry for ${body.image}.`];
    case 'node.close-logs':
      return ['client', `The client on ${to} ends its stream of logs.`];
    default: {
      const command = commandText(record, body, seq);
      return ['operator', `The operator types "${command}" on ${to}.`, { command }];
    }
  }
}

/** What an operator types, as far as the command's effect tells. */
function commandText(record: RunRecord, body: Event['body'], seq: number): string {
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
      return `docker kill ${record.taskNameOf(body.taskId)}`;
    case 'node.signal':
      return `docker kill --signal ${body.signal} ${record.taskNameOf(body.taskId)}`;
    case 'node.stop':
      return `docker stop ${record.taskNameOf(body.taskId)}`;
    case 'node.remove-container':
      return `docker rm ${record.taskNameOf(body.taskId)}`;
    case 'node.logs': {
      const { kind, id } = body.request.of;
      return `docker service logs ${kind === 'task' ? record.taskNameOf(id) : record.nameOf('service', id)}`;
    }
    case 'node.pull':
      return `docker pull ${body.image}`;
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
      return `docker service rm ${record.nameOf('service', call.serviceId)}`;
    case 'node.update':
      return nodeUpdateText(call, record.nodeBefore(call.nodeId, seq), record.nodeName(call.nodeId));
    case 'node.remove':
      return `docker node rm ${record.nodeName(call.nodeId)}`;
    case 'cluster.update':
      return clusterUpdateText(call);
    case 'config.create':
    case 'secret.create':
    case 'network.create':
    case 'volume.create':
      return `docker ${call.method.replace('.', ' ')} ${call.spec.name}`;
    case 'config.remove':
      return `docker config rm ${record.nameOf('config', call.configId)}`;
    case 'secret.remove':
      return `docker secret rm ${record.nameOf('secret', call.secretId)}`;
    case 'network.remove':
      return `docker network rm ${record.nameOf('network', call.networkId)}`;
    case 'volume.update':
      return `docker volume update ${record.nameOf('volume', call.volumeId)}`;
    case 'volume.remove':
      return `docker volume rm ${record.nameOf('volume', call.volumeId)}`;
    case 'list':
    case 'get':
      return `docker ${call.kind === 'cluster' ? 'swarm' : call.kind} ${call.method === 'list' ? 'ls' : 'inspect'}`;
    default:
      return `docker ${call.method.replace('.', ' ')}`;
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
