// The `raft` suite of `npm run conformance`.

import { etcdTraces, explain, recordings, replayFolder } from './suites.ts';

/** Replays both folders. A folder that is absent is skipped, loudly; an empty one fails. */
export function runRaft(print: (line: string) => void): boolean {
  let passed = true;
  for (const folder of [etcdTraces(), recordings()]) {
    const results = replayFolder(folder);
    if (results === null) {
      print(`${folder.name}: SKIPPED, there is no folder ${folder.path}`);
      continue;
    }
    let failed = 0;
    for (const { file, difference } of results) {
      if (difference === null) continue;
      failed += 1;
      print(explain(file, difference));
    }
    print(`${folder.name}: ${results.length - failed} passed, ${failed} failed`);
    if (failed > 0 || results.length === 0) passed = false;
  }
  return passed;
}
