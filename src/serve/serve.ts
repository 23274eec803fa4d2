// `swarmlab serve`: engines for real docker clients. Part of the rim: sockets, files, signals, what is printed.

import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { ScenarioFailure } from '../lab/failure.ts';
import { complain, print } from '../lab/output.ts';
import { engineAddress, Session } from '../lab/session.ts';
import { ShownDates } from './clock.ts';
import { Pacer, type Speed } from './pacer.ts';
import { createEngineServer } from './server.ts';

export interface ServeFlags {
  readonly port: number;
  /** The address to listen at; loopback unless told otherwise. */
  readonly host: string;
  readonly managers: number;
  readonly workers: number;
  readonly fresh?: boolean;
  readonly seed: string;
  readonly speed: Speed;
  readonly load?: string;
  readonly save?: string;
}

/** Serves until it is interrupted. @returns the exit code */
export async function serveCommand(flags: ServeFlags): Promise<number> {
  const dates = new ShownDates();
  let session: Session;
  try {
    session = openSession(flags, dates);
  } catch (error) {
    if (!(error instanceof ScenarioFailure)) throw error;
    complain(error.message);
    return 1;
  }
  const pacer = new Pacer(session, flags.speed);
  const server = createEngineServer(session, pacer);
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(flags.port, flags.host, resolve);
  });
  try {
    await listening;
  } catch (error) {
    complain(listenFailure(flags, error));
    return 1;
  }
  announce(session, server.address(), flags);
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  let exitCode = 0;
  try {
    await Promise.race([pacer.run(), interrupted]);
  } catch (error) {
    complain(
      `the simulation broke, which is a defect of swarmlab: ${error instanceof Error ? error.message : String(error)}`,
    );
    exitCode = 1;
  }
  pacer.stop();
  server.closeAllConnections();
  server.close();
  if (flags.save !== undefined) {
    writeFileSync(flags.save, JSON.stringify(session.save()));
    print(`\nsaved to ${flags.save}; go on with swarmlab serve --load ${flags.save}`);
  }
  return exitCode;
}

function openSession(
  { seed, managers, workers, fresh = false, load }: ServeFlags,
  dates: ShownDates,
): Session {
  const session: Session = new Session(
    { seed, cluster: { managers, workers }, fresh },
    { epoch: () => dates.epoch(session?.swarm.world.now ?? 0) },
  );
  if (load === undefined) return session;
  let text: string;
  try {
    text = readFileSync(load, 'utf8');
  } catch (error) {
    throw new ScenarioFailure(`--load ${load}: ${error instanceof Error ? error.message : String(error)}`);
  }
  session.load(text);
  return session;
}

function listenFailure({ host, port }: ServeFlags, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is taken: choose another with --port`;
  if (code === 'EACCES')
    return `port ${port} of ${host} is not ours to take: choose one from 1024 on with --port`;
  return `${host}:${port}: ${error instanceof Error ? error.message : String(error)}`;
}

function announce({ swarm }: Session, address: string | AddressInfo | null, flags: ServeFlags): void {
  const port = typeof address === 'object' && address !== null ? address.port : flags.port;
  const names = swarm.machines.map(({ name }) => name);
  const [first = ''] = names;
  print(`${names.length} engines, ${flags.fresh ? 'in no swarm yet' : 'one swarm'}: ${names.join(', ')}`);
  print(`\nTo talk to ${first} with docker:\n`);
  print(`    export DOCKER_HOST=tcp://127.0.0.1:${port}`);
  print('\nTo have every machine as a context, as in `docker --context worker1 ps`:\n');
  for (const name of names)
    print(`    docker context create ${name} --docker host=${engineAddress(name, port)}`);
  print(`\nTo break things: curl -d 'crash worker1' 127.0.0.1:${port}/lab/command`);
  print(`To watch:        curl -N 127.0.0.1:${port}/lab/story`);
  print(
    `\nTime: ${flags.speed === 'max' ? 'as fast as it goes' : `${flags.speed} x`}. Ctrl-C ends it${flags.save === undefined ? '' : ` and saves to ${flags.save}`}.`,
  );
}
