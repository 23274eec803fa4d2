// Loads the sources with a mutant planted, as a graph of modules of its own.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import type { Judge } from './judge.ts';
import { type Mutant, plant } from './mutant.ts';

const root = resolve(import.meta.dirname, '../..');

/** A loader of mutated sources. Close it when done. */
export class MutantLoader {
  readonly #server: ViteDevServer;
  #planted: Mutant | undefined;

  private constructor(server: ViteDevServer) {
    this.#server = server;
  }

  static async open(): Promise<MutantLoader> {
    let loader: MutantLoader | undefined;
    const server = await createServer({
      root,
      configFile: false,
      appType: 'custom',
      logLevel: 'error',
      server: { middlewareMode: true, watch: null, ws: false },
      optimizeDeps: { noDiscovery: true },
      plugins: [
        {
          name: 'plant',
          enforce: 'pre',
          load(id) {
            const planted = loader?.planted;
            if (planted === undefined || id !== resolve(root, planted.file)) return undefined;
            return plant(planted, readFileSync(id, 'utf8'));
          },
        },
      ],
    });
    loader = new MutantLoader(server);
    return loader;
  }

  get planted(): Mutant | undefined {
    return this.#planted;
  }

  /** The judges of `file`, running on sources with `mutant` planted; without one, on the sources as they are. */
  async judges(file: string, mutant: Mutant | undefined): Promise<Readonly<Record<string, Judge>>> {
    this.#planted = mutant;
    this.#server.moduleGraph.invalidateAll();
    const { judges } = await this.#server.ssrLoadModule(file);
    return judges;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}
