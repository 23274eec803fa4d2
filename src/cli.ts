#!/usr/bin/env -S node --max-semi-space-size=64

// The swarmlab command: reads the command line, and nothing else. Part of the rim. A run makes much that is soon garbage: with a young
// generation of this size (MiB) less of it is copied, and runs take a fifth less time.

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { exitCodes, type RunFlags, runCommand } from './lab/command.ts';
import { complain } from './lab/output.ts';
import type { Speed } from './serve/pacer.ts';
import type { ServeFlags } from './serve/serve.ts';

interface ShellFlags {
  readonly managers: number;
  readonly workers: number;
  readonly fresh?: boolean;
  readonly seed: string;
  readonly speed: Speed;
}

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

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= from && number <= to) return number;
    throw new InvalidArgumentError(`Give a whole number from ${from} to ${to}.`);
  };
}

function speed(text: string): Speed {
  if (text === 'max') return 'max';
  const rate = Number(text);
  if (rate > 0 && rate <= 3_600) return rate;
  throw new InvalidArgumentError('Give a number such as 1, 10 or 60, or max.');
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
  .argument('<file>', 'a .ts or .js module whose default export is a scenario, or several, or a .sh script')
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
  .action(async (file: string, flags: RunFlags) => {
    if (file.endsWith('.sh')) {
      // Loaded when needed: bash is a large thing, and most runs have none.
      const { scriptCommand } = await import('./lab/shell/script-command.ts');
      exitCode = await scriptCommand(file, flags);
    } else exitCode = runCommand(file, flags);
  });

program
  .command('shell')
  .description('type docker and lab commands at a swarm')
  .option('--managers <number>', 'manager1, manager2 ...', wholeNumber(1, 100), 3)
  .option('--workers <number>', 'worker1, worker2 ...', wholeNumber(0, 10_000), 3)
  .option('--fresh', 'machines that are in no swarm yet')
  .option('--seed <seed>', 'the seed that decides every draw', seedText, '1')
  .option(
    '--speed <rate>',
    'virtual seconds in a second, while a command waits; max is as fast as it goes',
    speed,
    60,
  )
  .action(async ({ managers, workers, seed, fresh = false, speed: rate }: ShellFlags) => {
    const { Session } = await import('./lab/session.ts');
    const { runShell } = await import('./lab/shell/shell.ts');
    const session = new Session({ seed, cluster: { managers, workers }, fresh });
    exitCode = await runShell(session, rate === 'max' ? Number.POSITIVE_INFINITY : rate);
  });

program
  .command('serve')
  .description('serve the engines of a swarm to docker clients')
  .option('--port <port>', 'the port to listen at', wholeNumber(0, 65_535), 2375)
  .option('--host <address>', 'the address to listen at; loopback unless you say otherwise', '127.0.0.1')
  .option('--managers <number>', 'manager1, manager2 ...', wholeNumber(1, 100), 3)
  .option('--workers <number>', 'worker1, worker2 ...', wholeNumber(0, 10_000), 3)
  .option('--fresh', 'machines that are in no swarm yet, for docker swarm init and join')
  .option('--seed <seed>', 'the seed that decides every draw', seedText, '1')
  .option('--speed <rate>', 'virtual seconds in a second: 1, 10, 60, or max', speed, 1)
  .option('--load <file>', 'go on with a session that was saved')
  .option('--save <file>', 'save the session when it is ended with Ctrl-C')
  .action(async (flags: ServeFlags) => {
    const { serveCommand } = await import('./serve/serve.ts');
    exitCode = await serveCommand(flags);
  });

const tour = fileURLToPath(new URL('../sim-scenarios/tour.ts', import.meta.url));
const args = process.argv.slice(2);

// Whoever reads may stop reading, as head does.
process.stdout.on('error', () => process.exit(exitCode));

try {
  await program.parseAsync(args.length === 0 ? ['run', tour] : args, { from: 'user' });
  process.exitCode = exitCode;
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
  } else {
    complain(`swarmlab broke, which is a defect: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = exitCodes.failed;
  }
}
