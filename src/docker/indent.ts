// Lays JSON out in lines, four blanks a level, without touching anything in it: order, numbers and texts stay as they were written.

/** @param json valid JSON */
export function indentJson(json: string): string {
  const tokens = tokensOf(json);
  let laid = '';
  let depth = 0;
  const newline = (): string => `\n${'    '.repeat(depth)}`;
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    if (token === '}' || token === ']') {
      depth--;
      laid += before === '{' || before === '[' ? token : newline() + token;
      return;
    }
    if (before === '{' || before === '[') laid += newline();
    if (token === ':') laid += ': ';
    else if (token === ',') laid += `,${newline()}`;
    else laid += token;
    if (token === '{' || token === '[') depth++;
  });
  return laid;
}

/** The same on one line, without any blanks. */
export function compactJson(json: string): string {
  return tokensOf(json).join('');
}

/** The tokens of JSON, without the blanks between them. */
export function tokensOf(json: string): readonly string[] {
  return json.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/gs) ?? [];
}
