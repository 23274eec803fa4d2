// Placement constraints: `node.labels.zone == a` and the like (scheduler reference, section 3). One matcher serves the scheduler, the
// global orchestrator, the check whether a task is out of date, and the constraint enforcer (R-C7).

import { cidrContains, parseCidr, parseIp, sameIp } from './ip.ts';
import { lookupLabel, noLabels } from './labels.ts';
import type { Node } from './objects.ts';

export interface Constraint {
  /** As written: label keys are case-sensitive, the names before them are not. */
  readonly key: string;
  readonly operator: '==' | '!=';
  readonly value: string;
  /** What the key names, worked out once because matching is done far more often than reading. */
  readonly field: Field;
  /** The label's key for the two kinds of label; else empty. */
  readonly label: string;
}

/** `unknown` matches no node, whatever the operator. */
type Field =
  | 'id'
  | 'hostname'
  | 'ip'
  | 'role'
  | 'os'
  | 'architecture'
  | 'node label'
  | 'engine label'
  | 'unknown';

/** An expression that is not a constraint. The message is what users see (R-C3). */
export class ConstraintError extends Error {
  override readonly name = 'ConstraintError';
}

// In the order in which they are looked for: `==` wins wherever it stands (R-C1).
const operators = ['==', '!='] as const;

export const nodeLabelPrefix = 'node.labels.';
export const engineLabelPrefix = 'engine.labels.';

const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['node.id', 'id'],
  ['node.hostname', 'hostname'],
  ['node.ip', 'ip'],
  ['node.role', 'role'],
  ['node.platform.os', 'os'],
  ['node.platform.arch', 'architecture'],
]);

// Case folding lets U+017F and U+212A through as letters (R-C2); the `iu` flags fold in the same way.
const keyPattern = /^[a-z_][a-z0-9\-_.]+$/iu;
const valuePattern = /^[a-z0-9:\-_ \t\n\f\r.*()?+[\]\\^$|/]+$/iu;
const spaceAround =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

/** Those of specs that are stored: they never change, and are read again for every group and every node. */
const known = new WeakMap<readonly string[], readonly Constraint[]>();

/**
 * Reads a list of expressions, all of which must hold (R-C1, R-C2).
 * @throws ConstraintError for the first that is no constraint, with the text that users see (R-C3)
 */
export function parseConstraints(expressions: readonly string[]): readonly Constraint[] {
  let constraints = known.get(expressions);
  if (constraints === undefined) {
    constraints = expressions.map(parseConstraint);
    if (Object.isFrozen(expressions)) known.set(expressions, constraints);
  }
  return constraints;
}

/** True when every constraint holds on the node. */
export function matches(constraints: readonly Constraint[], node: Node): boolean {
  for (const constraint of constraints) if (!holds(constraint, node)) return false;
  return true;
}

/**
 * Drops `prefix` from the start of `text`, compared without regard to case. Undefined when it is not there or nothing follows it.
 * Shared with spread preferences, which name labels in the same way (R-S16).
 */
export function afterPrefix(text: string, prefix: string): string | undefined {
  if (text.length <= prefix.length || text.slice(0, prefix.length).toLowerCase() !== prefix) return undefined;
  return text.slice(prefix.length);
}

function parseConstraint(expression: string): Constraint {
  const operator = operators.find((candidate) => expression.includes(candidate));
  if (operator === undefined) {
    throw new ConstraintError(`constraint expected one operator from ${operators.join(', ')}`);
  }
  const at = expression.indexOf(operator);
  const key = expression.slice(0, at).replace(spaceAround, '');
  const value = expression.slice(at + operator.length).replace(spaceAround, '');
  if (!keyPattern.test(key)) throw new ConstraintError(`key '${key}' is invalid`);
  if (!valuePattern.test(value)) throw new ConstraintError(`value '${value}' is invalid`);
  return { key, operator, value, ...fieldOf(key) };
}

function fieldOf(key: string): Pick<Constraint, 'field' | 'label'> {
  const nodeLabel = afterPrefix(key, nodeLabelPrefix);
  if (nodeLabel !== undefined) return { field: 'node label', label: nodeLabel };
  const engineLabel = afterPrefix(key, engineLabelPrefix);
  if (engineLabel !== undefined) return { field: 'engine label', label: engineLabel };
  return { field: fields.get(fold(key)) ?? 'unknown', label: '' };
}

function holds(constraint: Constraint, node: Node): boolean {
  const { description } = node;
  switch (constraint.field) {
    case 'id':
      return compare(constraint, node.id);
    case 'hostname':
      return compare(constraint, description?.hostname ?? '');
    case 'ip':
      return addressHolds(constraint, node.status.addr);
    case 'role':
      return compare(constraint, node.role);
    case 'os':
      return compare(constraint, description?.platform.os ?? '');
    case 'architecture':
      return compare(constraint, description?.platform.architecture ?? '');
    case 'node label':
      return compare(constraint, lookupLabel(node.spec.labels, constraint.label) ?? '');
    case 'engine label':
      return compare(constraint, lookupLabel(description?.engineLabels ?? noLabels, constraint.label) ?? '');
    case 'unknown':
      return false;
  }
}

function compare({ operator, value }: Constraint, actual: string): boolean {
  // Folding keeps the length of what can be equal.
  const equal = actual === value || (actual.length === value.length && fold(actual) === fold(value));
  return equal === (operator === '==');
}

/** An address, a subnet, or else no node at all, also for `!=` (R-C6). */
function addressHolds({ operator, value }: Constraint, addr: string): boolean {
  const actual = parseIp(addr);
  const equal = operator === '==';
  const ip = parseIp(value);
  if (ip !== undefined) return (actual !== undefined && sameIp(ip, actual)) === equal;
  const subnet = parseCidr(value);
  if (subnet !== undefined) return (actual !== undefined && cidrContains(subnet, actual)) === equal;
  return false;
}

/**
 * Unicode simple case folding as far as it can matter (R-C5): keys and values hold nothing but ASCII and the two characters beyond it that
 * fold to ASCII letters, U+212A (which lower-casing turns into k) and U+017F.
 */
function fold(text: string): string {
  return text.toLowerCase().replaceAll('\u017f', 's');
}
