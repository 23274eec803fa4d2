// `--env` and `--env-file`: the variables of a service's containers.

import { ParseFailure } from '../../model/failure.ts';
import { CommandFailure } from '../failure.ts';
import { splitPair } from '../maps.ts';
import { type DockerHost, FileError } from '../process.ts';

/** @throws ParseFailure for a variable without a name */
export function checkVariable(text: string): void {
  if (text === '' || text.startsWith('=')) throw new ParseFailure(`invalid environment variable: ${text}`);
}

/** `K` stands for the client's own `K=value`, and for itself when the client has none. */
export function withOwnValue(text: string, env: DockerHost['env']): string {
  const value = text.includes('=') ? undefined : env.get(text);
  return value === undefined ? text : `${text}=${value}`;
}

/** The variables of files and then those of flags; of two with one name the later wins. @throws CommandFailure for files that cannot be read */
export function readEnvironment(
  files: readonly string[],
  given: readonly string[],
  host: DockerHost,
): readonly string[] {
  const variables = [
    ...files.flatMap((file) => readFile(file, host)),
    ...given.map((text) => withOwnValue(text, host.env)),
  ];
  let kept: string[] = [];
  for (const variable of variables) {
    const [name] = splitPair(variable);
    // A variable without a value is replaced by none, and one that is said again stays.
    kept = kept.filter((other) => other === variable || !other.startsWith(`${name}=`));
    kept.push(variable);
  }
  return kept;
}

/** Lines `K=value` or `K`; `#` starts a comment. `K` alone counts if the client has a value for it. */
function readFile(path: string, host: DockerHost): readonly string[] {
  return contentOf(path, host)
    .split('\n')
    .map((line) => line.replace(/\r$/, '').trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const [name] = splitPair(line);
      if (name === '') throw unreadable(path, `no variable name on line '${line}'`);
      if (/\s/.test(name)) throw unreadable(path, `variable '${name}' contains whitespaces`);
      const variable = withOwnValue(line, host.env);
      return variable.includes('=') ? [variable] : [];
    });
}

function contentOf(path: string, host: DockerHost): string {
  try {
    return host.readFile(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // What opens and cannot be read is a folder.
    throw error.message.startsWith('open ')
      ? new CommandFailure(error.message)
      : unreadable(path, error.message);
  }
}

function unreadable(path: string, why: string): CommandFailure {
  return new CommandFailure(`invalid env file (${path}): ${why}`);
}
