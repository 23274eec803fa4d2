// `swarmlab shell`: the script language, at a terminal. Part of the rim: the folder it is started in.

import process from 'node:process';
import type { Session } from '../session.ts';
import { complete } from './completion.ts';
import { TerminalConsole } from './console.ts';
import { copyFolder } from './folder.ts';
import { place, Shell } from './shell-loop.ts';

/**
 * Runs the shell until `exit` or the end of its input.
 * @param rate virtual seconds in a second; Infinity for as fast as it goes
 * @returns the exit code it ended with
 */
export async function runShell(session: Session, rate: number): Promise<number> {
  const console = new TerminalConsole((line) => complete(line, session));
  const shell = new Shell({
    session,
    console,
    rate,
    fill: (files) => copyFolder(process.cwd(), files, place),
  });
  return await shell.run();
}
