// Hexadecimal digits that a text decides: IDs of what a machine has by itself.

/** `length` digits, a multiple of eight. */
export function hexOf(text: string, length: number): string {
  let digits = '';
  for (let part = 0; digits.length < length; part++) {
    let hash = 0x811c9dc5;
    for (const character of `${part}/${text}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    digits += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return digits;
}
