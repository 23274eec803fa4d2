// The stage: which machines there are, what images do, whether the registry serves, what volumes hold.

import { atLeast, atMost, between, exactly, noArguments } from '../../docker/command.ts';
import { bool, int, string, strings } from '../../docker/flag.ts';
import type { Flags } from '../../docker/flags.ts';
import type { Fiber } from '../../engine/fiber.ts';
import type { NodeRole } from '../../model/state.ts';
import type { ClusterRequest, MachineRequest } from '../cluster.ts';
import { ScenarioFailure } from '../failure.ts';
import type { ImageScript } from '../image.ts';
import type { Session } from '../session.ts';
import { argument, durationFlag, type LabCall, type LabCommand } from './command.ts';

const cluster: LabCommand = {
  name: 'cluster',
  usage: '',
  short: 'Begin again, with other machines',
  long: 'Everything that was is gone: the new machines form a swarm, unless --fresh leaves that to you.',
  arity: noArguments,
  flags: [
    { name: 'managers', kind: int, usage: 'manager1, manager2 ...', initial: '3' },
    { name: 'workers', kind: int, usage: 'worker1, worker2 ...', initial: '3' },
    { name: 'fresh', kind: bool, usage: 'Leave the machines outside of any swarm' },
    { name: 'seed', kind: string, usage: 'The seed that decides every draw (default: the seed of now)' },
    { name: 'pre-vote', kind: bool, usage: 'Managers ask before an election whether they would win it' },
    { name: 'label', kind: strings, usage: 'A label of a node: worker1:zone=a' },
    { name: 'engine-label', kind: strings, usage: 'A label of an engine: worker1:disk=ssd' },
    { name: 'cpus', kind: strings, usage: 'The CPUs of a machine: worker1=8 (default 4)' },
    { name: 'memory', kind: strings, usage: 'The memory of a machine: worker1=16g (default 8g)' },
    { name: 'platform', kind: strings, usage: 'The platform of a machine: worker1=linux/arm64' },
  ],
  run: ({ flags, session }) => {
    session.begin({
      seed: flags.changed('seed') ? flags.text('seed') : session.beginning.seed,
      cluster: clusterOf(flags),
      fresh: flags.on('fresh'),
    });
  },
};

function clusterOf(flags: Flags): ClusterRequest {
  const nodes = new Map<string, MachineRequest>();
  const change = (name: string, change: MachineRequest): void => {
    nodes.set(name, { ...nodes.get(name), ...change });
  };
  for (const text of flags.slice('label')) {
    const [name, key, value] = labelParts('--label', text);
    change(name, { labels: { ...nodes.get(name)?.labels, [key]: value } });
  }
  for (const text of flags.slice('engine-label')) {
    const [name, key, value] = labelParts('--engine-label', text);
    change(name, { engineLabels: { ...nodes.get(name)?.engineLabels, [key]: value } });
  }
  for (const text of flags.slice('cpus')) {
    const [name, cpus] = pair('--cpus', text, 'worker1=8');
    change(name, { cpus: Number(cpus) });
  }
  for (const text of flags.slice('memory')) {
    const [name, memory] = pair('--memory', text, 'worker1=16g');
    change(name, { memory });
  }
  for (const text of flags.slice('platform')) {
    const [name, platform] = pair('--platform', text, 'worker1=linux/arm64');
    change(name, { platform });
  }
  return {
    managers: flags.number('managers'),
    workers: flags.number('workers'),
    preVote: flags.on('pre-vote'),
    nodes: Object.fromEntries(nodes),
  };
}

function labelParts(flag: string, text: string): readonly [machine: string, key: string, value: string] {
  const [, machine, key, value = ''] = /^([^:=]+):([^=]+)(?:=(.*))?$/.exec(text) ?? [];
  if (machine !== undefined && key !== undefined) return [machine, key, value];
  throw new ScenarioFailure(`${flag} is like worker1:zone=a, not ${JSON.stringify(text)}`);
}

function pair(flag: string, text: string, example: string): readonly [machine: string, value: string] {
  const [, machine, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (machine !== undefined && value !== undefined) return [machine, value];
  throw new ScenarioFailure(`${flag} is like ${example}, not ${JSON.stringify(text)}`);
}

const node: LabCommand = {
  name: 'node',
  usage: '',
  short: 'Add machines, and take them away',
  commands: [
    {
      name: 'add',
      usage: 'NODE',
      short: 'Turn on a new machine, and let it join the swarm',
      arity: exactly(1),
      flags: [
        { name: 'role', kind: string, usage: 'worker, manager, or none to stay outside', initial: 'worker' },
      ],
      run: (call) => addNode(call),
    },
    {
      name: 'remove',
      usage: 'NODE',
      short: 'Turn a machine off for good, its disk emptied',
      long: 'The swarm takes it for a node that is down until `docker node rm` removes it there.',
      arity: exactly(1),
      run: (call) => {
        const { lab, swarm } = call.session;
        const name = call.session.machine(argument(call, 0));
        if (swarm.world.isUp(name)) lab.crash(name);
        lab.wipe(name);
      },
    },
  ],
};

function* addNode(call: LabCall): Fiber<void> {
  const { session, flags } = call;
  const name = argument(call, 0);
  const role = flags.text('role');
  if (role !== 'worker' && role !== 'manager' && role !== 'none') {
    throw new ScenarioFailure(`lab node add --role is worker, manager or none, not ${JSON.stringify(role)}`);
  }
  session.lab.addMachine(name);
  session.machinesChanged();
  if (role !== 'none') yield* join(session, name, role);
}

function* join({ swarm, lab }: Session, name: string, role: NodeRole): Fiber<void> {
  const tokens = swarm.state()?.list('cluster')[0]?.joinTokens;
  const manager = lab.leader();
  if (tokens === undefined || manager === undefined) {
    throw new ScenarioFailure(`${name} is on, but cannot join: no manager leads`);
  }
  const command = swarm.type(name, {
    kind: 'node.join',
    manager,
    token: tokens[role],
    availability: 'active',
  });
  let answer = swarm.answerTo(command);
  yield {
    until: () => {
      answer ??= swarm.answerTo(command);
      return answer !== undefined;
    },
    deadline: Number.POSITIVE_INFINITY,
  };
  if (answer !== undefined && 'error' in answer)
    throw new ScenarioFailure(`${name} is on, but: ${answer.error.message}`);
}

const image: LabCommand = {
  name: 'image',
  usage: 'IMAGE',
  short: 'Say what an image does, from the next container on',
  long: 'What is not said simply works: a pull of a moment, a program that starts at once, runs for ever and ends when asked to.',
  arity: exactly(1),
  flags: [
    { name: 'on', kind: string, usage: 'On this machine alone' },
    { name: 'missing', kind: bool, usage: 'The registry has no such tag' },
    { name: 'denied', kind: bool, usage: 'The registry refuses to say whether there is such a repository' },
    { name: 'pull', kind: string, usage: 'How long a pull takes' },
    { name: 'start', kind: string, usage: 'How long a container takes to start' },
    { name: 'start-error', kind: string, usage: 'Containers do not start, and say this' },
    { name: 'exit', kind: int, usage: 'The program ends by itself, with this code' },
    { name: 'after', kind: string, usage: 'When it ends, after its start', initial: '0s' },
    { name: 'unhealthy', kind: bool, usage: 'Its health check never passes' },
    { name: 'healthy-after', kind: string, usage: 'Its health check passes from then on' },
    { name: 'unhealthy-after', kind: string, usage: 'Its health check fails from then on' },
    { name: 'stop', kind: string, usage: 'How long it takes to stop; `ignores` for until it is killed' },
    { name: 'listens-after', kind: string, usage: 'When it begins to answer requests, after its start' },
    { name: 'serves-in', kind: string, usage: 'How long it takes to answer a request' },
    { name: 'error-percent', kind: int, usage: 'Per cent of the requests that it answers with an error' },
    { name: 'log', kind: string, usage: 'A line that it writes when it starts; may be given again' },
  ],
  run: (call) => {
    const on = call.flags.text('on');
    call.session.lab.image(argument(call, 0), imageScript(call), on === '' ? {} : { on });
  },
};

function imageScript({ flags }: LabCall): ImageScript {
  const pull = flags.on('missing') ? 'missing' : flags.on('denied') ? 'denied' : durationFlag(flags, 'pull');
  const start = durationFlag(flags, 'start');
  const after = durationFlag(flags, 'after') ?? '0s';
  const from = durationFlag(flags, 'healthy-after');
  const until = durationFlag(flags, 'unhealthy-after');
  const stop = flags.text('stop');
  return {
    ...(pull !== undefined && { pull }),
    ...(start !== undefined && { start }),
    ...(flags.changed('start-error') && { startError: flags.text('start-error') }),
    ...(flags.changed('exit') && { exits: { after, code: flags.number('exit') } }),
    ...(flags.on('unhealthy') && { health: 'never' as const }),
    ...((from !== undefined || until !== undefined) && {
      health: { after: from ?? '0s', ...(until !== undefined && { until }) },
    }),
    ...(stop !== '' && { stop }),
    ...servesScript(flags),
    ...(flags.changed('log') && { logs: flags.list('log').map((line) => ({ after: '0s', line })) }),
  };
}

function servesScript(flags: Flags): Pick<ImageScript, 'serves'> {
  const after = durationFlag(flags, 'listens-after');
  const time = durationFlag(flags, 'serves-in');
  if (after === undefined && time === undefined && !flags.changed('error-percent')) return {};
  return {
    serves: {
      ...(after !== undefined && { after }),
      ...(time !== undefined && { in: time }),
      ...(flags.changed('error-percent') && { errorPercent: flags.number('error-percent') }),
    },
  };
}

const registry: LabCommand = {
  name: 'registry',
  usage: 'up | down',
  short: 'Let the registry serve, or refuse every pull',
  arity: exactly(1),
  run: (call) => {
    const state = argument(call, 0);
    if (state !== 'up' && state !== 'down') {
      throw new ScenarioFailure(`lab registry is up or down, not ${JSON.stringify(state)}`);
    }
    call.session.lab.registry(state);
  },
};

const volume: LabCommand = {
  name: 'volume',
  usage: 'NODE VOLUME [KEY [VALUE]]',
  short: 'Read a volume of a machine, or write to it as a program would',
  long: 'VOLUME is a name, or the absolute path of a directory. With a key alone its value is printed; with neither, that the volume exists.',
  arity: between(2, 4),
  run: (call) => {
    const [host = '', name = '', key, value] = call.args;
    const { lab } = call.session;
    const found = lab.volume(host, name);
    if (key !== undefined && value !== undefined) {
      found.write(key, value);
      return;
    }
    if (!found.exists) throw new ScenarioFailure(`${host} has no volume ${name}`);
    if (key === undefined) {
      call.terminal.out(`${name}\n`);
      return;
    }
    const text = found.read(key);
    if (text === undefined) throw new ScenarioFailure(`nothing was written to ${key} of ${name} on ${host}`);
    call.terminal.out(`${text}\n`);
  },
};

const seed: LabCommand = {
  name: 'seed',
  usage: '[SEED]',
  short: 'Print the seed, or begin again with another: the same machines, other draws',
  arity: atMost(1),
  run: ({ args, session, terminal }) => {
    const [wanted] = args;
    if (wanted === undefined) terminal.out(`${session.beginning.seed}\n`);
    else if (wanted === '') throw new ScenarioFailure('lab seed: a seed is any text but the empty one');
    else session.begin({ ...session.beginning, seed: wanted });
  },
};

const balancer: LabCommand = {
  name: 'balancer',
  usage: 'NAME NODE:PORT [NODE:PORT...]',
  short: 'Put a load balancer in front of published ports, a machine outside of the swarm',
  long: 'It checks the health of what is behind it, and answers at NAME:80 unless --port says otherwise.',
  arity: atLeast(2),
  flags: [
    { name: 'port', kind: int, usage: 'Where it listens', initial: '80' },
    { name: 'health-every', kind: string, usage: 'From one health check to the next', initial: '2s' },
    { name: 'timeout', kind: string, usage: 'How long an answer may take', initial: '1s' },
    { name: 'rise', kind: int, usage: 'So many good checks in a row bring a machine back', initial: '2' },
    { name: 'fall', kind: int, usage: 'So many bad ones take it out', initial: '3' },
  ],
  run: ({ args, flags, session }) => {
    const [name = '', ...backends] = args;
    session.lab.loadBalancer(name, {
      port: flags.number('port'),
      backends,
      healthEvery: flags.text('health-every'),
      timeout: flags.text('timeout'),
      rise: flags.number('rise'),
      fall: flags.number('fall'),
    });
  },
};

const draw: LabCommand = {
  name: 'draw',
  usage: 'BOUND',
  short: 'Print a whole number from 0 to BOUND - 1, drawn by the seed',
  arity: exactly(1),
  run: (call) => {
    const bound = Number(argument(call, 0));
    call.terminal.out(`${call.session.lab.draw('script', bound)}\n`);
  },
};

export const stage: readonly LabCommand[] = [cluster, node, image, registry, volume, balancer, seed, draw];
