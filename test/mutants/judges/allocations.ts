// An allocator on a stage: random steps, after each of which nothing may be given to two, and scenarios of what waits and what comes back.

import fc from 'fast-check';
import { portConfig } from '../../../src/model/defaults.ts';
import type { PortConfig } from '../../../src/model/spec.ts';
import { TaskState } from '../../../src/model/state.ts';
import { defects, start, steps, take } from '../../manager/allocator/steps.ts';
import { makeNetwork, makeService, makeTask, type ServiceFields } from '../../manager/fixtures.ts';
import type { Stage } from '../../manager/stage.ts';
import { hold, judgeOf } from '../judge.ts';

function publish(...ports: readonly (Partial<PortConfig> & { readonly targetPort: number })[]) {
  return { ports: ports.map(portConfig) };
}

function on(target: string) {
  return { networks: [{ target, aliases: [] }] };
}

/** Creates a service, and its first task with the ID `<service>.1`. */
function create(stage: Stage, fields: ServiceFields): void {
  stage.write((tx) => {
    tx.create('service', makeService(fields));
    tx.create('task', makeTask({ id: `${fields.id}.1`, service: makeService(fields), state: TaskState.New }));
  });
}

function endTask(stage: Stage, id: string): void {
  stage.write((tx) =>
    tx.update('task', id, (draft) => {
      draft.status.state = TaskState.Shutdown;
    }),
  );
}

function isPending(stage: Stage, id: string): boolean {
  return stage.store.get('task', id)?.status.state === TaskState.Pending;
}

function portsOf(stage: Stage, id: string): string {
  return String(stage.store.get('service', id)?.endpoint?.ports.map(({ publishedPort }) => publishedPort));
}

export const allocations = {
  allocations: judgeOf((seed) => {
    for (const drawn of fc.sample(steps, { numRuns: 1, seed })) {
      const stage = start();
      for (const step of drawn) {
        take(stage, step);
        const [defect] = defects(stage);
        if (defect !== undefined) throw new Error(defect);
      }
    }
  }),

  'a-task-waits-for-its-service': judgeOf(() => {
    const stage = start();
    create(stage, { id: 'first', endpoint: publish({ targetPort: 80, publishedPort: 80 }) });
    create(stage, { id: 'second', endpoint: publish({ targetPort: 80, publishedPort: 80 }) });
    hold(isPending(stage, 'first.1'), 'a task with all it needs is not pending');
    hold(!isPending(stage, 'second.1'), 'a task did not wait for the ports of its service (R-A1)');
  }),

  'a-task-waits-for-its-network': judgeOf(() => {
    const stage = start();
    stage.write((tx) => {
      tx.create('network', makeNetwork({ id: 'bad', subnets: [{ subnet: '10.5.0.0/24', gateway: '' }] }));
    });
    create(stage, { id: 'web', task: on('bad'), endpoint: { mode: 'dnsrr' } });
    hold(!isPending(stage, 'web.1'), 'a task did not wait for its network (R-A1)');
  }),

  'addresses-come-back': judgeOf(() => {
    const stage = start();
    for (let i = 1; i <= 5; i += 1) {
      create(stage, { id: `s${i}`, task: on('small'), endpoint: { mode: 'dnsrr' } });
      hold(isPending(stage, `s${i}.1`), 'a small network has too few addresses');
    }
    create(stage, { id: 'next', task: on('small'), endpoint: { mode: 'dnsrr' } });
    hold(!isPending(stage, 'next.1'), 'a small network has too many addresses');
    endTask(stage, 's1.1');
    hold(isPending(stage, 'next.1'), 'an address that was given back went to nobody (R-A3, R-A6)');
  }),

  'a-node-keeps-its-addresses': judgeOf(() => {
    const stage = start();
    const web = makeService({ id: 'web', task: on('big'), endpoint: { mode: 'dnsrr' } });
    const addresses = () => JSON.stringify(stage.store.get('node', 'n')?.attachments);
    stage.write((tx) => {
      tx.create('service', web);
      for (const id of ['t1', 't2']) {
        tx.create('task', makeTask({ id, service: web, nodeId: 'n', state: TaskState.New }));
      }
    });
    endTask(stage, 't1');
    const before = addresses();
    stage.restart();
    hold(before === addresses(), 'a change of leaders changed the addresses of a node (R-A7)');
  }),

  'automatic-ports-go-round': judgeOf(() => {
    const stage = start();
    create(stage, { id: 'first', endpoint: publish({ targetPort: 80 }) });
    const before = portsOf(stage, 'first');
    stage.write((tx) => tx.remove('service', 'first'));
    create(stage, { id: 'second', endpoint: publish({ targetPort: 80 }) });
    hold(portsOf(stage, 'second') !== before, 'a port was given away again at once (R-A30)');
  }),

  'automatic-ports-are-kept': judgeOf(() => {
    const stage = start();
    create(stage, {
      id: 'web',
      endpoint: publish({ targetPort: 80 }, { targetPort: 81, publishedPort: 81 }),
    });
    const [automatic = ''] = portsOf(stage, 'web')
      .split(',')
      .filter((port) => port !== '81');
    stage.write((tx) =>
      tx.update('service', 'web', ({ spec }) => {
        const endpoint = publish({ targetPort: 80 }, { targetPort: 81, publishedPort: 82 });
        spec.endpoint = { mode: 'vip', ...endpoint };
      }),
    );
    const after = portsOf(stage, 'web').split(',');
    hold(
      after.includes('82') && after.includes(automatic),
      'an automatic port was lost in an update (R-A32)',
    );
  }),

  'all-ports-or-none': judgeOf(() => {
    const stage = start();
    const port = (published: number) => ({ targetPort: published, publishedPort: published });
    create(stage, { id: 'first', endpoint: publish(port(81)) });
    create(stage, { id: 'second', endpoint: publish(port(80), port(81)) });
    create(stage, { id: 'third', endpoint: publish(port(80)) });
    hold(portsOf(stage, 'third') === '80', 'a service that did not get its ports kept one of them (R-A31)');
  }),
};
