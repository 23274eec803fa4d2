// Runs each file that is named, quietly, as the command would: many failures for the price of one process.

import { runCommand } from '../../src/lab/command.ts';

for (const file of process.argv.slice(2)) {
  const code = runCommand(file, { seed: '1', quiet: true });
  process.stderr.write(`exit code ${code}\n`);
}
