// A place in a text of YAML, by line and column, and the mistake that is made there.

/** A mistake; the message is Go's, line and all. */
export class YamlMistake extends Error {
  override readonly name = 'YamlMistake';
}

export class Cursor {
  readonly text: string;
  at = 0;
  /** From 0, like columns. */
  line = 0;
  column = 0;
  /** Where lines begin whose indentation means nothing: within quotes, within brackets. */
  readonly loose: number[] = [];

  constructor(text: string) {
    this.text = text;
  }

  look(ahead = 0): string {
    return this.text[this.at + ahead] ?? '';
  }

  skip(count = 1): void {
    this.at += count;
    this.column += count;
  }

  /** @param loose the indentation of the next line means nothing */
  skipBreak(loose = false): void {
    this.at++;
    if (loose) this.loose.push(this.at);
    this.column = 0;
    this.line++;
  }

  skipLine(): void {
    while (!isBreakOrEnd(this.look())) this.skip();
  }

  /** Three dashes or dots alone at the head of a line. */
  atDocumentMark(): boolean {
    const mark = this.text.slice(this.at, this.at + 3);
    return this.column === 0 && (mark === '---' || mark === '...') && isBlankOrEnd(this.look(3));
  }

  /** A mistake of the scanner's. @param start where what is being read began; the line that is told, unless it is the first */
  mistake(problem: string, start = this.line): YamlMistake {
    const line = start > 0 ? start : this.line;
    return new YamlMistake(line > 0 ? `line ${line + 1}: ${problem}` : problem);
  }
}

export function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n';
}

export function isBlankOrEnd(character: string): boolean {
  return character === '' || isBlank(character);
}

export function isBreakOrEnd(character: string): boolean {
  return character === '' || character === '\n';
}
