// What the commands of stacks share: flags, names of stacks, warnings.

import { formatInstant } from '../../engine/time.ts';
import { quote } from '../../model/quote.ts';
import { CommandFailure } from '../failure.ts';
import { type Flag, string, strings } from '../flag.ts';
import type { DockerHost } from '../process.ts';

export const composeFileFlag: Flag = {
  name: 'compose-file',
  shorthand: 'c',
  kind: strings,
  usage: 'Path to a Compose file, or "-" to read from stdin',
};

/** What once said whether Swarm or Kubernetes runs a stack. */
export const orchestratorFlag: Flag = {
  name: 'orchestrator',
  kind: string,
  usage: 'Orchestrator to use (swarm|all)',
  hidden: true,
  deprecated: 'option will be ignored',
};

/** @throws CommandFailure for a name with nothing in it but blanks and quotes */
export function checkStackName(name: string): void {
  if (/^[\s'"]*$/.test(name)) throw new CommandFailure(`invalid stack name: ${quote(name)}`);
}

/** Warnings about compose files, as lines of a log. */
export function warner(host: DockerHost): (message: string) => void {
  return (message) => {
    const time = formatInstant(host.now()).replace(/\.\d+/, '');
    const plain = /^[A-Za-z0-9._/@^+-]+$/.test(message);
    host.err(`time=${quote(time)} level=warning msg=${plain ? message : quote(message)}\n`);
  };
}
