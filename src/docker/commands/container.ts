// docker container, and what of it docker has itself

import { absentInContainer, ofContainersAbsent } from '../absent.ts';
import type { Command } from '../command.ts';
import { containerInspect } from './container-inspect.ts';
import { containerKill } from './container-kill.ts';
import { containerLogs } from './container-logs.ts';
import { containerRm } from './container-rm.ts';
import { containerRestart, containerStop } from './container-stop.ts';
import { containerWait } from './container-wait.ts';
import { containerLs } from './ps.ts';

const shared: readonly Command[] = [
  containerKill,
  containerLogs,
  containerRestart,
  containerStop,
  containerWait,
  ...ofContainersAbsent,
];

/** `docker kill`, `docker logs` ...; `docker rm` has no other name there. */
export const containerCommands: readonly Command[] = [...shared, { ...containerRm, aliases: [] }];

export const container: Command = {
  name: 'container',
  short: 'Manage containers',
  section: 'management',
  commands: [containerLs, containerInspect, containerRm, ...shared, ...absentInContainer],
};
