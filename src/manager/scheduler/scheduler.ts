// The scheduler: puts tasks that wait onto nodes, once each, and says why when it cannot. This file is about when (R-S4 to R-S8); what is
// known is state.ts, what is decided is pass.ts.

import { millisecond, second } from '../../model/duration.ts';
import { assert } from '../../sim/assert.ts';
import type { Leader, Reactor } from '../leader.ts';
import { commitDecision, decide, type SchedulerJob, takeBackAll } from './pass.ts';
import { loadState, type SchedulerState, takeEvent } from './state.ts';
import { freeVolumes } from './volumes.ts';

export type { SchedulerJob } from './pass.ts';
export type { SchedulerState } from './state.ts';

/** The one timer: the end of a burst of commits. */
export type SchedulerTimer = { readonly kind: 'debounce' };

type SchedulerLeader = Leader<SchedulerTimer, SchedulerJob>;

/** A pass waits until so long after the last commit ... */
export const commitGap = 50 * millisecond;
/** ... but in an unbroken stream of commits no longer than this after its first (R-S5). */
export const longestBurst = second;

/** Only the leader runs it; everything it knows is rebuilt from the store when that changes (R-S1). */
export const schedulerReactor: Reactor<SchedulerState, SchedulerTimer, SchedulerJob> = {
  start(leader) {
    const state = loadState(leader.store);
    // Right away: no event and no delay comes first (R-S4).
    startPass(leader, state);
    return state;
  },

  change(leader, state, event) {
    if (state.pass === undefined) takeEvent(state, event, leader.now());
    else state.inbox.push({ kind: 'event', event });
  },

  commit(leader, state) {
    if (state.pass === undefined) takeCommit(leader, state);
    else state.inbox.push({ kind: 'commit' });
  },

  timer(leader, state) {
    // A pass begins when a burst ends, and no burst begins before the pass has ended.
    assert(state.debounce !== undefined && state.pass === undefined, 'the timer ends a burst');
    state.debounce = undefined;
    startPass(leader, state);
  },

  write(leader, state, job, tx) {
    const { pass } = state;
    assert(pass?.jobs[0]?.kind === job.kind, 'the writer calls for the job at work');
    // Local state has stood still since the pass began, so deciding now is as good as having decided then.
    pass.decisions ??= decide(state, job, tx, leader.now());
    for (; pass.done < pass.decisions.length; pass.done++) {
      if (tx.full) return 'again';
      const decision = pass.decisions[pass.done];
      if (decision !== undefined) commitDecision(state, decision, tx);
    }
    return freeVolumes(state.volumes, tx);
  },

  written(leader, state, _job, outcome) {
    // All that is known here dies with the leadership, whether the job had its turn or not.
    if (outcome === 'lost') return;
    const { pass } = state;
    assert(pass?.decisions !== undefined, 'what has been written was decided');
    if (outcome === 'dropped') takeBackAll(state, pass.decisions);
    else if (pass.done < pass.decisions.length) return;
    startJobs(leader, state, pass.jobs.slice(1));
    takeInbox(leader, state);
  },
};

/** Debounces a commit (R-S5). */
function takeCommit(leader: SchedulerLeader, state: SchedulerState): void {
  const { debounce } = state;
  const now = leader.now();
  if (debounce === undefined) {
    state.debounce = { timerId: leader.later(commitGap, { kind: 'debounce' }), since: now };
    return;
  }
  leader.cancel(debounce.timerId);
  if (now - debounce.since > longestBurst) {
    state.debounce = undefined;
    startPass(leader, state);
  } else {
    debounce.timerId = leader.later(commitGap, { kind: 'debounce' });
  }
}

/** Takes up what came in during a pass, until that starts another pass. */
function takeInbox(leader: SchedulerLeader, state: SchedulerState): void {
  const waiting = state.inbox;
  let taken = 0;
  for (const intake of waiting) {
    if (state.pass !== undefined) break;
    if (intake.kind === 'event') takeEvent(state, intake.event, leader.now());
    else takeCommit(leader, state);
    taken++;
  }
  state.inbox = waiting.slice(taken);
}

/** Preassigned tasks whenever there are any, the queue only when something has happened that may help it (R-S6, R-S8). */
function startPass(leader: SchedulerLeader, state: SchedulerState): void {
  const jobs: SchedulerJob[] = [];
  if (state.preassigned.size > 0) jobs.push({ kind: 'preassigned' });
  if (state.tickWanted) jobs.push({ kind: 'tick' });
  state.tickWanted = false;
  startJobs(leader, state, jobs);
}

function startJobs(leader: SchedulerLeader, state: SchedulerState, jobs: readonly SchedulerJob[]): void {
  const [job] = jobs;
  state.pass = job && { jobs, decisions: undefined, done: 0 };
  if (job !== undefined) leader.request(job);
}
