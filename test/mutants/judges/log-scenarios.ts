// Scenarios of streams of logs through a whole swarm.

import { Client } from '../../../src/cluster/client.ts';
import type { Swarm } from '../../../src/cluster/swarm.ts';
import { serviceSpec } from '../../../src/model/defaults.ts';
import { second } from '../../../src/model/duration.ts';
import type { LogRequest } from '../../../src/model/messages.ts';
import { assembled, createRunning, record } from '../../cluster/scene.ts';
import { hold, judgeOf } from '../judge.ts';

/** Four tasks on three nodes, each of which says `hello`, and every 4 s `tick` on the other stream; and what is asked of them. */
function writing(fields: Partial<LogRequest> = {}): { readonly swarm: Swarm; readonly request: LogRequest } {
  const swarm = assembled(1, 2);
  swarm.scriptImage('nginx', {
    logs: [
      { kind: 'once', after: 0, stream: 'stdout', text: 'hello' },
      { kind: 'every', every: 4 * second, stream: 'stderr', text: 'tick' },
    ],
  });
  createRunning(swarm, 'manager1', 'web', 4);
  swarm.advance(second);
  const { id } = new Client(swarm, 'manager1').service('web');
  const request: LogRequest = {
    of: { kind: 'service', id },
    streams: ['stdout', 'stderr'],
    follow: true,
    since: 0,
    ...fields,
  };
  return { swarm, request };
}

/** `task text` of all lines that have come. */
function lines(swarm: Swarm, stream: number): string[] {
  return swarm
    .takeLines(stream)
    .flatMap(({ taskId, lines: each }) => each.map(({ text }) => `${taskId} ${text}`));
}

export const logScenarios = {
  'every-node-is-heard': judgeOf(() => {
    const { swarm, request } = writing({ follow: false });
    const stream = swarm.openLogs('manager1', request);
    swarm.advance(second);
    hold(swarm.answerTo(stream) !== undefined, 'a stream that follows nothing does not end');
    const heard = lines(swarm, stream).filter((text) => text.endsWith('hello'));
    hold(new Set(heard).size === 4, 'a stream ended before all nodes were heard');
  }),

  'a-line-is-told-once': judgeOf(() => {
    const { swarm, request } = writing();
    const stream = swarm.openLogs('manager1', request);
    swarm.advance(12 * second);
    const heard = lines(swarm, stream);
    const hellos = heard.filter((text) => text.endsWith('hello'));
    hold(hellos.length === 4 && new Set(hellos).size === 4, 'a line was told twice, or not at all');
    hold(
      heard.length - hellos.length >= 12 && heard.length - hellos.length <= 16,
      'lines were told twice, or not at all',
    );
  }),

  'new-tasks-are-followed': judgeOf(() => {
    const swarm = assembled(1, 2);
    swarm.scriptImage('late', { logs: [{ kind: 'once', after: 0, stream: 'stdout', text: 'here' }] });
    const client = new Client(swarm, 'manager1');
    client.createService(serviceSpec({ name: 'late', image: 'late', replicas: 0 }));
    const { id } = client.service('late');
    const stream = swarm.openLogs('manager1', {
      of: { kind: 'service', id },
      streams: ['stdout'],
      follow: true,
      since: 0,
    });
    swarm.advance(second);
    client.updateService('late', (spec) => ({ ...spec, mode: { kind: 'replicated', replicas: 3 } }));
    swarm.advance(20 * second);
    hold(new Set(lines(swarm, stream)).size === 3, 'new tasks are not followed');
  }),

  'only-the-wanted-stream-is-told': judgeOf(() => {
    const { swarm, request } = writing({ streams: ['stdout'] });
    const stream = swarm.openLogs('manager1', request);
    swarm.advance(10 * second);
    hold(
      lines(swarm, stream).every((text) => text.endsWith('hello')),
      'lines of a stream that nobody wants were told',
    );
  }),

  'nobody-publishes-for-a-closed-stream': judgeOf(() => {
    const { swarm, request } = writing();
    const stream = swarm.openLogs('manager1', request);
    swarm.advance(second);
    swarm.closeLogs('manager1', stream);
    swarm.advance(second);
    const published = record(swarm, ({ body }) =>
      body.kind === 'call' && body.call.method === 'dispatcher.publish' ? true : undefined,
    );
    swarm.advance(10 * second);
    hold(published.length === 0, 'agents publish for a stream that is closed');
  }),

  'a-gap-breaks-a-stream': judgeOf(() => {
    const swarm = assembled(3, 0);
    swarm.scriptImage('nginx', { logs: [{ kind: 'every', every: second, stream: 'stdout', text: 'tick' }] });
    createRunning(swarm, 'manager1', 'web', 3);
    const { id } = new Client(swarm, 'manager1').service('web');
    const stream = swarm.openLogs('manager2', {
      of: { kind: 'service', id },
      streams: ['stdout'],
      follow: true,
      since: 0,
    });
    swarm.advance(3 * second);
    swarm.fault({ kind: 'cut', from: ['manager1'], to: ['manager2'] });
    swarm.advance(3 * second);
    swarm.fault({ kind: 'heal' });
    swarm.advance(3 * second);
    hold(swarm.answerTo(stream) !== undefined, 'lines are missing from a stream, and nobody is told');
  }),
};
