// Machines: what crash, stop, restart, pause, resume and wipe do to memory, timers, messages and commands.

import { expect, test } from 'vitest';
import { World } from '../../src/sim/world.ts';
import { type Puppet, puppet, Stage } from './puppet.ts';

const crash = { kind: 'crash', host: 'm1' } as const;
const stop = { kind: 'stop', host: 'm1' } as const;
const restart = { kind: 'restart', host: 'm1' } as const;
const pause = { kind: 'pause', host: 'm1' } as const;
const resume = { kind: 'resume', host: 'm1' } as const;

test.each([crash, stop])('a $kind takes the memory and the timers', (fault) => {
  const stage = new Stage(['m1']);
  stage.tell('m1', { kind: 'later', delay: 100, label: 'a' });
  expect(stage.world.stateOf('m1')?.timers.size).toBe(1);
  stage.strike(fault);
  expect(stage.world.isUp('m1')).toBe(false);
  expect(stage.world.stateOf('m1')).toBeUndefined();
  stage.strike(restart).pass(1_000);
  expect(stage.world.isUp('m1')).toBe(true);
  expect(stage.world.stateOf('m1')?.timers.size).toBe(0);
  expect(stage.heard()).toEqual(['m1 boot']);
});

test.each([crash, stop])(
  'what is in flight to a machine at its $kind is lost; what it had sent arrives',
  (fault) => {
    const stage = new Stage(['m1', 'm2']);
    stage.tell('m2', { kind: 'send', to: 'm1', label: 'to' });
    stage.tell('m1', { kind: 'send', to: 'm2', label: 'from' }, { kind: 'send', to: 'm1', label: 'self' });
    expect(stage.heard()).toEqual(['m1 message self from m1']);
    stage.strike(fault, restart).pass(1_000);
    expect(stage.heard()).toEqual(['m1 boot', 'm2 message from from m1']);
  },
);

test('a crash comes before what a machine meant to tell itself in the same instant', () => {
  const stage = new Stage(['m1']);
  stage.world.inject({
    kind: 'command',
    host: 'm1',
    body: { kind: 'do', label: '', acts: [{ kind: 'send', to: 'm1', label: 'self' }] },
  });
  stage.world.inject({ kind: 'fault', fault: crash });
  stage.world.inject({ kind: 'fault', fault: restart });
  stage.pass(10);
  expect(stage.heard()).toEqual(['m1 boot']);
});

test('a machine that is down gets neither messages nor commands, and a machine that is not there gets nothing', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(crash);
  stage.tell('m2', { kind: 'send', to: 'm1', label: 'a' }, { kind: 'send', to: 'm9', label: 'b' });
  stage.tell('m1', { kind: 'later', delay: 1, label: 'c' });
  stage.pass(1_000).strike(restart).pass(1_000);
  expect(stage.heard()).toEqual(['m1 boot']);
});

test('crashing or stopping what is down, restarting what is up, resuming what runs: nothing happens', () => {
  const stage = new Stage(['m1']);
  stage.strike(restart, resume);
  stage.tell('m1', { kind: 'later', delay: 5, label: 'a' });
  stage.strike(restart, resume).pass(10);
  stage.strike(crash, crash, stop, pause);
  expect(stage.world.isPaused('m1')).toBe(false);
  expect(stage.heard()).toEqual(['m1 timer a']);
});

test('a machine that is added later boots then', () => {
  const stage = new Stage(['m1']);
  stage.pass(50);
  stage.world.inject({ kind: 'fault', fault: { kind: 'add', host: 'm2', config: { files: [] } } });
  stage.pass(0);
  stage.tell('m1', { kind: 'send', to: 'm2', label: 'hello' }).pass(1_000);
  expect(stage.heard()).toEqual(['m2 boot', 'm2 message hello from m1']);
  expect(stage.world.hostNames()).toEqual(['m1', 'm2']);
});

test('a machine that is configured anew sees its new config from then on, up or down, and keeps it', () => {
  const stage = new Stage(['m1'], ['old']);
  const configure = (files: readonly string[]) =>
    ({ kind: 'configure', host: 'm1', config: { files } }) as const;
  stage.world.inject({ kind: 'fault', fault: configure(['new']) });
  stage.pass(0);
  expect(stage.world.configOf('m1')).toEqual({ files: ['new'] });
  stage.strike(crash, restart);
  expect(stage.heard()).toEqual(['m1 boot', 'm1 new: ']);
  stage.strike(crash);
  stage.world.inject({ kind: 'fault', fault: configure([]) });
  stage.strike(restart);
  expect(stage.heard()).toEqual(['m1 boot']);
});

test('a paused machine does nothing, then catches up in the order in which things came due', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.tell(
    'm1',
    { kind: 'later', delay: 5_000, label: 'made first' },
    { kind: 'later', delay: 2_000, label: 'due first' },
    { kind: 'sync', label: 'disk' },
  );
  stage.strike(pause);
  expect(stage.world.isPaused('m1')).toBe(true);
  stage.tell('m1', { kind: 'send', to: 'm2', label: 'told to' });
  stage.tell('m2', { kind: 'send', to: 'm1', label: 'news' });
  stage.pass(10_000);
  expect(stage.heard()).toEqual([]);
  stage.strike(resume);
  expect(stage.said.map(({ at }) => at)).toEqual([10_000, 10_000, 10_000, 10_000]);
  expect(stage.heard()).toEqual([
    'm1 message news from m2',
    'm1 synced disk',
    'm1 timer due first',
    'm1 timer made first',
  ]);
  stage.pass(1_000);
  expect(stage.heard()).toEqual(['m2 message told to from m1']);
});

test('what waited out a pause comes before anything else that is due at that moment', () => {
  const stage = new Stage(['m1']);
  stage.tell(
    'm1',
    { kind: 'later', delay: 200, label: 'now' },
    { kind: 'later', delay: 100, label: 'waited' },
  );
  stage.strike(pause);
  stage.world.schedule([{ at: 200, input: { kind: 'fault', fault: resume } }]);
  stage.tell('m1', { kind: 'send', to: 'm1', label: 'self' });
  stage.pass(1_000);
  // The timer of 200 was made before the plan, so it came due during the pause too.
  expect(stage.heard()).toEqual(['m1 timer waited', 'm1 timer now', 'm1 message self from m1']);
});

test('a world saved while a machine catches up goes on with the rest, cancels included', () => {
  const stage = new Stage(['m1']);
  const cancel = { kind: 'cancel', label: 'c' } as const;
  stage.tell(
    'm1',
    { kind: 'later', delay: 30, label: 'b' },
    { kind: 'later', delay: 10, label: 'a', acts: [cancel] },
  );
  stage.tell('m1', { kind: 'later', delay: 20, label: 'c' }).strike(pause).pass(100);
  stage.world.inject({ kind: 'fault', fault: resume });
  stage.world.step();
  stage.world.step();
  expect(stage.heard()).toEqual(['m1 timer a']);
  const loaded = World.load<Puppet>(puppet, JSON.parse(JSON.stringify(stage.world.save())));
  const said: string[] = [];
  loaded.watch({ note: (_host, { text }) => said.push(text) });
  expect(loaded.nextAt).toBe(100);
  expect(loaded.pending).toBe(stage.world.pending);
  loaded.runUntil(1_000);
  expect(said).toEqual(['timer b']);
  stage.pass(900);
  expect(stage.heard()).toEqual(['m1 timer b']);
  expect(loaded.digest).toBe(stage.world.digest);
});

test('a timer that came due during a pause can still be cancelled', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.tell('m1', { kind: 'later', delay: 5_000, label: 'a' });
  stage.strike(pause);
  stage.tell('m2', { kind: 'send', to: 'm1', label: 'stop it', acts: [{ kind: 'cancel', label: 'a' }] });
  stage.pass(10_000).strike(resume).pass(10_000);
  expect(stage.heard()).toEqual(['m1 message stop it from m2']);
});

test('what waits for a paused machine dies with it', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.tell('m1', { kind: 'later', delay: 10, label: 'a' });
  stage.strike(pause);
  stage.tell('m2', { kind: 'send', to: 'm1', label: 'news' });
  stage.pass(1_000).strike(crash, restart, resume, pause, resume).pass(1_000);
  expect(stage.heard()).toEqual(['m1 boot']);
});

test('what has reached a paused machine is not lost to a later cut', () => {
  const stage = new Stage(['m1', 'm2']);
  stage.strike(pause);
  stage.tell('m2', { kind: 'send', to: 'm1', label: 'in time' });
  stage.pass(1_000).strike({ kind: 'cut', from: ['m2'], to: ['m1'] }, resume);
  expect(stage.heard()).toEqual(['m1 message in time from m2']);
});

test('a paused machine that is paused again while it catches up keeps the rest', () => {
  const stage = new Stage(['m1']);
  stage.tell('m1', { kind: 'later', delay: 10, label: 'a' }, { kind: 'later', delay: 20, label: 'b' });
  stage.strike(pause).pass(100);
  stage.world.inject({ kind: 'fault', fault: resume });
  stage.world.inject({ kind: 'fault', fault: pause });
  stage.pass(100);
  // Catching up needs no time: the second pause finds nothing left.
  expect(stage.heard()).toEqual(['m1 timer a', 'm1 timer b']);
});

test('time passes with what waits: no input comes before it, and no timer fires early', () => {
  const stage = new Stage(['m1']);
  stage.tell('m1', { kind: 'later', delay: 5_000, label: 'a' });
  stage.strike(pause);
  expect(stage.world.step()).toBe(false);
  expect(stage.world.now).toBe(5_000);
  stage.strike(resume);
  expect(stage.said.map(({ at, text }) => [at, text])).toEqual([[5_000, 'timer a']]);
});

test('a cancelled timer never fires, cancelling one that has fired is harmless', () => {
  const stage = new Stage(['m1']);
  stage.tell('m1', { kind: 'later', delay: 10, label: 'a' }, { kind: 'later', delay: 20, label: 'b' });
  stage.tell('m1', { kind: 'cancel', label: 'b' }).pass(100);
  stage.tell('m1', { kind: 'cancel', label: 'a' }, { kind: 'later', delay: 10, label: 'c' }).pass(100);
  expect(stage.heard()).toEqual(['m1 timer a', 'm1 timer c']);
});

test('timers cancelled late, thousands of them, do not disturb those that run', () => {
  const stage = new Stage(['m1']);
  stage.tell(
    'm1',
    { kind: 'later', delay: 1_000_000, label: 'gone' },
    { kind: 'later', delay: 1_000_000, label: 'kept' },
  );
  stage.tell('m1', { kind: 'cancel', label: 'gone' });
  for (let i = 0; i < 3_000; i++) {
    stage
      .tell('m1', { kind: 'later', delay: 1, label: 'a' })
      .pass(1)
      .tell('m1', { kind: 'cancel', label: 'a' });
  }
  stage.heard();
  stage.pass(2_000_000);
  expect(stage.heard()).toEqual(['m1 timer kept']);
});

test('thousands of late cancels while a machine catches up do not bring back a timer it has just cancelled', () => {
  const stage = new Stage(['m1']);
  const labels = Array.from({ length: 1_100 }, (_, i) => `fired ${i}`);
  stage
    .tell('m1', ...labels.map((label) => ({ kind: 'later', delay: 1, label }) as const))
    .pass(1)
    .heard();
  const acts = ['second', ...labels].map((label) => ({ kind: 'cancel', label }) as const);
  stage.tell(
    'm1',
    { kind: 'later', delay: 1, label: 'first', acts },
    { kind: 'later', delay: 1, label: 'second' },
  );
  stage.strike(pause).pass(10).strike(resume).pass(10);
  expect(stage.heard()).toEqual(['m1 timer first']);
});

test('faults ask for what is there', () => {
  const unknown = new Stage(['m1']);
  expect(() => unknown.strike({ kind: 'crash', host: 'm9' })).toThrow('there is no host m9');
  const twice = new Stage(['m1']);
  twice.world.inject({ kind: 'fault', fault: { kind: 'add', host: 'm1', config: { files: [] } } });
  expect(() => twice.pass(0)).toThrow('host m1 is there already');
  const running = new Stage(['m1']);
  expect(() => running.strike({ kind: 'wipe', host: 'm1' })).toThrow(
    'm1 must be down before its disk is wiped',
  );
  expect(() => running.world.schedule([{ at: -1, input: { kind: 'fault', fault: crash } }])).toThrow(
    'a plan is for the future',
  );
});
