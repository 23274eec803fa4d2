// Why a task is still new: the allocator has not dealt with it, and says so nowhere but in its log.

import type { Task } from '../../model/objects.ts';
import { causesOf } from './causes.ts';
import { chainOf, count, type Explanation, type ExplanationLink, listOf } from './explanation.ts';
import type { Change, RunRecord } from './record.ts';

export function explainNew(record: RunRecord, task: Task, last: Change<'task'>): Explanation {
  const name = record.taskName(task);
  const networks = networksOf(record, task);
  const links = causesOf(record, last);
  if (networks.length === 0 || record.leader() === undefined) {
    return {
      subject: name,
      line: `${name} is new: the allocator has not looked at it yet.`,
      chain: chainOf(links),
      rule: {
        text: 'Every task passes through the allocator, with networks or without.',
        tag: 'src',
        reference: 'R-A1',
      },
      next: record.leader() === undefined ? 'Nothing, until a manager leads.' : 'The allocator looks at it.',
    };
  }
  const names = listOf(
    networks.map(({ name: network, subnet }) => (subnet === '' ? network : `${network} (${subnet})`)),
  );
  const missing: ExplanationLink = {
    at: record.world.now,
    actor: 'allocator',
    sentence: `The allocator needs an address for ${name} on ${names}, and has none.`,
    facts: { networks: networks.length },
    event: record.last.seq,
  };
  return {
    subject: name,
    line: `${name} is new: the allocator has no address for it on ${count(networks.length, 'network')}.`,
    chain: chainOf([...links, missing]),
    rule: {
      text: 'The allocator tries again when an address is freed, or after five minutes.',
      tag: 'src',
      reference: 'R-A3',
    },
    next: 'Nothing, until an address is freed: nodes and the scheduler have no part in it.',
    youCan: 'Remove what holds addresses there, or use a larger subnet.',
  };
}

/** The overlay networks that a task is to be on; those without a subnet have not been allocated themselves. */
function networksOf(
  record: RunRecord,
  { spec }: Task,
): readonly { readonly name: string; readonly subnet: string }[] {
  const state = record.state();
  return spec.networks.flatMap(({ target }) => {
    const network = state?.get('network', target);
    return network === undefined ? [] : [{ name: network.spec.name, subnet: network.ipam?.subnet ?? '' }];
  });
}
