// What breaks says why: the chain of causes, contexts that are kept too long, delays that are none.

import { expect, test } from 'vitest';
import type { Context } from '../../src/sim/context.ts';
import { createTrace } from '../../src/sim/trace.ts';
import { World, WorldError } from '../../src/sim/world.ts';
import { type Act, type Puppet, puppet, Stage } from './puppet.ts';

test('an error in a program tells the chain of events that led to it, the newest first', () => {
  const fail: Act = { kind: 'fail', message: 'out of cheese' };
  const stage = new Stage(['m1', 'm2']);
  stage.strike({ kind: 'link', from: ['m2'], to: ['m1'], settings: { latency: 300, jitter: 0 } });
  const timer: Act = {
    kind: 'later',
    delay: 10,
    label: 'a',
    acts: [{ kind: 'send', to: 'm1', label: 'b', acts: [fail] }],
  };
  let caught: unknown;
  try {
    stage.tell('m2', timer).pass(1_000);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(WorldError);
  expect(caught).toMatchObject({
    message: [
      'out of cheese',
      '  at 310 us, event 6: message message for m1 from m2',
      '  at 10 us, event 5: timer timer for m2',
      '  at 0 us, event 4: command do for m2',
    ].join('\n'),
    cause: { message: 'out of cheese' },
  });
});

test('a fault that cannot be is told with the host it was for', () => {
  expect(() => new Stage([]).strike({ kind: 'restart', host: 'm1' })).toThrow(
    'there is no host m1\n  at 0 us, event 1: fault restart for m1',
  );
  expect(() => new Stage(['m1']).strike({ kind: 'cut', from: ['m1'], to: ['m2'] })).toThrow(
    'there is no host m2\n  at 0 us, event 2: fault cut for the network',
  );
});

test('a context is of no use after the call it was passed to', () => {
  let kept: Context<Puppet> | undefined;
  const world = new World<Puppet>(
    {
      ...puppet,
      boot(context) {
        kept = context;
        return puppet.boot(context);
      },
    },
    'seed',
  );
  world.inject({ kind: 'fault', fault: { kind: 'add', host: 'm1', config: { files: [] } } });
  world.step();
  expect(() => kept?.now()).toThrow('a context is used only while an event is handled');
});

test.each([-1, 0.5, Number.NaN])('a delay of %d is refused', (delay) => {
  expect(() => new Stage(['m1']).tell('m1', { kind: 'later', delay, label: 'a' })).toThrow(
    'a whole number of microseconds',
  );
});

test('a trace is one line of JSON for each event and note, its fields in a fixed order', () => {
  const world = new World<Puppet>(puppet, 'seed');
  const lines: string[] = [];
  world.watch(createTrace((line) => lines.push(line)));
  world.inject({ kind: 'fault', fault: { kind: 'add', host: 'm1', config: { files: [] } } });
  world.schedule([
    {
      at: 5,
      input: {
        kind: 'command',
        host: 'm1',
        body: { kind: 'do', label: '', acts: [{ kind: 'send', to: 'm1', label: 'a' }] },
      },
    },
  ]);
  world.runUntil(10);
  expect(lines).toEqual([
    '{"at":0,"seq":1,"cause":0,"kind":"fault","to":"","from":"","body":{"kind":"add","host":"m1","config":{"files":[]}}}',
    '{"at":0,"seq":0,"cause":1,"kind":"note","to":"m1","from":"","body":{"kind":"said","text":"boot","clock":0}}',
    '{"at":5,"seq":2,"cause":0,"kind":"command","to":"m1","from":"","body":{"kind":"do","label":"","acts":[{"kind":"send","to":"m1","label":"a"}]}}',
    '{"at":5,"seq":3,"cause":2,"kind":"message","to":"m1","from":"m1","body":{"kind":"message","label":"a","acts":[]}}',
    '{"at":5,"seq":0,"cause":3,"kind":"note","to":"m1","from":"","body":{"kind":"said","text":"message a from m1","clock":5}}',
  ]);
});

test('a trace shows Maps and Sets as lists, in their order', () => {
  interface Bag {
    config: null;
    state: null;
    body: { kind: 'bag'; map: ReadonlyMap<string, number>; set: ReadonlySet<string> };
    record: null;
    note: { kind: 'none' };
  }
  const world = new World<Bag>({ boot: () => null, handle: () => {} }, 'seed');
  const lines: string[] = [];
  world.inject({ kind: 'fault', fault: { kind: 'add', host: 'm1', config: null } });
  world.step();
  world.watch(createTrace((line) => lines.push(line)));
  const body: Bag['body'] = {
    kind: 'bag',
    map: new Map([
      ['b', 1],
      ['a', 2],
    ]),
    set: new Set(['y', 'x']),
  };
  world.inject({ kind: 'command', host: 'm1', body });
  world.step();
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    body: {
      map: [
        ['b', 1],
        ['a', 2],
      ],
      set: ['y', 'x'],
    },
  });
});

test('a watcher is told of an event before and after it is handled, and of what is said between', () => {
  const stage = new Stage(['m1']);
  const told: string[] = [];
  stage.world.watch({
    event: ({ seq, body }) => told.push(`event ${seq}: ${body.kind}`),
    note: (_host, { text }, cause) => told.push(`note during ${cause}: ${text}`),
    handled: ({ seq }) => told.push(`handled ${seq}`),
  });
  stage.tell('m1', { kind: 'send', to: 'm1', label: 'a' });
  expect(told).toEqual([
    'event 2: do',
    'handled 2',
    'event 3: message',
    'note during 3: message a from m1',
    'handled 3',
  ]);
});
