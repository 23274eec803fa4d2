// The files of scripts, in memory, and the two sinks through which a script's output is heard statement by statement. Part of the rim: bash's
// file system is asynchronous.

import { type FileContent, InMemoryFs } from 'just-bash';

/** Where statements are redirected to. */
export const sinks = { out: '/dev/lab/out', err: '/dev/lab/err' } as const;

type Options = Parameters<InMemoryFs['appendFile']>[2];

export class ScriptFiles extends InMemoryFs {
  /** What a statement wrote to standard output: bash hands that over first, and what it complained of usually came before. */
  #held = '';
  readonly #out: (text: string) => void;
  readonly #err: (text: string) => void;

  /** @param cwd the folder that scripts begin in, absolute */
  constructor(cwd: string, out: (text: string) => void, err: (text: string) => void) {
    super();
    this.#out = out;
    this.#err = err;
    this.mkdirSync(cwd, { recursive: true });
    this.mkdirSync('/tmp', { recursive: true });
    this.mkdirSync('/dev/lab', { recursive: true });
  }

  override async appendFile(path: string, content: FileContent, options?: Options): Promise<void> {
    if (path === sinks.out) {
      // Every statement opens its sinks with nothing.
      if (content.length === 0) this.flush();
      this.#held += textOf(content, options);
    } else if (path === sinks.err) {
      // What bash says of a run that is aborted: whoever aborts it says why.
      const text = textOf(content, options).replaceAll(/^execution aborted\n/gm, '');
      if (text === '') return;
      this.#err(text);
      this.flush();
    } else await super.appendFile(path, content, options);
  }

  /** Passes on what is held back. */
  flush(): void {
    if (this.#held !== '') this.#out(this.#held);
    this.#held = '';
  }
}

function textOf(content: FileContent, options: Options): string {
  if (typeof content !== 'string') return new TextDecoder().decode(content);
  const encoding = typeof options === 'string' ? options : options?.encoding;
  if (encoding !== 'binary' && encoding !== 'latin1') return content;
  return new TextDecoder().decode(Uint8Array.from(content, (byte) => byte.charCodeAt(0)));
}
