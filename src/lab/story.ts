// The story of a run: what its events and notes mean, in plain sentences. One term a thing, the actor first, numbers from the facts.
// Sees everything, changes nothing, prints nothing.

import type { SwarmTypes } from '../cluster/types.ts';
import type { ManagerNote } from '../manager/context.ts';
import { second } from '../model/duration.ts';
import type { Node, Service, Task } from '../model/objects.ts';
import type { SimEvent } from '../sim/event.ts';
import type { Watcher } from '../sim/world.ts';
import type { StoreEvent } from '../store/event.ts';
import { faultText } from './fault-text.ts';
import { type TaskChange, taskChanges } from './task-changes.ts';
import { volumeChanges } from './volume-changes.ts';

/** What kind of line it is: colour and filters go by it. */
export type StoryKind =
  | 'command'
  | 'fault'
  | 'raft'
  | 'node'
  | 'service'
  | 'task'
  | 'request'
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

/** So many campaigns in a row are told one by one. */
const mostCampaigns = 5;

/** Listens to a world and tells `hear` line by line. */
export class Story implements Watcher<SwarmTypes> {
  readonly #hear: (line: StoryLine) => void;
  #now = 0;
  /** A script has begun to type commands. */
  #typed = false;
  /** Host names of nodes, as they become known. */
  readonly #names = new Map<string, string>();
  /** When each manager last heard a leader, or led itself. */
  readonly #heard = new Map<string, number>();
  /** How often each manager has asked for votes since it heard a leader or won. */
  readonly #asked = new Map<string, number>();
  /** The term each manager leads in. */
  readonly #terms = new Map<string, number>();

  constructor(hear: (line: StoryLine) => void) {
    this.#hear = hear;
  }

  /** What is not an event of the world: what the script says, and what it types. */
  tell(at: number, kind: StoryKind, who: string, text: string): void {
    if (kind === 'command') this.#typed = true;
    this.#hear({ at, kind, who, text });
  }

  event(event: SimEvent<SwarmTypes>): void {
    this.#now = event.at;
    if (event.kind === 'fault') {
      const { body } = event;
      // Adding and scripting machines is the stage, not the play.
      if (body.kind !== 'add' && body.kind !== 'configure') this.#line('fault', 'fault', faultText(body));
    } else if (event.kind === 'command') this.#entry(event.to, event.body);
    else if (event.kind === 'message' && event.body.kind === 'raft') {
      const { kind } = event.body.message;
      if (kind !== 'append' && kind !== 'heartbeat') return;
      this.#heard.set(event.to, event.at);
      this.#asked.delete(event.to);
    }
  }

  note(host: string, note: SwarmTypes['note']): void {
    switch (note.kind) {
      case 'answer':
        if (!('joined' in note)) return;
        this.#names.set(note.joined.nodeId, host);
        this.#line('node', host, `is part of the swarm as a ${note.joined.role}`);
        return;
      case 'store.changed':
        for (const group of groupEvents(note.events)) this.#changes(group);
        return;
      case 'network.gave-up':
        this.#line('node', host, `gets no answer from ${note.node}, and sends it no more requests`);
        return;
      case 'request.sent':
      case 'request.ended':
      case 'lines':
        return;
      default:
        this.#raft(host, note);
    }
  }

  #line(kind: StoryKind, who: string, text: string): void {
    this.#hear({ at: this.#now, kind, who, text });
  }

  /** Machines enter the swarm before any script runs, and nobody is told of it as typed. */
  #entry(host: string, body: SwarmTypes['body']): void {
    if (this.#typed) return;
    if (body.kind === 'node.init') this.#line('command', 'operator', `on ${host}: docker swarm init`);
    if (body.kind !== 'node.join') return;
    this.#line('command', 'operator', `on ${host}: docker swarm join ${body.manager}:2377`);
  }

  #raft(host: string, note: Exclude<ManagerNote, { readonly kind: 'store.changed' }>): void {
    switch (note.kind) {
      case 'raft.campaign': {
        const asked = (this.#asked.get(host) ?? 0) + 1;
        this.#asked.set(host, asked);
        if (asked > mostCampaigns) {
          if (asked === mostCampaigns + 1) this.#line('raft', host, 'goes on asking, again and again');
          return;
        }
        const heard = this.#heard.get(host);
        const why = heard === undefined ? '' : `: no leader heard for ${seconds(this.#now - heard)}`;
        const asks = note.preVote ? 'asks whether it could win' : 'asks for votes in';
        this.#line('raft', host, `${asks} term ${note.term}${why}`);
        return;
      }
      case 'raft.elected':
        this.#asked.delete(host);
        this.#terms.set(host, note.term);
        this.#line('raft', host, `wins the election of term ${note.term}`);
        return;
      case 'raft.announced':
        this.#line('raft', host, `leads: everything committed before term ${note.term} is applied`);
        return;
      case 'raft.deposed': {
        this.#heard.set(host, this.#now);
        const why =
          note.term === this.#terms.get(host)
            ? 'too few managers answer'
            : `another manager is in term ${note.term}`;
        this.#line('raft', host, `leads no longer: ${why}`);
        return;
      }
      case 'raft.member':
        this.#line('raft', note.host, `is ${note.change} as a member of the Raft group`);
    }
  }

  /** Changes of one kind of record that one transaction made. */
  #changes(events: readonly StoreEvent[]): void {
    const [first] = events;
    switch (first?.kind) {
      case 'node':
        this.#nodes(events.filter((event) => event.kind === 'node'));
        return;
      case 'service':
        for (const event of events) if (event.kind === 'service') this.#service(event);
        return;
      case 'task':
        this.#tasks(events.filter((event) => event.kind === 'task'));
        return;
      case 'volume':
        for (const event of events) if (event.kind === 'volume') this.#volume(event);
        return;
      default:
    }
  }

  #nodes(events: readonly StoreEvent<'node'>[]): void {
    const states = new Map<string, Node[]>();
    for (const event of events) {
      if (event.action === 'remove') {
        this.#names.delete(event.id);
        this.#line('node', nodeName(event.before), 'is removed from the swarm');
        continue;
      }
      const { after } = event;
      this.#names.set(after.id, nodeName(after));
      if (event.action === 'create') continue;
      const { before } = event;
      for (const text of specChanges(before, after)) this.#line('node', nodeName(after), text);
      if (before.status.state === after.status.state) continue;
      const { state, message } = after.status;
      const text = message === '' ? state : `${state}: ${message}`;
      states.set(text, [...(states.get(text) ?? []), after]);
    }
    for (const [text, nodes] of states) {
      const down = nodes.some(({ status }) => status.state === 'down');
      const all = nodes.length > 2 && nodes.length === this.#names.size;
      const who = all ? `all ${nodes.length} nodes` : listOf(nodes.map(nodeName).sort(byText));
      this.#line(down ? 'trouble' : 'node', 'dispatcher', `marks ${who} ${text}`);
    }
  }

  #service(event: StoreEvent<'service'>): void {
    if (event.action === 'remove') {
      this.#line('service', event.before.spec.name, 'is removed');
      return;
    }
    const { after } = event;
    const { name } = after.spec;
    if (event.action === 'create') {
      this.#line('service', name, 'is created');
      return;
    }
    const { before } = event;
    const texts = serviceChanges(before, after);
    if (texts.length === 0 && before.specVersion !== after.specVersion) texts.push('is updated');
    for (const text of texts) this.#line('service', name, text);
    const status = after.updateStatus;
    if (status === undefined || before.updateStatus?.state === status.state) return;
    const trouble = status.state === 'paused' || status.message.startsWith('update rolled back');
    const kind = trouble || status.state === 'rollback_paused' ? 'trouble' : 'service';
    this.#line(kind, name, `update status is ${status.state}: ${status.message}`);
  }

  #volume(event: StoreEvent<'volume'>): void {
    const { name } = (event.action === 'remove' ? event.before : event.after).spec;
    for (const text of volumeChanges(event, (id) => this.#names.get(id) ?? id)) {
      this.#line('service', `volume ${name}`, text);
    }
  }

  #tasks(events: readonly StoreEvent<'task'>[]): void {
    const groups = new Map<string, TaskChange[]>();
    for (const event of events) {
      if (event.action === 'remove') continue;
      const before = event.action === 'create' ? undefined : event.before;
      for (const change of taskChanges(before, event.after, this.#nodeOf(event.after))) {
        const key = `${change.who}/${change.text}`;
        groups.set(key, [...(groups.get(key) ?? []), change]);
      }
    }
    for (const group of groups.values()) {
      const [change] = group;
      if (change === undefined) continue;
      const subjects = group
        .sort((a, b) => a.slot - b.slot || byText(a.subject, b.subject))
        .map(({ subject }) => subject);
      const text = change.text.replace('%', () => listOf(subjects));
      this.#line(change.trouble ? 'trouble' : 'task', change.who, text);
    }
  }

  #nodeOf({ nodeId }: Task): string {
    return this.#names.get(nodeId) ?? nodeId;
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

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function seconds(duration: number): string {
  return `${(duration / second).toFixed(1)} s`;
}

function nodeName(node: Node): string {
  return node.description?.hostname ?? node.id;
}

function listOf(names: readonly string[]): string {
  if (names.length <= 7) return names.join(', ');
  return `${names.slice(0, 6).join(', ')} and ${names.length - 6} more`;
}

function specChanges(before: Node, after: Node): string[] {
  const texts: string[] = [];
  if (before.spec.availability !== after.spec.availability) {
    texts.push(`has availability ${after.spec.availability} (was ${before.spec.availability})`);
  }
  if (before.spec.role !== after.spec.role) {
    texts.push(`is to be a ${after.spec.role} (was a ${before.spec.role})`);
  }
  const labels = (node: Node) => node.spec.labels.map(([key, value]) => `${key}=${value}`).join(', ');
  if (labels(before) !== labels(after)) {
    const were = labels(before) === '' ? '' : ` (had ${labels(before)})`;
    texts.push(`has ${labels(after) === '' ? 'no labels' : `the labels ${labels(after)}`}${were}`);
  }
  return texts;
}

function serviceChanges(before: Service, after: Service): string[] {
  const texts: string[] = [];
  const compare = (what: string, look: (service: Service) => string) => {
    if (look(before) !== look(after)) texts.push(`has ${what} ${look(after)} (was ${look(before)})`);
  };
  compare('image', ({ spec }) => spec.task.container.image);
  compare('replicas', ({ spec: { mode } }) => {
    if (mode.kind === 'replicated') return String(mode.replicas);
    return mode.kind === 'replicated-job' ? `${mode.totalCompletions} to complete` : mode.kind;
  });
  compare('constraints', ({ spec }) => spec.task.placement.constraints.join(', ') || '(none)');
  return texts;
}
