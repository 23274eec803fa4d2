// The compose files of a command, from their names to checked and decoded configurations.

import { CommandFailure } from '../failure.ts';
import { absolutePath } from '../path.ts';
import { type DockerHost, FileError } from '../process.ts';
import type { Config } from './config.ts';
import { interpolate } from './interpolation.ts';
import { merge } from './merge.ts';
import { statedVersion, validate } from './schema/validate.ts';
import { loadSections } from './sections.ts';
import type { Mapping } from './value.ts';
import { refusedKeys } from './warnings.ts';
import { readYaml } from './yaml/read.ts';

export interface ComposeFile {
  readonly name: string;
  /** As it was read: neither interpolated nor checked. */
  readonly content: Mapping;
}

export interface ComposeFiles {
  readonly files: readonly ComposeFile[];
  /** Where relative paths begin: the folder of the first file, or the working directory for standard input. */
  readonly folder: string;
}

/** A configuration has keys that no stack may have. */
export class RefusedKeys extends CommandFailure {
  /** What is said about each of them. */
  readonly reasons: ReadonlyMap<string, string>;

  constructor(reasons: ReadonlyMap<string, string>) {
    super('Configuration contains forbidden properties');
    this.reasons = reasons;
  }
}

/** Reads the files; `-` is standard input. @throws CommandFailure */
export function readComposeFiles(names: readonly string[], host: DockerHost): ComposeFiles {
  const [first] = names;
  if (first === undefined) throw new CommandFailure('Specify a Compose file (with --compose-file)');
  const files = names.map((name) => ({ name, content: readYaml(contentOf(name, host)) }));
  const fromInput = first === '-' && names.length === 1;
  const folder = fromInput ? host.cwd : absolutePath(`${absolutePath(first, host.cwd)}/..`, host.cwd);
  return { files, folder };
}

function contentOf(name: string, host: DockerHost): string {
  if (name === '-') return host.stdin();
  try {
    return host.readFile(name);
  } catch (error) {
    if (error instanceof FileError) throw new CommandFailure(error.message);
    throw error;
  }
}

/**
 * Checks the files and puts them together: later ones add to and override earlier ones.
 * @param literal leave variables as they are written
 * @param warn takes what is to be said on the way
 * @throws CommandFailure for the first thing that is wrong, RefusedKeys
 */
export function loadConfig(
  { files, folder }: ComposeFiles,
  host: DockerHost,
  literal: boolean,
  warn: (message: string) => void,
): Config {
  const version = statedVersion(files[0]?.content ?? new Map());
  const configs = files.map(({ content }) => {
    const stated = statedVersion(content);
    if (stated !== version) {
      throw new CommandFailure(`version mismatched between two composefiles : ${version} and ${stated}`);
    }
    const refused = refusedKeys(content);
    if (refused.size > 0) throw new RefusedKeys(refused);
    const file = literal ? content : interpolate(content, host.env);
    validate(file, version);
    return loadSections(file, folder, host, warn);
  });
  return merge(configs);
}
