// Values of flags that the common readers do not know.

import { parseBytes } from '../../model/size.ts';
import type { Flags } from '../flags.ts';
import { parseCpus } from './numbers.ts';

/** Integer nano-CPUs; 0 when the flag was not given. */
export function readCpus(flags: Flags, name: string): number {
  return flags.changed(name) ? parseCpus(flags.text(name)) : 0;
}

/** Integer bytes; 0 when the flag was not given. */
export function readBytes(flags: Flags, name: string): number {
  return flags.changed(name) ? parseBytes(flags.text(name)) : 0;
}
