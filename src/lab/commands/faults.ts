// What breaks machines, the network and clocks, and mends them.

import type { Swarm } from '../../cluster/swarm.ts';
import { atLeast, exactly, noArguments } from '../../docker/command.ts';
import { ScenarioFailure } from '../failure.ts';
import type { LinkOptions } from '../link.ts';
import { argument, checkPort, given, group, type LabCall, type LabCommand } from './command.ts';
import { clockSpeed, percent, shift, time } from './kinds.ts';

type OnMachines = 'crash' | 'restart' | 'pause' | 'resume' | 'wipe' | 'isolate';

/** A command that does one thing to each machine named, or to none when one of them cannot have it. */
function onMachines(name: OnMachines, short: string, options: OnMachinesOptions = {}): LabCommand {
  const { long, refused } = options;
  return {
    name,
    usage: 'NODE [NODE...]',
    short,
    ...(long !== undefined && { long }),
    arity: atLeast(1),
    run: ({ args, session }) => {
      const hosts = args.map((host) => session.host(host));
      for (const host of hosts) {
        const why = refused?.(host, session.swarm);
        if (why !== undefined) throw new ScenarioFailure(why);
      }
      session.lab[name](...hosts);
    },
  };
}

interface OnMachinesOptions {
  readonly long?: string;
  /** Why a machine cannot have this done to it now. */
  readonly refused?: (host: string, swarm: Swarm) => string | undefined;
}

function whenOff(host: string, { world }: Swarm): string | undefined {
  return world.isUp(host) ? undefined : `${host} is off: \`lab restart ${host}\` turns it on`;
}

function whenFrozen(host: string, { world }: Swarm): string | undefined {
  return world.isPaused(host) ? `${host} is frozen: \`lab resume ${host}\` lets it go on` : undefined;
}

function whenOn(host: string, { world }: Swarm): string | undefined {
  return world.isUp(host) ? `${host} is on: \`lab crash ${host}\` turns it off first` : undefined;
}

export const faults: readonly LabCommand[] = [
  onMachines('crash', 'Turn machines off: memory and what was not synced to disk are gone', {
    long: 'Their disks stay: `lab restart` turns them on again, `lab wipe` empties the disks first.',
  }),
  onMachines('restart', 'Turn machines on', { refused: whenFrozen }),
  onMachines('pause', 'Freeze machines: alive, but nothing runs', {
    long: 'Messages wait for `lab resume`; others take a frozen machine for a dead one.',
    refused: whenOff,
  }),
  onMachines('resume', 'Let frozen machines go on', { refused: whenOff }),
  onMachines('wipe', 'Empty the disks of machines that are off', { refused: whenOn }),
  onMachines('isolate', 'Cut machines off from every other machine'),
  {
    name: 'partition',
    usage: 'NODE[,NODE...] NODE[,NODE...] [NODE[,NODE...]...]',
    short: 'Cut the network between groups of machines, in both directions',
    long: 'Machines that are in no group reach everybody. `lab heal` mends all cuts.',
    arity: atLeast(2),
    run: ({ args, session }) => {
      const groups = args.map((text) => group(text, session));
      const names = groups.flat();
      const twice = names.find((name, i) => names.indexOf(name) < i);
      if (twice !== undefined) throw new ScenarioFailure(`${twice} is in two groups: it can be in one alone`);
      session.lab.partition(...groups);
    },
  },
  {
    name: 'cut',
    usage: 'NODE[,NODE...] NODE[,NODE...]',
    short: 'Cut one direction: nothing from the first machines reaches the others',
    arity: exactly(2),
    run: (call) => call.session.lab.cut(...twoGroups(call)),
  },
  {
    name: 'heal',
    usage: '',
    short: 'Mend every cut',
    arity: noArguments,
    run: ({ session: { lab } }) => lab.heal(),
  },
  {
    name: 'close-port',
    usage: 'NODE PORT[/PROTOCOL]',
    short: 'Let a firewall at a machine drop what arrives there on a port',
    long: '2377/tcp is where a manager hears agents, other managers and joins; 4789/udp carries the overlay networks, 7946 what nodes tell each other of containers.',
    arity: exactly(2),
    run: (call) => call.session.lab.closePort(...portOfMachine(call)),
  },
  {
    name: 'open-port',
    usage: 'NODE PORT[/PROTOCOL]',
    short: 'Open a port again',
    arity: exactly(2),
    run: (call) => call.session.lab.openPort(...portOfMachine(call)),
  },
  {
    name: 'link',
    usage: 'NODE[,NODE...] NODE[,NODE...]',
    short: 'Make links slow or lossy, in both directions',
    arity: exactly(2),
    flags: [
      { name: 'latency', kind: time, usage: 'How long a message takes, such as 50ms' },
      { name: 'jitter', kind: time, usage: 'How much longer it may take, drawn anew for each' },
      { name: 'loss', kind: percent, usage: 'Of the messages, so many are lost' },
      { name: 'duplicate', kind: percent, usage: 'Of the messages, so many arrive twice' },
      { name: 'reorder', kind: percent, usage: 'Of the messages, so many are overtaken' },
    ],
    run: (call) => {
      const options = linkOptions(call);
      if (Object.keys(options).length === 0) {
        throw new ScenarioFailure(
          'say what the link is like: --latency, --jitter, --loss, --duplicate or --reorder',
        );
      }
      const [between, and] = twoGroups(call);
      const itself = between.find((name) => and.includes(name));
      if (itself !== undefined)
        throw new ScenarioFailure(`${itself} has no link to itself: name it on one side`);
      call.session.lab.link(between, and, options);
    },
  },
  {
    name: 'clock',
    usage: 'NODE',
    short: 'Let a clock run fast or slow, or make it jump',
    arity: exactly(1),
    flags: [
      { name: 'percent', kind: clockSpeed, usage: 'Its speed: 200 is twice as fast as time', initial: '100' },
      { name: 'offset', kind: shift, usage: 'How far it jumps ahead, once', initial: '0s' },
    ],
    run: (call) => {
      const { flags, session } = call;
      const host = session.machine(argument(call, 0));
      session.lab.clock(host, { percent: flags.number('percent'), offset: flags.text('offset') });
    },
  },
];

function linkOptions({ flags }: LabCall): LinkOptions {
  const latency = given(flags, 'latency');
  const jitter = given(flags, 'jitter');
  return {
    ...(latency !== undefined && { latency }),
    ...(jitter !== undefined && { jitter }),
    ...(flags.changed('loss') && { lossPercent: flags.number('loss') }),
    ...(flags.changed('duplicate') && { duplicatePercent: flags.number('duplicate') }),
    ...(flags.changed('reorder') && { reorderPercent: flags.number('reorder') }),
  };
}

function twoGroups(call: LabCall): readonly [readonly string[], readonly string[]] {
  return [group(argument(call, 0), call.session), group(argument(call, 1), call.session)];
}

function portOfMachine(call: LabCall): readonly [host: string, port: string] {
  const port = argument(call, 1);
  checkPort(port);
  return [call.session.machine(argument(call, 0)), port];
}
