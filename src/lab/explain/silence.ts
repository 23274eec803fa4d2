// The last thing done from outside that silenced a machine, or brought it back: a fault, or the command to leave the swarm.

import type { Fault } from '../../sim/fault.ts';
import type { ExplanationLink } from './explanation.ts';
import type { Event, RunRecord } from './record.ts';
import { rootLink } from './words.ts';

/** What was done, and what to call it. */
export interface Blow {
  readonly event: Event;
  readonly link: ExplanationLink;
  /** Such as `the crash`. */
  readonly what: string;
}

/** Before event `seq` the last thing that silenced `host`, if it was not undone since. */
export function lastSilence(record: RunRecord, host: string, seq: number): Blow | undefined {
  const silence = lastOf(
    record,
    seq,
    (fault) => silenceName(fault, host),
    (event) => leaving(event, host),
  );
  const return_ = lastOf(record, seq, (fault) => returnName(fault, host));
  if (silence === undefined || return_ === undefined) return silence;
  return record.isBefore(return_.event.seq, silence.event.seq) ? silence : undefined;
}

/** Before event `seq` the last fault that brought `host` back. */
export function lastReturn(record: RunRecord, host: string, seq: number): Blow | undefined {
  return lastOf(record, seq, (fault) => returnName(fault, host));
}

function lastOf(
  record: RunRecord,
  seq: number,
  nameOf: (fault: Fault) => string | undefined,
  commandOf: (event: Event) => string | undefined = () => undefined,
): Blow | undefined {
  const name = (event: Event) => {
    if (event.kind !== 'fault') return commandOf(event);
    return event.body.kind === 'add' || event.body.kind === 'configure' ? undefined : nameOf(event.body);
  };
  const event = record.lastEvent(seq, (each) => name(each) !== undefined);
  const what = event && name(event);
  if (event === undefined || what === undefined) return undefined;
  return { event, link: rootLink(record, event), what };
}

/** A command after which a machine is heard of no more. */
function leaving({ kind, to, body }: Event, host: string): string | undefined {
  return kind === 'command' && to === host && body.kind === 'node.leave' ? 'the leave' : undefined;
}

function silenceName(fault: Fault, host: string): string | undefined {
  switch (fault.kind) {
    case 'crash':
      return fault.host === host ? 'the crash' : undefined;
    case 'stop':
      return fault.host === host ? 'the stop' : undefined;
    case 'pause':
      return fault.host === host ? 'the pause' : undefined;
    case 'cut':
      return [...fault.from, ...fault.to].includes(host) ? 'the cut' : undefined;
    case 'partition':
      return fault.groups.some((group) => group.includes(host)) ? 'the partition' : undefined;
    default:
      return undefined;
  }
}

function returnName(fault: Fault, host: string): string | undefined {
  switch (fault.kind) {
    case 'restart':
      return fault.host === host ? 'the restart' : undefined;
    case 'resume':
      return fault.host === host ? 'the resume' : undefined;
    case 'mend':
      return [...fault.from, ...fault.to].includes(host) ? 'the mending' : undefined;
    case 'heal':
      return 'the healing';
    default:
      return undefined;
  }
}
