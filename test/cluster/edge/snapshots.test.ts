// When a manager takes snapshots, and what it keeps behind them.

import { expect, it } from 'vitest';
import { Client } from '../../../src/cluster/client.ts';
import { makeLabels } from '../../../src/model/labels.ts';
import { managerAt, unwatched } from './scene.ts';

it('E-85: the 10 000th entry makes a snapshot, not the one before, and 500 stay behind it', () => {
  const swarm = unwatched(1, 0);
  const client = new Client(swarm, 'manager1');
  const { log } = managerAt(swarm, 'manager1').raft;
  const write = () => {
    const labels = makeLabels([['round', String(log.applied)]]);
    client.updateNode('manager1', (spec) => ({ ...spec, labels }));
  };
  while (log.applied < 9_999) write();
  expect(log.applied).toBe(9_999);
  expect(log.newestSnapshot).toBeNull();
  expect(log.baseIndex).toBe(0);
  write();
  expect(log.newestSnapshot?.index).toBe(10_000);
  expect(log.baseIndex).toBe(9_500);
  expect(log.entries.at(0)?.index).toBe(9_501);
});
