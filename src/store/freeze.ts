// What is stored is frozen all the way down. Immer freezes what it makes; this does it for records that were made without a draft.

/** Freezes plain data with all it holds. What is frozen is taken to be frozen all the way down. */
export function freezeAll(data: object): void {
  Object.freeze(data);
  if (!isPlain(data)) return;
  for (const key in data) {
    const content = data[key];
    if (typeof content === 'object' && content !== null && !Object.isFrozen(content)) freezeAll(content);
  }
}

/** True of objects and lists, which is all that a record holds: their fields by name. */
export function isPlain(data: object): data is Readonly<Record<string, unknown>> {
  return !(data instanceof Map || data instanceof Set);
}
