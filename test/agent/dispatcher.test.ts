import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Reply } from '../../src/model/calls.ts';
import { millisecond, second } from '../../src/model/duration.ts';
import type { DispatcherReply } from '../../src/model/messages.ts';
import { isTerminal, TaskState } from '../../src/model/state.ts';
import { createDesk, type Desk } from '../manager/dispatcher/desk.ts';
import { makeCluster, makeNode } from '../manager/fixtures.ts';
import { createWorker, latency, nodeId, task, type Worker } from './worker.ts';

const tick = 5 * millisecond;

/** An agent and a dispatcher, joined by a network that loses what the worker's `lost` says. */
function createPair(): { desk: Desk; worker: Worker; advance(duration: number): void } {
  const desk = createDesk((tx) => {
    tx.create('cluster', makeCluster());
    tx.create('node', makeNode({ id: nodeId, state: 'unknown' }));
  });
  const worker = createWorker((call) => desk.take(call));
  let delivered = 0;
  return {
    desk,
    worker,
    advance(duration) {
      for (let passed = 0; passed < duration; passed += tick) {
        desk.stage.advance(tick);
        worker.advance(tick);
        while (delivered < desk.sent.length) {
          const sent = desk.sent[delivered++];
          if (sent === undefined || worker.lost('reply')) continue;
          const { reply } = sent;
          if (isForAgent(reply)) worker.deliver(reply);
        }
      }
    },
  };
}

function isForAgent(reply: Reply): reply is DispatcherReply {
  return reply.method.startsWith('dispatcher.');
}

const step = fc.oneof(
  fc.record({
    act: fc.constantFrom('create' as const, 'run' as const, 'shutdown' as const, 'remove' as const),
    id: fc.integer({ min: 0, max: 4 }),
  }),
  fc.record({ act: fc.constantFrom('crash' as const, 'leader' as const, 'mend' as const) }),
  fc.record({ act: fc.constant('lose' as const), what: fc.constantFrom('call' as const, 'reply' as const) }),
  fc.record({ act: fc.constant('wait' as const), time: fc.integer({ min: 1, max: 20 }) }),
);

it('an agent and a dispatcher agree in the end, whatever is lost and whoever dies (property)', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const { desk, worker, advance } = createPair();
      const created = new Set<string>();
      for (const s of steps) {
        const id = 'id' in s ? `t${s.id}` : '';
        const known = desk.stage.store.get('task', id);
        switch (s.act) {
          case 'create':
            if (created.has(id)) break;
            created.add(id);
            desk.stage.write((tx) => tx.create('task', task(id, { desiredState: TaskState.Ready })));
            break;
          case 'run':
          case 'shutdown': {
            const desired = s.act === 'run' ? TaskState.Running : TaskState.Shutdown;
            if (known === undefined || known.desiredState >= desired) break;
            desk.stage.write((tx) =>
              tx.update('task', id, (draft) => {
                draft.desiredState = desired;
              }),
            );
            break;
          }
          case 'remove':
            if (known !== undefined) desk.stage.write((tx) => tx.remove('task', id));
            break;
          case 'crash':
            worker.crash();
            break;
          case 'leader':
            desk.stage.restart();
            break;
          case 'lose':
            worker.lost = (what) => what === s.what;
            break;
          case 'mend':
            worker.lost = () => false;
            break;
          case 'wait':
            advance(s.time * second);
        }
      }
      worker.lost = () => false;
      advance(40 * second + latency);

      expect(desk.stage.store.get('node', nodeId)?.status).toMatchObject({ state: 'ready', message: '' });
      const stored = desk.stage.store.tasksOfNode(nodeId);
      expect([...worker.agent.tasks.keys()].sort()).toEqual(stored.map(({ id }) => id));
      for (const { id, status, desiredState } of stored) {
        expect(worker.agent.tasks.get(id)?.task.status).toMatchObject({
          state: status.state,
          message: status.message,
          err: status.err,
        });
        if (!isTerminal(status.state)) expect(status.state).toBe(desiredState);
      }
      expect(worker.running().sort()).toEqual(
        stored.filter(({ status }) => status.state === TaskState.Running).map(({ id }) => id),
      );
    }),
    { numRuns: 40 },
  );
});
