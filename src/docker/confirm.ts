// Questions that docker asks before it removes things.

import type { DockerHost } from './process.ts';

/** Only `y` and `yes` are a yes. */
export function confirm(question: string, host: DockerHost): boolean {
  host.out(`${question}\nAre you sure you want to continue? [y/N] `);
  const [answer = ''] = host.stdin().split('\n');
  return ['y', 'yes'].includes(answer.trim().toLowerCase());
}
