// The `orchestration` suite of `npm run conformance`: orchestrators, updater, restart supervisor, reaper and enforcer do what SwarmKit's did
// in every recorded script.

import { attempt, type CaseResult, nameOf, readOracle, report } from '../oracle.ts';
import { replayCase } from './compare.ts';
import { readCase, readFile } from './schema.ts';

/** Replays the file that ORCHESTRATION_ORACLE names, else our copy. */
export function runOrchestration(print: (line: string) => void): boolean {
  const content = readOracle('ORCHESTRATION_ORACLE', 'orchestration.json');
  return report(print, 'orchestration', replayOrchestration(content));
}

/** The result of every case. */
export function replayOrchestration(content: unknown): CaseResult[] {
  return readFile(content, 'the file').map(replayOne);
}

/** Replays the case that was recorded as `value`. */
export function replayOne(value: unknown, index: number): CaseResult {
  return attempt(nameOf(value, `case ${index}`), () => replayCase(readCase(value, `[${index}]`)));
}
