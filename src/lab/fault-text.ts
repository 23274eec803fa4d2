// Faults in words, for the story.

import { formatDuration } from '../model/duration.ts';
import type { Fault } from '../sim/fault.ts';

export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'crash':
      return `${fault.host} loses power${fault.torn ? ' in the middle of a write' : ''}`;
    case 'stop':
      return `the engine of ${fault.host} is stopped`;
    case 'restart':
      return `${fault.host} comes up again`;
    case 'pause':
      return `${fault.host} freezes`;
    case 'resume':
      return `${fault.host} goes on`;
    case 'wipe':
      return `the disk of ${fault.host} is empty`;
    case 'clock': {
      const jump = fault.offset === 0 ? '' : ` jumps by ${formatDuration(fault.offset)}`;
      const right = jump === '' ? ' runs at the right speed' : '';
      const rate = fault.ratePpm === 1_000_000 ? right : ` runs at ${fault.ratePpm / 10_000} %`;
      return `the clock of ${fault.host}${rate}${rate && jump && ' and'}${jump}`;
    }
    case 'disk':
      return `the disk of ${fault.host} takes ${formatDuration(fault.syncLatency)} to sync`;
    case 'cut':
      return `nothing passes from ${fault.from.join(', ')} to ${fault.to.join(', ')}`;
    case 'mend':
      return `the way from ${fault.from.join(', ')} to ${fault.to.join(', ')} is open again`;
    case 'partition':
      return `the network splits: ${fault.groups.map((group) => group.join(', ')).join(' | ')}`;
    case 'heal':
      return 'every cut is mended';
    case 'close':
      return `the firewall of ${fault.host} closes ${fault.port}`;
    case 'open':
      return `the firewall of ${fault.host} opens ${fault.port}`;
    case 'link':
      return `the links from ${fault.from.join(', ')} to ${fault.to.join(', ')} change`;
  }
}
