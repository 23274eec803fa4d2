// docker container inspect

import type { Fiber } from '../../engine/fiber.ts';
import { fetchText, parseAnswer } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { inspectFormatFlag } from '../common-flags.ts';
import { bool } from '../flag.ts';
import { badTemplate, inspectAll } from '../inspect.ts';
import { objectPath } from '../object-path.ts';
import { container } from '../types/container.ts';

export const containerInspect: Command = {
  name: 'inspect',
  usage: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Display detailed information on one or more containers',
  arity: atLeast(1),
  flags: [inspectFormatFlag, { name: 'size', shorthand: 's', kind: bool, usage: 'Display total file sizes' }],
  run,
};

function* run({ args, flags, client, host }: Invocation): Fiber<number> {
  const query = { size: flags.on('size') ? '1' : undefined };
  return yield* inspectAll(
    args,
    flags.text('format'),
    host,
    function* (reference) {
      const raw = yield* fetchText(client, `${objectPath('container', reference)}/json`, query);
      return { value: container.decode(parseAnswer<unknown>(raw)), raw };
    },
    badTemplate,
  );
}
