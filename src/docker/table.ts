// Columns of text in the way of Go's tabwriter: a cell ends at a tab, the last cell of a line belongs to no column, and a column is as wide
// as the widest of its cells in lines that follow one another.

export interface TableStyle {
  /** The least width of a column. */
  readonly least: number;
  /** Blanks after the widest cell. */
  readonly padding: number;
}

/** What `docker ... ls` uses. */
export const listStyle: TableStyle = { least: 10, padding: 3 };

/** Replaces the tabs of a text by blanks. */
export function alignColumns(text: string, { least, padding }: TableStyle): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map(() => [] as number[]);
  const columns = Math.max(...lines.map((cells) => cells.length - 1));
  for (let column = 0; column < columns; column++) {
    for (let first = 0; first < lines.length; first++) {
      let end = first;
      let width = least;
      for (let cells = lines[end]; cells !== undefined && column < cells.length - 1; cells = lines[++end]) {
        width = Math.max(width, displayWidth(cells[column] ?? '') + padding);
      }
      for (let line = first; line < end; line++) widths[line]?.push(width);
      if (end > first) first = end - 1;
    }
  }
  return lines
    .map((cells, line) =>
      cells
        .map((cell, column) => {
          const width = widths[line]?.[column];
          return width === undefined ? cell : cell + ' '.repeat(width - displayWidth(cell));
        })
        .join(''),
    )
    .join('\n');
}

/** Wide characters of East Asia take two columns. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

export function displayWidth(text: string): number {
  let width = 0;
  for (const rune of text) width += wide.test(rune) ? 2 : 1;
  return width;
}
