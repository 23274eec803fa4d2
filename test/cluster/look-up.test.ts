// What a registry tells of an image, at any node.

import { expect, test } from 'vitest';
import type { Swarm } from '../../src/cluster/swarm.ts';
import { second } from '../../src/model/duration.ts';
import { assembled } from './scene.ts';

function lookUp(swarm: Swarm, image: string, wait = second): unknown {
  const command = swarm.type('worker1', { kind: 'node.look-up', image, auth: '' });
  swarm.advance(wait);
  const answer = swarm.answerTo(command);
  if (answer === undefined) return undefined;
  return 'image' in answer ? answer.image : 'error' in answer ? answer.error.message : answer;
}

test('an image has a digest and platforms, or there is none', () => {
  const swarm = assembled(1, 1);
  const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
  expect(lookUp(swarm, 'nginx')).toEqual({ digest, platforms: [] });
  expect(lookUp(swarm, 'docker.io/library/nginx:latest')).toEqual(lookUp(swarm, 'nginx'));
  const platforms = [{ os: 'linux', architecture: 'arm64' }];
  swarm.scriptImage('app:1', { platforms });
  expect(lookUp(swarm, 'app:1')).toEqual({ digest, platforms });
  swarm.scriptImage('app:2', { pull: { kind: 'unknown' } });
  expect(lookUp(swarm, 'app:2')).toBe('manifest for app:2 not found: manifest unknown: manifest unknown');
});

test('a registry that cannot be asked gives none', () => {
  const swarm = assembled(1, 1);
  swarm.setRegistryDown(true);
  expect(lookUp(swarm, 'nginx')).toContain('connect: connection refused');
  swarm.setRegistryDown(false);
  swarm.fault({ kind: 'cut', from: ['registry'], to: ['worker1'] });
  expect(lookUp(swarm, 'nginx', 10 * second)).toBeUndefined();
  expect(lookUp(swarm, 'nginx', 20 * second)).toBe('context deadline exceeded');
});
