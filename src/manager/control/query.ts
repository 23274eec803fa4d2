// Control API: looks at the committed state. Answered by whoever believes to lead, without asking a quorum: a leader that has been
// cut off answers with what it last knew (R-R27).

import type { ControlQuery, ManagerView, RecordTables } from '../../model/calls.ts';
import type { Kind, Records } from '../../model/objects.ts';
import type { Reader } from '../../store/reader.ts';
import { reader } from '../../store/store.ts';
import type { ManagerContext } from '../context.ts';
import { sendReply } from '../reply.ts';
import type { ManagerState } from '../state.ts';

/** Answers a look at one record, at whole tables, or at the root certificate. */
export function answerQuery(
  context: ManagerContext,
  manager: ManagerState,
  call: ControlQuery,
  route: readonly string[],
): void {
  const from = reader(manager.store);
  if (call.method === 'swarm.root') {
    const caDigest = from.list('cluster')[0]?.rootCaDigest ?? '';
    sendReply(context, route, { method: 'control.done', id: call.id, result: { kind: 'root', caDigest } });
    return;
  }
  if (call.method === 'get' && from.get(call.kind, call.recordId) === undefined) {
    const error = { code: 'NotFound', message: `${call.kind} ${call.recordId} not found` } as const;
    sendReply(context, route, { method: 'control.failed', id: call.id, error });
    return;
  }
  const tables =
    call.method === 'get'
      ? tableOf(from, call.kind, call.recordId)
      : tablesOf(from, [call.kind, ...(call.also ?? [])]);
  const managers = tables.node !== undefined ? managerViews(manager) : [];
  sendReply(context, route, {
    method: 'control.done',
    id: call.id,
    result: { kind: 'records', tables, managers },
  });
}

/** The managers as the answering one sees them; itself it always reaches (R-R40). */
function managerViews(manager: ManagerState): (readonly [nodeId: string, view: ManagerView])[] {
  const { self, raft, peers } = manager;
  return [...manager.members.values()]
    .sort((a, b) => a.raftId - b.raftId)
    .map((member) => [
      member.nodeId,
      {
        leader: member.raftId === raft.leader,
        reachable: member.raftId === self.raftId || peers.get(member.raftId)?.active === true,
        addr: member.addr,
      },
    ]);
}

function tablesOf(from: Reader, kinds: readonly Kind[]): RecordTables {
  let tables: RecordTables = {};
  for (const kind of kinds) tables = { ...tables, ...tableOf(from, kind, undefined) };
  return tables;
}

function records<K extends Kind>(from: Reader, kind: K, id: string | undefined): readonly Records[K][] {
  if (id === undefined) return from.list(kind);
  const record = from.get(kind, id);
  return record === undefined ? [] : [record];
}

function tableOf(from: Reader, kind: Kind, id: string | undefined): RecordTables {
  switch (kind) {
    case 'cluster':
      return { cluster: records(from, kind, id) };
    case 'config':
      return { config: records(from, kind, id) };
    case 'network':
      return { network: records(from, kind, id) };
    case 'node':
      return { node: records(from, kind, id) };
    case 'secret':
      return { secret: records(from, kind, id) };
    case 'service':
      return { service: records(from, kind, id) };
    case 'task':
      return { task: records(from, kind, id) };
    case 'volume':
      return { volume: records(from, kind, id) };
  }
}
