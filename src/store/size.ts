// How many bytes a record would take in SwarmKit's encoding (protobuf): what its batches and its limit count (R-R8, R-R202).
// An estimate: every field has a one-byte tag, numbers are varints, zero values and empty texts and lists cost nothing.

import { assert } from '../sim/assert.ts';

/** Specs make up most of a record. They stay the same objects, frozen, while the rest moves on. */
const specSizes = new WeakMap<object, number>();

/** The estimated bytes of a stored record. */
export function estimateSize<R extends object>(record: R): number {
  let size = 0;
  for (const key in record) {
    const content: unknown = record[key];
    if (typeof content === 'object' && content !== null && key === 'spec') size += sizeOfSpec(content);
    else size += sizeOfField(content);
  }
  return size;
}

function sizeOfSpec(spec: object): number {
  const known = specSizes.get(spec);
  if (known !== undefined) return known;
  const size = sizeOfField(spec);
  specSizes.set(spec, size);
  return size;
}

function isEmptyList(value: object): boolean {
  return Array.isArray(value) && value.length === 0;
}

function sizeOfFields<Data extends object>(value: Data): number {
  let size = 0;
  // An element of a list and a field of a message cost the same: a tag and the value.
  if (Array.isArray(value)) for (const element of value) size += sizeOfField(element);
  else for (const key in value) size += sizeOfField(value[key]);
  return size;
}

function sizeOfField(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value === '' ? 0 : 1 + sizeOfBlock(sizeOfText(value));
    case 'number':
      return value === 0 ? 0 : 1 + (Number.isSafeInteger(value) && value > 0 ? sizeOfVarint(value) : 10);
    case 'boolean':
      return value ? 2 : 0;
    case 'undefined':
      return 0;
    case 'object':
      return value === null || isEmptyList(value) ? 0 : 1 + sizeOfBlock(sizeOfFields(value));
    default:
      assert(false, 'a record is plain data');
      return 0;
  }
}

function sizeOfBlock(length: number): number {
  return sizeOfVarint(length) + length;
}

/** Seven bits to a byte. */
function sizeOfVarint(value: number): number {
  if (value < 128) return 1;
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Bytes of UTF-8. */
function sizeOfText(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate is half of a four-byte character.
    if (unit >= 0x80) size += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return size;
}
