// Flags that take several values at once, and what docker 28.2.2 says of those that are no comma-separated values.

import { expect, test } from 'vitest';
import { runDocker } from './process.ts';

const bare = 'parse error on line 1, column 2: bare " in non-quoted-field';
const open = 'parse error on line 1, column 3: extraneous or missing " in quoted-field';

test.each([
  ['network connect NET BOX --alias', 'a"b', bare],
  ['network connect NET BOX --alias', '"a', open],
  ['network create NET --subnet', '\n', 'EOF'],
  ['swarm init --external-ca', 'a"b', bare],
  ['swarm init --external-ca', '', 'EOF'],
  ['swarm init --default-addr-pool', 'a"b', 'invalid string being converted to CIDR: ab'],
])('%s %s is refused', (line, given, why) => {
  const { stderr, exitCode } = runDocker([...line.split(' '), given]);
  expect(stderr).toContain(`flag: ${why}\n`);
  expect(exitCode).toBe(125);
});

test('quotes around a pool do not count', () => {
  const { requests } = runDocker(['swarm', 'init', '--default-addr-pool', '`10.1.2.3/8`']);
  expect(requests.join()).toContain('"DefaultAddrPool":["10.0.0.0/8"]');
});
