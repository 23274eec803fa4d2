// What the server answers besides the engines: `POST /lab/command` runs a line of the lab command, `GET /lab/story` tells the story, what
// there was of it and then as it goes on. Part of the rim: sockets.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { FileError } from '../docker/process.ts';
import { lab } from '../lab/commands/lab.ts';
import { ScenarioFailure } from '../lab/failure.ts';
import type { Session } from '../lab/session.ts';
import type { StoryLine } from '../lab/story.ts';
import { storyText, unpainted } from '../lab/story-text.ts';
import type { Terminal } from '../lab/terminal.ts';
import { lineWords } from '../lab/words.ts';
import type { Clockwork } from './pacer.ts';

/** The exit code of a command, beside its output. */
export const exitCodeHeader = 'lab-exit-code';

export class LabRoutes {
  readonly #session: Session;
  readonly #clockwork: Clockwork;
  /** What commands wrote to files: kept here, since no request may touch the disk. */
  readonly #files = new Map<string, string>();

  constructor(session: Session, clockwork: Clockwork) {
    this.#session = session;
    this.#clockwork = clockwork;
  }

  /** @param line a command line, with or without the word `lab` */
  command(line: string, response: ServerResponse): void {
    let output = '';
    const print = (text: string): void => {
      output += text;
    };
    const end = (exitCode: number): void => {
      if (response.destroyed) return;
      response.writeHead(exitCode === 0 ? 200 : 400, {
        'content-type': 'text/plain; charset=utf-8',
        [exitCodeHeader]: String(exitCode),
      });
      response.end(output);
    };
    let words: readonly string[];
    try {
      words = lineWords(line);
    } catch (error) {
      if (!(error instanceof ScenarioFailure)) throw error;
      print(`lab: ${error.message}\n`);
      end(2);
      return;
    }
    const [first] = words;
    const task = this.#clockwork.start(
      lab(first === 'lab' ? words.slice(1) : words, this.#session, this.#terminal(print)),
      (ended) => {
        if ('result' in ended) end(ended.result);
        else {
          print(`lab: ${ended.error instanceof Error ? ended.error.message : String(ended.error)}\n`);
          end(1);
        }
      },
    );
    response.on('close', () => task.cancel());
  }

  story(request: IncomingMessage, response: ServerResponse): void {
    const json = request.headers.accept === 'application/x-ndjson';
    response.writeHead(200, {
      'content-type': json ? 'application/x-ndjson' : 'text/plain; charset=utf-8',
      'cache-control': 'no-cache',
    });
    const tell = (line: StoryLine): void => {
      // Whoever does not read is told no more: nobody keeps a story for them.
      if (response.writableLength > mostUnread) response.destroy();
      else response.write(`${json ? JSON.stringify(line) : storyText(line, unpainted)}\n`);
    };
    response.flushHeaders();
    for (const line of this.#session.story) tell(line);
    response.on('close', this.#session.listen(tell));
  }

  #terminal(print: (text: string) => void): Terminal {
    return {
      out: print,
      err: print,
      stdin: () => '',
      readFile: (path) => {
        const text = this.#files.get(path);
        if (text === undefined) throw new FileError(`open ${path}: no such file or directory`);
        return text;
      },
      writeFile: (path, text) => {
        this.#files.set(path, text);
      },
      env: new Map(),
      cwd: '/',
      interrupted: () => false,
    };
  }
}

/** Bytes that may wait for a reader of the story. */
const mostUnread = 16 * 1024 * 1024;
