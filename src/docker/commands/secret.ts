// docker secret

import type { Fiber } from '../../engine/fiber.ts';
import { encodeBase64 } from '../../model/base64.ts';
import { between, type Invocation } from '../command.ts';
import { readContent } from '../content.ts';
import { CommandFailure } from '../failure.ts';
import { string } from '../flag.ts';
import { capitalise } from '../human.ts';
import {
  createFile,
  creationFlags,
  driverNamed,
  fileCommand,
  labelLines,
  type SwarmFile,
} from '../swarm-files.ts';
import { printTime } from '../template/print.ts';
import { secret as secretType } from '../types/config.ts';

export const secret = fileCommand({
  noun: 'secret',
  version: '1.25',
  create: {
    name: 'create',
    usage: '[OPTIONS] SECRET [file|-]',
    short: 'Create a secret from a file or STDIN as content',
    arity: between(1, 2),
    flags: [
      { name: 'driver', shorthand: 'd', kind: string, usage: 'Secret driver', version: '1.31' },
      ...creationFlags('secret', '1.25'),
    ],
    run: create,
  },
  inspected: 'secret',
  columns: [['Driver', 'DRIVER', ({ file }) => file.Spec.Driver?.Name ?? '']],
  decode: secretType.decode,
  pretty,
});

/** A driver knows the content of its secrets, so that there is a driver or a file. */
function create(invocation: Invocation): Fiber<number> {
  const { args, flags, host } = invocation;
  const [, path = ''] = args;
  const driver = flags.text('driver');
  if (driver === '' && path === '') throw new CommandFailure('secret file is required');
  if (driver !== '' && path !== '') {
    throw new CommandFailure('When using secret driver secret data must be empty');
  }
  return createFile('secret', invocation, {
    Data: path === '' ? undefined : encodeBase64(readContent(path, host)),
    Driver: driverNamed(driver),
  });
}

function pretty({ ID, CreatedAt, UpdatedAt, Spec }: SwarmFile): string {
  const lines = [
    `ID:              ${ID}`,
    `Name:              ${Spec.Name ?? ''}`,
    ...labelLines(Spec.Labels),
    `Driver:            ${Spec.Driver?.Name ?? ''}`,
    `Created at:        ${capitalise(printTime(CreatedAt))}`,
    `Updated at:        ${capitalise(printTime(UpdatedAt))}`,
  ];
  return `${lines.join('\n')}\n`;
}
