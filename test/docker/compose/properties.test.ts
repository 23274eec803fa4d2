// What holds of every value and every file, whatever is in it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../src/docker/compose/value.ts';
import { compareKeys, emitYaml } from '../../../src/docker/compose/yaml/emit.ts';
import { readYaml } from '../../../src/docker/compose/yaml/read.ts';
import { runDocker } from './process.ts';

/** Texts that YAML has its own ideas about, among others. */
const text = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('a', ' ', ':', '#', '-', '"', "'", '\n', '\t', '[', '{', ',', '0', '.', '\\', 'é'),
  }),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1e3',
    '0x1',
    '2001-01-01',
    '1:30',
    '.inf',
    '<<',
    '---',
    '- a',
    'a: b',
    '0o7',
  ),
);

const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    text,
    fc.maxSafeInteger().map((number): Value => ({ kind: 'integer', digits: String(number) })),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries): Value => new Map(entries)),
  ),
})).value;

/**
 * What Go's encoder writes and its decoder reads as something else: a break at the head is lost, a tab there is refused
 * in a text of several lines, `<<` is taken for a merge key.
 */
const kept = (found: string): boolean =>
  !/^\n|^\t.*\n|^<<$/s.test(found) && !/[\r\x85\u2028\u2029\ud800-\udfff\ufeff]/.test(found);

function textsOf(found: Value): readonly string[] {
  if (typeof found === 'string') return [found];
  if (Array.isArray(found)) return found.flatMap(textsOf);
  if (found instanceof Map) return [...found].flatMap(([key, item]) => [key, ...textsOf(item)]);
  return [];
}

describe('YAML', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(value, (found) => {
        fc.pre(textsOf(found).every(kept));
        const file = new Map([['x-a', found]]);
        expect(readYaml(emitYaml(file))).toEqual(file);
      }),
    );
  });

  test('keys have one order', () => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(Math.sign(compareKeys(a, b))).toBe(-Math.sign(compareKeys(b, a)) + 0);
        expect(compareKeys(a, a)).toBe(0);
        if (compareKeys(a, b) < 0 && compareKeys(b, c) < 0 && /^\w*$/.test(a + b + c)) {
          expect(compareKeys(a, c)).toBeLessThan(0);
        }
      }),
    );
  });
});

describe('docker stack config', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,6}$/);
  const service = fc.record(
    {
      image: fc.constantFrom('nginx', 'redis:7', 'registry:5000/a/b:1'),
      command: fc.oneof(fc.constantFrom('a b', 'sh -c "a b"'), fc.array(name)),
      environment: fc.dictionary(name, fc.oneof(name, fc.integer(), fc.constant(null))),
      labels: fc.oneof(fc.dictionary(name, name), fc.uniqueArray(name)),
      ports: fc.uniqueArray(fc.integer({ min: 1, max: 65_535 })),
      volumes: fc.array(fc.constantFrom('/a', 'data:/b', './c:/d:ro', '/e:/f:rslave')),
      deploy: fc.record(
        {
          replicas: fc.nat(9),
          mode: fc.constantFrom('global', 'replicated'),
          update_config: fc.record(
            { parallelism: fc.nat(3), delay: fc.constantFrom('0s', '90s', '1h1ms') },
            { requiredKeys: [] },
          ),
          resources: fc.record({ limits: fc.record({ memory: fc.constantFrom('1g', '50M', '7k') }) }),
        },
        { requiredKeys: [] },
      ),
      healthcheck: fc.record(
        { test: fc.constantFrom('a', 'b c'), interval: fc.constant('5s') },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['image'] },
  );
  const file = fc.record({ services: fc.dictionary(name, service) });

  test('prints what it reads as the same again', () => {
    fc.assert(
      fc.property(file, (written) => {
        // JSON is YAML.
        const first = runDocker(['stack', 'config', '-c', 'a.yml'], {
          files: { 'a.yml': JSON.stringify(written) },
        });
        expect(first.code).toBe(0);
        const second = runDocker(['stack', 'config', '-c', 'a.yml'], { files: { 'a.yml': first.out } });
        expect(second).toEqual(first);
      }),
    );
  });

  test('a file over itself changes no scalar', () => {
    fc.assert(
      fc.property(file, (written) => {
        const scalars = {
          services: Object.fromEntries(
            Object.entries(written.services).map(([key, { image, deploy }]) => [
              key,
              { image, ...(deploy && { deploy }) },
            ]),
          ),
        };
        const files = { 'a.yml': JSON.stringify(scalars) };
        const once = runDocker(['stack', 'config', '-c', 'a.yml'], { files });
        const twice = runDocker(['stack', 'config', '-c', 'a.yml', '-c', 'a.yml'], { files });
        expect(twice).toEqual(once);
      }),
    );
  });
});
