import fc from 'fast-check';
import { expect, it } from 'vitest';
import { equalAssignments, equalData } from '../../src/model/equal.ts';
import { TaskState } from '../../src/model/state.ts';
import { makeTask } from '../manager/fixtures.ts';

const json = fc.jsonValue({ noUnicodeString: true });

it('data equals its copy, and its text decides (property)', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(equalData(a, structuredClone(a))).toBe(true);
      if (JSON.stringify(a) === JSON.stringify(b)) expect(equalData(a, b)).toBe(true);
      expect(equalData(a, b)).toBe(equalData(b, a));
      expect(equalData([a, b], [a])).toBe(false);
      expect(equalData({ a }, { a, b })).toBe(false);
      expect(equalData({ a: { b } }, { a: { b: [b] } })).toBe(false);
    }),
  );
});

it('an absent field, an empty list and an empty object all differ; an undefined field is absent (R-O18)', () => {
  expect(equalData({}, { a: [] })).toBe(false);
  expect(equalData([], {})).toBe(false);
  expect(equalData({ a: undefined }, { b: undefined })).toBe(true);
  expect(equalData({ a: undefined }, { a: null })).toBe(false);
  expect(equalData(null, {})).toBe(false);
});

it('assignments that differ in status and meta alone are equal', () => {
  const meta = { version: 1, createdAt: 0, updatedAt: 0 };
  const task = { ...makeTask({ id: 't' }), meta };
  const reported = { ...task, status: { ...task.status, message: 'x' }, meta: { ...meta, version: 2 } };
  expect(equalAssignments(task, reported)).toBe(true);
  expect(equalAssignments(task, { ...reported, desiredState: TaskState.Shutdown })).toBe(false);
});
