// Reads Go's quoted strings, raw strings and character constants.

const simple: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);

/** The text between the quotes; undefined for an escape that Go does not know. */
export function unquote(quoted: string): string | undefined {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner.replaceAll('\r', '');
  let text = '';
  let rest = inner;
  while (rest !== '') {
    if (!rest.startsWith('\\')) {
      const [plain = ''] = /^[^\\]+/.exec(rest) ?? [];
      text += plain;
      rest = rest.slice(plain.length);
      continue;
    }
    const [whole, digits] =
      /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest)?.filter(Boolean) ?? [];
    if (whole !== undefined && digits !== undefined) {
      text += String.fromCodePoint(Number.parseInt(digits, 16));
      rest = rest.slice(whole.length);
      continue;
    }
    const [octal] = /^\\[0-7]{3}/.exec(rest) ?? [];
    if (octal !== undefined) {
      text += String.fromCodePoint(Number.parseInt(octal.slice(1), 8));
      rest = rest.slice(4);
      continue;
    }
    const replaced = simple.get(rest.charAt(1));
    if (replaced === undefined) return undefined;
    text += replaced;
    rest = rest.slice(2);
  }
  return text;
}
