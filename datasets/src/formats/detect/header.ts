/**
 * Whether the first line of a table has the names of its columns or is data. A name of a column is
 * hardly ever a number or a time, so a first line that has them where the other lines have them is
 * data.
 */

/** A number, or a time in digits. */
const VALUE = /^\s*[-+]?(\d[\d.,]*(e[-+]?\d+)?|\d{4}-\d{2}-\d{2}.*|\d{1,2}[./-](\d{1,2}|[a-z]{3})[./-]\d{2,4}.*)\s*$/i;
/** The share of lines whose field is a value that makes a column one of values. */
const MOST = 0.8;

/** @param rows the first rows, all of the file's if it is short */
export function isFirstRowData([first, ...others]: string[][], isColumnName: (name: string) => boolean): boolean {
  if (first === undefined || first.some((cell) => isColumnName(cell.trim()))) return false;
  const isValue = (cell: string) => VALUE.test(cell);
  if (!first.some(isValue)) return false;
  return first.every((cell, column) => {
    const below = others.map((row) => row[column] ?? '').filter((text) => text.trim() !== '');
    const ofValues = below.length > 0 && below.filter(isValue).length >= below.length * MOST;
    return !ofValues || cell.trim() === '' || isValue(cell);
  });
}

/**
 * The cell that each row has beyond the header: an empty one at the end, or the row names that R
 * writes without a name of their column.
 */
export function extraCellOf(width: number, rows: string[][]): 'last' | 'first' | undefined {
  if (rows.length === 0 || !rows.every(({ length }) => length === width + 1)) return undefined;
  if (rows.every((row) => row[width] === '')) return 'last';
  return rows.every((row, i) => row[0] === String(i + 1)) ? 'first' : undefined;
}
