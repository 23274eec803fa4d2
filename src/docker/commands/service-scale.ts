// docker service scale

import type { ServiceMode } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { quote } from '../../model/quote.ts';
import type { Client } from '../client.ts';
import { atLeast, type Command, type Invocation } from '../command.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { splitPair } from '../maps.ts';
import type { DockerHost } from '../process.ts';
import { findService } from '../service/find.ts';
import { specForm } from '../service/form.ts';
import { waitOnService } from '../service/progress.ts';
import { updateService } from '../service/requests.ts';
import { detachFlag } from '../service/wait-flags.ts';

export const serviceScale: Command = {
  name: 'scale',
  usage: 'SERVICE=REPLICAS [SERVICE=REPLICAS...]',
  short: 'Scale one or multiple replicated services',
  arity: atLeast(1),
  handlesInterrupt: true,
  flags: [detachFlag],
  run,
};

const replicasLimit = 2n ** 64n;

/** All are scaled first, and then waited for one after the other; one that cannot be scaled keeps no other from it. */
function* run({ path, args, flags, client, host, command }: Invocation): Fiber<number> {
  const wrong = args.find((arg) => !/^[^=]+=./s.test(arg));
  if (wrong !== undefined) {
    throw new CommandFailure(
      `invalid scale specifier '${wrong}'.\nSee '${path} --help'.\n\nUsage:  ${path} ${command.usage}\n\n${command.short}`,
    );
  }
  const failures: string[] = [];
  const scaled: string[] = [];
  for (const arg of args) {
    const [ref, replicas] = splitPair(arg);
    try {
      yield* scale(client, ref, readReplicas(replicas), host);
      scaled.push(ref);
    } catch (error) {
      failures.push(`${ref}: ${failureText(error)}`);
    }
  }
  if (!flags.on('detach')) {
    for (const ref of scaled) {
      try {
        yield* waitOnService(client, ref, false, host);
      } catch (error) {
        failures.push(`${ref}: ${failureText(error)}`);
      }
    }
  }
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return 0;
}

function readReplicas(text: string): number {
  const fail = (why: string): CommandFailure =>
    new CommandFailure(`invalid replicas value ${text}: strconv.ParseUint: parsing ${quote(text)}: ${why}`);
  if (!/^[0-9]+$/.test(text)) throw fail('invalid syntax');
  if (BigInt(text) >= replicasLimit) throw fail('value out of range');
  return Number(text);
}

function* scale(client: Client, ref: string, replicas: number, host: DockerHost): Fiber<void> {
  const service = yield* findService(client, ref);
  const spec = specForm({ ...service.Spec, Mode: withReplicas(service.Spec.Mode, replicas) });
  const target = { id: service.ID, version: service.Version.Index ?? 0 };
  const warnings = yield* updateService(client, target, spec, { auth: undefined, query: false });
  for (const warning of warnings) host.err(`${warning}\n`);
  host.out(`${ref} scaled to ${replicas}\n`);
}

/** How many times a job is to complete, for a job. */
function withReplicas({ Replicated, ReplicatedJob }: ServiceMode, replicas: number): ServiceMode {
  if (Replicated !== undefined) return { Replicated: { Replicas: replicas } };
  if (ReplicatedJob !== undefined) return { ReplicatedJob: { ...ReplicatedJob, TotalCompletions: replicas } };
  throw new CommandFailure('scale can only be used with replicated or replicated-job mode');
}
