// The real docker client against `serve`, and ours against the same state: equal bytes, equal exit codes.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inner, type Line, type List, parseLine, readLists } from './lists.ts';
import { type Place, type Printed, Twins } from './twins.ts';

const ownLists = fileURLToPath(new URL('lists', import.meta.url));
const ownFiles = fileURLToPath(new URL('files', import.meta.url));
/** Stacks as people deploy them. */
const stackFiles = fileURLToPath(new URL('../../stacks/files', import.meta.url));
const program = 'docker';
/** The client whose words ours are; another one says some things otherwise. */
const version = '28.2.2';
const beginning = { seed: '1', cluster: { managers: 3, workers: 3 }, fresh: false };

interface Tally {
  compared: number;
  agree: number;
}

/** The lists, by name. */
export function dockerParts(): readonly string[] {
  return folders()
    .flatMap(readLists)
    .map(({ name }) => partOf(name));
}

function folders(): readonly string[] {
  const more = process.env.DOCKER_SCRIPTS;
  return more === undefined ? [ownLists] : [ownLists, more];
}

function partOf(name: string): string {
  return name.replace(/\.txt$/, '');
}

/** Runs the lists of these names. */
export async function runDocker(print: (line: string) => void, parts: readonly string[]): Promise<boolean> {
  const found = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (!`${found.stdout}`.includes(`version ${version},`)) {
    const what = found.error === undefined ? `another: ${found.stdout.trim()}` : 'none';
    print(`docker: SKIPPED: this needs the docker client ${version} on the path, and there is ${what}`);
    // A gate that passes because it looked at nothing is no gate.
    return process.env.CI === undefined;
  }
  const lists = folders()
    .flatMap(readLists)
    .filter(({ name }) => parts.includes(partOf(name)));
  const total: Tally = { compared: 0, agree: 0 };
  for (const list of lists) {
    const tally = await runList(list, print);
    total.compared += tally.compared;
    total.agree += tally.agree;
  }
  print(`docker: ${total.compared} command lines compared, ${total.agree} agree`);
  return total.compared === total.agree && total.compared > 0;
}

async function runList({ name, folder, lines }: List, print: (line: string) => void): Promise<Tally> {
  const home = mkdtempSync(join(tmpdir(), 'swarmlab-docker-'));
  const place = makePlace(home, folder);
  const twins = new Twins(beginning, place, program);
  await twins.open();
  const tally: Tally = { compared: 0, agree: 0 };
  try {
    for (const line of lines) await runLine(twins, line, tally, print);
  } catch (error) {
    tally.compared += 1;
    print(`${name}: stopped: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    twins.close();
    rmSync(home, { recursive: true, force: true });
  }
  return tally;
}

/** A folder with the files that lists speak of: ours, and those that lie beside a list. */
function makePlace(home: string, beside: string): Place {
  const folder = join(home, 'files');
  const config = join(home, 'config');
  mkdirSync(config);
  for (const files of [ownFiles, stackFiles]) cpSync(files, folder, { recursive: true });
  if (beside !== ownLists) cpSync(beside, folder, { recursive: true });
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const files = names.map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
  });
  return { folder, config, files: new Map(files) };
}

async function runLine(twins: Twins, line: Line, tally: Tally, print: (line: string) => void): Promise<void> {
  const outputs: string[] = [];
  for (const command of inner(line.text)) {
    outputs.push(await runText(twins, { ...line, text: command }, [], tally, print));
  }
  await runText(twins, line, outputs, tally, print);
}

/** @returns what ours printed */
async function runText(
  twins: Twins,
  { place, text }: Line,
  outputs: readonly string[],
  tally: Tally,
  print: (line: string) => void,
): Promise<string> {
  const step = parseLine(text, outputs);
  if (step.does === 'lab') {
    twins.lab(step.words);
    return '';
  }
  let { theirs, ours } = await twins.compare(step.args, step);
  tally.compared += 1;
  if (isUnordered(step.args)) {
    theirs = sorted(theirs);
    ours = sorted(ours);
    const found = twins.reunite();
    if (found.theirs !== found.ours) {
      print(
        `${place}: ${text}\n  the services are not the same:\n    docker: ${found.theirs}\n    ours:   ${found.ours}`,
      );
      return ours.stdout;
    }
  }
  const same =
    steady(theirs.stdout) === steady(ours.stdout) &&
    undated(theirs.stderr) === undated(ours.stderr) &&
    theirs.exitCode === ours.exitCode;
  if (same) tally.agree += 1;
  else print(`${place}: ${text}\n${difference(theirs, ours)}`);
  return ours.stdout;
}

/**
 * The real client goes through some things in the order of a Go map, which is another every time: what a stack has (D-E51), variables that are
 * changed (D-E30), several files of a service, ranges of ports. Ours goes by name.
 */
function isUnordered([group, command = '', ...words]: readonly string[]): boolean {
  if (group === 'stack') return ['deploy', 'up', 'rm', 'remove', 'down'].includes(command);
  const chance = /^--(?:env-(?:add|rm)|secret|config)|^\d+-\d+:/;
  return group === 'service' && words.some((word) => chance.test(word));
}

function sorted(printed: Printed): Printed {
  const lines = printed.stdout.split('\n').sort((a, b) => (a < b ? -1 : 1));
  return { ...printed, stdout: lines.join('\n') };
}

/**
 * How often a client says that it waits, between two seconds, is a matter of its own clock, which no world has a part in: said twice in a row
 * is said once. What it says of the service comes from the engine, and is compared line by line.
 */
function steady(text: string): string {
  return text.replace(/^(verify: Waiting \d+ seconds .*\n)\1+/gm, '$1');
}

/** Warnings of the real client carry the time of its own clock, by the second. */
function undated(text: string): string {
  return text.replace(/^time="[^"]*"/gm, 'time=""');
}

/** Where two outputs part, in a few lines. */
function difference(theirs: Printed, ours: Printed): string {
  const told: string[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    if (theirs[stream] === ours[stream]) continue;
    const real = theirs[stream].split('\n');
    const own = ours[stream].split('\n');
    const at = real.findIndex((each, i) => each !== own[i]);
    const first = at < 0 ? real.length : at;
    const show = (lines: readonly string[]): string =>
      lines
        .slice(first, first + 3)
        .map((each) => JSON.stringify(each))
        .join(' ');
    told.push(`  ${stream}, line ${first + 1}:`, `    docker: ${show(real)}`, `    ours:   ${show(own)}`);
  }
  if (theirs.exitCode !== ours.exitCode)
    told.push(`  exit code: docker ${theirs.exitCode}, ours ${ours.exitCode}`);
  return told.join('\n');
}
