// What `--since` and `--until` take: texts and what docker 28.2.2 sends for them, or says.

import { expect, test } from 'vitest';
import { runDocker } from './process.ts';

test.each([
  ['+5', '+5'],
  ['5.', undefined, 'failed to parse value as time or duration: "5."'],
  ['-5', undefined, 'parsing time "-5" as "2006-01-02": cannot parse "-5" as "2006"'],
  ['2026-01', undefined, 'parsing time "2026-01" as "2006-01-02": cannot parse "" as "-"'],
  ['2026-02-30', undefined, 'parsing time "2026-02-30": day out of range'],
  ['2026-01-01T25', undefined, 'parsing time "2026-01-01T25": hour out of range'],
  ['2026-01-01T10:00:00Zx', undefined, 'parsing time "2026-01-01T10:00:00Zx": extra text: "x"'],
  ['2026-01-01T5', '1767243600.000000000'],
  ['2026-01-01-02:00', '1767232800.000000000'],
  ['2026-01-01T10:00:00.1234567891', '1767261600.123456789'],
  ['1969-12-31T23:59:59.5', '-1.500000000'],
])('--since %s', (given, sent, refused = '') => {
  const { stderr, requests } = runDocker(['events', '--since', given]);
  expect(stderr.trim()).toBe(refused);
  expect(requests).toEqual(sent === undefined ? [] : [`GET /v1.50/events?since=${sent}`]);
});
