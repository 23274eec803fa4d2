// docker volume inspect

import { fetchText, parseAnswer } from '../client.ts';
import { atLeast, type Command } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { badTemplate, inspectAll } from '../inspect.ts';
import { objectPath } from '../object-path.ts';
import { volume as volumeType } from '../types/volume.ts';

export const volumeInspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  short: 'Display detailed information on one or more volumes',
  arity: atLeast(1),
  flags: [inspectFormatFlag],
  *run({ args, flags, client, host }) {
    return yield* inspectAll(
      args,
      flags.text('format'),
      host,
      function* (reference) {
        const text = yield* fetchText(client, objectPath('volume', reference));
        return { value: volumeType.decode(parseAnswer(text)), raw: undefined };
      },
      badTemplate,
    );
  },
};
