// The `placement` suite of `npm run conformance`: the scheduler does what SwarmKit's did, in every recorded case, and reads every
// constraint expression as it did.

import { attempt, type CaseResult, compare, nameOf, readOracle, report } from '../oracle.ts';
import { constraintError, meeting, replayCase } from './compare.ts';
import { type RecordedNode, readCase, readFile, readRow } from './schema.ts';

/** Replays the file that PLACEMENT_ORACLE names, else our copy. */
export function runPlacement(print: (line: string) => void): boolean {
  return report(print, 'placement', replayPlacement(readOracle('PLACEMENT_ORACLE', 'placement.json')));
}

/** The result of every case, then of every constraint expression. */
export function replayPlacement(content: unknown): CaseResult[] {
  const { cases, constraints } = readFile(content, 'the file');
  const { nodes, rows } = constraints;
  return [
    ...cases.map((value, index) => replayOne(value, index)),
    ...rows.map((value, index) => matchOne(nodes, value, index)),
  ];
}

/** Replays the case that was recorded as `value`. */
export function replayOne(value: unknown, index: number): CaseResult {
  return attempt(nameOf(value, `case ${index}`), () => replayCase(readCase(value, `cases[${index}]`)));
}

/** Matches these nodes against the expression that was recorded in `value`. */
export function matchOne(nodes: readonly RecordedNode[], value: unknown, index: number): CaseResult {
  return attempt(`constraint ${index}`, () => {
    const { e, err, match } = readRow(value, `constraints.rows[${index}]`);
    return [
      ...compare(`the error of ${e}`, err, constraintError([e])),
      ...compare(`the nodes that meet ${e}`, match, meeting(e, nodes)),
    ];
  });
}
