// Writes docs/commands.md: `npm run docs`.

import { writeFileSync } from 'node:fs';
import { commandsPage } from '../../../src/lab/commands/page.ts';

writeFileSync(new URL('../../../docs/commands.md', import.meta.url), commandsPage());
