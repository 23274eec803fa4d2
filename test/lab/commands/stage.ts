// A session and lines typed at it, with what each printed, how it ended, and whether the world has changed by it.

import { docker } from '../../../src/docker/docker.ts';
import { FileError } from '../../../src/docker/process.ts';
import type { Fiber } from '../../../src/engine/fiber.ts';
import { lab } from '../../../src/lab/commands/lab.ts';
import { Session } from '../../../src/lab/session.ts';
import { dockerHost, type Terminal } from '../../../src/lab/terminal.ts';
import { lineWords } from '../../../src/lab/words.ts';
import { hour } from '../../../src/model/duration.ts';

export interface Ended {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export class Stage {
  readonly session: Session;
  readonly files = new Map<string, string>();
  /** Ctrl-C has been pressed. */
  interrupted = false;

  constructor(managers = 3, workers = 2) {
    this.session = new Session({ seed: '7', cluster: { managers, workers }, fresh: false });
  }

  /** Types a line of the lab command, without the word `lab`, and waits for its end. */
  lab(line: string): Ended {
    return this.#run((terminal) => lab(lineWords(line), this.session, terminal));
  }

  docker(line: string): Ended {
    return this.#run((terminal) => docker(lineWords(line), dockerHost(this.session, terminal)));
  }

  /** What tells worlds apart. */
  get digest(): string {
    return this.session.swarm.world.digest;
  }

  #run(command: (terminal: Terminal) => Fiber<number>): Ended {
    let out = '';
    let err = '';
    const terminal: Terminal = {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      stdin: () => '',
      readFile: (path) => {
        const text = this.files.get(path);
        if (text === undefined) throw new FileError(`open ${path}: no such file or directory`);
        return text;
      },
      writeFile: (path, text) => {
        if (path.startsWith('/nowhere/')) throw new FileError(`open ${path}: no such file or directory`);
        this.files.set(path, text);
      },
      env: new Map(),
      cwd: '/',
      interrupted: () => this.interrupted,
    };
    const task = this.session.fibers.start(command(terminal));
    const limit = this.session.swarm.world.now + hour;
    while (task.end === undefined && this.session.fibers.step(limit)) {}
    if (task.end === undefined) throw new Error('the command has not ended within an hour');
    if ('error' in task.end) throw task.end.error;
    return { exitCode: task.end.result, out, err };
  }
}
