// The last thing done from outside that silenced a machine, or brought it back: a fault, or the command to leave the swarm.

import { managersPort } from '../../cluster/ports.ts';
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

/** Before event `seq` the last thing that silenced `host`, of those that were not undone since. */
export function lastSilence(record: RunRecord, host: string, seq: number): Blow | undefined {
  const manager = managerBefore(record, host, seq);
  const isUndone = (silence: Event) => {
    const undone = record.lastEvent(seq, (event) => undoes(event, silence, host));
    return undone !== undefined && record.isBefore(silence.seq, undone.seq);
  };
  const nameOf = (event: Event) => silenceName(event, host, manager);
  return blowOf(
    record,
    record.lastEvent(seq, (event) => nameOf(event) !== undefined && !isUndone(event)),
    nameOf,
  );
}

/** Before event `seq` the last fault that brought `host` back. */
export function lastReturn(record: RunRecord, host: string, seq: number): Blow | undefined {
  const manager = managerBefore(record, host, seq);
  const nameOf = (event: Event) => returnName(event, host, manager);
  return blowOf(
    record,
    record.lastEvent(seq, (event) => nameOf(event) !== undefined),
    nameOf,
  );
}

function blowOf(
  record: RunRecord,
  event: Event | undefined,
  nameOf: (event: Event) => string | undefined,
): Blow | undefined {
  const what = event && nameOf(event);
  return event === undefined || what === undefined
    ? undefined
    : { event, link: rootLink(record, event), what };
}

/**
 * The manager that last heard the agent of `host` before event `seq`: on a machine with a manager its own (R-R187). What closes that manager's
 * port silences the agent, or, on the manager's own machine, all of it: its manager hears the others no more. A worker's own ports do not matter.
 */
function managerBefore(record: RunRecord, host: string, seq: number): string | undefined {
  return record.lastEvent(
    seq,
    ({ kind, body }) =>
      kind === 'message' &&
      body.kind === 'call' &&
      !body.forwarded &&
      body.call.method.startsWith('dispatcher.') &&
      body.route[0] === host,
  )?.to;
}

function silenceName(event: Event, host: string, manager: string | undefined): string | undefined {
  if (event.kind === 'command') {
    return event.to === host && event.body.kind === 'node.leave' ? 'the leave' : undefined;
  }
  if (event.kind !== 'fault') return undefined;
  const { body: fault } = event;
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
    case 'close':
      return fault.host === manager && fault.port === managersPort ? 'the closing' : undefined;
    default:
      return undefined;
  }
}

function returnName(event: Event, host: string, manager: string | undefined): string | undefined {
  if (event.kind !== 'fault') return undefined;
  const { body: fault } = event;
  switch (fault.kind) {
    case 'restart':
      return fault.host === host ? 'the restart' : undefined;
    case 'resume':
      return fault.host === host ? 'the resume' : undefined;
    case 'mend':
      return [...fault.from, ...fault.to].includes(host) ? 'the mending' : undefined;
    case 'heal':
      return 'the healing';
    case 'open':
      return fault.host === manager && fault.port === managersPort ? 'the opening' : undefined;
    default:
      return undefined;
  }
}

/** Whether an event, if it comes later, undoes what silenced `host`. */
function undoes(event: Event, silence: Event, host: string): boolean {
  if (silence.kind !== 'fault') {
    return event.kind === 'command' && event.to === host && event.body.kind === 'node.join';
  }
  if (event.kind !== 'fault') return false;
  const { body: fault } = event;
  switch (silence.body.kind) {
    case 'crash':
    case 'stop':
      return fault.kind === 'restart' && fault.host === host;
    case 'pause':
      return (fault.kind === 'resume' || fault.kind === 'restart') && fault.host === host;
    case 'cut':
    case 'partition':
      return fault.kind === 'heal' || (fault.kind === 'mend' && [...fault.from, ...fault.to].includes(host));
    case 'close':
      return fault.kind === 'open' && fault.host === silence.body.host && fault.port === managersPort;
    default:
      return false;
  }
}
