// `lab wait`: lets virtual time pass, for so long or until something is so.

import { atLeast } from '../../docker/command.ts';
import { string } from '../../docker/flag.ts';
import { type Fiber, sleepUntil } from '../../engine/fiber.ts';
import type { NodeState, UpdateState } from '../../model/state.ts';
import { ScenarioFailure } from '../failure.ts';
import { duration } from '../options.ts';
import type { LabCall, LabCommand } from './command.ts';

const nodeStates: readonly NodeState[] = ['unknown', 'down', 'ready', 'disconnected'];
const updateStates: readonly UpdateState[] = [
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
  flags: [
    { name: 'timeout', kind: string, usage: 'How long to wait at most, in virtual time', initial: '5m' },
  ],
  run: (call) => waitFor(call),
};

function* waitFor(call: LabCall): Fiber<void> {
  const [what = '', ...rest] = call.args;
  const { lab, swarm } = call.session;
  if (/^\d/.test(what)) {
    refuseMore(rest, `lab wait ${what}`);
    yield* sleepUntil(swarm.world.now + duration('wait', what));
    return;
  }
  const [first = '', second = ''] = rest;
  switch (what) {
    case 'leader':
      refuseMore(rest, 'lab wait leader');
      return yield* until(call, 'a leader', () => lab.leader() !== undefined);
    case 'converged': {
      refuseMore(rest.slice(1), 'lab wait converged SERVICE');
      const service = first === '' ? undefined : first;
      return yield* until(call, `${service ?? 'every service'} to converge`, () => lab.converged(service));
    }
    case 'node': {
      const state = oneOf(nodeStates, second, 'lab wait node NODE STATE');
      call.session.machine(first);
      return yield* until(call, `node ${first} to be ${state}`, () =>
        lab.nodes().some(({ name, status }) => name === first && status === state),
      );
    }
    case 'update': {
      const state = oneOf(updateStates, second, 'lab wait update SERVICE STATE');
      return yield* until(
        call,
        `the update of ${first} to be ${state}`,
        () => lab.updateStatus(first)?.state === state,
      );
    }
    default:
      throw new ScenarioFailure(
        `lab wait: a duration such as 10s, leader, converged, node or update, not ${JSON.stringify(what)}`,
      );
  }
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

function oneOf<S extends string>(states: readonly S[], word: string, usage: string): S {
  const found = states.find((state) => state === word);
  if (found !== undefined) return found;
  throw new ScenarioFailure(`${usage}: a state is one of ${states.join(', ')}, not ${JSON.stringify(word)}`);
}

function refuseMore(rest: readonly string[], usage: string): void {
  if (rest.length > 0)
    throw new ScenarioFailure(`${usage} takes nothing more, but there is ${rest.join(' ')}`);
}
