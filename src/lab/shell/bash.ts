// Bash in the lab: real scripts, whose `docker`, `lab`, `curl`, `ssh`, `sleep`, `timeout` and `date` act on a session's world and its
// virtual time. Nothing of the real machine is in reach. Part of the rim: bash is asynchronous.

import {
  Bash,
  type Command,
  decodeBytesToUtf8,
  defineCommand,
  type ExecResult,
  type ResolvedCommandContext,
} from 'just-bash';
import { docker } from '../../docker/docker.ts';
import { type Fiber, sleepUntil } from '../../engine/fiber.ts';
import { millisecond, second } from '../../model/duration.ts';
import { lab } from '../commands/lab.ts';
import { ScenarioFailure } from '../failure.ts';
import type { Session } from '../session.ts';
import { dockerHost, type Terminal } from '../terminal.ts';
import { asItComes, liveVariable } from './as-it-comes.ts';
import { curl } from './curl.ts';
import { dateArguments } from './date.ts';
import { Deadlines } from './deadlines.ts';
import { Files } from './files.ts';
import type { ScriptFiles } from './script-files.ts';

/** What bash needs to have from whoever runs it. */
export interface Surroundings {
  readonly session: Session;
  readonly files: ScriptFiles;
  /** Where a script begins, absolute. */
  readonly cwd: string;
  /** Lets a fiber run in the session's world until it ends. */
  readonly run: <R>(fiber: Fiber<R>) => Promise<R>;
  readonly interrupted: () => boolean;
  /** Where commands print that are alone on their line. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** More commands than a script has. */
  readonly commands?: readonly Command[];
  /** Rounds that one loop may have. */
  readonly mostRounds?: number;
}

/** What a docker client takes from Enter to its first request: commands of a script follow each other as those of a shell do. */
const clientStart = 50 * millisecond;

const never = Number.POSITIVE_INFINITY;
/** Nothing but the script's own end, or the limit of its virtual time, ends it. */
const executionLimits = {
  maxExecutionTimeMs: never,
  maxCommandCount: 100_000_000,
  maxLoopIterations: 100_000_000,
  maxWorkUnits: 1_000_000_000,
};

/** A bash whose commands act on the session. */
export function createBash(surroundings: Surroundings): Bash {
  const { session, files, cwd, commands = [], mostRounds = executionLimits.maxLoopIterations } = surroundings;
  const bash = new Bash({
    fs: files,
    cwd,
    env: { HOME: '/root', USER: 'root', HOSTNAME: session.swarm.machines[0]?.name ?? '', TERM: 'dumb' },
    customCommands: [...worldCommands(surroundings), ...commands],
    executionLimits: { ...executionLimits, maxLoopIterations: mostRounds },
    // What guards a machine against its scripts: ours reach no machine.
    defenseInDepth: false,
  });
  bash.registerTransformPlugin({ name: 'as it comes', transform: ({ ast }) => ({ ast: asItComes(ast) }) });
  return bash;
}

/** Lines that would make two runs of one seed differ. */
export function refuseChance(script: string): void {
  const [name] = /\$\{?(?:S?RANDOM|SECONDS|EPOCH\w*)\b/.exec(script) ?? [];
  if (name === undefined) return;
  const line = script.slice(0, script.indexOf(name)).split('\n').length;
  throw new ScenarioFailure(
    `line ${line}: ${name.replace('{', '')} would differ from run to run: \`lab draw N\` draws by the seed, \`date +%s\` tells virtual time`,
  );
}

function worldCommands(surroundings: Surroundings): readonly Command[] {
  const { session, run, interrupted, files, out, err } = surroundings;
  const deadlines = new Deadlines(session);
  // Its own bash, since one's `date` cannot be reached behind another of that name.
  const plain = new Bash({ defenseInDepth: false });

  /** Runs a command that prints to two streams. */
  const atTerminal = async (
    context: ResolvedCommandContext,
    command: (terminal: Terminal) => Fiber<number>,
  ): Promise<ExecResult> => {
    const found = await Files.of(context.fs, context.cwd);
    files.flush();
    const live = context.env.get(liveVariable) === '1';
    let stdout = '';
    let stderr = '';
    const terminal: Terminal = {
      out: (text) => {
        if (live) out(text);
        else stdout += text;
      },
      err: (text) => {
        if (live) err(text);
        else stderr += text;
      },
      stdin: () => decodeBytesToUtf8(context.stdin),
      readFile: (path) => found.read(path),
      writeFile: (path, text) => found.write(path, text),
      env: new Map([...context.env].filter(([name]) => name !== liveVariable)),
      cwd: context.cwd,
      interrupted,
    };
    const end = await run(deadlines.within(toEnd(command, terminal)));
    await found.keep();
    if (end === undefined) deadlines.cut = { stdout, stderr };
    return { stdout, stderr, exitCode: end?.result ?? timedOut };
  };

  return [
    defineCommand('docker', (args, context) =>
      atTerminal(context, function* (terminal) {
        yield* sleepUntil(session.swarm.world.now + clientStart);
        session.tell(
          'command',
          'operator',
          `on ${terminal.env.get('HOSTNAME') ?? ''}: docker ${args.join(' ')}`,
        );
        return yield* docker(args, dockerHost(session, terminal));
      }),
    ),
    defineCommand('lab', (args, context) => atTerminal(context, (terminal) => lab(args, session, terminal))),
    defineCommand('curl', (args, context) =>
      atTerminal(context, (terminal) => curl(args, session, terminal)),
    ),
    defineCommand('sleep', async (args) => {
      const duration = args.map(sleepTime).reduce((sum, each) => sum + each, 0);
      if (Number.isNaN(duration) || args.length === 0) {
        return failed('sleep: invalid time interval; it is like 5, 0.5, 10s, 2m, 1h\n');
      }
      const { world } = session.swarm;
      const end = await run(deadlines.within(sleepUntil(world.now + duration)));
      return done(end === undefined ? timedOut : 0);
    }),
    defineCommand('timeout', async (args, context) => {
      const [time = '', ...command] = withoutOptions(args, /^(?:-k|--kill-after|-s|--signal)$/);
      const duration = sleepTime(time);
      if (Number.isNaN(duration) || command.length === 0) {
        return failed('timeout: it is like `timeout 10s COMMAND`\n', 125);
      }
      deadlines.cut = { stdout: '', stderr: '' };
      return await deadlines.during(session.swarm.world.now + duration, async (signal) => {
        const [program = '', ...words] = command;
        const result = await subcommand(context, quoted(program), { signal, args: words });
        return deadlines.passed ? { ...deadlines.cut, exitCode: timedOut } : result;
      });
    }),
    defineCommand('ssh', async (args, context) => {
      const [target = '', ...words] = withoutOptions(args, /^-[bcDeFIiJLlmOopQRSWw]$/);
      const host = target.replace(/^[^@]*@/, '');
      try {
        session.machine(host);
      } catch (error) {
        if (!(error instanceof ScenarioFailure)) throw error;
        return failed(`ssh: Could not resolve hostname ${host}: Name or service not known\n`, 255);
      }
      if (!session.swarm.world.isUp(host)) {
        return failed(`ssh: connect to host ${host} port 22: No route to host\n`, 255);
      }
      const stdin = decodeBytesToUtf8(context.stdin);
      if (words.length === 0 && stdin === '')
        return failed(`ssh: say what to do at ${host}: ssh ${host} COMMAND\n`, 255);
      const env = { HOSTNAME: host, DOCKER_HOST: '', DOCKER_CONTEXT: '' };
      // As with a real one, a shell there reads what is given.
      return await subcommand(context, words.length === 0 ? stdin : words.join(' '), { env, stdin });
    }),
    defineCommand('date', async (args, { env }) => {
      const timezone = env.get('TZ');
      return await plain.exec('date', {
        args: [...dateArguments(args, session.date)],
        ...(timezone !== undefined && { env: { TZ: timezone } }),
      });
    }),
    defineCommand('hostname', async (_args, { env }) => ({
      ...done(0),
      stdout: `${env.get('HOSTNAME') ?? ''}\n`,
    })),
  ];
}

async function subcommand(
  { exec, cwd }: ResolvedCommandContext,
  script: string,
  options: Omit<CommandExecOptions, 'cwd'>,
): Promise<ExecResult> {
  if (exec === undefined) throw new Error('bash gives every command a way to run another');
  return await exec(script, { ...options, cwd });
}

type CommandExecOptions = Parameters<NonNullable<ResolvedCommandContext['exec']>>[1];

/** A command, and what goes wrong with it: machines that are not there, and defects of ours, which are not the script's. */
function* toEnd(command: (terminal: Terminal) => Fiber<number>, terminal: Terminal): Fiber<number> {
  try {
    return yield* command(terminal);
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    terminal.err(`${error.message}\n`);
    return 1;
  }
}

/** The words from the first on that is no option. @param valued options whose value is a word of its own */
function withoutOptions(words: readonly string[], valued: RegExp): readonly string[] {
  const [first, ...rest] = words;
  if (first?.startsWith('-') !== true) return words;
  return withoutOptions(valued.test(first) ? rest.slice(1) : rest, valued);
}

/** A word as bash reads it again. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** As GNU's timeout says it. */
const timedOut = 124;

function done(exitCode: number): ExecResult {
  return { stdout: '', stderr: '', exitCode };
}

function failed(stderr: string, exitCode = 1): ExecResult {
  return { stdout: '', stderr, exitCode };
}

/** Microseconds of `5`, `0.5`, `10s`, `2m`, `1h`, `1d`; NaN for anything else. */
function sleepTime(text: string): number {
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(text) ?? [];
  const length = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 }[unit];
  return count === undefined || length === undefined
    ? Number.NaN
    : Math.round(Number(count) * length * second);
}
