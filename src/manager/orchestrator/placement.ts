// Which nodes the orchestrators consider at all: constraints and the two ways in which a node is of no use.

import { ConstraintError, matches, parseConstraints } from '../../model/constraint.ts';
import type { Node } from '../../model/objects.ts';

/**
 * True when `node` meets all constraints. A list with one that cannot be parsed counts as no constraints
 * (R-O19).
 */
export function meetsConstraints(expressions: readonly string[], node: Node): boolean {
  if (expressions.length === 0) return true;
  try {
    return matches(parseConstraints(expressions), node);
  } catch (error) {
    if (error instanceof ConstraintError) return true;
    throw error;
  }
}

/**
 * True for a node whose tasks must go elsewhere: it is gone, down or drained. Paused, unknown and
 * disconnected are fine (R-O37).
 */
export function isUnusable(node: Node | undefined): boolean {
  return node === undefined || node.status.state === 'down' || node.spec.availability === 'drain';
}
