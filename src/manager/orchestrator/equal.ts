// Whether two pieces of plain data say the same. Used to compare specs, where an absent member and an
// undefined one are the same (R-O18).

type Plain = Readonly<Record<string, unknown>>;

/** Deep equality of JSON-able data: arrays by position, objects by member, everything else by identity. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]));
  }
  if (!isPlain(a) || !isPlain(b) || Array.isArray(b)) return false;
  for (const key of Object.keys(a)) {
    if (!deepEqual(a[key], b[key])) return false;
  }
  return Object.keys(b).every((key) => b[key] === undefined || a[key] !== undefined);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null;
}
