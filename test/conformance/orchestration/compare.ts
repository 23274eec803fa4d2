// Compares a replayed case with the recorded facts (recordings/oracle/README.md, 2.3). Of histories it compares what does not depend on
// the order of simultaneous events or on how ties between nodes are broken: observed states, desired states and texts.

import { compare, count, type Difference } from '../oracle.ts';
import { type Change, type Check, type Life, type Observation, observe } from './observe.ts';
import type { CheckFacts, Facts, OrchestrationCase, TaskFacts } from './schema.ts';

/** Changes less than this apart are one. Milliseconds. */
const simultaneous = 20;
/** How much a time may differ. Milliseconds. */
const tolerance = 50;
/** When recorded times are further apart than this, their mean says little. Milliseconds. */
const readableSpread = 60;

/** Replays a case, and compares every fact that it has and that was stable. */
export function replayCase({ input, facts, unstable }: OrchestrationCase): Difference[] {
  const found = observe(input);
  const stable = (fact: string) => !unstable.includes(fact);
  return [
    ...compare('services', facts.services, found.services),
    ...(stable('updateStatus') ? compareStatus(facts, found) : []),
    ...compare('apiErrors', facts.apiErrors, found.apiErrors),
    ...compareTasks(facts, found),
    ...(stable('running') ? compareRunning(facts, found) : []),
    ...compare(
      'checks',
      facts.checks.map(({ when }) => when),
      found.checks.map(({ when }) => when),
    ),
    ...facts.checks.flatMap((expected, index) => {
      const check = found.checks[index];
      const stableHere = (fact: string) => stable(`${fact}@${index}`);
      return check
        ? [...compareCheck(expected, check, stableHere), ...compareUp(expected, found, index, stableHere)]
        : [];
    }),
  ];
}

function compareStatus(facts: Facts, { updateStatus }: Observation): Difference[] {
  const told = new Map([...updateStatus].map(([id, changes]) => [id, changes.map(([, status]) => status)]));
  const differences = compare('updateStatus', facts.updateStatus, told);
  if (differences.length > 0 || facts.updateStatusSpreadMs > readableSpread) return differences;
  return [...facts.updateStatusAtMs].flatMap(([id, times]) =>
    compareTimes(
      `updateStatusAtMs of ${id}`,
      times,
      (updateStatus.get(id) ?? []).map(([at]) => at),
    ),
  );
}

function compareTimes(what: string, expected: readonly number[], found: readonly number[]): Difference[] {
  const close =
    expected.length === found.length &&
    expected.every((time, index) => Math.abs(time - (found[index] ?? Infinity)) <= tolerance);
  return close ? [] : [{ what, expected, found }];
}

function compareTasks(facts: Facts, { lives }: Observation): Difference[] {
  const perSlot = count(lives.map(({ slot }) => slot));
  const histories = new Map<string, Life[]>();
  for (const life of lives) histories.set(life.slot, [...(histories.get(life.slot) ?? []), life]);
  const differences = [
    ...compare('tasksCreated', facts.tasksCreated, lives.length),
    ...compare('tasksPerSlot', facts.tasksPerSlot, perSlot),
    ...compare('tasksPerSlotSorted', ascending(facts.tasksPerSlotSorted), ascending([...perSlot.values()])),
  ];
  for (const { slots, tasks } of facts.slots) {
    for (const slot of slots) {
      differences.push(
        ...compare(`slot ${slot}`, tasks.map(recorded), (histories.get(slot) ?? []).map(lived)),
      );
    }
  }
  const anyOrder = facts.slotsAnyOrder?.flatMap(({ times, tasks }) =>
    Array.from({ length: times }, () => tasks.map(recorded).join(', ')),
  );
  const all = [...histories.values()].map((history) => history.map(lived).join(', '));
  return [...differences, ...compare('slotsAnyOrder', anyOrder?.sort(), all.sort())];
}

function ascending(numbers: readonly number[] | undefined): number[] | undefined {
  return numbers?.toSorted((a, b) => a - b);
}

/** The last status is recorded unless the task still runs. */
function recorded({ img, by, iter, obs, des, gone, msg, err }: TaskFacts): string {
  return story([img, by, iter, obs, des], gone, obs.endsWith('R') ? '' : (msg ?? ''), err);
}

function lived({ image, by, iteration, observed, desired, gone, last }: Life): string {
  const { message, err } = last.status;
  return story([image, by, iteration, observed, desired], gone, observed.endsWith('R') ? '' : message, err);
}

function story(course: readonly string[], gone: boolean, message: string, err: string): string {
  return `${course.join(' ')}${gone ? ' gone' : ''} (${message}; ${err})`;
}

function compareRunning(facts: Facts, found: Observation): Difference[] {
  if (facts.running === undefined) return [];
  const recordedChanges = facts.running.map(
    (running, index) => [facts.runningAtMs[index] ?? 0, running] as const,
  );
  const expected = merged(recordedChanges);
  const replayed = merged(found.running);
  const differences = compare(
    'running',
    expected.map(([, running]) => running),
    replayed.map(([, running]) => running),
  );
  if (differences.length > 0 || facts.runningSpreadMs > readableSpread) return differences;
  return compareTimes(
    'runningAtMs',
    expected.map(([at]) => at),
    replayed.map(([at]) => at),
  );
}

/** Takes simultaneous changes together, and leaves out those that change nothing. */
function merged(changes: readonly Change<number>[]): Change<number>[] {
  const together: Change<number>[] = [];
  for (const [at, value] of changes) {
    const last = together.at(-1);
    if (last !== undefined && at - last[0] < simultaneous) together[together.length - 1] = [last[0], value];
    else together.push([at, value]);
  }
  return together.filter(([, value], index) => index === 0 || value !== together[index - 1]?.[1]);
}

function compareCheck(expected: CheckFacts, found: Check, stable: (fact: string) => boolean): Difference[] {
  const one = (fact: string, wanted: unknown, seen: unknown) =>
    stable(fact) ? compare(`${expected.when}: ${fact}`, wanted, seen) : [];
  // A count without any entry was not written down.
  const entries = (wanted: ReadonlyMap<string, unknown> | undefined) => wanted ?? new Map();
  const { storedPerSlot } = expected;
  const each = new Map([...found.storedPerSlot.keys()].map((slot) => [slot, 1]));
  return [
    ...one('running', expected.running, found.running),
    ...one('wanted', expected.wanted, found.wanted),
    ...one('stored', expected.stored, found.stored),
    ...one('runningByImage', entries(expected.runningByImage), found.runningByImage),
    ...one('runningByNode', entries(expected.runningByNode), found.runningByNode),
    ...one('runningSlots', entries(expected.runningSlots), found.runningSlots),
    ...one('storedPerSlot', storedPerSlot === '1 each' ? each : entries(storedPerSlot), found.storedPerSlot),
    ...one('updateState', entries(expected.updateState), found.updateState),
  ];
}

/** The least and the most that ran since the check before. */
function compareUp(
  expected: CheckFacts,
  { checks, up }: Observation,
  index: number,
  stable: (fact: string) => boolean,
): Difference[] {
  const from = checks[index - 1]?.commits ?? 0;
  const since: Change<number>[] = [up[from - 1] ?? [0, 0], ...up.slice(from, checks[index]?.commits)];
  if (isMixed(since)) return [];
  const numbers = since.map(([, number]) => number);
  return [
    ...(stable('upMin') ? compare(`${expected.when}: upMin`, expected.upMin, Math.min(...numbers)) : []),
    ...(stable('upMax') ? compare(`${expected.when}: upMax`, expected.upMax, Math.max(...numbers)) : []),
  ];
}

/** Whether some tasks came up while others, at the same moment, went: which was first is chance. */
function isMixed(changes: readonly Change<number>[]): boolean {
  const steps = changes.flatMap(([at, value], index) => {
    const before = changes[index - 1]?.[1] ?? value;
    return value === before ? [] : [{ at, up: value > before }];
  });
  return steps.some(({ at, up }, index) => {
    const next = steps[index + 1];
    return next !== undefined && next.up !== up && next.at - at < simultaneous;
  });
}
