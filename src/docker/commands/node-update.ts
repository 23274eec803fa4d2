// docker node update, docker node promote, docker node demote

import type { Node, NodeSpec } from '../../engine/api.ts';
import type { Fiber } from '../../engine/fiber.ts';
import { atLeast, type Command, exactly, type Invocation } from '../command.ts';
import { CommandFailure } from '../failure.ts';
import { list, string } from '../flag.ts';
import type { Flags } from '../flags.ts';
import { pairsOf } from '../maps.ts';
import { updateNodes } from '../nodes.ts';

export const nodeUpdate: Command = {
  name: 'update',
  usage: '[OPTIONS] NODE',
  short: 'Update a node',
  arity: exactly(1),
  flags: [
    {
      name: 'availability',
      kind: string,
      usage: 'Availability of the node ("active", "pause", "drain")',
    },
    { name: 'label-add', kind: list, usage: 'Add or update a node label ("key=value")' },
    { name: 'label-rm', kind: list, usage: 'Remove a node label if exists' },
    { name: 'role', kind: string, usage: 'Role of the node ("worker", "manager")' },
  ],
  run: update,
};

export const nodePromote: Command = {
  name: 'promote',
  usage: 'NODE [NODE...]',
  short: 'Promote one or more nodes to manager in the swarm',
  arity: atLeast(1),
  run: (invocation) =>
    setRole(invocation, 'manager', (node) => `Node ${node} promoted to a manager in the swarm.`),
};

export const nodeDemote: Command = {
  name: 'demote',
  usage: 'NODE [NODE...]',
  short: 'Demote one or more nodes from manager in the swarm',
  arity: atLeast(1),
  run: (invocation) => setRole(invocation, 'worker', (node) => `Manager ${node} demoted in the swarm.`),
};

function* update({ args, flags, client, host }: Invocation): Fiber<number> {
  yield* updateNodes(
    client,
    args,
    ({ Spec: spec }) => ({
      ...spec,
      Role: flags.changed('role') ? flags.text('role') : spec.Role,
      Availability: flags.changed('availability') ? flags.text('availability') : spec.Availability,
      Labels: changedLabels(spec, flags),
    }),
    (reference) => host.out(`${reference}\n`),
  );
  return 0;
}

/** Labels are added before others are removed. @throws CommandFailure for one that is to be removed and is not there */
function changedLabels({ Labels: before }: NodeSpec, flags: Flags): NodeSpec['Labels'] {
  const labels = new Map(Object.entries(before ?? {}));
  for (const [key, value] of pairsOf(flags.list('label-add'))) labels.set(key, value);
  for (const key of flags.list('label-rm')) {
    if (!labels.delete(key)) throw new CommandFailure(`key ${key} doesn't exist in node's labels`);
  }
  return Object.fromEntries(labels);
}

function* setRole(
  { args, client, host }: Invocation,
  role: 'worker' | 'manager',
  done: (reference: string) => string,
): Fiber<number> {
  const change = ({ ID, Spec: spec }: Node): NodeSpec | undefined => {
    if (spec.Role !== role) return { ...spec, Role: role };
    host.out(`Node ${ID} is already a ${role}.\n`);
    return undefined;
  };
  yield* updateNodes(client, args, change, (reference) => host.out(`${done(reference)}\n`));
  return 0;
}
