// The dispatcher on a stage, with everything it sends kept for the test to look at.

import {
  call,
  type DispatcherJob,
  type DispatcherLeader,
  type DispatcherState,
  type DispatcherTimer,
  dispatcherReactor,
  stopDispatcher,
} from '../../../src/manager/dispatcher/dispatcher.ts';
import { subscribe, unsubscribe } from '../../../src/manager/dispatcher/logs.ts';
import type { Leader, Reactor } from '../../../src/manager/leader.ts';
import type { Reply } from '../../../src/model/calls.ts';
import { second } from '../../../src/model/duration.ts';
import type { DispatcherCall, LogRequest, ManagerPeer } from '../../../src/model/messages.ts';
import type { NodeDescription, TaskStatus } from '../../../src/model/objects.ts';
import type { TaskState } from '../../../src/model/state.ts';
import type { Transaction } from '../../../src/store/transaction.ts';
import { createStage, type Stage } from '../stage.ts';

export interface Sent {
  readonly at: number;
  readonly route: readonly string[];
  readonly reply: Reply;
}

/** Any call without its number. */
type Question = DispatcherCall extends infer C ? (C extends { id: number } ? Omit<C, 'id'> : never) : never;

export interface Desk {
  readonly stage: Stage;
  readonly sent: readonly Sent[];
  managers: readonly ManagerPeer[];
  /** Sends a call from a host named like the node and returns its number. */
  call(question: Question): number;
  /** Passes a call on as it is. */
  take(message: DispatcherCall): void;
  /** Asks for logs as an operator does; returns the number of the call. */
  logs(request: LogRequest): number;
  /** Wants no more of them. */
  closeLogs(id: number): void;
  /** What has been sent for a call so far. */
  answers(id: number): readonly Reply[];
  /** The only answer so far. */
  answer(id: number): Reply;
  /** Registers and waits for the batch; returns the session ID. */
  register(nodeId: string, sessionId?: string): string;
  /** One accepted heartbeat; returns the period. */
  beat(nodeId: string, sessionId: string): number;
  /** The error text of a call, `code: message`; empty when it was not refused. */
  refusal(id: number): string;
  stop(): void;
}

export const description: NodeDescription = {
  hostname: 'n1',
  platform: { architecture: 'x86_64', os: 'linux' },
  resources: { nanoCpus: 2e9, memoryBytes: 4e9, generic: [] },
  engineVersion: '28.2.2',
  engineLabels: [],
  plugins: [],
};

export function createDesk(before: (tx: Transaction) => void): Desk {
  const sent: Sent[] = [];
  let lastCall = 0;
  let leader: DispatcherLeader | undefined;
  let state: DispatcherState | undefined;

  function lead(plain: Leader<DispatcherTimer, DispatcherJob>): DispatcherLeader {
    return {
      ...plain,
      managers: () => desk.managers,
      reply: (route, reply) => sent.push({ at: plain.now(), route, reply }),
    };
  }

  const reactor: Reactor<DispatcherState, DispatcherTimer, DispatcherJob> = {
    start(plain) {
      leader = lead(plain);
      state = dispatcherReactor.start(leader);
      return state;
    },
    change: (plain, own, event) => dispatcherReactor.change(lead(plain), own, event),
    commit: (plain, own) => dispatcherReactor.commit(lead(plain), own),
    timer: (plain, own, timer) => dispatcherReactor.timer(lead(plain), own, timer),
    write: (plain, own, job, tx) => dispatcherReactor.write(lead(plain), own, job, tx),
    written: (plain, own, job, outcome) => dispatcherReactor.written(lead(plain), own, job, outcome),
  };

  const desk: Desk = {
    managers: [{ host: 'm1', nodeId: 'manager1', weight: 10 }],
    sent,
    get stage() {
      return stage;
    },
    call(question) {
      lastCall += 1;
      desk.take({ ...question, id: lastCall });
      return lastCall;
    },
    take(message) {
      if (leader === undefined || state === undefined) throw new Error('no dispatcher');
      call(leader, state, [message.nodeId], message);
    },
    logs(request) {
      if (leader === undefined || state === undefined) throw new Error('no dispatcher');
      lastCall += 1;
      subscribe(leader, state, ['m1'], { method: 'logs', id: lastCall, request });
      return lastCall;
    },
    closeLogs(id) {
      if (leader === undefined || state === undefined) throw new Error('no dispatcher');
      unsubscribe(leader, state, ['m1'], id);
    },
    answers: (id) => sent.filter(({ reply }) => reply.id === id).map(({ reply }) => reply),
    answer(id) {
      const [answer, ...more] = desk.answers(id);
      if (answer === undefined || more.length > 0) throw new Error(`call ${id}: not one answer`);
      return answer;
    },
    register(nodeId, sessionId = '') {
      const id = desk.call({
        method: 'dispatcher.session',
        nodeId,
        sessionId,
        description,
        addr: '10.0.0.7',
      });
      stage.advance(second / 10);
      const [reply] = desk.answers(id);
      if (reply?.method !== 'dispatcher.session') throw new Error(`not registered: ${JSON.stringify(reply)}`);
      return reply.sessionId;
    },
    beat(nodeId, sessionId) {
      const reply = desk.answer(desk.call({ method: 'dispatcher.heartbeat', nodeId, sessionId }));
      if (reply.method !== 'dispatcher.heartbeat') throw new Error(JSON.stringify(reply));
      return reply.period;
    },
    refusal(id) {
      const [reply] = desk.answers(id);
      return reply?.method === 'dispatcher.error' ? `${reply.error.code}: ${reply.error.message}` : '';
    },
    stop() {
      if (leader !== undefined && state !== undefined) stopDispatcher(leader, state);
    },
  };
  const stage = createStage({ dispatcher: reactor }, before);
  return desk;
}

export function status(state: TaskState, message = ''): TaskStatus {
  return { state, timestamp: 0, message, err: '' };
}
