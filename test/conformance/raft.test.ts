// Replays the Raft traces, and checks that the replayer would notice a node that behaves otherwise.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { replay } from './raft/replay.ts';
import { etcdTraces, explain, recordings, replayFolder } from './raft/suites.ts';

for (const folder of [etcdTraces(), recordings()]) {
  const results = replayFolder(folder);
  if (results === null) process.stderr.write(`${folder.name}: SKIPPED, there is no folder ${folder.path}\n`);
  describe.skipIf(results === null)(`${folder.name} (skipped if ${folder.path} is absent)`, () => {
    test('has files', () => {
      expect(results?.length).toBeGreaterThan(0);
    });
    for (const { file, difference } of results ?? []) {
      test(file, () => {
        if (difference !== null) expect.fail(explain(file, difference));
      });
    }
  });
}

describe('the replayer', () => {
  const file = 'random-20073.txt';
  const source = readFileSync(new URL(`recordings/raft/${file}`, import.meta.url), 'utf8');
  const message = '1->2 MsgApp Term:1';

  test('reports the line, the command and the difference of a planted change', () => {
    const lines = source.split('\n');
    const planted = lines.findIndex((line) => line.includes(message));
    const changed = lines.with(planted, (lines[planted] ?? '').replace('Term:1', 'Term:7')).join('\n');
    const difference = replay(changed);
    expect(difference?.line).toBeLessThan(planted + 1);
    expect(lines[(difference?.line ?? 0) - 1]).toBe(difference?.command);
    expect(difference?.expected.join('\n')).toContain('1->2 MsgApp Term:7');
    expect(difference?.actual.join('\n')).not.toContain('1->2 MsgApp Term:7');
    if (difference) expect(explain(file, difference)).toContain(`${file}:${difference.line}: `);
  });

  test('notices a line that is missing, and one too many', () => {
    const lines = source.split('\n');
    const planted = lines.findIndex((line) => line.includes(message));
    expect(replay(lines.toSpliced(planted, 1).join('\n'))).not.toBeNull();
    expect(replay(lines.toSpliced(planted, 0, '  5->6 MsgApp Term:1 Log:0/0').join('\n'))).not.toBeNull();
  });

  test('notices a command that it does not know', () => {
    const difference = replay('make-coffee 1\n----\nok\n');
    expect(difference?.actual).toEqual(['threw: unknown command make-coffee']);
  });
});

describe('the trace language', () => {
  const ok = (source: string): void => expect(replay(source)).toBeNull();

  test('refuses a stored snapshot below index 2', () => {
    ok('add-nodes 1 voters=(1) index=1\n----\nindex must be specified as > 1 due to bootstrap\n');
  });

  test('ignores log lines on both sides, and enclosed output may hold blank lines', () => {
    const log = 'raft-log 1\n----\nlog is empty: first index=1, last index=0\n';
    ok(`add-nodes 1\n----\n----\nINFO anything\n\nDEBUG more\n----\n----\n\n${log}`);
  });

  test('says of a compacted index that it is unavailable, also when silent', () => {
    const error = 'requested index is unavailable due to compaction';
    ok(
      `log-level none\n----\nok\n\nadd-nodes 1 voters=(1) index=5\n----\nok\n\ncompact 1 5\n----\n${error}\n`,
    );
  });

  test('silences one stabilize', () => {
    const campaign = 'add-nodes 1 voters=(1) index=5\n----\nok\n\ncampaign 1\n----\nok\n';
    ok(`${campaign}\nstabilize log-level=none\n----\nok\n`);
  });

  test('drops and delivers by type, in the order given', () => {
    ok(
      [
        'add-nodes 3 voters=(1,2,3) index=5\n----\nok\n',
        'campaign 1\n----\nok\n',
        'process-ready 1 2\n----\n> 1 handling Ready\n  Ready MustSync=true:\n  Lead:0 State:StateCandidate',
        '  HardState Term:1 Vote:1 Commit:5\n  Messages:\n  1->2 MsgVote Term:1 Log:1/5',
        '  1->3 MsgVote Term:1 Log:1/5\n> 2 handling Ready\n  <empty Ready>\n',
        'deliver-msgs 2 3 type=MsgApp\n----\nno messages\n',
        'deliver-msgs drop=(2) 3 type=MsgVote\n----',
        'dropped: 1->2 MsgVote Term:1 Log:1/5\n1->3 MsgVote Term:1 Log:1/5\n',
      ].join('\n'),
    );
  });
});
