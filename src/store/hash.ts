// The hash of a record's content and of a table: what makes "same applied index, same state" cheap to check on every apply.
// A hash is an integer below 2^52, so that the sum of two is exact. Not meant to withstand an adversary.

import { assert } from '../sim/assert.ts';

const modulus = 2 ** 52;
const laneSize = 2 ** 32;

/** Records and their parts are frozen and shared between replicas: each is hashed once. */
const remembered = new WeakMap<object, number>();

/** Field names are few and come again and again. */
const keyHashes = new Map<string, number>();

/** Hashes a record. The order of an object's keys does not count; a key that holds undefined is no key. */
export function hashRecord(record: object): number {
  const known = remembered.get(record);
  if (known !== undefined) return known;
  const hash = hashFields(record, hashPart);
  remembered.set(record, hash);
  return hash;
}

/** Most parts of a record stay the same objects while status and meta, which are small, move on. */
function hashPart(value: unknown, key: string): number {
  if (typeof value !== 'object' || value === null || key === 'status' || key === 'meta')
    return hashValue(value);
  if (Array.isArray(value) ? value.length === 0 : !Object.isFrozen(value)) return hashData(value);
  const known = remembered.get(value);
  if (known !== undefined) return known;
  const hash = hashData(value);
  remembered.set(value, hash);
  return hash;
}

/** Hashes any plain data but Maps and Sets, and remembers nothing. */
export function hashData(value: object): number {
  if (Array.isArray(value)) {
    let hash = mix(1, value.length);
    for (const element of value) hash = mix(hash, hashValue(element));
    return hash;
  }
  return hashFields(value, hashContent);
}

/** What holds records, as log entries do, holds them under this name. */
function hashContent(value: unknown, key: string): number {
  return key === 'record' && typeof value === 'object' && value !== null
    ? hashRecord(value)
    : hashValue(value);
}

function hashFields<Data extends object>(
  value: Data,
  hashField: (content: unknown, key: string) => number,
): number {
  let hash = 0;
  for (const key in value) {
    const content: unknown = value[key];
    if (content !== undefined) hash = addHash(hash, mix(hashKey(key), hashField(content, key)));
  }
  return mix(2, hash);
}

/** A table's hash is the sum of its records', so it follows each change and knows no order. */
export function addHash(table: number, record: number): number {
  return (table + record) % modulus;
}

export function subtractHash(table: number, record: number): number {
  return (table - record + modulus) % modulus;
}

function hashValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return hashString(value);
    case 'number':
      return hashNumber(value);
    case 'boolean':
      return mix(5, value ? 1 : 0);
    case 'object':
      return value === null ? mix(6, 0) : hashData(value);
    default:
      assert(false, 'a record is plain data');
      return 0;
  }
}

function hashNumber(value: number): number {
  if (!Number.isSafeInteger(value)) return mix(3, hashString(String(value)));
  const size = Math.abs(value);
  return mix(value < 0 ? 7 : 3, mix(size % laneSize, Math.floor(size / laneSize)));
}

function hashKey(key: string): number {
  const known = keyHashes.get(key);
  if (known !== undefined) return known;
  const hash = hashString(key);
  keyHashes.set(key, hash);
  return hash;
}

function hashString(value: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) + i;
    high ^= high >>> 15;
  }
  return mix(join(high, low), value.length);
}

/** Two hashes into one, order counting: two 32-bit lanes stirred in the manner of MurmurHash3. */
function mix(left: number, right: number): number {
  let low = Math.imul((left >>> 0) ^ 0x2545f491, 0xcc9e2d51) ^ (right >>> 0);
  let high = Math.imul(Math.floor(left / laneSize) ^ 0x1b873593, 0x85ebca6b) ^ Math.floor(right / laneSize);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  high = Math.imul(high ^ (high >>> 13) ^ low, 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 13) ^ high, 0xc2b2ae35);
  high ^= high >>> 16;
  low ^= low >>> 16;
  return join(high, low);
}

/** 20 bits of one lane over 32 of the other. */
function join(high: number, low: number): number {
  return (high & 0xfffff) * laneSize + (low >>> 0);
}
