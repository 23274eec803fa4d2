// The files a script may read: those of its own folder and the folders in it. Part of the rim: reads the disk, and never writes to it.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ScriptFiles } from './script-files.ts';

/** More files, and larger ones, are not for scripts. */
const mostFiles = 2_000;
const mostBytes = 10 * 1024 * 1024;
const skipped: ReadonlySet<string> = new Set(['node_modules', '.git']);

/**
 * Copies a folder: what is written to the copy stays there.
 * @param folder on the disk
 * @param place where it is found in `files`, absolute
 */
export function copyFolder(folder: string, files: ScriptFiles, place: string): void {
  // Breadth first, so that of too many files the nearest are there.
  const queue: (readonly [from: string, to: string])[] = [[folder, place]];
  let count = 0;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [from, to] = next;
    for (const entry of entriesOf(from)) {
      if (skipped.has(entry.name)) continue;
      const source = join(from, entry.name);
      const target = `${to}/${entry.name}`;
      if (entry.isDirectory()) queue.push([source, target]);
      // Links may lead out of the folder.
      if (!entry.isFile()) continue;
      const { size, mode, mtime } = statSync(source);
      if (size > mostBytes) continue;
      count += 1;
      if (count > mostFiles) return;
      files.writeFileLazy(target, () => readFileSync(source), { mode, mtime });
    }
  }
}

function entriesOf(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
