// docker config

import { decodeBase64, encodeBase64 } from '../../model/base64.ts';
import { quote } from '../../model/quote.ts';
import { exactly } from '../command.ts';
import { readContent } from '../content.ts';
import { CommandFailure, failureText } from '../failure.ts';
import { capitalise } from '../human.ts';
import type { DockerHost } from '../process.ts';
import { createFile, creationFlags, fileCommand, labelLines, type SwarmFile } from '../swarm-files.ts';
import { printTime } from '../template/print.ts';
import { config as configType } from '../types/config.ts';

export const config = fileCommand({
  noun: 'config',
  version: '1.30',
  create: {
    name: 'create',
    usage: '[OPTIONS] CONFIG file|-',
    short: 'Create a config from a file or STDIN',
    arity: exactly(2),
    flags: creationFlags('config', '1.30'),
    run: (invocation) => {
      const [, path = ''] = invocation.args;
      return createFile('config', invocation, { Data: encodeBase64(readConfig(path, invocation.host)) });
    },
  },
  // So docker 28.2.2 writes it.
  inspected: 'contig',
  columns: [],
  decode: configType.decode,
  pretty,
});

/** @throws CommandFailure */
function readConfig(path: string, host: DockerHost): string {
  try {
    if (path === '') throw new CommandFailure('config file is required');
    return readContent(path, host);
  } catch (error) {
    throw new CommandFailure(`Error reading content from ${quote(path)}: ${failureText(error)}`);
  }
}

function pretty({ ID, CreatedAt, UpdatedAt, Spec }: SwarmFile): string {
  const lines = [
    `ID:\t\t\t${ID}`,
    `Name:\t\t\t${Spec.Name ?? ''}`,
    ...labelLines(Spec.Labels),
    `Created at:            \t${capitalise(printTime(CreatedAt))}`,
    `Updated at:            \t${capitalise(printTime(UpdatedAt))}`,
    'Data:',
    decodeBase64(Spec.Data ?? ''),
  ];
  return `${lines.join('\n')}\n`;
}
