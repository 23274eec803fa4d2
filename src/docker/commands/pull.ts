// docker pull, docker image pull

import type { PullProgress } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { ParseFailure } from '../../model/failure.ts';
import { canonicalImage, type ImageReference, parseImage, withDefaultTag } from '../../model/image.ts';
import { call, parseAnswer } from '../client.ts';
import { type Command, exactly, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { bool, string } from '../flag.ts';
import { eachLine } from '../lines.ts';
import { registryAuth } from '../service/auth.ts';

/** docker image pull */
export const imagePull: Command = {
  name: 'pull',
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  short: 'Download an image from a registry',
  spellings: 'docker image pull, docker pull',
  arity: exactly(1),
  flags: [
    {
      name: 'all-tags',
      shorthand: 'a',
      kind: bool,
      usage: 'Download all tagged images in the repository',
    },
    {
      name: 'disable-content-trust',
      kind: bool,
      usage: 'Skip image verification',
      initial: 'true',
    },
    {
      name: 'platform',
      kind: string,
      usage: 'Set platform if server is multi-platform capable',
      version: '1.32',
    },
    { name: 'quiet', shorthand: 'q', kind: bool, usage: 'Suppress verbose output' },
  ],
  run,
};

export const pull: Command = { ...imagePull, section: 'common' };

function* run({ args: [name = ''], flags, client, host }: Invocation): Fiber<number> {
  const image = readReference(name);
  const all = flags.on('all-tags');
  const quiet = flags.on('quiet');
  const isBare = image.tag === undefined && image.digest === undefined;
  if (all && !isBare) throw new CommandFailure("tag can't be used with --all-tags/-a");
  const wanted = all ? image : withDefaultTag(image);
  if (!all && isBare && !quiet) host.out('Using default tag: latest\n');
  const query = {
    fromImage: canonicalImage({ domain: image.domain, path: image.path }),
    platform: flags.text('platform') || undefined,
    tag: wanted.digest ?? wanted.tag,
  };
  const headers = new Map([['x-registry-auth', registryAuth(name, host.config)]]);
  const response = yield* call(client, { method: 'POST', path: '/images/create', query, headers });
  yield* eachLine(response, (line) => printProgress(parseAnswer(line), quiet ? () => {} : host.out));
  host.out(`${canonicalImage(wanted)}\n`);
  return 0;
}

/** @throws CommandFailure */
function readReference(name: string): ImageReference {
  try {
    return parseImage(name);
  } catch (error) {
    if (error instanceof ParseFailure) throw new CommandFailure(error.message);
    throw error;
  }
}

/** What is in progress says more on a terminal than elsewhere, where it is left out. */
interface Progress extends PullProgress {
  readonly progress?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** @throws CommandFailure for what went wrong */
function printProgress(message: Progress, out: (text: string) => void): void {
  const { status = '', id, errorDetail, error, progressDetail } = message;
  const failure = errorDetail?.message ?? error;
  if (failure !== undefined) throw new CommandFailure(failure);
  if (progressDetail?.current) return;
  out(`${id ? `${id}: ` : ''}${status}\n`);
}
