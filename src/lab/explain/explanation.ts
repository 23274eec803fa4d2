// What an explanation is: data, the same at each depth. A line, a chain of causes from the root to what happened, a rule, what comes next.

import { second } from '../../model/duration.ts';

/** Where a chain of causes begins: nothing in the world came before. */
export type Root = 'command' | 'fault' | 'timer' | 'draw';

export type Facts = Readonly<Record<string, string | number>>;

/** One cause, or its effect. */
export interface ExplanationLink {
  /** Virtual time, microseconds. */
  readonly at: number;
  /** Who acts: a machine, a part of the leader, the operator. The sentence begins with it. */
  readonly actor: string;
  readonly sentence: string;
  /** The numbers of the sentence, as they are in the run; times in microseconds. */
  readonly facts: Facts;
  /** The event of the run that it tells. */
  readonly event: number;
  readonly root?: Root;
}

/** What one filter of the scheduler finds of a node. */
export interface FilterCheck {
  readonly filter: string;
  /** `off`: the task asks nothing of this filter. */
  readonly verdict: 'passes' | 'rejects' | 'off';
  /** What it compares, such as `needs 2 CPU, 0.5 CPU free`; empty when it is off. */
  readonly finding: string;
}

/** What would have to change for a node to qualify for a task, or to be the one that gets it. Has been tried. */
export interface Remedy {
  /** All of them together, such as `1.5 CPU more free` and `label zone=b`. */
  readonly changes: readonly string[];
  readonly outcome: 'qualifies' | 'comes first';
}

/** What the scheduler finds of one node. */
export interface NodeRow {
  readonly node: string;
  /** Every filter, in the order in which the scheduler asks them. */
  readonly checks: readonly FilterCheck[];
  /** Every filter that rejects it, with the reason; empty when it qualifies. */
  readonly rejected: readonly string[];
  readonly failures: number;
  readonly serviceTasks: number;
  readonly allTasks: number;
  readonly chosen: boolean;
  /** Absent for the node that got the task. */
  readonly ifOnly?: Remedy;
}

/** What decided between the nodes that qualify (R-S14, R-S16): the first key in which they differ, or why there was nothing to compare. */
export type Decider =
  | 'failures'
  | 'tasks of the service'
  | 'tasks in all'
  | 'node ID'
  | 'spread'
  | 'turn'
  | 'alone'
  | 'preset';

export interface Rule {
  readonly text: string;
  /** `docs`: documented. `src`: read from source. `sim`: simplified here. */
  readonly tag: 'docs' | 'src' | 'sim';
  /** The rule of the reference, such as `R-R169`. */
  readonly reference: string;
}

export interface Explanation {
  readonly subject: string;
  /** The whole in at most 18 words. */
  readonly line: string;
  /** At most six, oldest first. At least one is a root. */
  readonly chain: readonly ExplanationLink[];
  /** What relative times count from, such as `the crash`. */
  readonly since?: { readonly at: number; readonly what: string };
  /** For placements: all nodes, best ranked first. */
  readonly nodes?: readonly NodeRow[];
  /** For placements: what decided between the nodes that qualify. */
  readonly decidedBy?: Decider;
  readonly rule?: Rule;
  readonly next?: string;
  /** The one counterfactual, which has been tried. */
  readonly ifOnly?: string;
  readonly youCan?: string;
}

/** The longest chain that people read. */
const mostLinks = 6;

/** Orders links by time and keeps at most six: the root, then the latest. A link is told once. */
export function chainOf(links: readonly ExplanationLink[]): readonly ExplanationLink[] {
  const said = new Set<string>();
  const told = links
    .filter(({ event, sentence }) => {
      const key = `${event}/${sentence}`;
      return !said.has(key) && said.add(key);
    })
    .sort((a, b) => a.at - b.at);
  if (told.length <= mostLinks) return told;
  const root = told.find((link) => link.root !== undefined);
  const latest = told.slice(1 - mostLinks);
  return root === undefined || latest.includes(root) ? told.slice(-mostLinks) : [root, ...latest];
}

/** `14.8 s`. */
export function seconds(microseconds: number, digits = 1): string {
  return `${(microseconds / second).toFixed(digits)} s`;
}

/** `a`, `a and b`, `a, b and c`; of many the first and how many more. */
export function listOf(names: readonly string[], most = 4): string {
  const shown =
    names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : [...names];
  const last = shown.pop();
  if (last === undefined) return 'nobody';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** `1 task`, `3 tasks`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** `once`, `3 times`. */
export function times(n: number): string {
  return n === 1 ? 'once' : `${n} times`;
}

export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
