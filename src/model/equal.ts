// Equality of plain data by value. References decide nothing: a world that was saved and loaded shares none of them.

import type { Task } from './objects.ts';

/** True when two values of plain data (no Maps or Sets) are the same. An absent field differs from one that is there. */
export function equalData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = new Map(Object.entries(a));
  const right = new Map(Object.entries(b));
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    if (!right.has(key) || !equalData(value, right.get(key))) return false;
  }
  return true;
}

/** True when an agent has nothing to learn from the difference: it is in status or meta alone (R-R177, R-R180). */
export function equalAssignments(a: Task, b: Task): boolean {
  return equalData({ ...a, status: b.status, meta: b.meta }, b);
}
