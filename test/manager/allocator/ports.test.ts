// Port spaces and the reconciliation of port lists (R-A30 to R-A32, R-A41).

import { describe, expect, test } from 'vitest';
import {
  createPortSpaces,
  firstDynamicPort,
  freePorts,
  lastDynamicPort,
  reconcilePorts,
  takePort,
} from '../../../src/manager/allocator/ports.ts';
import { portConfig } from '../../../src/model/defaults.ts';
import type { PortConfig } from '../../../src/model/spec.ts';

const port = (targetPort: number, publishedPort = 0, rest: Partial<PortConfig> = {}): PortConfig =>
  portConfig({ targetPort, publishedPort, ...rest });

describe('port spaces', () => {
  test('automatic ports rise per protocol (S-E77)', () => {
    const spaces = createPortSpaces();
    expect(takePort(spaces, 'tcp', 0)).toBe(30_000);
    expect(takePort(spaces, 'tcp', 0)).toBe(30_001);
    expect(takePort(spaces, 'udp', 0)).toBe(30_000);
  });

  test('a fixed port in the range is skipped and does not move the cursor (S-E77)', () => {
    const spaces = createPortSpaces();
    takePort(spaces, 'tcp', 30_000);
    takePort(spaces, 'tcp', 31_000);
    expect(takePort(spaces, 'tcp', 0)).toBe(30_001);
  });

  test('freed ports come back only after the whole range has been gone through', () => {
    const spaces = createPortSpaces();
    takePort(spaces, 'tcp', 0);
    freePorts(spaces, [{ protocol: 'tcp', port: firstDynamicPort }]);
    for (let next = firstDynamicPort + 1; next <= lastDynamicPort; next++) {
      expect(takePort(spaces, 'tcp', 0)).toBe(next);
    }
    expect(takePort(spaces, 'tcp', 0)).toBe(firstDynamicPort);
    expect(takePort(spaces, 'tcp', 0)).toBe('no bit available');
  });

  test('why a fixed port cannot be had (R-A31)', () => {
    const spaces = createPortSpaces();
    expect(takePort(spaces, 'tcp', 8080)).toBe(8080);
    expect(takePort(spaces, 'tcp', 8080)).toBe('requested bit is already allocated');
    expect(takePort(spaces, 'tcp', 65_536)).toBe('requested id does not belong to the set');
    expect(takePort(spaces, 'udp', 8080)).toBe(8080);
  });
});

describe('reconciliation (R-A32)', () => {
  test('as many ports as before: automatic ones keep their number, and come last', () => {
    const previous = [port(80, 30_000), port(443, 30_001), port(22, 22)];
    const wanted = [port(443), port(22, 22), port(80)];
    expect(reconcilePorts(wanted, previous)).toEqual([port(22, 22), port(443, 30_001), port(80, 30_000)]);
  });

  test('another number of ports: all automatic ones are fresh (S-E78)', () => {
    const wanted = [port(80), port(81)];
    expect(reconcilePorts(wanted, [port(80, 30_000)])).toEqual(wanted);
  });

  test('a port that was fixed keeps its number when made automatic (S-E84)', () => {
    expect(reconcilePorts([port(80)], [port(80, 8080)])).toEqual([port(80, 8080)]);
  });

  test('a fixed port takes its own entry first; then the lowest goes', () => {
    const previous = [port(80, 30_005), port(80, 30_002), port(80, 30_003)];
    const wanted = [port(80), port(80, 30_002), port(80)];
    expect(reconcilePorts(wanted, previous)).toEqual([port(80, 30_002), port(80, 30_003), port(80, 30_005)]);
  });

  test('another name, protocol or target is another port', () => {
    for (const other of [port(81), port(80, 0, { name: 'x' }), port(80, 0, { protocol: 'udp' })]) {
      expect(reconcilePorts([other], [port(80, 30_000)])).toEqual([other]);
    }
  });
});
