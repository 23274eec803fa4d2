// Worlds that are kept: saved to a file, read again, or put aside under a name to come back to.

import { exactly } from '../../docker/command.ts';
import { FileError } from '../../docker/process.ts';
import { ScenarioFailure } from '../failure.ts';
import { argument, type LabCommand } from './command.ts';

export const worlds: readonly LabCommand[] = [
  {
    name: 'save',
    usage: 'FILE',
    short: 'Write the whole world to a file',
    arity: exactly(1),
    run: (call) => {
      const path = argument(call, 0);
      fileDo(() => call.terminal.writeFile(path, JSON.stringify(call.session.save())));
    },
  },
  {
    name: 'load-world',
    usage: 'FILE | NAME',
    short: 'Go on in a world that was saved to a file, or put aside by `lab fork`',
    long: 'It goes on as if it had never been left. Commands that still wait in the world of now end.',
    arity: exactly(1),
    run: (call) => {
      const name = argument(call, 0);
      const text = call.session.forks.get(name) ?? fileDo(() => call.terminal.readFile(name));
      call.session.load(text);
    },
  },
  {
    name: 'fork',
    usage: 'NAME',
    short: 'Put a copy of the world aside, to come back to with `lab load-world NAME`',
    arity: exactly(1),
    run: (call) => {
      call.session.forks.set(argument(call, 0), JSON.stringify(call.session.save()));
    },
  },
];

function fileDo<R>(act: () => R): R {
  try {
    return act();
  } catch (error) {
    if (error instanceof FileError) throw new ScenarioFailure(error.message);
    throw error;
  }
}
