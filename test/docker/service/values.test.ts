// The values of flags, and what lists become when flags change them: what must hold for all of them. Single forms are in recordings/.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absolutePath } from '../../../src/docker/path.ts';
import { readRecord } from '../../../src/docker/record.ts';
import { newCapabilities, updatedCapabilities } from '../../../src/docker/service/capabilities.ts';
import { updateHosts } from '../../../src/docker/service/hosts.ts';
import { parseCpus, parseRatio } from '../../../src/docker/service/numbers.ts';
import { portsColumn } from '../../../src/docker/service/ports.ts';
import { parsePublish } from '../../../src/docker/service/publish.ts';
import { updatePorts } from '../../../src/docker/service/update-ports.ts';
import { splitWords } from '../../../src/docker/service/words.ts';
import type { PortConfig } from '../../../src/engine/api.ts';
import { ParseFailure } from '../../../src/model/failure.ts';

const port = fc.integer({ min: 1, max: 65_535 });
const nearbyPort = fc.integer({ min: 80, max: 90 });
const protocol = fc.constantFrom('tcp', 'udp', 'sctp');
const portConfig: fc.Arbitrary<PortConfig> = fc.record({
  Protocol: protocol,
  TargetPort: nearbyPort,
  PublishedPort: nearbyPort,
  PublishMode: fc.constantFrom('ingress', 'host'),
});

describe('texts of flags', () => {
  test('a record of quoted fields is read back', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '=', ' ', '\n', 'é') });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        const line = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
        expect(readRecord(line)).toEqual(fields);
      }),
    );
  });

  test('words in single quotes are read back', () => {
    const word = fc.string({ unit: fc.constantFrom('a', '\\', '"', '#', ' ', '\t', 'é', '$') });
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitWords(words.map((text) => `'${text}'`).join('  '))).toEqual(words);
      }),
    );
  });

  test('any text is words, or a failure that says so', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(splitWords(text).join('').length).toBeLessThanOrEqual(text.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ParseFailure);
        }
      }),
    );
  });

  test('CPUs with up to nine decimals are exact', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 999_999_999 }), (whole, nanos) => {
        const text = `${whole}.${String(nanos).padStart(9, '0')}`;
        expect(parseCpus(text)).toBe(Number(BigInt(whole) * 1_000_000_000n + BigInt(nanos)));
        expect(() => parseCpus(`${text}1`)).toThrow('value is too precise');
      }),
    );
  });

  test('a ratio is the shortest number that stands for its 32-bit float', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (single) => {
        const ratio = parseRatio(String(single));
        expect(Math.fround(ratio) === single).toBe(true);
        expect(String(ratio).length).toBeLessThanOrEqual(String(single).length);
      }),
    );
  });

  test('an absolute path has no dots and stays what it is', () => {
    const step = fc.constantFrom('a', 'b', '.', '..', '');
    fc.assert(
      fc.property(fc.array(step), fc.boolean(), (steps, isAbsolute) => {
        const path = absolutePath(`${isAbsolute ? '/' : ''}${steps.join('/')}`, '/here/and/there');
        expect(path).toMatch(/^\/(?:[a-z]+(?:\/[a-z]+)*)?$/);
        expect(absolutePath(path, '/elsewhere')).toBe(path);
      }),
    );
  });
});

describe('ports', () => {
  test('a range of ports is one port each, in ascending order', () => {
    fc.assert(
      fc.property(port, port, fc.nat({ max: 50 }), protocol, (published, target, more, name) => {
        fc.pre(published + more <= 65_535 && target + more <= 65_535);
        const text = `${published}-${published + more}:${target}-${target + more}/${name}`;
        expect(parsePublish(text)).toEqual(
          Array.from({ length: more + 1 }, (_, i) => ({
            Protocol: name,
            TargetPort: target + i,
            PublishedPort: published + i,
            PublishMode: 'ingress',
          })),
        );
      }),
    );
  });

  test('the long form says the same as the short one', () => {
    fc.assert(
      fc.property(port, port, protocol, (published, target, name) => {
        const long = `target=${target},published=${published},protocol=${name}`;
        expect(parsePublish(long)).toEqual(parsePublish(`${published}:${target}/${name}`));
      }),
    );
  });

  test('each published port of the ingress network is in the column, and no other', () => {
    fc.assert(
      fc.property(fc.array(portConfig), (ports) => {
        const shown = [...portsColumn(ports).matchAll(/\*:(\d+)(?:-(\d+))?->\S+\/([a-z]+)/g)].flatMap(
          ([, first = '', last = first, name = '']) =>
            Array.from(
              { length: Number(last) - Number(first) + 1 },
              (_, i) => `${name} ${Number(first) + i}`,
            ),
        );
        const meant = ports
          .filter(({ PublishMode }) => PublishMode === 'ingress')
          .map(({ Protocol, PublishedPort }) => `${Protocol} ${PublishedPort}`);
        expect(new Set(shown)).toEqual(new Set(meant));
      }),
    );
  });

  test('what is added is there and comes once; what is removed is not, unless it was added', () => {
    const ports = fc.array(portConfig, { maxLength: 6 });
    fc.assert(
      fc.property(ports, ports, ports, (current, added, removed) => {
        const updated = updatePorts(current, added, removed);
        expect(updatePorts(updated, updated, [])).toEqual(updatePorts(updated, [], []));
        for (const gone of removed) {
          const left = updated.filter(
            (one) =>
              one.TargetPort === gone.TargetPort &&
              one.Protocol === gone.Protocol &&
              one.PublishMode === gone.PublishMode,
          );
          for (const one of left) expect(added).toContainEqual(one);
        }
        const all = updatePorts(current, added, []);
        for (const one of [...current, ...added]) expect(all).toContainEqual(one);
      }),
    );
  });
});

describe('lists of a container', () => {
  const names = fc.array(fc.constantFrom('kill', 'chown', 'CAP_SYS_TIME', 'all', 'reset'), { maxLength: 4 });

  test('no capability is both added and dropped', () => {
    fc.assert(
      fc.property(names, names, names, names, (add, drop, added, dropped) => {
        let capabilities = newCapabilities(add, drop);
        for (let update = 0; update < 3; update++) {
          const both = capabilities.add.filter((name) => capabilities.drop.includes(name));
          expect(both).toEqual([]);
          capabilities = updatedCapabilities(capabilities, added, dropped);
        }
      }),
    );
  });

  test('of all capabilities none is told apart, and what is added is not dropped', () => {
    const all = newCapabilities(['all', 'Cap_Kill'], ['kill', 'reset']);
    expect(all).toEqual({ add: ['ALL'], drop: ['CAP_KILL'] });
    expect(newCapabilities(['ALL'], ['ALL', 'kill'])).toEqual({ add: ['ALL'], drop: [] });
  });

  test('adding what was dropped takes it back, and adds it the second time', () => {
    const dropped = newCapabilities([], ['kill']);
    const once = updatedCapabilities(dropped, ['kill'], []);
    expect(once).toEqual({ add: [], drop: [] });
    expect(updatedCapabilities(once, ['kill'], [])).toEqual({ add: ['CAP_KILL'], drop: [] });
  });

  test('no line of hosts comes twice, none is without a name, and a name that is removed is gone', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const ip = fc.constantFrom('10.0.0.1', '10.0.0.2');
    const line = fc
      .tuple(ip, fc.array(name, { minLength: 1, maxLength: 3 }))
      .map(([at, all]) => [at, ...all].join(' '));
    fc.assert(
      fc.property(fc.array(line), fc.array(line), name, (current, added, removed) => {
        const hosts = updateHosts(current, [], [removed]);
        expect(hosts.flatMap((host) => host.split(' '))).not.toContain(removed);
        const all = updateHosts(current, added, []);
        expect(new Set(all).size).toBe(all.length);
        for (const host of all) expect(host.split(' ').length).toBeGreaterThan(1);
        for (const host of added) expect(all).toContain(host);
      }),
    );
  });
});
