// What is stored is frozen all the way down. Immer freezes what it makes; this does it for records that were made without a draft.

/** Freezes plain data with all it holds. What is frozen is taken to be frozen all the way down. */
export function freezeAll<Data extends object>(data: Data): void {
  Object.freeze(data);
  for (const key in data) {
    const content: unknown = data[key];
    if (typeof content === 'object' && content !== null && !Object.isFrozen(content)) freezeAll(content);
  }
}
