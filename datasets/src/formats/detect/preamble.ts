/**
 * Lines before the table: Excel's `sep=;`, comments that begin with `#`, and the title of a report.
 * They are no records, and the table's own lines show its separator only without them.
 */

export interface Preamble {
  lines: number;
  /** Where the table begins in the text. */
  end: number;
  /** Named by a line `sep=;`. */
  separator?: string;
}

const DECLARED = /^\s*"?sep=(\t|[^\s"]{1,4})"?\s*\r?\n/i;
const SEPARATORS = /::|[,;\t|]/;
/** A report has its title in few lines. */
const MAX_TITLE_LINES = 10;

/**
 * @param text whole lines from the beginning of the file
 * @param isColumnName whether an import knows a column of this name
 */
export function preambleOf(text: string, isColumnName: (name: string) => boolean): Preamble {
  const declared = DECLARED.exec(text);
  if (declared !== null) return { lines: 1, end: declared[0].length, separator: declared[1] };
  const lines = text.split('\n', 1000);
  const cellsOf = (line = '') => line.split(SEPARATORS).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const knownIn = (line = '') => cellsOf(line).filter((cell) => isColumnName(cell.replace(/^#\s*/, ''))).length;
  // Data may have one such word by chance.
  const isHeader = (line: string | undefined) => knownIn(line) > 1;
  let skipped = 0;
  while (lines[skipped]?.startsWith('#')) skipped++;
  // `#user_id,item_id` is a header if no other line is one.
  if (skipped > 0 && !isHeader(lines[skipped]) && isHeader(lines[skipped - 1])) skipped--;
  const title = lines.slice(skipped, skipped + MAX_TITLE_LINES);
  const header = title.findIndex(isHeader);
  // Spreadsheets fill the line of a title with separators.
  const isTitle = (line: string) =>
    !isColumnName(cellsOf(line)[0]) &&
    cellsOf(line)
      .slice(1)
      .every((cell) => cell === '');
  if (header > 0 && title.slice(0, header).every(isTitle)) skipped += header;
  return { lines: skipped, end: lines.slice(0, skipped).reduce((sum, line) => sum + line.length + 1, 0) };
}
