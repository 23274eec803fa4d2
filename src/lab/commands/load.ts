// `lab load`: requests to a service, so many a second for so long, and what became of them.

import { exactly } from '../../docker/command.ts';
import { string } from '../../docker/flag.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { ScenarioFailure } from '../failure.ts';
import { duration } from '../options.ts';
import type { Traffic } from '../traffic.ts';
import { argument, checkPort, type LabCall, type LabCommand } from './command.ts';
import { someTime, whole } from './kinds.ts';

export const load: LabCommand = {
  name: 'load',
  usage: 'TARGET',
  short: 'Send requests to a service, and count what becomes of them',
  long: `TARGET is a published port of a machine, worker2:8080; from a container it may be the name of a service, db or tasks.db:5432.`,
  arity: exactly(1),
  flags: [
    { name: 'rate', kind: whole(1, 10_000), usage: 'Requests a second', initial: '10' },
    { name: 'for', kind: someTime, usage: 'For how long', initial: '10s' },
    {
      name: 'from',
      kind: string,
      usage: 'A machine, a task (web.1) or a service; default: outside the swarm',
    },
    { name: 'timeout', kind: someTime, usage: 'How long an answer may take', initial: '1s' },
    {
      name: 'most-failed',
      kind: whole(0, 1_000_000_000),
      usage: 'Fail when more requests than this have failed',
    },
  ],
  run: (call) => sendLoad(call),
};

function* sendLoad(call: LabCall): Fiber<void> {
  const { flags, session, terminal } = call;
  const from = flags.text('from');
  const time = duration('--for', flags.text('for'));
  const { world } = session.swarm;
  const to = argument(call, 0);
  checkPort(to);
  const [, name] = /^([\w.-]+)(?::\d+)?$/.exec(to) ?? [];
  if (from === '' && name !== undefined && !world.hostNames().includes(name)) {
    throw new ScenarioFailure(
      `there is no machine ${name}: names of services are known in containers alone, as with --from web.1`,
    );
  }
  const traffic = session.outside.traffic({
    to,
    perSecond: flags.number('rate'),
    timeout: flags.text('timeout'),
    ...(from !== '' && { from }),
  });
  try {
    yield { until: () => terminal.interrupted(), deadline: world.now + time };
  } finally {
    traffic.halt();
  }
  // Whoever stops waiting stops counting.
  yield* untilEnded(traffic, terminal.interrupted);
  terminal.out(report(traffic));
  const most = flags.changed('most-failed') ? flags.number('most-failed') : Number.POSITIVE_INFINITY;
  if (traffic.failed > most) {
    throw new ScenarioFailure(`${traffic.failed} requests failed, and at most ${most} may`);
  }
}

function* untilEnded(traffic: Traffic, interrupted: () => boolean): Fiber<void> {
  if (!traffic.ended)
    yield { until: () => traffic.ended || interrupted(), deadline: Number.POSITIVE_INFINITY };
}

function report(traffic: Traffic): string {
  const lines = [`sent      ${traffic.sent}`, `answered  ${traffic.answered}`, `failed    ${traffic.failed}`];
  const kinds: readonly (readonly [string, number])[] = [
    ['refused', traffic.refused],
    ['closed early', traffic.closed],
    ['timed out', traffic.timedOut],
    ['not resolved', traffic.unresolved],
    ['HTTP errors', traffic.httpErrors],
  ];
  for (const [kind, count] of kinds) if (count > 0) lines.push(`  ${kind}: ${count}`);
  const tasks = [...traffic.byTask].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [task, count] of tasks) lines.push(`  by ${task}: ${count}`);
  return `${lines.join('\n')}\n`;
}
