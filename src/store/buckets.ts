// Records in buckets, each sorted by ID. A bucket's array is handed out as it is and copied before its next change, so that reading costs
// nothing and what was read stays as it was.

export interface Bucket<R> {
  records: R[];
  /** Someone outside may hold the array. */
  lent: boolean;
}

export function emptyBucket<R>(): Bucket<R> {
  return { records: [], lent: false };
}

/** The records of a bucket in ascending ID order. The array never changes once it has been handed out. */
export function lend<R>(bucket: Bucket<R> | undefined): readonly R[] {
  if (bucket === undefined) return [];
  bucket.lent = true;
  return bucket.records;
}

/** Puts `record` into the bucket in the place of the one with this ID, or takes that one out. */
export function place<R extends { readonly id: string }>(
  bucket: Bucket<R>,
  id: string,
  record: R | undefined,
): void {
  if (bucket.lent) {
    bucket.records = bucket.records.slice();
    bucket.lent = false;
  }
  const { records } = bucket;
  const at = search(records, id);
  if (records[at]?.id !== id) {
    if (record !== undefined) records.splice(at, 0, record);
  } else if (record !== undefined) {
    records[at] = record;
  } else {
    records.splice(at, 1);
  }
}

/** The place of the first record whose ID is not below `id`. */
function search<R extends { readonly id: string }>(records: readonly R[], id: string): number {
  let low = 0;
  let high = records.length;
  const last = records[high - 1];
  // What is new often comes last.
  if (last === undefined || last.id < id) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const record = records[middle];
    if (record !== undefined && record.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
