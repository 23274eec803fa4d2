// docker logs, docker container logs

import type { Fiber } from '../../engine/fiber.ts';
import { call, fetchJson } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { bool, string } from '../flag.ts';
import { objectPath } from '../object-path.ts';
import { copyFrames, copyPieces, readPieces, streamOf } from '../service/log-frames.ts';
import { flagTimestamp } from '../timestamp.ts';

export const containerLogs: Command = {
  name: 'logs',
  usage: '[OPTIONS] CONTAINER',
  short: 'Fetch the logs of a container',
  spellings: 'docker container logs, docker logs',
  arity: exactly(1),
  flags: [
    { name: 'details', kind: bool, usage: 'Show extra details provided to logs' },
    { name: 'follow', shorthand: 'f', kind: bool, usage: 'Follow log output' },
    {
      name: 'since',
      kind: string,
      usage:
        'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    },
    {
      name: 'until',
      kind: string,
      usage:
        'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
      version: '1.35',
    },
    { name: 'timestamps', shorthand: 't', kind: bool, usage: 'Show timestamps' },
    {
      name: 'tail',
      shorthand: 'n',
      kind: string,
      usage: 'Number of lines to show from the end of the logs',
      initial: 'all',
    },
  ],
  run,
};

function* run({ args: [reference = ''], flags, client, host }: Invocation): Fiber<number> {
  const { Id, Config } = yield* fetchJson<{
    readonly Id: string;
    readonly Config: { readonly Tty: boolean };
  }>(client, `${objectPath('container', reference)}/json`);
  const isOn = (name: string): string | undefined => (flags.on(name) ? '1' : undefined);
  const query = {
    stdout: '1',
    stderr: '1',
    since: flagTimestamp(flags, 'since', host.now()),
    until: flagTimestamp(flags, 'until', host.now()),
    timestamps: isOn('timestamps'),
    details: isOn('details'),
    follow: isOn('follow'),
    tail: flags.text('tail'),
  };
  const response = yield* call(client, { method: 'GET', path: `/containers/${Id}/logs`, query });
  const stream = streamOf(response);
  const nextPiece = readPieces(stream);
  try {
    yield* Config.Tty ? copyPieces(nextPiece, host) : copyFrames(nextPiece, host);
  } finally {
    stream.close();
  }
  return 0;
}
