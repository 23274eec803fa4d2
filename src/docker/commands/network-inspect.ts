// docker network inspect

import { fetchText, parseAnswer } from '../client.ts';
import { atLeast, type Command } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { bool } from '../flag.ts';
import { badTemplate, inspectAll } from '../inspect.ts';
import { objectPath } from '../object-path.ts';
import { network as networkType } from '../types/network.ts';

export const networkInspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  short: 'Display detailed information on one or more networks',
  arity: atLeast(1),
  flags: [
    inspectFormatFlag,
    { name: 'verbose', shorthand: 'v', kind: bool, usage: 'Verbose output for diagnostics' },
  ],
  *run({ args, flags, client, host }) {
    const query = { verbose: flags.on('verbose') ? 'true' : undefined };
    return yield* inspectAll(
      args,
      flags.text('format'),
      host,
      function* (reference) {
        const raw = yield* fetchText(client, objectPath('network', reference), query);
        return { value: networkType.decode(parseAnswer(raw)), raw };
      },
      badTemplate,
    );
  },
};
