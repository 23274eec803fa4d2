// What breaks machines, the network and clocks, and mends them.

import { atLeast, exactly, noArguments } from '../../docker/command.ts';
import { type Flag, float, string } from '../../docker/flag.ts';
import { ScenarioFailure } from '../failure.ts';
import type { LinkOptions } from '../link.ts';
import { argument, durationFlag, type LabCall, type LabCommand } from './command.ts';

type OnMachines = 'crash' | 'restart' | 'pause' | 'resume' | 'wipe' | 'isolate';

/** A command that does one thing to each machine named. */
function onMachines(name: OnMachines, short: string, long?: string): LabCommand {
  return {
    name,
    usage: 'NODE [NODE...]',
    short,
    ...(long !== undefined && { long }),
    arity: atLeast(1),
    run: ({ args, session: { lab } }) => lab[name](...args),
  };
}

const percent = (name: string, usage: string): Flag => ({ name, kind: float, usage });

export const faults: readonly LabCommand[] = [
  onMachines(
    'crash',
    'Turn machines off: memory and what was not synced to disk are gone',
    'Their disks stay: `lab restart` turns them on again, `lab wipe` empties the disks first.',
  ),
  onMachines('restart', 'Turn machines on'),
  onMachines(
    'pause',
    'Freeze machines: alive, but nothing runs',
    'Messages wait for `lab resume`; others take a frozen machine for a dead one.',
  ),
  onMachines('resume', 'Let frozen machines go on'),
  onMachines('wipe', 'Empty the disks of machines that are off'),
  onMachines('isolate', 'Cut machines off from every other machine'),
  {
    name: 'partition',
    usage: 'NODE[,NODE...] NODE[,NODE...] [NODE[,NODE...]...]',
    short: 'Cut the network between groups of machines, in both directions',
    long: 'Machines that are in no group reach everybody. `lab heal` mends all cuts.',
    arity: atLeast(2),
    run: ({ args, session: { lab } }) => lab.partition(...args.map(machinesOf)),
  },
  {
    name: 'cut',
    usage: 'NODE[,NODE...] NODE[,NODE...]',
    short: 'Cut one direction: nothing from the first machines reaches the others',
    arity: exactly(2),
    run: (call) => call.session.lab.cut(machinesOf(argument(call, 0)), machinesOf(argument(call, 1))),
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
    long: '4789/udp carries the overlay networks, 7946 what nodes tell each other of containers, 2377/tcp the managers.',
    arity: exactly(2),
    run: (call) => call.session.lab.closePort(argument(call, 0), argument(call, 1)),
  },
  {
    name: 'open-port',
    usage: 'NODE PORT[/PROTOCOL]',
    short: 'Open a port again',
    arity: exactly(2),
    run: (call) => call.session.lab.openPort(argument(call, 0), argument(call, 1)),
  },
  {
    name: 'link',
    usage: 'NODE[,NODE...] NODE[,NODE...]',
    short: 'Make links slow or lossy, in both directions',
    arity: exactly(2),
    flags: [
      { name: 'latency', kind: string, usage: 'How long a message takes, such as 50ms' },
      { name: 'jitter', kind: string, usage: 'How much longer it may take, drawn anew for each' },
      percent('loss', 'Per cent of the messages that are lost'),
      percent('duplicate', 'Per cent of the messages that arrive twice'),
      percent('reorder', 'Per cent of the messages that others overtake'),
    ],
    run: (call) => {
      const options = linkOptions(call);
      if (Object.keys(options).length === 0) {
        throw new ScenarioFailure(
          'lab link: say what the link is like: --latency, --jitter, --loss, --duplicate or --reorder',
        );
      }
      call.session.lab.link(machinesOf(argument(call, 0)), machinesOf(argument(call, 1)), options);
    },
  },
  {
    name: 'clock',
    usage: 'NODE',
    short: 'Let a clock run fast or slow, or make it jump',
    arity: exactly(1),
    flags: [
      { name: 'percent', kind: float, usage: 'Its speed: 200 is twice as fast as time', initial: '100' },
      { name: 'offset', kind: string, usage: 'How far it jumps ahead, once', initial: '0s' },
    ],
    run: (call) => {
      const { flags, session } = call;
      const offset = durationFlag(flags, 'offset') ?? '0s';
      session.lab.clock(argument(call, 0), { percent: flags.number('percent'), offset });
    },
  },
];

function linkOptions({ flags }: LabCall): LinkOptions {
  const latency = durationFlag(flags, 'latency');
  const jitter = durationFlag(flags, 'jitter');
  return {
    ...(latency !== undefined && { latency }),
    ...(jitter !== undefined && { jitter }),
    ...(flags.changed('loss') && { lossPercent: flags.number('loss') }),
    ...(flags.changed('duplicate') && { duplicatePercent: flags.number('duplicate') }),
    ...(flags.changed('reorder') && { reorderPercent: flags.number('reorder') }),
  };
}

/** `worker1,worker2`. */
export function machinesOf(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '');
}
