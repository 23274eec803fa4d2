// The story of a run: what its events and notes mean, in plain sentences. One term a thing, the actor first, numbers from the facts.
// Sees everything, changes nothing, prints nothing.

import type { NodeCommand, SwarmTypes } from '../cluster/types.ts';
import type { ManagerNote } from '../manager/context.ts';
import { formatDuration } from '../model/duration.ts';
import type { Node, Service, Task } from '../model/objects.ts';
import { isTerminal, TaskState, taskStateName } from '../model/state.ts';
import type { SimEvent } from '../sim/event.ts';
import type { Fault } from '../sim/fault.ts';
import type { Watcher } from '../sim/world.ts';
import type { StoreEvent } from '../store/event.ts';

/** What kind of line it is: colour and filters go by it. */
export type StoryKind =
  | 'command'
  | 'fault'
  | 'raft'
  | 'node'
  | 'service'
  | 'task'
  | 'trouble'
  | 'say'
  | 'kept';

export interface StoryLine {
  /** Virtual time, microseconds. */
  readonly at: number;
  readonly kind: StoryKind;
  /** Who acts: a machine, a part of the leader, the operator. */
  readonly who: string;
  readonly text: string;
}

/** Listens to a world and tells `tell` line by line. */
export class Story implements Watcher<SwarmTypes> {
  readonly #tell: (line: StoryLine) => void;
  #now = 0;
  /** Host names of nodes, as they become known. */
  readonly #names = new Map<string, string>();

  constructor(tell: (line: StoryLine) => void) {
    this.#tell = tell;
  }

  /** What the script says itself, at the world's time. */
  say(at: number, kind: 'say' | 'kept', text: string): void {
    this.#tell({ at, kind, who: '', text });
  }

  event(event: SimEvent<SwarmTypes>): void {
    this.#now = event.at;
    if (event.kind === 'fault') {
      const { body } = event;
      // Adding and scripting machines is the stage, not the play.
      if (body.kind !== 'add' && body.kind !== 'configure') this.#line('fault', 'fault', faultText(body));
    } else if (event.kind === 'command') this.#command(event.to, event.body);
  }

  note(host: string, note: SwarmTypes['note']): void {
    switch (note.kind) {
      case 'answer':
        if ('error' in note) this.#line('trouble', host, `answers: ${note.error.message}`);
        else if ('joined' in note) {
          this.#names.set(note.joined.nodeId, host);
          this.#line('node', host, `is part of the swarm as a ${note.joined.role}`);
        } else if (note.reply.method === 'control.failed') {
          this.#line('trouble', host, `answers: ${note.reply.error.message}`);
        }
        return;
      case 'store.changed':
        for (const group of groupEvents(note.events)) this.#changes(group);
        return;
      default:
        this.#raft(host, note);
    }
  }

  #line(kind: StoryKind, who: string, text: string): void {
    this.#tell({ at: this.#now, kind, who, text });
  }

  #raft(host: string, note: Exclude<ManagerNote, { readonly kind: 'store.changed' }>): void {
    switch (note.kind) {
      case 'raft.campaign':
        this.#line('raft', host, `asks for votes in term ${note.term}`);
        return;
      case 'raft.elected':
        this.#line('raft', host, `wins the election of term ${note.term}`);
        return;
      case 'raft.announced':
        this.#line('raft', host, `leads: everything committed before term ${note.term} is applied`);
        return;
      case 'raft.deposed':
        this.#line('raft', host, `gives up leadership (its term is ${note.term} now)`);
        return;
      case 'raft.member':
        this.#line('raft', note.host, `is ${note.change} as a member of the Raft group`);
    }
  }

  #command(host: string, body: SwarmTypes['body']): void {
    const text = commandText(body, (nodeId) => this.#name(nodeId));
    if (text !== undefined) this.#line('command', 'operator', `on ${host}: ${text}`);
  }

  #name(nodeId: string): string {
    return this.#names.get(nodeId) ?? nodeId.slice(0, 12);
  }

  /** Changes of one kind that one transaction made. */
  #changes(events: readonly StoreEvent[]): void {
    const [first] = events;
    switch (first?.kind) {
      case 'node':
        for (const event of events) if (event.kind === 'node') this.#node(event);
        return;
      case 'service':
        for (const event of events) if (event.kind === 'service') this.#service(event);
        return;
      case 'task':
        this.#tasks(events.filter((event) => event.kind === 'task'));
        return;
      default:
    }
  }

  #node(event: StoreEvent<'node'>): void {
    if (event.action === 'remove') {
      this.#line('node', this.#name(event.id), 'is removed from the swarm');
      return;
    }
    const { after } = event;
    const hostname = after.description?.hostname;
    if (hostname !== undefined) this.#names.set(after.id, hostname);
    if (event.action === 'create') return;
    for (const text of nodeChanges(event.before, after)) {
      this.#line(after.status.state === 'down' ? 'trouble' : 'node', this.#name(after.id), text);
    }
  }

  #service(event: StoreEvent<'service'>): void {
    if (event.action === 'remove') {
      this.#line('service', event.before.spec.name, 'is removed');
      return;
    }
    const { after } = event;
    const texts = event.action === 'create' ? [createdText(after)] : serviceChanges(event.before, after);
    for (const text of texts) {
      const trouble = text.includes('paused') || text.includes('rolled back');
      this.#line(trouble ? 'trouble' : 'service', after.spec.name, text);
    }
  }

  /** Tasks that share a change share a line. */
  #tasks(events: readonly StoreEvent<'task'>[]): void {
    const groups = new Map<string, { readonly change: TaskChange; readonly names: string[] }>();
    for (const event of events) {
      if (event.action === 'remove') continue;
      const before = event.action === 'create' ? undefined : event.before;
      for (const change of taskChanges(before, event.after, (nodeId) => this.#name(nodeId))) {
        const key = `${change.who}/${change.text}`;
        const group = groups.get(key) ?? { change, names: [] };
        group.names.push(change.subject);
        groups.set(key, group);
      }
    }
    for (const { change, names } of groups.values()) {
      this.#line(change.trouble ? 'trouble' : 'task', change.who, change.text.replace('%', listOf(names)));
    }
  }
}

/** Splits a transaction's events into runs of one kind of record. */
function groupEvents(events: readonly StoreEvent[]): StoreEvent[][] {
  const groups: StoreEvent[][] = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (last?.[0]?.kind === event.kind) last.push(event);
    else groups.push([event]);
  }
  return groups;
}

interface TaskChange {
  readonly who: string;
  /** `%` stands for the tasks. */
  readonly text: string;
  readonly subject: string;
  readonly trouble: boolean;
}

/** The changes of a task that the story tells: created, placed, running, ended, told to stop, stuck. */
function taskChanges(
  before: Task | undefined,
  after: Task,
  nameOf: (nodeId: string) => string,
): TaskChange[] {
  const node = after.nodeId === '' ? '' : nameOf(after.nodeId);
  const subject =
    after.slot === 0
      ? `${after.serviceAnnotations.name}.${node}`
      : `${after.serviceAnnotations.name}.${after.slot}`;
  const { state, err, message } = after.status;
  const was = before?.status;
  const changes: TaskChange[] = [];
  const add = (who: string, text: string, trouble = false) => changes.push({ who, text, subject, trouble });
  if (before === undefined) add('orchestrator', `creates % (${after.spec.container.image})`);
  if (before !== undefined && before.desiredState !== after.desiredState && !isTerminal(state)) {
    if (after.desiredState >= TaskState.Shutdown) {
      add('orchestrator', node === '' ? 'gives up % before it has a node' : `tells ${node} to stop %`);
    } else if (after.desiredState === TaskState.Running) add('orchestrator', 'lets % start');
  }
  if (was?.state !== state) {
    if (state === TaskState.Assigned) add('scheduler', `places % on ${node}`);
    else if (state === TaskState.Running) add(node, 'runs %');
    else if (state === TaskState.Complete) add(node, 'finished %: exit 0');
    else if (state === TaskState.Shutdown) add(node, 'has stopped %');
    else if (state === TaskState.Orphaned) add('dispatcher', 'gives % up as orphaned', true);
    else if (isTerminal(state)) add(node, `% ${taskStateName(state)}: ${err || message}`, true);
  } else if (was !== undefined && was.err !== err && err !== '' && state === TaskState.Pending) {
    add('scheduler', `cannot place %: ${err}`, true);
  }
  return changes;
}

function listOf(names: readonly string[]): string {
  if (names.length <= 6) return names.join(', ');
  return `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}

function nodeChanges(before: Node, after: Node): string[] {
  const texts: string[] = [];
  if (before.status.state !== after.status.state) {
    const { state, message } = after.status;
    texts.push(message === '' ? `is ${state}` : `is ${state}: ${message}`);
  }
  if (before.spec.availability !== after.spec.availability) {
    texts.push(`has availability ${after.spec.availability} (was ${before.spec.availability})`);
  }
  const labels = (node: Node) => node.spec.labels.map(([key, value]) => `${key}=${value}`).join(', ');
  if (labels(before) !== labels(after)) texts.push(`has the labels ${labels(after) || '(none)'}`);
  return texts;
}

function createdText({ spec }: Service): string {
  const { mode, task } = spec;
  const count = mode.kind === 'replicated' ? `${mode.replicas} replicas` : mode.kind;
  const { constraints } = task.placement;
  const where = constraints.length > 0 ? `, only where ${constraints.join(' and ')}` : '';
  return `is created: ${task.container.image}, ${count}${where}`;
}

function serviceChanges(before: Service, after: Service): string[] {
  const texts: string[] = [];
  const image = (service: Service) => service.spec.task.container.image;
  if (image(before) !== image(after)) texts.push(`asks for ${image(after)} (was ${image(before)})`);
  const replicas = ({ spec }: Service) => (spec.mode.kind === 'replicated' ? spec.mode.replicas : undefined);
  if (replicas(before) !== replicas(after)) {
    texts.push(`asks for ${replicas(after)} replicas (was ${replicas(before)})`);
  }
  const { updateStatus } = after;
  if (updateStatus !== undefined && before.updateStatus?.state !== updateStatus.state) {
    texts.push(`update is ${updateStatus.state}: ${updateStatus.message}`);
  }
  return texts;
}

/** An operator's command in docker's words; undefined for looks, which change nothing. */
function commandText(body: SwarmTypes['body'], nameOf: (nodeId: string) => string): string | undefined {
  switch (body.kind) {
    case 'node.init':
      return 'docker swarm init';
    case 'node.join':
      return `docker swarm join ${body.manager}:2377`;
    case 'node.kill':
      return `docker kill ${body.taskId}`;
    case 'node.hang':
      return `the program of task ${body.taskId} hangs`;
    case 'node.call':
      return callText(body.call, nameOf);
    default:
      return undefined;
  }
}

function callText(
  call: Extract<NodeCommand, { readonly kind: 'node.call' }>['call'],
  nameOf: (nodeId: string) => string,
): string | undefined {
  switch (call.method) {
    case 'service.create':
      return `docker service create --name ${call.spec.name} ${call.spec.task.container.image}`;
    case 'service.update':
      return call.rollback === 'previous'
        ? `docker service rollback ${call.spec.name}`
        : `docker service update ${call.spec.name}`;
    case 'service.remove':
      return `docker service rm ${call.serviceId.slice(0, 12)}`;
    case 'node.update':
      return `docker node update --availability ${call.spec.availability} ${nameOf(call.nodeId)}`;
    case 'node.remove':
      return `docker node rm ${call.force ? '--force ' : ''}${nameOf(call.nodeId)}`;
    case 'cluster.update':
      return 'docker swarm update';
    case 'network.create':
    case 'config.create':
    case 'secret.create':
      return `docker ${call.method.replace('.', ' ')} ${call.spec.name}`;
    case 'network.remove':
      return `docker network rm ${call.networkId.slice(0, 12)}`;
    case 'config.remove':
      return `docker config rm ${call.configId.slice(0, 12)}`;
    case 'secret.remove':
      return `docker secret rm ${call.secretId.slice(0, 12)}`;
    default:
      return undefined;
  }
}

function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'crash':
      return `${fault.host} loses power${fault.torn ? ' in the middle of a write' : ''}`;
    case 'stop':
      return `the engine of ${fault.host} is stopped`;
    case 'restart':
      return `${fault.host} comes up again`;
    case 'pause':
      return `${fault.host} freezes`;
    case 'resume':
      return `${fault.host} goes on`;
    case 'wipe':
      return `the disk of ${fault.host} is empty`;
    case 'clock': {
      const rate = fault.ratePpm === 1_000_000 ? '' : ` runs at ${fault.ratePpm / 10_000} %`;
      const jump = fault.offset === 0 ? '' : ` jumps by ${formatDuration(fault.offset)}`;
      return `the clock of ${fault.host}${rate}${rate && jump && ' and'}${jump}`;
    }
    case 'disk':
      return `the disk of ${fault.host} takes ${formatDuration(fault.syncLatency)} to sync`;
    case 'cut':
      return `nothing passes from ${fault.from.join(', ')} to ${fault.to.join(', ')}`;
    case 'mend':
      return `the way from ${fault.from.join(', ')} to ${fault.to.join(', ')} is open again`;
    case 'partition':
      return `the network splits: ${fault.groups.map((group) => group.join(', ')).join(' | ')}`;
    case 'heal':
      return 'every cut is mended';
    case 'link':
      return `the links from ${fault.from.join(', ')} to ${fault.to.join(', ')} change`;
  }
}
