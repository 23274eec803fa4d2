// docs/commands.md, made from the tables: what every command of the lab says of itself.

import type { LabCommand } from './command.ts';
import { labCommands, labHelp } from './lab.ts';

const head = `# The lab command

What happens to the machines, and what somebody sees who looks at them from outside. \`lab\` is there in scripts (\`swarmlab run FILE.sh\`), in the
shell (\`swarmlab shell\`), as \`POST /lab/command\` of \`swarmlab serve\`, and as a program beside \`swarmlab\` that talks to such a server. Everything
else is \`docker\`: \`docker --help\` lists it.

This page is made by \`npm run docs\` from the tables that the command itself reads.
`;

/** The page, whole. */
export function commandsPage(): string {
  return `${head}\n${labCommands.flatMap((command) => sections('lab', command)).join('\n')}`;
}

function sections(path: string, command: LabCommand): string[] {
  const own = `${path} ${command.name}`;
  const inner = (command.commands ?? []).flatMap((each) => sections(own, each));
  if (command.run === undefined) return inner;
  return [`## ${own}\n\n\`\`\`text\n${labHelp(own, command).trimEnd()}\n\`\`\`\n`, ...inner];
}
