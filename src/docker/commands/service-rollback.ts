// docker service rollback

import type { Fiber } from '../../engine/fiber.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { findService } from '../service/find.ts';
import { specForm } from '../service/form.ts';
import { concludeChange } from '../service/progress.ts';
import { updateService } from '../service/requests.ts';
import { detachFlag, quietFlag } from '../service/wait-flags.ts';

const version = '1.31';

export const serviceRollback: Command = {
  name: 'rollback',
  usage: '[OPTIONS] SERVICE',
  short: "Revert changes to a service's configuration",
  arity: exactly(1),
  handlesInterrupt: true,
  version,
  flags: [detachFlag, quietFlag],
  run,
};

function* run(invocation: Invocation): Fiber<number> {
  const { client } = invocation;
  const [ref = ''] = invocation.args;
  const service = yield* findService(client, ref);
  const { ID: id, Version, Spec } = service;
  // The spec is sent because one must be; the engine goes back to the one before it.
  const options = { auth: undefined, query: false, rollback: 'previous' };
  const warnings = yield* updateService(client, { id, version: Version.Index ?? 0 }, specForm(Spec), options);
  return yield* concludeChange(invocation, ref, warnings);
}
