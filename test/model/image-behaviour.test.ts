import { describe, expect, it } from 'vitest';
import {
  behaviourOf,
  createBehaviours,
  imageName,
  registryOf,
  repositoryOf,
  setBehaviour,
} from '../../src/model/image-behaviour.ts';

const digest = `sha256:${'12ab'.repeat(16)}`;

describe('an image name', () => {
  it.each([
    ['nginx', 'nginx:latest', 'nginx', 'registry-1.docker.io'],
    ['docker.io/library/nginx:1.27', 'nginx:1.27', 'nginx', 'registry-1.docker.io'],
    [`nginx:latest@${digest}`, 'nginx:latest', 'nginx', 'registry-1.docker.io'],
    [`nginx@${digest}`, `nginx@${digest}`, 'nginx', 'registry-1.docker.io'],
    ['team/app', 'team/app:latest', 'team/app', 'registry-1.docker.io'],
    [
      'reg.example.com:5000/team/app',
      'reg.example.com:5000/team/app:latest',
      'reg.example.com:5000/team/app',
      'reg.example.com:5000',
    ],
    ['localhost/app:2', 'localhost/app:2', 'localhost/app', 'localhost'],
  ])('of %s', (image, name, repository, registry) => {
    expect(imageName(image)).toBe(name);
    expect(repositoryOf(name)).toBe(repository);
    expect(registryOf(name)).toBe(registry);
  });
});

describe('the script of an image', () => {
  it('on one host wins over that on all', () => {
    const behaviours = createBehaviours();
    const everywhere = { run: { kind: 'exit', after: 1, code: 1 } } as const;
    const here = { run: { kind: 'exit', after: 1, code: 2 } } as const;
    setBehaviour(behaviours, 'app', everywhere);
    setBehaviour(behaviours, 'docker.io/library/app:latest', here, 'w1');
    expect(behaviourOf(behaviours, 'w1', 'app')).toEqual(here);
    expect(behaviourOf(behaviours, 'w2', `app:latest@${digest}`)).toEqual(everywhere);
    expect(behaviourOf(behaviours, 'w1', 'app:2')).toEqual({});
  });
});
