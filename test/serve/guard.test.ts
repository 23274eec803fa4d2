import { expect, test } from 'vitest';
import { refusal } from '../../src/serve/guard.ts';

test.each([
  ['localhost', undefined],
  ['127.0.0.1:2375', undefined],
  ['192.168.1.5:2375', undefined],
  ['[::1]:2375', undefined],
  ['127.0.0.1:2375', 'http://127.0.0.1:2375'],
])('%s is let in (origin %s)', (host, origin) => {
  expect(refusal(host, origin)).toBeUndefined();
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['evil.example', undefined],
  ['127.0.0.1.evil.example', undefined],
  ['localhost.evil.example:2375', undefined],
  ['127.0.0.1:2375', 'http://evil.example'],
  ['127.0.0.1:2375', 'https://127.0.0.1:2375'],
  ['127.0.0.1:2375', 'null'],
])('%s is refused (origin %s)', (host, origin) => {
  expect(refusal(host, origin)).toMatch(/refused|answers to localhost/);
});
