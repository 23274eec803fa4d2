// The door to explanations: a subject in words, an explanation as data. The run is made again for it and stays as it is.

import type { SwarmWorld } from '../../cluster/types.ts';
import { ScenarioFailure } from '../failure.ts';
import { formatTime } from '../time.ts';
import { causesOf } from './causes.ts';
import { electionCount, explainElection, explainLeader } from './election.ts';
import { byText, chainOf, type Explanation, listOf } from './explanation.ts';
import { explainNode } from './node.ts';
import { RunRecord } from './record.ts';
import { explainService, explainTask, findTask } from './task.ts';
import { explainWhere, explainWhyNot } from './where.ts';
import { changeLink, rootLink } from './words.ts';

/**
 * Explains a task (`web.3`, or its ID), a node (`worker1`), a service (`web`), `election`, `election 2`, `leader` or `last`; why a task is
 * where it is, or nowhere, `placement web.3`; and why it is not elsewhere, `why-not worker2 for web.3`. Of a global service, `placement agent`
 * says which nodes have tasks, and `why-not worker2 for agent` why one has none.
 * @throws ScenarioFailure when the run knows no such subject
 */
export function explain(run: SwarmWorld, subject: string): Explanation {
  return explainIn(RunRecord.of(run), subject);
}

/** The same of a run that has been recorded: several questions cost one run. */
export function explainIn(record: RunRecord, subject: string): Explanation {
  const found = find(record, subject.trim());
  if (found !== undefined) return found;
  throw new ScenarioFailure(
    `at ${formatTime(record.world.now)}: nothing to explain is called ${JSON.stringify(subject)}; there are ${listOf(subjects(record), 40)}`,
  );
}

/** Everything that can be explained by name. */
export function subjects(record: RunRecord): readonly string[] {
  const tasks = new Set<string>();
  for (const { event } of record.changesOf('task')) {
    if (event.action === 'create') tasks.add(record.taskName(event.after));
  }
  const nodes = record.world.hostNames().filter((host) => record.nodeId(host) !== undefined);
  const services = [...(record.state()?.list('service') ?? [])].map(({ spec }) => spec.name);
  const elections = Array.from({ length: electionCount(record) }, (_, i) => `election ${i + 1}`);
  return ['leader', 'election', ...elections, 'last', ...nodes, ...services, ...[...tasks].sort(byText)];
}

function find(record: RunRecord, subject: string): Explanation | undefined {
  if (subject === 'leader') return explainLeader(record);
  if (subject === 'last') return explainLast(record);
  const [, wherefore] = /^placement (.+)$/.exec(subject) ?? [];
  if (wherefore !== undefined) return explainWhere(record, wherefore);
  const [, host, whom] = /^why-not (\S+) for (.+)$/.exec(subject) ?? [];
  if (host !== undefined && whom !== undefined) return explainWhyNot(record, host, whom);
  const [, number] = /^election(?: (\d{1,9}))?$/.exec(subject) ?? [];
  if (number !== undefined) return explainElection(record, Number(number));
  if (subject === 'election') return explainElection(record, electionCount(record));
  if (record.world.hostNames().includes(subject)) return explainNode(record, subject);
  const service = record.state()?.findByName('service', subject);
  if (service !== undefined) return explainService(record, service);
  return explainTask(record, findTask(record, subject));
}

/** The last committed change that says anything. */
function explainLast(record: RunRecord): Explanation {
  const last = record.changes.findLast((change) => changeLink(record, change) !== undefined);
  const link = last && changeLink(record, last);
  if (last === undefined || link === undefined) {
    const event = record.events.find(({ cause }) => cause === 0) ?? record.last;
    return { subject: 'last', line: 'Nothing has been committed yet.', chain: [rootLink(record, event)] };
  }
  const words = link.sentence.split(' ').length;
  return {
    subject: 'last',
    line: words <= 18 ? link.sentence : `${link.sentence.slice(0, link.sentence.search(/: ["“]/))}.`,
    chain: chainOf(causesOf(record, last)),
  };
}
