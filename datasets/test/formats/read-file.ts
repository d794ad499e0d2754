/** What the tests of formats share: a file as the names and cells, or records, that are read from it. */
import { type DetectOptions, detectDialect } from '../../src/formats/detect/detect-dialect.ts';
import type { Dialect } from '../../src/formats/source-file.ts';
import { readTextFile } from '../../src/formats/text-file.ts';
import { isColumnName } from '../../src/mapping/columns.ts';

export interface ReadFile {
  dialect: Dialect;
  names: string[];
  /** Cells of a table, without those of bad lines. */
  rows: string[][];
  records: Record<string, unknown>[];
  /** The line of each row or record. */
  lines: number[];
  /** `line: reason` */
  bad: string[];
  withoutElements: number;
}

export async function readFile(
  path: string,
  options: Partial<DetectOptions> = {},
  paths: string[] = [],
): Promise<ReadFile> {
  const dialect = await detectDialect(path, { format: 'auto', isColumnName, ...options });
  const file = { path, dialect, format: dialect.format, index: 0, listed: false, paths };
  const found: Omit<ReadFile, 'withoutElements'> = { dialect, names: [], rows: [], records: [], lines: [], bad: [] };
  const counts = await readTextFile(file, {
    onHeader: (names) => {
      found.names = names;
    },
    onRow(line, cells, problem) {
      if (problem !== undefined) found.bad.push(`${line}: ${problem}`);
      else {
        found.rows.push(cells);
        found.lines.push(line);
      }
    },
    onRecord(line, record, problem) {
      if (record === undefined) found.bad.push(`${line}: ${problem}`);
      else {
        found.records.push(record);
        found.lines.push(line);
      }
    },
    onBlock() {},
  });
  return { ...found, ...counts };
}
