// Strings quoted as Go quotes them (%q): in error texts, defaults of flags and templates.

const escapes: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
]);

function escapeRunes(text: string, quote: string): string {
  let escaped = '';
  for (const rune of text) {
    const code = rune.codePointAt(0) ?? 0;
    if (rune === quote) escaped += `\\${rune}`;
    else if (escapes.has(rune)) escaped += escapes.get(rune);
    else if (code < 0x20 || code === 0x7f) escaped += `\\x${code.toString(16).padStart(2, '0')}`;
    else escaped += rune;
  }
  return escaped;
}

export function quote(text: string): string {
  return `"${escapeRunes(text, '"')}"`;
}

export function quoteRune(rune: string): string {
  return `'${escapeRunes(rune, "'")}'`;
}
