// docker stack config

import type { Fiber } from '../../engine/fiber.ts';
import { abilitiesOf } from '../client.ts';
import { type Command, type Invocation, noArguments } from '../command.ts';
import { loadConfig, readComposeFiles } from '../compose/files.ts';
import { printConfig } from '../compose/print.ts';
import { composeFileFlag, orchestratorFlag, warner } from '../compose/stack.ts';
import { bool } from '../flag.ts';

export const stackConfig: Command = {
  name: 'config',
  usage: '[OPTIONS]',
  short: 'Outputs the final config file, after doing merges and interpolations',
  arity: noArguments,
  flags: [
    orchestratorFlag,
    composeFileFlag,
    {
      name: 'skip-interpolation',
      kind: bool,
      usage: 'Skip interpolation and output only merged config',
    },
  ],
  run,
};

function* run({ flags, client, host }: Invocation): Fiber<number> {
  // Asked for as before every command; what comes of it does not matter, nor whether there is an engine at all (D-E68).
  yield* abilitiesOf(client);
  const files = readComposeFiles(flags.slice('compose-file'), host);
  host.out(printConfig(loadConfig(files, host, flags.on('skip-interpolation'), warner(host))));
  return 0;
}
