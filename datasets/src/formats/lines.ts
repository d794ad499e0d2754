/** Text cut into records of one line each: TSV, JSON Lines, and CSV without quotes. */

/**
 * Receives one record: the number of its first line (from 1) and its fields, or what is wrong with
 * it. A JSON Lines record has one field, the whole line.
 */
export type OnRecord = (line: number, fields: string[], problem: string | undefined) => void;

export interface Cut {
  /** The line after the last complete record. */
  line: number;
  /** Characters used. The rest is a record that continues in the next block. */
  used: number;
}

const CARRIAGE_RETURN = 13;

/** @param separator splits a line into fields; if absent, the line is the only field */
export function cutLines(text: string, line: number, separator: string | undefined, onRecord: OnRecord): Cut {
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const stop = end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
    const record = text.slice(start, stop);
    if (separator === undefined) {
      if (record.trim() !== '') onRecord(line, [record], undefined);
    } else if (record.includes(separator) || record.trim() !== '') {
      onRecord(line, record.split(separator), undefined);
    }
    line++;
    start = end + 1;
  }
  return { line, used: Math.min(start, text.length) };
}
