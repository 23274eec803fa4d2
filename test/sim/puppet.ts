// A puppet for the world to run: it does what commands tell it, act by act, and says all that happens to it. For tests of one effect.

import type { Context, Program } from '../../src/sim/context.ts';
import type { WorldTypes } from '../../src/sim/event.ts';
import type { Fault } from '../../src/sim/fault.ts';
import { World } from '../../src/sim/world.ts';

export type Act =
  | { readonly kind: 'send'; readonly to: string; readonly label: string; readonly acts?: readonly Act[] }
  | { readonly kind: 'later'; readonly delay: number; readonly label: string; readonly acts?: readonly Act[] }
  | { readonly kind: 'cancel'; readonly label: string }
  | { readonly kind: 'append'; readonly file: string; readonly record: number }
  | { readonly kind: 'replace'; readonly file: string; readonly records: readonly number[] }
  | { readonly kind: 'sync'; readonly label: string }
  | { readonly kind: 'draw'; readonly stream: string; readonly bound: number }
  | { readonly kind: 'mix'; readonly value: number }
  | { readonly kind: 'fail'; readonly message: string };

export interface Puppet extends WorldTypes {
  config: { readonly files: readonly string[] };
  state: { readonly timers: Map<string, number> };
  body: {
    readonly kind: 'do' | 'message' | 'timer' | 'synced';
    readonly label: string;
    readonly acts: readonly Act[];
  };
  record: number;
  note: { readonly kind: 'said'; readonly text: string; readonly clock: number };
}

function say(context: Context<Puppet>, text: string): void {
  context.note({ kind: 'said', text, clock: context.now() });
}

function perform(context: Context<Puppet>, state: Puppet['state'], act: Act): void {
  switch (act.kind) {
    case 'send':
      context.send(act.to, { kind: 'message', label: act.label, acts: act.acts ?? [] });
      return;
    case 'later': {
      const body = { kind: 'timer', label: act.label, acts: act.acts ?? [] } as const;
      state.timers.set(act.label, context.later(act.delay, body));
      return;
    }
    case 'cancel':
      context.cancel(state.timers.get(act.label) ?? 0);
      return;
    case 'append':
      context.append(act.file, act.record);
      return;
    case 'replace':
      context.replace(act.file, act.records);
      return;
    case 'sync':
      context.sync({ kind: 'synced', label: act.label, acts: [] });
      return;
    case 'draw':
      say(context, `${act.stream}: ${context.random(act.stream, act.bound)}`);
      return;
    case 'mix':
      context.mix(act.value);
      return;
    case 'fail':
      throw new Error(act.message);
  }
}

export const puppet: Program<Puppet> = {
  boot(context) {
    say(context, 'boot');
    for (const name of context.config.files) {
      const { records, torn } = context.read(name);
      say(context, `${name}: ${records.join(' ')}${torn ? ' torn' : ''}`);
    }
    return { timers: new Map() };
  },
  handle(context, state, { kind, label, acts }) {
    if (kind !== 'do')
      say(context, context.from === '' ? `${kind} ${label}` : `${kind} ${label} from ${context.from}`);
    for (const act of acts) perform(context, state, act);
  },
  portOf: ({ label }) => label,
};

/** Something a puppet said. */
export interface Said {
  readonly at: number;
  readonly host: string;
  readonly text: string;
  /** What the host's clock showed. */
  readonly clock: number;
}

/** A world of puppets that is told what to do as it runs, and keeps what they say. */
export class Stage {
  readonly world: World<Puppet>;
  readonly said: Said[] = [];

  constructor(hosts: readonly string[], files: readonly string[] = [], seed = 'stage') {
    this.world = new World<Puppet>(puppet, seed);
    const { world, said } = this;
    world.watch({
      note: (host, { text, clock }) => {
        said.push({ at: world.now, host, text, clock });
      },
    });
    for (const host of hosts) {
      world.inject({ kind: 'fault', fault: { kind: 'add', host, config: { files } } });
    }
    world.runUntil(0);
    said.length = 0;
  }

  /** Commands `host`, at once. */
  tell(host: string, ...acts: readonly Act[]): this {
    this.world.inject({ kind: 'command', host, body: { kind: 'do', label: '', acts } });
    this.world.runUntil(this.world.now);
    return this;
  }

  /** Makes faults happen, at once. */
  strike(...faults: readonly Fault[]): this {
    for (const fault of faults) this.world.inject({ kind: 'fault', fault });
    this.world.runUntil(this.world.now);
    return this;
  }

  /** Lets so many microseconds pass. */
  pass(time: number): this {
    this.world.runUntil(this.world.now + time);
    return this;
  }

  /** What was said since this was last asked. */
  heard(): string[] {
    return this.said.splice(0).map(({ host, text }) => `${host} ${text}`);
  }
}
