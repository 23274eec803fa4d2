import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParseFailure } from '../../src/model/failure.ts';
import { canonicalImage, familiarImage, parseImage, withDefaultTag } from '../../src/model/image.ts';

const sha = `sha256:${'0123456789abcdef'.repeat(4)}`;

test.each([
  ['nginx', 'docker.io/library/nginx', 'nginx'],
  ['nginx:1.25', 'docker.io/library/nginx:1.25', 'nginx:1.25'],
  ['library/nginx', 'docker.io/library/nginx', 'nginx'],
  ['docker.io/nginx', 'docker.io/library/nginx', 'nginx'],
  ['index.docker.io/nginx', 'docker.io/library/nginx', 'nginx'],
  ['team/app', 'docker.io/team/app', 'team/app'],
  ['localhost/app', 'localhost/app', 'localhost/app'],
  ['localhost:5000/app:v1', 'localhost:5000/app:v1', 'localhost:5000/app:v1'],
  ['quay.io/team/sub/app', 'quay.io/team/sub/app', 'quay.io/team/sub/app'],
  ['Registry/app', 'Registry/app', 'Registry/app'],
  ['[::1]:5000/app', '[::1]:5000/app', '[::1]:5000/app'],
  ['docker.io/library/a/b', 'docker.io/library/a/b', 'library/a/b'],
  [`nginx@${sha}`, `docker.io/library/nginx@${sha}`, `nginx@${sha}`],
  [`nginx:1@${sha}`, `docker.io/library/nginx:1@${sha}`, `nginx:1@${sha}`],
  ['a__b/c---d.e:T_a.g-1', 'docker.io/a__b/c---d.e:T_a.g-1', 'a__b/c---d.e:T_a.g-1'],
])('%s stands for %s and is shown as %s', (text, canonical, familiar) => {
  const image = parseImage(text);
  expect(canonicalImage(image)).toBe(canonical);
  expect(familiarImage(image)).toBe(familiar);
});

test.each([
  ['', 'invalid reference format'],
  [':1', 'invalid reference format'],
  ['nginx:', 'invalid reference format'],
  ['nginx:-x', 'invalid reference format'],
  [`nginx:${'x'.repeat(129)}`, 'invalid reference format'],
  ['nginx:1:2', 'invalid reference format'],
  ['a//b', 'invalid reference format'],
  ['a___b', 'invalid reference format'],
  ['-a/b', 'invalid reference format'],
  ['http://a/b', 'invalid reference format'],
  ['nginx@sha256:abc', 'invalid reference format'],
  [`nginx@${sha}@${sha}`, 'invalid reference format'],
  [`nginx@${sha.replace('abcdef', 'ABCDEF')}`, 'invalid reference format'],
  ['nginx 1', 'invalid reference format'],
  ['Nginx', 'invalid reference format: repository name (library/Nginx) must be lowercase'],
  ['a'.repeat(64), `invalid repository name (${'a'.repeat(64)}), cannot specify 64-byte hexadecimal strings`],
  [`team/${'b'.repeat(251)}`, 'repository name must not be more than 255 characters'],
])('%s is no image reference', (text, message) => {
  expect(() => parseImage(text)).toThrow(new ParseFailure(message));
});

test('the tag latest is filled in only where nothing names the image more closely', () => {
  expect(familiarImage(withDefaultTag(parseImage('nginx')))).toBe('nginx:latest');
  expect(familiarImage(withDefaultTag(parseImage('nginx:1')))).toBe('nginx:1');
  expect(familiarImage(withDefaultTag(parseImage(`nginx@${sha}`)))).toBe(`nginx@${sha}`);
});

test('both forms of a reference mean the same image', () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const domain = fc.constantFrom('', 'docker.io/', 'quay.io/', 'localhost:5000/', 'docker.io/library/');
  const tag = fc.constantFrom('', ':1', ':latest');
  const digest = fc.constantFrom('', `@${sha}`);
  fc.assert(
    fc.property(domain, fc.array(name, { minLength: 1, maxLength: 3 }), tag, digest, (host, path, t, d) => {
      const image = parseImage(`${host}${path.join('/')}${t}${d}`);
      expect(parseImage(canonicalImage(image))).toEqual(image);
      expect(parseImage(familiarImage(image))).toEqual(image);
    }),
  );
});
