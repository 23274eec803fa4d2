// `swarmlab serve`: engines for real docker clients. Part of the rim: sockets, files, signals, what is printed.

import { accessSync, constants, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import process from 'node:process';
import { brokenText } from '../lab/broken.ts';
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
    if (flags.save !== undefined) checkSavePlace(flags.save);
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
    complain(brokenText(error, session) ?? `swarmlab broke, which is a defect: ${messageOf(error)}`);
    exitCode = 1;
  }
  pacer.stop();
  server.closeAllConnections();
  server.close();
  if (flags.save !== undefined && !save(session, flags.save)) exitCode = 1;
  return exitCode;
}

/** @throws ScenarioFailure for a file that could not be written: better now than after a long session */
function checkSavePlace(path: string): void {
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new ScenarioFailure(`--save ${path}: there is no folder ${folder} to write to`);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new ScenarioFailure(`--save ${path}: that is a folder; name a file`);
}

/** @returns whether it is saved, which it says */
function save(session: Session, path: string): boolean {
  // A second Ctrl-C ends the program where it is: the file is whole, or as it was.
  const unfinished = `${path}.unfinished`;
  try {
    writeFileSync(unfinished, JSON.stringify(session.save()));
    renameSync(unfinished, path);
  } catch (error) {
    complain(`--save ${path}: ${messageOf(error)}`);
    return false;
  }
  print(`\nsaved to ${path}; go on with swarmlab serve --load ${path}`);
  return true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function openSession(
  { seed, managers, workers, fresh = false, load }: ServeFlags,
  dates: ShownDates,
): Session {
  const session = new Session(
    { seed, cluster: { managers, workers }, fresh },
    { epoch: (now) => dates.epoch(now) },
  );
  if (load === undefined) return session;
  let text: string;
  try {
    text = readFileSync(load, 'utf8');
  } catch (error) {
    throw new ScenarioFailure(`--load ${load}: ${messageOf(error)}`);
  }
  try {
    session.load(text);
  } catch (error) {
    if (error instanceof ScenarioFailure) throw new ScenarioFailure(`--load ${load}: ${error.message}`);
    throw error;
  }
  return session;
}

function listenFailure({ host, port }: ServeFlags, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is taken: choose another with --port`;
  if (code === 'EACCES')
    return `port ${port} of ${host} is not ours to take: choose one from 1024 on with --port`;
  return `${host}:${port}: ${messageOf(error)}`;
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
