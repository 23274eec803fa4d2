// The suites that hold recordings of SwarmKit pass, and would notice a difference.

import { describe, expect, it } from 'vitest';
import { type CaseResult, compare, readOracle, report } from './oracle.ts';
import { replayOrchestration, replayOne as replayOrchestrationCase } from './orchestration/run.ts';
import { readFile as readOrchestration } from './orchestration/schema.ts';
import { matchOne, replayPlacement, replayOne as replayPlacementCase } from './placement/run.ts';
import { readFile as readPlacement } from './placement/schema.ts';
import { closed, listOf, number, oneOf, open, text } from './schema.ts';

const placement = readOracle('PLACEMENT_ORACLE', 'placement.json');
const orchestration = readOracle('ORCHESTRATION_ORACLE', 'orchestration.json');

/** The first of the recorded values that contains `from`, with `to` in its place. */
function planted(recorded: readonly unknown[], from: string, to: string): unknown {
  const text = recorded.map((value) => JSON.stringify(value)).find((each) => each.includes(from));
  expect(text, from).toBeDefined();
  return JSON.parse((text ?? '').replace(from, to));
}

function failures(results: readonly CaseResult[]): string[] {
  return results.filter(({ differences }) => differences.length > 0).map(({ name }) => name);
}

describe('placement as recorded', () => {
  const { cases, constraints } = readPlacement(placement, 'the file');

  it('is ours', () => {
    expect(failures(replayPlacement(placement))).toEqual([]);
  });

  it.each([
    ['the number of placed tasks', '"assigned":3', '"assigned":4', /: assigned$/],
    ['where tasks are placed', '"perNode":{"n1"', '"perNode":{"n0"', /: perNode$/],
    ['the text of a task that waits', 'no suitable node', 'no node', /: err$/],
    [
      'the filter that refuses a node',
      '"rejectedBy":{"n1":"Ready"',
      '"rejectedBy":{"n1":"Plugin"',
      /^rejected/,
    ],
  ])('would not pass with another value for %s', (_, from, to, what) => {
    const { differences } = replayPlacementCase(planted(cases, from, to), 0);
    expect(differences.map((each) => each.what)).toEqual([expect.stringMatching(what)]);
  });

  it.each([
    ['a node that meets a constraint', '"match":"', '"match":"n0 ', /nodes that meet/],
    ['the error of a constraint', '"err":"', '"err":"no ', /the error of/],
  ])('would not pass with another value for %s', (_, from, to, what) => {
    const { differences } = matchOne(constraints.nodes, planted(constraints.rows, from, to), 0);
    expect(differences.map((each) => each.what)).toEqual([expect.stringMatching(what)]);
  });
});

describe('orchestration as recorded', () => {
  const cases = readOrchestration(orchestration, 'the file');

  it('is ours', () => {
    expect(failures(replayOrchestration(orchestration))).toEqual([]);
  });

  it.each([
    ['a spec', '"specVersionOf":"1:update"', '"specVersionOf":"0:create"', /^services$/],
    ['an update status', 'updating: update in progress', 'updating: update', /^updateStatus$/],
    ['the number of tasks', '"tasksCreated":', '"tasksCreated":1', /^tasksCreated$/],
    ['a state that a task went through', '"path":"/RnpacPrsR"', '"path":"/RnpacPrsRF"', /^slot 1$/],
    ['the number of running tasks', ',2],"runningAtMs"', ',7],"runningAtMs"', /^running$/],
    ['a time', '"runningAtMs":[0,', '"runningAtMs":[70,', /^runningAtMs$/],
    ['a job', '"jobIteration":0', '"jobIteration":1', /^services$/],
    ['the most that ran', '"upMax":3', '"upMax":4', /: upMax$/],
    ['what is there at one moment', '"runningByNode":{"n1"', '"runningByNode":{"n9"', /: runningByNode$/],
  ])('would not pass with another value for %s', (_, from, to, what) => {
    const { differences } = replayOrchestrationCase(planted(cases, from, to), 0);
    expect(differences.map((each) => each.what)).toEqual([expect.stringMatching(what)]);
  });
});

describe('a script', () => {
  const spec = { image: 'img:v1', replicas: 1 };
  const result = (actions: readonly object[], facts: object) =>
    replayOrchestrationCase(
      { name: 'made up', input: { nodes: [{ id: 'n1' }], actions, end: 2000 }, facts },
      0,
    );
  const look = { running: 1, wanted: 1, stored: 1, runningByImage: { v1: 1 }, runningByNode: { n1: 1 } };
  const one = { ...look, runningSlots: '1', storedPerSlot: '1 each' };

  it('may create a service of a name that was removed', () => {
    const { differences } = result(
      [
        { at: 0, op: 'create', spec },
        { at: 500, op: 'remove' },
        { at: 1000, op: 'create', spec },
      ],
      {
        services: { s: { spec: { image: 'v1', replicas: 1, specVersionOf: '2:create' } } },
        tasksPerSlot: { 1: 2 },
        checks: [
          { when: 'before 1:remove', ...one },
          { when: 'before 2:create', running: 0, wanted: 0, stored: 0 },
          { when: 'end', ...one },
        ],
      },
    );
    expect(differences).toEqual([]);
  });

  it('keeps what the control API refuses, as its client sees it', () => {
    const { differences } = result(
      [
        { at: 0, op: 'create', spec },
        { at: 500, op: 'rollback' },
        { at: 600, op: 'update', spec: { mode: 'global' } },
      ],
      {
        services: { s: { spec: { image: 'v1', replicas: 1, specVersionOf: '0:create' } } },
        apiErrors: [
          '1:rollback: rpc error: code = FailedPrecondition desc = service <s> does not have a previous spec',
          '2:update: rpc error: code = Unimplemented desc = service mode change is not allowed',
        ],
        checks: [
          { when: 'before 1:rollback', ...one },
          { when: 'before 2:update', ...one },
          { when: 'end', ...one },
        ],
      },
    );
    expect(differences).toEqual([]);
  });
});

describe('the report', () => {
  const printed = (results: readonly CaseResult[]) => {
    const lines: string[] = [];
    const passed = report((line) => lines.push(line), 'suite', results);
    return { passed, lines };
  };

  it('says of a failed case what was compared, expected and found', () => {
    const differences = compare('phase 0: perNode', new Map([['n1', 2]]), new Map([['n2', 2]]));
    expect(
      printed([
        { name: 'even', differences: [] },
        { name: 'odd', differences },
      ]),
    ).toEqual({
      passed: false,
      lines: [
        'suite: odd',
        '  phase 0: perNode',
        '    expected: {"n1":2}',
        '    found:    {"n2":2}',
        'suite: 1 passed, 1 failed',
      ],
    });
  });

  it('fails without any case', () => {
    expect(printed([]).passed).toBe(false);
  });

  it('fails a case that cannot be read, and only that', () => {
    const strange = [{ name: 'strange', input: { actions: [{ at: 0, op: 'dance' }] } }];
    const [result, ...others] = replayOrchestration(strange);
    expect(others).toEqual([]);
    expect(result?.name).toBe('strange');
    expect(result?.differences[0]?.found).toMatch(/^\[0\]\.input\.actions\[0\]\.op: one of create, /);
  });
});

describe('a recorded value', () => {
  const readThing = closed((fields) => ({
    name: fields.get('name', text),
    size: fields.or('size', number, 1),
  }));

  it('has its type, its defaults, and no field that is unknown', () => {
    expect(readThing({ name: 'a' }, 'thing')).toEqual({ name: 'a', size: 1 });
    expect(readThing({ name: 'a', size: null }, 'thing')).toEqual({ name: 'a', size: 1 });
    expect(() => readThing({ size: 2 }, 'thing')).toThrow('thing.name: a text expected, found undefined');
    expect(() => readThing({ name: 'a', size: '2' }, 'thing')).toThrow('thing.size: a number expected');
    expect(() => readThing({ name: 'a', colour: 'red' }, 'thing')).toThrow('thing.colour: no such field');
  });

  it('may have more fields where nobody compares them', () => {
    expect(open((fields) => fields.get('name', text))({ name: 'a', colour: 'red' }, 'thing')).toBe('a');
  });

  it('is a list also when it is null, and says which item is wrong', () => {
    expect(listOf(text)(null, 'list')).toEqual([]);
    expect(() => listOf(text)(['a', 1], 'list')).toThrow('list[1]: a text expected, found 1');
    expect(() => oneOf('a', 'b')('c', 'word')).toThrow('word: one of a, b expected, found "c"');
  });
});
