// `lab image`: what an image does, in place of the program in it.

import { exactly } from '../../docker/command.ts';
import { bool, string } from '../../docker/flag.ts';
import type { Flags } from '../../docker/flags.ts';
import { ParseFailure } from '../../model/failure.ts';
import { parseImage } from '../../model/image.ts';
import { ScenarioFailure } from '../failure.ts';
import type { ImageScript } from '../image.ts';
import { argument, given, type LabCall, type LabCommand } from './command.ts';
import { percent, stopTime, time, whole } from './kinds.ts';

export const image: LabCommand = {
  name: 'image',
  usage: 'IMAGE',
  short: 'Say what an image does, from the next container on',
  long: 'What is not said simply works: a pull of a moment, a program that starts at once, runs for ever and ends when asked to.',
  arity: exactly(1),
  flags: [
    {
      name: 'content',
      kind: string,
      usage: 'What is in it: the tag means another image with another content',
    },
    { name: 'on', kind: string, usage: 'On this machine alone' },
    { name: 'missing', kind: bool, usage: 'The registry has no such tag' },
    { name: 'denied', kind: bool, usage: 'The registry refuses to say whether there is such a repository' },
    { name: 'private', kind: bool, usage: 'The registry denies it to who sends no credentials' },
    { name: 'pull', kind: time, usage: 'How long a pull takes' },
    { name: 'start', kind: time, usage: 'How long a container takes to start' },
    { name: 'start-error', kind: string, usage: 'Containers do not start, and say this' },
    { name: 'exit', kind: whole(0, 255), usage: 'The program ends by itself, with this code' },
    { name: 'out-of-memory', kind: bool, usage: 'The kernel kills the program for want of memory' },
    { name: 'after', kind: time, usage: 'When it ends, after its start', initial: '0s' },
    { name: 'unhealthy', kind: bool, usage: 'Its health check never passes' },
    { name: 'healthy-after', kind: time, usage: 'Its health check passes from then on' },
    { name: 'unhealthy-after', kind: time, usage: 'Its health check fails from then on' },
    { name: 'stop', kind: stopTime, usage: 'How long it takes to stop; `ignores` for until it is killed' },
    { name: 'listens-after', kind: time, usage: 'When it begins to answer requests, after its start' },
    { name: 'serves-in', kind: time, usage: 'How long it takes to answer a request' },
    { name: 'error-percent', kind: percent, usage: 'Of the requests, so many are answered with an error' },
    { name: 'log', kind: string, usage: 'A line that it writes when it starts; may be given again' },
  ],
  run: (call) => {
    const { flags, session } = call;
    const on = given(flags, 'on');
    if (on !== undefined) session.machine(on);
    checkContradictions(flags);
    const name = argument(call, 0);
    try {
      parseImage(name);
    } catch (error) {
      if (!(error instanceof ParseFailure)) throw error;
      throw new ScenarioFailure(
        `${JSON.stringify(name)} is no name of an image, such as nginx:1.27: ${error.message}`,
      );
    }
    session.lab.image(name, imageScript(call), on === undefined ? {} : { on });
  },
};

/** Flags of an image of which one alone can be. */
const alternatives: readonly (readonly string[])[] = [
  ['missing', 'denied', 'private', 'pull'],
  ['exit', 'out-of-memory'],
  ['start', 'start-error'],
  ['unhealthy', 'healthy-after'],
  ['unhealthy', 'unhealthy-after'],
];

/** @throws ScenarioFailure for flags that do not go together */
function checkContradictions(flags: Flags): void {
  for (const names of alternatives) {
    const [one, other] = names.filter((name) => flags.changed(name));
    if (other !== undefined)
      throw new ScenarioFailure(`--${one} and --${other} do not go together: give one of them`);
  }
  if (flags.changed('after') && !flags.changed('exit') && !flags.on('out-of-memory')) {
    throw new ScenarioFailure(
      '--after says when a program ends: --exit says with which code, --out-of-memory that it is killed',
    );
  }
  if (flags.changed('healthy-after') && flags.changed('unhealthy-after')) {
    if (flags.duration('healthy-after') >= flags.duration('unhealthy-after')) {
      throw new ScenarioFailure(
        '--unhealthy-after is later than --healthy-after, or it would never be healthy',
      );
    }
  }
}

function imageScript({ flags }: LabCall): ImageScript {
  const refused = ['missing', 'denied', 'private'].find((name) => flags.on(name));
  const pull = refused ?? given(flags, 'pull');
  const start = given(flags, 'start');
  const after = flags.text('after');
  const from = given(flags, 'healthy-after');
  const until = given(flags, 'unhealthy-after');
  const stop = flags.text('stop');
  return {
    ...(flags.changed('content') && { content: flags.text('content') }),
    ...(pull !== undefined && { pull }),
    ...(start !== undefined && { start }),
    ...(flags.changed('start-error') && { startError: flags.text('start-error') }),
    ...(flags.changed('exit') && { exits: { after, code: flags.number('exit') } }),
    ...(flags.on('out-of-memory') && { exits: { after, outOfMemory: true as const } }),
    ...(flags.on('unhealthy') && { health: 'never' as const }),
    ...((from !== undefined || until !== undefined) && {
      health: { after: from ?? '0s', ...(until !== undefined && { until }) },
    }),
    ...(stop !== '' && { stop }),
    ...servesScript(flags),
    ...(flags.changed('log') && { logs: flags.list('log').map((line) => ({ after: '0s', line })) }),
  };
}

function servesScript(flags: Flags): Pick<ImageScript, 'serves'> {
  const after = given(flags, 'listens-after');
  const time = given(flags, 'serves-in');
  if (after === undefined && time === undefined && !flags.changed('error-percent')) return {};
  return {
    serves: {
      ...(after !== undefined && { after }),
      ...(time !== undefined && { in: time }),
      ...(flags.changed('error-percent') && { errorPercent: flags.number('error-percent') }),
    },
  };
}
