// Equality of plain data by value. References decide nothing: a world that was saved and loaded shares none of them.

import type { Task } from './objects.ts';

type Plain = Readonly<Record<string, unknown>>;

/** True when two values of plain data (no Maps or Sets) say the same. A member that is undefined is as good as absent (R-O18). */
export function equalData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalData(item, b[index]));
  }
  if (!isPlain(a) || !isPlain(b) || Array.isArray(b)) return false;
  for (const key of Object.keys(a)) if (!equalData(a[key], b[key])) return false;
  return Object.keys(b).every((key) => b[key] === undefined || a[key] !== undefined);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null;
}

/** True when an agent has nothing to learn from the difference: it is in status or meta alone (R-R177, R-R180). */
export function equalAssignments(a: Task, b: Task): boolean {
  return equalData({ ...a, status: b.status, meta: b.meta }, b);
}
