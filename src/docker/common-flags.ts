// Flags that many commands share.

import { bool, type Flag, filter, string } from './flag.ts';

export const filterFlag: Flag = {
  name: 'filter',
  shorthand: 'f',
  kind: filter,
  usage: 'Filter output based on conditions provided',
};

/** `--format` of commands that list things. */
export const listFormatFlag: Flag = {
  name: 'format',
  kind: string,
  usage: `Format output using a custom template:
'table':            Print output in table format with column headers (default)
'table TEMPLATE':   Print output in table format using the given Go template
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`,
};

/** `--format` of commands that show one thing after the other. */
export const eventFormatFlag: Flag = {
  name: 'format',
  kind: string,
  usage: `Format output using a custom template:
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`,
};

export const quietIdsFlag: Flag = {
  name: 'quiet',
  shorthand: 'q',
  kind: bool,
  usage: 'Only display IDs',
};

/** `--format` of commands that inspect one thing. */
export const inspectFormatFlag: Flag = { ...eventFormatFlag, shorthand: 'f' };

/** `--signal` of commands that end containers. */
export const signalFlag: Flag = {
  name: 'signal',
  shorthand: 's',
  kind: string,
  usage: 'Signal to send to the container',
};
