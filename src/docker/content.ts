// The content of configs and secrets, from a file or standard input.

import { CommandFailure } from './failure.ts';
import { type DockerHost, FileError } from './process.ts';

/** @param file a path, or `-` for standard input @throws CommandFailure */
export function readContent(file: string, host: DockerHost): string {
  const from = file === '-' ? 'STDIN' : file;
  const content = file === '-' ? host.stdin() : readFile(file, host);
  if (content === '') throw new CommandFailure(`error reading from ${from}: data is empty`);
  return content;
}

function readFile(file: string, host: DockerHost): string {
  try {
    return host.readFile(file);
  } catch (error) {
    if (error instanceof FileError) {
      throw new CommandFailure(`error reading from ${file}: ${error.message}`);
    }
    throw error;
  }
}
