// The recordings of docker 28.2.2, as data.

import { readFileSync } from 'node:fs';
import { engineAddress } from './process.ts';

export interface Recording {
  readonly args: readonly string[];
  /** The client's configuration is what the command line before it left. */
  readonly continues?: true;
  /** Beside HOME; without it the engine's address alone. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** The name of a variant of the engine; the ordinary one when it is not said. */
  readonly engine?: string;
  /** When it was run, microseconds since 1970; kept where ages are printed or moments sent. */
  readonly now?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly requests?: readonly string[];
}

export const home = '/home/ada';

/** What lies in the folder where the commands run. */
export const files = {
  'f.txt': 'hello\n',
  'empty.txt': '',
  'ca.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
};

/** What is in each part, and how many command lines it has at least: a list that lost them would prove nothing. */
export const parts = [
  ['help', 'the help of every command, on old engines too', 118],
  ['flags', 'ways to write flags and arguments, right and wrong; engines that are not there', 75],
  ['templates', 'formats', 533],
  ['swarm', 'swarm', 77],
  ['node', 'node, and answers that are no answers', 42],
  ['config', 'config, secret', 54],
  ['network', 'network, volume', 92],
  ['engine', 'info, version, events, ps, images, pull, login, inspect', 95],
  ['engines', 'engines of other ages and in other states', 186],
  ['mixed', 'commands with flags and arguments by chance', 600],
  ['global', 'flags of docker itself, and words in any order', 263],
  ['context', 'contexts, one after the other', 79],
] as const;

export function readRecordings(part: string): readonly Recording[] {
  const text = readFileSync(new URL(`recordings/${part}.jsonl`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Recording => ({ env: { DOCKER_HOST: engineAddress }, ...JSON.parse(line) }));
}
