#!/usr/bin/env node

// The swarmlab command: reads the command line, and nothing else. Part of the rim.

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCodes, type RunFlags, runCommand } from './lab/command.ts';
import { complain } from './lab/output.ts';

/** Most seeds one command runs. */
const mostSeeds = 1_000_000;

/** `1..200`, or a list `3,7,11`. */
function seedList(text: string): readonly string[] {
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text) ?? [];
  if (from === undefined || to === undefined) {
    if (/^[^,]+(,[^,]+)*$/.test(text)) return text.split(',');
    throw new InvalidArgumentError('Give a range like 1..200, or a list like 3,7,11.');
  }
  const first = Number(from);
  const count = Number(to) - first + 1;
  if (count < 1) throw new InvalidArgumentError('The last seed is before the first.');
  if (count > mostSeeds) throw new InvalidArgumentError(`At most ${mostSeeds} seeds.`);
  return Array.from({ length: count }, (_, i) => String(first + i));
}

function seedText(text: string): string {
  if (text === '') throw new InvalidArgumentError('A seed is any text but the empty one.');
  return text;
}

const program = new Command('swarmlab')
  .description('A laboratory for Docker Swarm that fits in one process. Without a command it runs the tour.')
  .showHelpAfterError('(swarmlab --help tells more)')
  .exitOverride();

let exitCode: number = exitCodes.passed;

program
  .command('run')
  .description('run a scenario and tell its story')
  .argument('<file>', 'a .ts or .js module whose default export is a scenario, or several')
  .option('--seed <seed>', 'the seed that decides every draw', seedText, '1')
  .addOption(
    new Option('--seeds <range>', 'run many seeds, as in 1..200 or 3,7,11, and report those that fail')
      .argParser(seedList)
      .conflicts(['seed', 'trace', 'explain']),
  )
  .option('--trace <file>', 'write every event as a line of JSON')
  .option('--invariants', 'check after every event what must always hold')
  .option('--explain <subject>', 'tell at the end why a task, node, service, election ... is as it is')
  .option('--json', 'print the story and the outcome as lines of JSON')
  .option('--quiet', 'print the outcome alone')
  .action((file: string, flags: RunFlags) => {
    exitCode = runCommand(file, flags);
  });

const tour = fileURLToPath(new URL('../sim-scenarios/tour.ts', import.meta.url));
const args = process.argv.slice(2);

// Whoever reads may stop reading, as head does.
process.stdout.on('error', () => process.exit(exitCode));

try {
  program.parse(args.length === 0 ? ['run', tour] : args, { from: 'user' });
  process.exitCode = exitCode;
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
  } else {
    complain(`swarmlab broke, which is a defect: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = exitCodes.failed;
  }
}
