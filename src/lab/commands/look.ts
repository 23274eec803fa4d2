// What somebody sees who looks at the world from outside: how things stand, what has happened, why, and whether it is as expected.

import { atLeast, between, noArguments } from '../../docker/command.ts';
import { bool, string } from '../../docker/flag.ts';
import { alignColumns, listStyle } from '../../docker/table.ts';
import { explain } from '../explain/explain.ts';
import { explanationText } from '../explain/text.ts';
import { ScenarioFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { storyLines } from '../story-text.ts';
import { formatTime } from '../time.ts';
import type { LabCall, LabCommand } from './command.ts';
import { isWhole, whole } from './kinds.ts';
import { checkService, nodeStates, oneOf, refuseMore, updateStates } from './time.ts';

const status: LabCommand = {
  name: 'status',
  usage: '',
  short: 'Show the time, the leader, the nodes and the services',
  arity: noArguments,
  run: ({ session, terminal }) => {
    const { lab, swarm } = session;
    terminal.out(
      `time    ${lab.time}\nseed    ${session.beginning.seed}\nleader  ${lab.leader() ?? '(none)'}\n\n`,
    );
    const machines = swarm.machines.map(({ name }) => {
      const { world } = swarm;
      const power = !world.isUp(name) ? 'off' : world.isPaused(name) ? 'frozen' : 'on';
      const containers = power === 'off' ? '' : lab.containers(name).join(', ');
      return [
        name,
        power,
        ...nodeCells(session.swarm.state() === undefined ? [] : lab.nodes(), name),
        containers,
      ];
    });
    terminal.out(table([['MACHINE', 'POWER', 'NODE', 'AVAILABILITY', 'MANAGER', 'CONTAINERS'], ...machines]));
    const services = swarm.state()?.list('service') ?? [];
    if (services.length === 0) return;
    const rows = services.map(({ spec: { name }, updateStatus }) => [
      name,
      String(lab.running(name).length),
      lab.converged(name) ? 'yes' : 'no',
      updateStatus?.state ?? '',
    ]);
    terminal.out(`\n${table([['SERVICE', 'RUNNING', 'CONVERGED', 'UPDATE'], ...rows])}`);
  },
};

function table(rows: readonly (readonly string[])[]): string {
  return alignColumns(rows.map((cells) => `${cells.join('\t')}\n`).join(''), listStyle);
}

function nodeCells(
  nodes: readonly { name: string; status: string; availability: string; manager: string }[],
  machine: string,
): readonly string[] {
  const node = nodes.find(({ name }) => name === machine);
  return node === undefined ? ['', '', ''] : [node.status, node.availability, node.manager];
}

const story: LabCommand = {
  name: 'story',
  usage: '',
  short: 'Tell what has happened, the last 20 lines of it',
  arity: noArguments,
  flags: [
    { name: 'last', shorthand: 'n', kind: whole(0, 1_000_000), usage: 'How many lines', initial: '20' },
    { name: 'all', kind: bool, usage: 'All of it' },
  ],
  run: ({ flags, session, terminal }) => {
    const last = flags.number('last');
    const lines = flags.on('all') ? session.story : last === 0 ? [] : session.story.slice(-last);
    terminal.out(storyLines(lines));
  },
};

const log: LabCommand = {
  name: 'log',
  usage: '[MANAGER]',
  short: 'Show the Raft log of a manager, the last 20 entries of it',
  long: 'What each entry changes, and which managers have it. One that is not committed may be lost. Without a manager it is that of the leader.',
  arity: between(0, 1),
  flags: [
    { name: 'last', shorthand: 'n', kind: whole(0, 1_000_000), usage: 'How many entries', initial: '20' },
  ],
  run: ({ args: [name], flags, session, terminal }) => {
    const { lab, swarm } = session;
    const manager = name === undefined ? lab.leader() : session.machine(name);
    if (manager === undefined)
      throw new ScenarioFailure('there is no leader: say whose log, as in `lab log manager1`');
    if (swarm.managerOf(manager) === undefined)
      throw new ScenarioFailure(`${manager} is no manager that runs: it has no log to show`);
    const rows = lab
      .log(manager, flags.number('last'))
      .flatMap(({ index, term, state, holders, changes }) => {
        const shown = changes.length <= mostChanges ? changes : changes.slice(0, mostChanges - 1);
        const more = changes.length - shown.length;
        const [first = '', ...others] = more === 0 ? shown : [...shown, `... and ${more} more`];
        const entry = [String(index), String(term), state, holders.join(', '), first];
        return [entry, ...others.map((change) => ['', '', '', '', change])];
      });
    terminal.out(table([['INDEX', 'TERM', 'STATE', 'HELD BY', 'CHANGES'], ...rows]));
  },
};

/** Of one entry no more lines than this: a transaction can have hundreds of changes. */
const mostChanges = 6;

const explainCommand: LabCommand = {
  name: 'explain',
  usage: 'SUBJECT...',
  short: 'Tell why something is as it is, back to the command, fault, timer or draw it comes from',
  long: 'A subject is a task (web.3), a node, a service, leader, election, election 2, last, or `placement web.3`.',
  arity: atLeast(1),
  run: (call) => tellWhy(call, call.args.join(' ')),
};

const whyNot: LabCommand = {
  name: 'why-not',
  usage: '[NODE] SUBJECT',
  short: 'Tell why a task, or a service, is not on a node, and what would have to change',
  long: 'The subject is a task (web.3), or a service. Without a node it tells of all of them: why it is where it is, or nowhere.',
  arity: between(1, 2),
  run: (call) => {
    const [first = '', subject] = call.args;
    if (subject !== undefined) tellWhy(call, `why-not ${call.session.machine(first)} for ${subject}`);
    else if (call.session.swarm.machines.some(({ name }) => name === first)) {
      throw new ScenarioFailure(`say what is not on ${first}: \`lab why-not ${first} web.1\``);
    } else tellWhy(call, `placement ${first}`);
  },
};

function tellWhy({ session, terminal }: LabCall, subject: string): void {
  terminal.out(`${explanationText(explain(session.swarm.world, subject))}\n`);
}

const expect: LabCommand = {
  name: 'expect',
  usage:
    'leader [NODE] | converged [SERVICE] | node NODE STATE | tasks SERVICE COUNT [NODE] | update SERVICE STATE',
  short: 'Fail unless something is so, now',
  long: `For everything else there is bash: test "$(docker service ls -q | wc -l)" = 3.`,
  arity: atLeast(1),
  flags: [
    { name: 'not', kind: bool, usage: 'Fail if it is so' },
    { name: 'say', kind: string, usage: 'The promise in words, for the story' },
  ],
  run: ({ args, flags, session }) => {
    const [holds, found] = check(args, session);
    const promise = flags.text('say') || `${flags.on('not') ? 'not ' : ''}${args.join(' ')}`;
    if (holds === flags.on('not')) {
      throw new ScenarioFailure(
        `at ${formatTime(session.swarm.world.now)}: expected ${promise}, found ${found}`,
      );
    }
    session.tell('kept', '', promise);
  },
};

/** Whether it is so, and how it is. @throws ScenarioFailure when the question makes no sense */
function check([what = '', ...rest]: readonly string[], session: Session): readonly [boolean, string] {
  const { lab } = session;
  const [first = '', second = '', third] = rest;
  switch (what) {
    case 'leader': {
      refuseMore(rest.slice(1), 'leader [NODE]');
      const leader = lab.leader();
      const wanted = first === '' ? leader : session.machine(first);
      return [leader !== undefined && leader === wanted, leader ?? 'none'];
    }
    case 'converged': {
      refuseMore(rest.slice(1), 'converged [SERVICE]');
      const converged = lab.converged(first === '' ? undefined : first);
      return [converged, converged ? 'that it has' : 'that it has not'];
    }
    case 'node': {
      refuseMore(rest.slice(2), 'node NODE STATE');
      const state = oneOf(nodeStates, second, 'node NODE STATE');
      const name = session.machine(first);
      const node = lab.nodes().find((each) => each.name === name);
      return [node?.status === state, node?.status ?? 'no node of that name'];
    }
    case 'tasks': {
      refuseMore(rest.slice(3), 'tasks SERVICE COUNT [NODE]');
      if (!isWhole(second)) {
        throw new ScenarioFailure(
          `tasks SERVICE COUNT [NODE]: a count is a whole number, not ${JSON.stringify(second)}`,
        );
      }
      checkService(first, session);
      const node = third === undefined ? undefined : session.machine(third);
      const count = lab.running(first).filter((task) => node === undefined || task.node === node).length;
      return [count === Number(second), String(count)];
    }
    case 'update': {
      refuseMore(rest.slice(2), 'update SERVICE STATE');
      const wanted = oneOf(updateStates, second, 'update SERVICE STATE');
      checkService(first, session);
      const state = lab.updateStatus(first)?.state;
      return [state === wanted, state ?? 'none'];
    }
    default:
      throw new ScenarioFailure(
        `expect leader, converged, node, tasks or update, not ${JSON.stringify(what)}`,
      );
  }
}

export const look: readonly LabCommand[] = [status, story, log, explainCommand, whyNot, expect];
