// A toy for the world to run: gossip that uses all that a context offers. Every host beats, journals each beat on its disk, syncs now
// and then, tells a peer what it has heard, and loses patience when it hears nothing. It says in notes what a test must know.

import type { Context, Program } from '../../src/sim/context.ts';
import type { PlanStep, WorldTypes } from '../../src/sim/event.ts';

export interface Toy extends WorldTypes {
  config: { readonly peers: readonly string[] };
  state: {
    /** How many records of the journal are written, safe or not. */
    written: number;
    /** Beats heard of, per host. */
    readonly heard: Map<string, number>;
    /** The timer that ends the host's patience. */
    patience: number;
    readonly lost: Set<string>;
  };
  body:
    | { readonly kind: 'beat' }
    | { readonly kind: 'impatient' }
    | { readonly kind: 'gossip'; readonly heard: ReadonlyMap<string, number> }
    | { readonly kind: 'safe'; readonly written: number }
    | { readonly kind: 'shout'; readonly volume: number };
  record: { readonly number: number; readonly heard: readonly string[] };
  note:
    | { readonly kind: 'booted'; readonly numbers: readonly number[]; readonly torn: boolean }
    | { readonly kind: 'wrote'; readonly number: number }
    | { readonly kind: 'syncing'; readonly written: number }
    | { readonly kind: 'safe'; readonly written: number };
}

function boot(context: Context<Toy>): Toy['state'] {
  const { records, torn } = context.read('journal');
  context.note({ kind: 'booted', numbers: records.map((record) => record.number), torn });
  context.later(1_000 + context.random(`beat/${context.host}`, 4_000), { kind: 'beat' });
  return {
    written: records.length,
    heard: new Map([[context.host, 0]]),
    patience: context.later(9_000, { kind: 'impatient' }),
    lost: new Set(),
  };
}

function journal(context: Context<Toy>, state: Toy['state']): void {
  state.written += 1;
  context.append('journal', { number: state.written, heard: [...state.heard.keys()] });
  context.note({ kind: 'wrote', number: state.written });
}

function sync(context: Context<Toy>, state: Toy['state']): void {
  context.sync({ kind: 'safe', written: state.written });
  context.note({ kind: 'syncing', written: state.written });
}

function gossip(context: Context<Toy>, state: Toy['state']): void {
  const { peers } = context.config;
  const peer = peers[context.random(`peer/${context.host}`, peers.length)];
  if (peer !== undefined) context.send(peer, { kind: 'gossip', heard: new Map(state.heard) });
}

function handle(context: Context<Toy>, state: Toy['state'], body: Toy['body']): void {
  switch (body.kind) {
    case 'beat': {
      const beats = (state.heard.get(context.host) ?? 0) + 1;
      state.heard.set(context.host, beats);
      journal(context, state);
      if (beats % 3 === 0) sync(context, state);
      gossip(context, state);
      context.later(1_000 + context.random(`beat/${context.host}`, 4_000), { kind: 'beat' });
      return;
    }
    case 'gossip': {
      for (const [host, beats] of body.heard) {
        if (beats > (state.heard.get(host) ?? 0)) state.heard.set(host, beats);
      }
      state.lost.delete(context.from);
      context.cancel(state.patience);
      state.patience = context.later(9_000, { kind: 'impatient' });
      if (context.random(`spread/${context.host}`, 3) === 0) gossip(context, state);
      return;
    }
    case 'impatient':
      for (const peer of context.config.peers) if (!state.heard.has(peer)) state.lost.add(peer);
      context.replace('lost', [{ number: state.lost.size, heard: [...state.lost] }]);
      state.patience = context.later(9_000, { kind: 'impatient' });
      return;
    case 'safe':
      context.note({ kind: 'safe', written: body.written });
      context.mix(body.written);
      return;
    case 'shout':
      for (let i = 0; i < body.volume; i++) {
        for (const peer of context.config.peers) {
          context.send(peer, { kind: 'gossip', heard: new Map(state.heard) });
        }
        journal(context, state);
      }
      sync(context, state);
      context.send(context.host, { kind: 'beat' });
      return;
  }
}

export const toy: Program<Toy> = { boot, handle, portOf: ({ kind }) => kind };

/** The machines of every toy world. */
export const toyHosts = ['m1', 'm2', 'm3'] as const;

/** The steps that add them. */
export const toyMachines: readonly PlanStep<Toy>[] = toyHosts.map((host) => ({
  at: 0,
  input: {
    kind: 'fault',
    fault: { kind: 'add', host, config: { peers: toyHosts.filter((peer) => peer !== host) } },
  },
}));
