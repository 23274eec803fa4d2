// The printed forms of the trace language: messages, entries, snapshots, rounds, the status of a member.

import {
  type Entry,
  isLearner,
  isPaused,
  type Message,
  NONE,
  type Operation,
  type Progress,
  type Ready,
  type Role,
  type Snapshot,
} from '../../../src/raft/index.ts';

const ROLE_NAMES: Record<Role, string> = {
  follower: 'StateFollower',
  'pre-candidate': 'StatePreCandidate',
  candidate: 'StateCandidate',
  leader: 'StateLeader',
};

const STATE_NAMES: Record<Progress['state'], string> = {
  probe: 'StateProbe',
  replicate: 'StateReplicate',
  snapshot: 'StateSnapshot',
};

const OPERATION_LETTERS: Record<Operation['type'], string> = {
  'add-voter': 'v',
  'add-learner': 'l',
  remove: 'r',
  update: 'u',
};

export function roleName(role: Role): string {
  return ROLE_NAMES[role];
}

/** The name of a message's type on etcd's wire. */
export function typeName(message: Message<string, string>): string {
  switch (message.kind) {
    case 'vote':
      return message.preVote ? 'MsgPreVote' : 'MsgVote';
    case 'vote-response':
      return message.preVote ? 'MsgPreVoteResp' : 'MsgVoteResp';
    case 'append':
      return 'MsgApp';
    case 'append-response':
      return 'MsgAppResp';
    case 'heartbeat':
      return 'MsgHeartbeat';
    case 'heartbeat-response':
      return 'MsgHeartbeatResp';
    case 'snapshot':
      return 'MsgSnap';
    case 'timeout-now':
      return 'MsgTimeoutNow';
    case 'propose':
      return 'MsgProp';
    case 'transfer-leader':
      return 'MsgTransferLeader';
    case 'read-index':
      return 'MsgReadIndex';
    case 'read-index-response':
      return 'MsgReadIndexResp';
  }
}

/** A message, on as many lines as it takes. */
export function printMessage(message: Message<string, string>): string[] {
  const fields = messageFields(message);
  const route = `${message.from.toString(16)}->${message.to.toString(16)}`;
  let head = `${route} ${typeName(message)} Term:${message.term} Log:${fields.log ?? '0/0'}`;
  if (fields.hint !== undefined) head += ` Rejected (Hint: ${fields.hint})`;
  if (fields.commit !== undefined && fields.commit !== 0) head += ` Commit:${fields.commit}`;
  const entries = fields.entries ?? [];
  const lines: string[] = [];
  if (entries.length === 1) head += ` Entries:[${entries.join('')}]`;
  if (entries.length > 1) {
    head += ' Entries:[';
    lines.push(...entries.map((entry) => `  ${entry}`), ']');
  }
  if (message.kind === 'snapshot' && message.snapshot.index > 0) {
    lines.push(`  Snapshot: ${printSnapshot(message.snapshot)}`);
  }
  return [head, ...lines];
}

interface Fields {
  readonly log?: string;
  readonly hint?: number;
  readonly commit?: number;
  readonly entries?: string[];
}

function messageFields(message: Message<string, string>): Fields {
  switch (message.kind) {
    case 'vote':
      return { log: `${message.lastTerm}/${message.lastIndex}` };
    case 'vote-response':
      return message.granted ? {} : { hint: 0 };
    case 'append':
      return {
        log: `${message.previousTerm}/${message.previousIndex}`,
        commit: message.commit,
        entries: message.entries.map(printEntry),
      };
    case 'append-response':
      return message.rejected
        ? { log: `${message.hintTerm}/${message.index}`, hint: message.hintIndex }
        : { log: `0/${message.index}` };
    case 'heartbeat':
      return { commit: message.commit };
    case 'propose':
      return { entries: [printEntry({ ...message.proposal, term: 0, index: 0 })] };
    case 'read-index':
      return { entries: [`0/0 EntryNormal ${goQuote(message.context)}`] };
    case 'read-index-response':
      return { log: `0/${message.index}`, entries: [`0/0 EntryNormal ${goQuote(message.context)}`] };
    default:
      return {};
  }
}

export function printEntry(entry: Entry<string>): string {
  const place = `${entry.term}/${entry.index}`;
  if (entry.kind === 'normal') return `${place} EntryNormal ${goQuote(entry.data ?? '')}`;
  const type = entry.change?.form === 'single' ? 'EntryConfChange' : 'EntryConfChangeV2';
  const operations = entry.change?.operations ?? [];
  return [`${place} ${type}`, ...operations.map(({ type: kind, id }) => OPERATION_LETTERS[kind] + id)].join(
    ' ',
  );
}

export function printSnapshot(snapshot: Snapshot<string>): string {
  const { voters, outgoing, learners, learnersNext, autoLeave } = snapshot.configuration;
  const list = (ids: readonly number[]): string => `[${ids.join(' ')}]`;
  return (
    `Index:${snapshot.index} Term:${snapshot.term} ConfState:Voters:${list(voters)} ` +
    `VotersOutgoing:${list(outgoing)} Learners:${list(learners)} LearnersNext:${list(learnersNext)} ` +
    `AutoLeave:${autoLeave}`
  );
}

/** A round; one that holds only what the node says to itself looks empty. */
export function printReady(ready: Ready<string, string>): string[] {
  const { softState, hardState, readStates, entries, snapshot, committedEntries, messages } = ready;
  const lines: string[] = [];
  if (softState !== null) lines.push(`Lead:${softState.leader} State:${roleName(softState.role)}`);
  if (hardState !== null) {
    const vote = hardState.vote === NONE ? '' : ` Vote:${hardState.vote}`;
    lines.push(`HardState Term:${hardState.term}${vote} Commit:${hardState.commit}`);
  }
  if (readStates.length > 0) {
    lines.push(`ReadStates [${readStates.map(({ index, context }) => `{${index} ${context}}`).join(' ')}]`);
  }
  if (entries.length > 0) lines.push('Entries:', ...entries.map(printEntry));
  if (snapshot !== null) lines.push(`Snapshot ${printSnapshot(snapshot)}`);
  if (committedEntries.length > 0) lines.push('CommittedEntries:', ...committedEntries.map(printEntry));
  if (messages.length > 0) lines.push('Messages:', ...messages.flatMap(printMessage));
  return lines.length === 0 ? ['<empty Ready>'] : [`Ready MustSync=${ready.mustSync}:`, ...lines];
}

/** A line of `status`. */
export function printProgress(member: Progress, windowSize: number): string {
  let line = `${member.id}: ${STATE_NAMES[member.state]} match=${member.match} next=${member.next}`;
  if (isLearner(member)) line += ' learner';
  if (isPaused(member)) line += ' paused';
  if (member.pendingSnapshot > 0) line += ` pendingSnap=${member.pendingSnapshot}`;
  if (!member.recentlyActive) line += ' inactive';
  if (member.inflight.length > 0) line += ` inflight=${member.inflight.length}`;
  if (member.inflight.length >= windowSize) line += '[full]';
  return line;
}

const ESCAPES = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** A string in double quotes, with the escapes of Go. */
function goQuote(text: string): string {
  let quoted = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const control = code < 0x20 || code === 0x7f;
    quoted += ESCAPES.get(character) ?? (control ? `\\x${code.toString(16).padStart(2, '0')}` : character);
  }
  return `"${quoted}"`;
}
