// Subnets and addresses (R-A11 to R-A16).

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkAddressPools,
  claimAddress,
  createAddressSpace,
  findSubnet,
  freeAddress,
  overlap,
  takeAddress,
} from '../../../src/manager/allocator/addresses.ts';
import { formatSubnet, parseSubnet, type Subnet } from '../../../src/model/ip.ts';

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  if (parsed === undefined) throw new Error(`no subnet: ${text}`);
  return parsed;
}

function find(pools: readonly string[], prefix: number, taken: readonly string[]): string | undefined {
  const found = findSubnet(pools, prefix, taken.map(subnet));
  return found && formatSubnet(found);
}

describe('subnets (R-A12)', () => {
  test('the lowest free block', () => {
    expect(find(['10.0.0.0/8'], 24, [])).toBe('10.0.0.0/24');
    expect(find(['10.0.0.0/8'], 24, ['10.0.2.0/24', '10.0.0.0/24'])).toBe('10.0.1.0/24');
    expect(find(['10.20.0.0/16'], 26, ['10.20.0.0/26'])).toBe('10.20.0.64/26');
  });

  test('overlaps nothing, of whatever size', () => {
    expect(find(['10.0.0.0/8'], 24, ['10.0.0.0/16'])).toBe('10.1.0.0/24');
    expect(find(['10.0.0.0/8'], 24, ['10.0.0.128/28', '10.0.1.4/30'])).toBe('10.0.2.0/24');
  });

  test('pools in order of address, the second when the first is used up, overlapping ones ignored', () => {
    const pools = ['10.2.0.0/24', '10.1.0.0/24', '10.1.0.0/25'];
    expect(find(pools, 24, [])).toBe('10.1.0.0/24');
    expect(find(pools, 24, ['10.1.0.0/24'])).toBe('10.2.0.0/24');
    expect(find(pools, 24, ['10.1.0.0/24', '10.2.0.0/24'])).toBeUndefined();
  });

  test('is aligned, in a pool and free, for any taken ones', () => {
    const block = fc
      .tuple(fc.nat(2 ** 16 - 1), fc.integer({ min: 20, max: 30 }))
      .map(([host, prefix]) => subnet(`10.9.${host >>> 8}.${host & 255}/${prefix}`));
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), fc.integer({ min: 22, max: 28 }), (taken, prefix) => {
        const found = findSubnet(['10.9.0.0/16'], prefix, taken);
        if (found === undefined) return;
        expect(found.base % 2 ** (32 - prefix)).toBe(0);
        expect(overlap(found, subnet('10.9.0.0/16'))).toBe(true);
        expect(taken.some((other) => overlap(found, other))).toBe(false);
        for (let base = subnet('10.9.0.0/16').base; base < found.base; base += 2 ** (32 - prefix)) {
          expect(taken.some((other) => overlap({ base, prefix }, other))).toBe(true);
        }
      }),
    );
  });

  test('pools of a new swarm (R-A13, S-E74)', () => {
    expect(checkAddressPools(['10.20.0.0/16'], 26)).toBeUndefined();
    expect(checkAddressPools(['10.20.0.0/16'], 30)).toBe('subnet size is out of range: 30');
    expect(checkAddressPools(['10.20.0.0/16'], 12)).toBe(
      'invalid CIDR: "10.20.0.0/16". Subnet size is too small for pool: 12',
    );
  });
});

describe('addresses (R-A14, R-A15)', () => {
  test('rise, and freed ones come back only at the end', () => {
    const space = createAddressSpace(subnet('10.0.1.0/29'));
    expect(takeAddress(space)).toBe('10.0.1.1/29');
    expect(takeAddress(space)).toBe('10.0.1.2/29');
    freeAddress(space, '10.0.1.1/29');
    const rest = Array.from({ length: 6 }, () => takeAddress(space));
    expect(rest).toEqual([
      '10.0.1.3/29',
      '10.0.1.4/29',
      '10.0.1.5/29',
      '10.0.1.6/29',
      '10.0.1.1/29',
      undefined,
    ]);
  });

  test('one in particular does not move the cursor and is skipped', () => {
    const space = createAddressSpace(subnet('10.0.1.0/24'));
    expect(claimAddress(space, '10.0.1.2')).toBe('10.0.1.2/24');
    expect(claimAddress(space, '10.0.1.2/24')).toBeUndefined();
    expect(claimAddress(space, '10.0.2.2')).toBeUndefined();
    expect([takeAddress(space), takeAddress(space)]).toEqual(['10.0.1.1/24', '10.0.1.3/24']);
  });

  test('the smallest subnets have no reserved addresses', () => {
    const space = createAddressSpace(subnet('10.0.1.4/31'));
    expect([takeAddress(space), takeAddress(space), takeAddress(space)]).toEqual([
      '10.0.1.4/31',
      '10.0.1.5/31',
      undefined,
    ]);
  });
});
