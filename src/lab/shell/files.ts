// Files as commands of the lab see them: they read and write at once, while bash's own file system answers later. So what a command may
// read is copied before it runs, and what it wrote is handed over when it has ended. Part of the rim: waits for bash's file system.

import type { IFileSystem } from 'just-bash';
import { FileError } from '../../docker/process.ts';

export class Files {
  readonly #fs: IFileSystem;
  readonly #cwd: string;
  readonly #read = new Map<string, string>();
  readonly #folders = new Set<string>();
  readonly #written = new Map<string, string>();

  private constructor(fs: IFileSystem, cwd: string) {
    this.#fs = fs;
    this.#cwd = cwd;
  }

  /** All files as they are now, for a command that runs in `cwd`. */
  static async of(fs: IFileSystem, cwd: string): Promise<Files> {
    const files = new Files(fs, cwd);
    for (const path of fs.getAllPaths()) {
      // Bash's own devices and tables are no files for commands.
      if (/^\/(?:bin|dev|proc|usr)\//.test(path)) continue;
      const { isFile, isDirectory } = await fs.stat(path).catch(() => nothing);
      if (isDirectory) files.#folders.add(path);
      if (isFile) files.#read.set(path, await fs.readFile(path));
    }
    return files;
  }

  /** @throws FileError in Go's words */
  read(path: string): string {
    const place = this.#fs.resolvePath(this.#cwd, path);
    const text = this.#written.get(place) ?? this.#read.get(place);
    if (text !== undefined) return text;
    if (this.#folders.has(place)) throw new FileError(`read ${path}: is a directory`);
    throw new FileError(`open ${path}: no such file or directory`);
  }

  write(path: string, text: string): void {
    this.#written.set(this.#fs.resolvePath(this.#cwd, path), text);
  }

  /** Hands over what was written. */
  async keep(): Promise<void> {
    for (const [path, text] of this.#written) await this.#fs.writeFile(path, text);
  }
}

const nothing = { isFile: false, isDirectory: false };
