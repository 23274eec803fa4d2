// Mutants of service logs.

import type { Mutant } from '../mutant.ts';

export const logs: readonly Mutant[] = [
  {
    id: 'S-105',
    title: 'a stream of logs ends with the first node that has told all',
    file: 'src/manager/dispatcher/logs.ts',
    anchor: 'for (const parts of nodes.values()) if (parts !== undefined) return;',
    replacement: 'if ([...nodes.values()].every((parts) => parts !== undefined)) return;',
    judge: 'every-node-is-heard',
    within: 1,
  },
  {
    id: 'S-106',
    title: 'an agent tells lines again that it has told',
    file: 'src/agent/logs.ts',
    anchor: 'told.set(task.id, container.written);\n    const lines = wantedOf(',
    replacement: 'const lines = wantedOf(',
    judge: 'a-line-is-told-once',
    within: 1,
  },
  {
    id: 'S-107',
    title: 'tasks that come later are not followed',
    file: 'src/manager/dispatcher/logs.ts',
    anchor: 'if (follow && concerned && !subscription.nodes.has(nodeId)) {',
    replacement: 'if (follow && concerned && subscription.nodes.has(nodeId)) {',
    judge: 'new-tasks-are-followed',
    within: 1,
  },
  {
    id: 'S-108',
    title: 'who follows one stream is told the other as well',
    file: 'src/agent/logs.ts',
    anchor: 'at >= since && streams.includes(stream)',
    replacement: 'at >= since && (streams.length > 0 || stream === null)',
    judge: 'only-the-wanted-stream-is-told',
    within: 1,
  },
  {
    id: 'S-109',
    title: 'agents are not told that a stream is closed',
    file: 'src/agent/session.ts',
    anchor: 'state.followed.delete(reply.subscription);',
    replacement: '',
    judge: 'nobody-publishes-for-a-closed-stream',
    within: 1,
  },
  {
    id: 'S-110',
    title: 'a lost message of a stream of logs is not noticed',
    file: 'src/cluster/logs.ts',
    anchor: 'if (sequence > stream.sequence + 1) {',
    replacement: 'if (sequence < stream.sequence) {',
    judge: 'a-gap-breaks-a-stream',
    within: 1,
  },
];
