// The two folders of Raft traces: etcd's own, which are never committed here, and the recordings beside this
// file.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Difference, replay } from './replay.ts';

/** The result of one file. */
export interface FileResult {
  readonly file: string;
  readonly difference: Difference | null;
}

/** A folder of traces. */
export interface Folder {
  readonly name: string;
  readonly path: string;
}

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** etcd's traces: the folder that ETCD_RAFT_TRACES names, else one beside the project. */
export function etcdTraces(): Folder {
  const path = process.env.ETCD_RAFT_TRACES ?? `${PROJECT}../shared/etcd-raft-traces`;
  return { name: 'etcd-raft-traces', path };
}

/** Recordings of the library: the folder that RAFT_RECORDINGS names, else our copy. */
export function recordings(): Folder {
  const path = process.env.RAFT_RECORDINGS ?? `${PROJECT}test/conformance/recordings/raft`;
  return { name: 'raft-recordings', path };
}

/** Replays every trace of a folder in order of file names; null if the folder is not there. */
export function replayFolder(folder: Folder): FileResult[] | null {
  if (!existsSync(folder.path)) return null;
  const files = readdirSync(folder.path).filter((file) => file.endsWith('.txt'));
  return files.sort().map((file) => {
    const source = readFileSync(`${folder.path}/${file}`, 'utf8');
    return { file, difference: replay(source) };
  });
}

/** A difference for people: where, what, and the first line that is not the same. */
export function explain(file: string, difference: Difference): string {
  const { line, command, expected, actual } = difference;
  const at = expected.findIndex((text, position) => text !== actual[position]);
  const first = at === -1 ? expected.length : at;
  const show = (lines: readonly string[], mark: string): string[] =>
    lines.map((text, position) => `${position === first ? mark : ' '} ${text}`);
  return [
    `${file}:${line}: ${command}`,
    '  expected:',
    ...show(expected, '-').map((text) => `    ${text}`),
    '  actual:',
    ...show(actual, '+').map((text) => `    ${text}`),
  ].join('\n');
}
