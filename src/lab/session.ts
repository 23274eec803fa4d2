// A world somebody works in by commands, line by line: its swarm, what has been told of it, the engines that docker clients reach, and the
// fibers that wait in it. The world can be exchanged for another, a saved one or a new one; then whatever waited in the old one ends.

import { assembleSwarm } from '../cluster/bootstrap.ts';
import { type SavedSwarm, Swarm } from '../cluster/swarm.ts';
import type { SwarmTypes } from '../cluster/types.ts';
import { type DockerConfig, emptyConfig } from '../docker/process.ts';
import { createEngine } from '../engine/engine.ts';
import type { Endpoint } from '../engine/http.ts';
import { watchInvariants } from '../invariants/watch.ts';
import { assert } from '../sim/assert.ts';
import { createTrace } from '../sim/trace.ts';
import type { Watcher } from '../sim/world.ts';
import type { Audience } from './audience.ts';
import { type ClusterRequest, clusterShape } from './cluster.ts';
import { listOf } from './explain/explanation.ts';
import { ScenarioFailure } from './failure.ts';
import { Fibers } from './fibers.ts';
import { Lab } from './lab.ts';
import { Story, type StoryKind, type StoryLine } from './story.ts';
import { Outside } from './traffic.ts';

/** How a world begins. */
export interface Beginning {
  readonly seed: string;
  readonly cluster: ClusterRequest;
  /** The machines are in no swarm yet. */
  readonly fresh: boolean;
}

export interface SessionOptions {
  /** Microseconds since 1970 at virtual time 0, as clients are to see it at virtual time `now`; default `standardEpoch`. */
  readonly epoch?: (now: number) => number;
  /** Checks after every event what must always hold. */
  readonly invariants?: boolean;
  /** Told of every line of the trace. */
  readonly trace?: (line: string) => void;
}

/** A session as it is kept in a file. */
export interface SavedSession {
  readonly swarmlab: 'session';
  readonly version: 1;
  readonly beginning: Beginning;
  readonly swarm: SavedSwarm;
}

/** The date at which virtual time begins for those who ask for dates: 2026-01-01 00:00:00 UTC, microseconds since 1970. */
export const standardEpoch = 1_767_225_600_000_000;

const endless = { time: Number.MAX_SAFE_INTEGER, events: Number.MAX_SAFE_INTEGER };

export class Session {
  readonly #epoch: (now: number) => number;
  readonly #invariants: boolean;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #listeners = new Set<(line: StoryLine) => void>();
  #beginning: Beginning;
  #swarm: Swarm;
  #lab: Lab;
  #outside: Outside;
  #fibers: Fibers;
  #story = new Story((line) => this.#hear(line));
  #told: StoryLine[] = [];
  /** The engines of each world's machines. They run from its beginning: what they tell of events begins there. */
  readonly #engines = new WeakMap<Swarm, Map<string, Endpoint>>();
  /** Worlds put aside, as text, by name. */
  readonly forks = new Map<string, string>();
  /** What the docker client keeps in its user's home. */
  readonly docker: DockerConfig = emptyConfig();

  constructor(
    beginning: Beginning,
    { epoch = () => standardEpoch, invariants = false, trace }: SessionOptions = {},
  ) {
    this.#epoch = epoch;
    this.#invariants = invariants;
    this.#trace = trace;
    this.#beginning = beginning;
    this.#swarm = this.#create(beginning);
    this.#lab = this.#labOf(this.#swarm);
    this.#outside = this.#outsideOf(this.#swarm);
    this.#fibers = new Fibers(this.#swarm);
    this.machinesChanged();
  }

  get swarm(): Swarm {
    return this.#swarm;
  }

  get lab(): Lab {
    return this.#lab;
  }

  /** Those who send requests to services. Nothing of it waits. */
  get outside(): Outside {
    return this.#outside;
  }

  get fibers(): Fibers {
    return this.#fibers;
  }

  get beginning(): Beginning {
    return this.#beginning;
  }

  /** Microseconds since 1970, now. */
  get date(): number {
    return this.#epoch(this.#swarm.world.now) + this.#swarm.world.now;
  }

  /** The engine of a machine. @throws ScenarioFailure when there is no such machine */
  engine(host: string): Endpoint {
    const engine = this.#engines.get(this.#swarm)?.get(this.machine(host));
    assert(engine !== undefined, 'every machine has an engine');
    return engine;
  }

  /** The name of a machine with an engine. @throws ScenarioFailure when there is none of that name */
  machine(name: string): string {
    return among(
      this.#swarm.machines.map((machine) => machine.name),
      name,
    );
  }

  /** The name of anything that faults may hit: a machine, the registry, a load balancer. @throws ScenarioFailure when there is none */
  host(name: string): string {
    return among(this.#swarm.world.hostNames(), name);
  }

  /** Goes on in another world, from its beginning. */
  begin(beginning: Beginning): void {
    const swarm = this.#create(beginning);
    this.#beginning = beginning;
    this.#enter(swarm);
  }

  save(): SavedSession {
    return {
      swarmlab: 'session',
      version: 1,
      beginning: this.#beginning,
      swarm: this.#swarm.save(),
    };
  }

  /** Goes on in a saved world. @throws ScenarioFailure when it is none of ours; then nothing has changed */
  load(text: string): void {
    const { beginning, swarm } = readSession(text);
    this.#beginning = beginning;
    for (const watcher of this.#watchers()) swarm.watch(watcher);
    if (this.#invariants) watchInvariants(swarm);
    this.#enter(swarm);
  }

  // The story.

  /** Promises that were kept, in all worlds of the session. */
  kept = 0;

  /** Everything told so far. */
  get story(): readonly StoryLine[] {
    return this.#told;
  }

  /** Hears every line from now on. Returns what ends that. */
  listen(listener: (line: StoryLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A line of the story that is no event of the world. */
  tell(kind: StoryKind, who: string, text: string): void {
    this.#story.tell(this.#swarm.world.now, kind, who, text);
  }

  #hear(line: StoryLine): void {
    this.#told.push(line);
    if (line.kind === 'kept') this.kept += 1;
    // Nobody reads further back, and a session may last.
    if (this.#told.length > mostTold) this.#told = this.#told.slice(-mostTold / 2);
    for (const listener of this.#listeners) listener(line);
  }

  #create({ seed, cluster, fresh }: Beginning): Swarm {
    const shape = clusterShape(cluster);
    const swarm = Swarm.create(seed, shape, this.#watchers());
    if (this.#invariants) watchInvariants(swarm);
    this.#startEngines(swarm);
    if (!fresh) assembleSwarm(swarm);
    return swarm;
  }

  /** The story begins anew with every world. */
  #watchers(): readonly Watcher<SwarmTypes>[] {
    this.#told = [];
    this.#story = new Story((line) => this.#hear(line));
    return this.#trace === undefined ? [this.#story] : [this.#story, createTrace<SwarmTypes>(this.#trace)];
  }

  #enter(swarm: Swarm): void {
    this.#fibers.leave();
    this.#swarm = swarm;
    this.#lab = this.#labOf(swarm);
    this.#outside = this.#outsideOf(swarm);
    this.#fibers = new Fibers(swarm);
    this.machinesChanged();
  }

  #labOf(swarm: Swarm): Lab {
    return new Lab(swarm, endless, this.#audience());
  }

  #outsideOf(swarm: Swarm): Outside {
    return new Outside(swarm, this.#audience(), () => {
      throw new Error('a session waits in fibers alone');
    });
  }

  #audience(): Audience {
    const tell = (kind: StoryKind) => (who: string, text: string) => this.tell(kind, who, text);
    return {
      say: (text) => this.tell('say', '', text),
      told: tell('raft'),
      requested: tell('request'),
      kept: (promise) => this.tell('kept', '', promise),
      typed: (host, command) => this.tell('command', 'operator', `on ${host}: ${command}`),
      refused: tell('trouble'),
    };
  }

  /** Those of machines that have none yet. */
  #startEngines(swarm: Swarm): void {
    const engines = this.#engines.get(swarm) ?? new Map<string, Endpoint>();
    this.#engines.set(swarm, engines);
    const epoch = () => this.#epoch(swarm.world.now);
    for (const { name } of swarm.machines) {
      if (!engines.has(name)) engines.set(name, createEngine(swarm, name, { epoch }));
    }
  }

  /** Every machine has an engine, and is a context of its name, so that `docker --context worker1 ps` asks it. */
  machinesChanged(): void {
    this.#startEngines(this.#swarm);
    for (const { name } of this.#swarm.machines) {
      this.docker.contexts.set(name, { description: `the engine of ${name}`, host: engineAddress(name) });
    }
  }
}

function among(names: readonly string[], name: string): string {
  if (names.includes(name)) return name;
  throw new ScenarioFailure(`there is no machine ${name}; there are ${listOf(names, mostNamed)}`);
}

/** Machines that one sentence names. */
const mostNamed = 20;

/** Lines of the story that are kept. */
const mostTold = 100_000;

/** Where a docker client finds the engine of a machine, inside as outside. */
export function engineAddress(machine: string, port = 2375): string {
  return `tcp://127.0.0.1:${port}/${machine}`;
}

function readSession(text: string): { readonly beginning: Beginning; readonly swarm: Swarm } {
  let saved: unknown;
  try {
    saved = JSON.parse(text);
  } catch {
    throw new ScenarioFailure('this is no saved session: it is not JSON');
  }
  if (!isSession(saved)) {
    throw new ScenarioFailure(
      'this is no saved session: it does not begin as `lab save` and --save write them',
    );
  }
  try {
    return { beginning: saved.beginning, swarm: Swarm.load(saved.swarm) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ScenarioFailure(`this saved session cannot be read: ${why}`);
  }
}

function isSession(value: unknown): value is SavedSession {
  return (
    isRecord(value) &&
    value.swarmlab === 'session' &&
    value.version === 1 &&
    isBeginning(value.beginning) &&
    isRecord(value.swarm)
  );
}

/** A world can be begun again as it says: `lab seed` does that. */
function isBeginning(value: unknown): value is Beginning {
  return (
    isRecord(value) &&
    typeof value.seed === 'string' &&
    typeof value.fresh === 'boolean' &&
    isRecord(value.cluster) &&
    typeof value.cluster.managers === 'number'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
