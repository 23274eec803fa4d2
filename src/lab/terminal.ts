// What a command typed in the lab has besides its words: two streams, a standard input, an environment, files. Whoever runs commands gives
// it: a script, the shell, a request to the server.

import { CommandFailure } from '../docker/failure.ts';
import type { DockerHost } from '../docker/process.ts';
import { sleepUntil } from '../engine/fiber.ts';
import type { Endpoint } from '../engine/http.ts';
import type { Session } from './session.ts';

export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** All of standard input, as text. */
  readonly stdin: () => string;
  /** @throws FileError in Go's words: `open x: no such file or directory` */
  readonly readFile: (path: string) => string;
  /** @throws FileError */
  readonly writeFile: (path: string, text: string) => void;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** Ctrl-C was pressed since the command began. */
  readonly interrupted: () => boolean;
}

/** The machine a terminal is at: `HOSTNAME`, as a login there would set it. */
export function machineAt({ env }: Pick<Terminal, 'env'>, session: Session): string {
  return env.get('HOSTNAME') ?? session.swarm.machines[0]?.name ?? '';
}

/** A docker process at a terminal of the lab. @throws ScenarioFailure when it is at no machine */
export function dockerHost(session: Session, terminal: Terminal): DockerHost {
  const { out, err, stdin, readFile, env, cwd, interrupted } = terminal;
  return {
    endpoint: session.engine(machineAt(terminal, session)),
    connect: (address) => connect(session, address),
    now: () => session.date,
    sleep: (microseconds) => sleepUntil(session.swarm.world.now + microseconds),
    stdin,
    readFile,
    env,
    cwd,
    out,
    err,
    interrupted,
    config: session.docker,
  };
}

/** The engine at `tcp://127.0.0.1:2375/worker1`, `tcp://worker1:2375`, `ssh://root@worker1`; a name may be the machine's IP address. */
export function connect(session: Session, address: string): Endpoint | undefined {
  const match =
    /^(?<scheme>tcp|ssh|http):\/\/(?:[^@/]*@)?(?<name>[^:/]+)(?::\d+)?(?:\/(?<path>[^/]*)\/?)?$/.exec(
      address,
    );
  const { scheme, name = '', path = '' } = match?.groups ?? {};
  if (scheme === undefined) {
    throw new CommandFailure(
      `${address} is no address of the lab: an engine is at tcp://127.0.0.1:2375/NODE, tcp://NODE:2375 or ssh://NODE`,
    );
  }
  const here = name === '127.0.0.1' || name === 'localhost';
  const wanted = here ? path || (session.swarm.machines[0]?.name ?? '') : name;
  const machine = session.swarm.machines.find(
    (each) => each.name === wanted || addressOf(session, each.name) === wanted,
  );
  return machine && session.engine(machine.name);
}

function addressOf({ swarm }: Session, machine: string): string | undefined {
  const config = swarm.world.configOf(machine);
  return config.role === 'node' ? config.addr : undefined;
}
