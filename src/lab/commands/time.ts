// `lab wait`: lets virtual time pass, for so long or until something is so.

import { atLeast } from '../../docker/command.ts';
import type { Fiber } from '../../engine/fiber.ts';
import type { NodeState, UpdateState } from '../../model/state.ts';
import { ScenarioFailure } from '../failure.ts';
import { duration } from '../options.ts';
import type { Session } from '../session.ts';
import type { LabCall, LabCommand } from './command.ts';
import { time } from './kinds.ts';

export const nodeStates: readonly NodeState[] = ['unknown', 'down', 'ready', 'disconnected'];
export const updateStates: readonly UpdateState[] = [
  'updating',
  'paused',
  'completed',
  'rollback_started',
  'rollback_paused',
  'rollback_completed',
];

export const wait: LabCommand = {
  name: 'wait',
  usage: 'DURATION | leader | converged [SERVICE] | node NODE STATE | update SERVICE STATE',
  short: 'Let virtual time pass, for so long or until something is so',
  long: `A duration is like 10s, 1m30s or 500ms. The others end as soon as it is so, and fail when it is not within the timeout:
a manager leads; a service, or every service, has all its tasks running and no update under way; a node is
${nodeStates.join(', ')}; the update of a service is ${updateStates.join(', ')}.`,
  arity: atLeast(1),
  flags: [{ name: 'timeout', kind: time, usage: 'How long to wait at most, in virtual time', initial: '5m' }],
  run: (call) => waitFor(call),
};

function* waitFor(call: LabCall): Fiber<void> {
  const [what = '', ...rest] = call.args;
  const { session, terminal } = call;
  const { world } = session.swarm;
  if (/^\d/.test(what)) {
    refuseMore(rest, 'DURATION');
    const deadline = world.now + duration('a duration is like 10s', what);
    yield { until: terminal.interrupted, deadline };
    return;
  }
  const [sentence, condition] = awaited(what, rest, session);
  return yield* until(call, sentence, condition);
}

/** What is waited for, in words and as a condition. @throws ScenarioFailure when it can never be */
function awaited(
  what: string,
  rest: readonly string[],
  session: Session,
): readonly [sentence: string, condition: () => boolean] {
  const { lab } = session;
  const [first = '', second = ''] = rest;
  switch (what) {
    case 'leader':
      refuseMore(rest, 'leader');
      return ['a leader', () => lab.leader() !== undefined];
    case 'converged': {
      refuseMore(rest.slice(1), 'converged [SERVICE]');
      if (first === '') return ['every service to converge', () => lab.converged()];
      checkService(first, session);
      return [`${first} to converge`, () => lab.converged(first)];
    }
    case 'node': {
      refuseMore(rest.slice(2), 'node NODE STATE');
      const state = oneOf(nodeStates, second, 'node NODE STATE');
      const name = session.machine(first);
      const is = () => lab.nodes().some((node) => node.name === name && node.status === state);
      return [`node ${name} to be ${state}`, is];
    }
    case 'update': {
      refuseMore(rest.slice(2), 'update SERVICE STATE');
      const state = oneOf(updateStates, second, 'update SERVICE STATE');
      checkService(first, session);
      return [`the update of ${first} to be ${state}`, () => lab.updateStatus(first)?.state === state];
    }
    default:
      throw new ScenarioFailure(
        `wait for a duration such as 10s, leader, converged, node or update, not ${JSON.stringify(what)}`,
      );
  }
}

/** @throws ScenarioFailure when a manager knows that there is no such service */
export function checkService(name: string, { swarm }: Session): void {
  const state = swarm.state();
  if (state === undefined || state.findByName('service', name) !== undefined) return;
  throw new ScenarioFailure(`there is no service ${name}: \`docker service ls\` lists them`);
}

function* until({ flags, session, terminal }: LabCall, what: string, condition: () => boolean): Fiber<void> {
  const { world } = session.swarm;
  const limit = flags.text('timeout');
  const begun = session.lab.time;
  const deadline = world.now + duration('--timeout', limit);
  // There may be nothing to look at yet, as while no manager runs.
  const holds = (): boolean => {
    try {
      return condition();
    } catch (error) {
      if (error instanceof ScenarioFailure) return false;
      throw error;
    }
  };
  yield { until: () => holds() || terminal.interrupted(), deadline };
  if (holds() || terminal.interrupted()) return;
  throw new ScenarioFailure(`at ${session.lab.time}: waited ${limit} (from ${begun}) for ${what}, in vain`);
}

/** @throws ScenarioFailure for a word that is no state @param usage what follows the command */
export function oneOf<S extends string>(states: readonly S[], word: string, usage: string): S {
  const found = states.find((state) => state === word);
  if (found !== undefined) return found;
  throw new ScenarioFailure(`${usage}: a state is one of ${states.join(', ')}, not ${JSON.stringify(word)}`);
}

/** @throws ScenarioFailure when there are words left over */
export function refuseMore(rest: readonly string[], usage: string): void {
  if (rest.length > 0)
    throw new ScenarioFailure(`${usage}: nothing follows that, but there is ${rest.join(' ')}`);
}
