// The stage: which machines there are, whether the registry serves, what volumes hold, by which seed all is drawn.

import { atLeast, atMost, between, exactly, noArguments } from '../../docker/command.ts';
import { bool, string, strings } from '../../docker/flag.ts';
import type { Flags } from '../../docker/flags.ts';
import type { Fiber } from '../../engine/fiber.ts';
import type { NodeRole } from '../../model/state.ts';
import type { ClusterRequest, MachineRequest } from '../cluster.ts';
import { ScenarioFailure } from '../failure.ts';
import { argument, checkPort, type LabCall, type LabCommand } from './command.ts';
import { isWhole, seedText, someTime, whole } from './kinds.ts';

const cluster: LabCommand = {
  name: 'cluster',
  usage: '',
  short: 'Begin again, with other machines',
  long: 'Everything that was is gone: the new machines form a swarm, unless --fresh leaves that to you.',
  arity: noArguments,
  flags: [
    { name: 'managers', kind: whole(1, 100), usage: 'manager1, manager2 ...', initial: '3' },
    { name: 'workers', kind: whole(0, 1_000), usage: 'worker1, worker2 ...', initial: '3' },
    { name: 'fresh', kind: bool, usage: 'Leave the machines outside of any swarm' },
    { name: 'seed', kind: seedText, usage: 'The seed that decides every draw (default: the seed of now)' },
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

const mostCpus = 1_024;

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
    if (!isWhole(cpus) || Number(cpus) < 1 || Number(cpus) > mostCpus) {
      throw new ScenarioFailure(`--cpus is like worker1=8, at most ${mostCpus}, not ${JSON.stringify(text)}`);
    }
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
    throw new ScenarioFailure(`--role is worker, manager or none, not ${JSON.stringify(role)}`);
  }
  if (session.swarm.machines.some((machine) => machine.name === name)) {
    throw new ScenarioFailure(
      `there is a machine ${name} already: \`lab restart ${name}\` turns it on if it is off`,
    );
  }
  const manager = session.lab.leader();
  if (role !== 'none' && manager === undefined) {
    throw new ScenarioFailure(
      `no manager leads and could let ${name} in: \`lab node add --role none ${name}\` adds it all the same`,
    );
  }
  session.lab.addMachine(name);
  session.machinesChanged();
  if (role !== 'none' && manager !== undefined) yield* join(call, name, role, manager);
}

function* join({ session, terminal }: LabCall, name: string, role: NodeRole, manager: string): Fiber<void> {
  const { swarm } = session;
  const tokens = swarm.state()?.list('cluster')[0]?.joinTokens;
  if (tokens === undefined) throw new Error('a manager that leads has a cluster');
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
      return answer !== undefined || terminal.interrupted();
    },
    deadline: Number.POSITIVE_INFINITY,
  };
  if (answer !== undefined && 'error' in answer) {
    throw new ScenarioFailure(`${name} is on, but in no swarm: ${answer.error.message}`);
  }
}

const registry: LabCommand = {
  name: 'registry',
  usage: 'up | down',
  short: 'Let the registry serve, or refuse every pull',
  arity: exactly(1),
  run: (call) => {
    const state = argument(call, 0);
    if (state !== 'up' && state !== 'down') {
      throw new ScenarioFailure(`the registry is up or down, not ${JSON.stringify(state)}`);
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
    const [place = '', name = '', key, value] = call.args;
    const { lab } = call.session;
    const host = call.session.machine(place);
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
    else if (wanted === '') throw new ScenarioFailure('a seed is any text but the empty one');
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
    { name: 'port', kind: whole(1, 65_535), usage: 'Where it listens', initial: '80' },
    { name: 'health-every', kind: someTime, usage: 'From one health check to the next', initial: '2s' },
    { name: 'timeout', kind: someTime, usage: 'How long an answer may take', initial: '1s' },
    {
      name: 'rise',
      kind: whole(1, 1_000),
      usage: 'So many good checks in a row bring a machine back',
      initial: '2',
    },
    { name: 'fall', kind: whole(1, 1_000), usage: 'So many bad ones take it out', initial: '3' },
  ],
  run: ({ args, flags, session }) => {
    const [name = '', ...backends] = args;
    for (const backend of backends) checkPort(backend);
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
    const text = argument(call, 0);
    const bound = isWhole(text) ? Number(text) : 0;
    if (bound < 1) throw new ScenarioFailure(`a bound is a whole number from 1, not ${JSON.stringify(text)}`);
    call.terminal.out(`${call.session.lab.draw('script', bound)}\n`);
  },
};

export const stage: readonly LabCommand[] = [cluster, node, registry, volume, balancer, seed, draw];
