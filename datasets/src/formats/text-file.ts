/**
 * Reads a text file of items or events: header, rows, and the reason for each row that has the
 * wrong shape.
 */
import { errors } from '../errors.ts';
import type { TextFormat } from './format.ts';
import { readRecords } from './records.ts';
import type { SourceFile } from './source-file.ts';
import { openUnpacked } from './unpack.ts';

export interface TextFileReader {
  /** The column names of a CSV or TSV file. Called once, before the first row. */
  onHeader(names: string[]): void;
  /**
   * One row: as many cells as the header has, or what is wrong with the row.
   * A row of JSON lines has one cell, the whole line.
   */
  onRow(line: number, cells: string[], problem: string | undefined): void;
  /** Called after every block. */
  onBlock(): void;
}

/**
 * @throws LorekeepError `IMPORT_NO_HEADER`, `IMPORT_DUPLICATE_COLUMN`, `IMPORT_FILE_UNREADABLE`,
 *   `IMPORT_UNCLOSED_QUOTE`, `IMPORT_LINE_TOO_LONG`
 */
export async function readTextFile(file: SourceFile, { onHeader, onRow, onBlock }: TextFileReader): Promise<void> {
  if (file.format === 'jsonl') return readFileRecords(file, onRow, onBlock);
  let width: number | undefined;
  await readFileRecords(
    file,
    (line, fields, problem) => {
      if (width === undefined) {
        const names = headerOf(file, fields, problem);
        width = names.length;
        onHeader(names);
      } else {
        onRow(line, fields, problem ?? widthProblem(fields.length, width));
      }
    },
    onBlock,
  );
  if (width === undefined) throw errors.IMPORT_NO_HEADER({ file: file.path });
}

/**
 * Reads the records of a file. An error of reading or decompressing becomes one that names the
 * file.
 */
async function readFileRecords(
  file: SourceFile,
  onRecord: (line: number, fields: string[], problem: string | undefined) => void,
  onBlock: () => void,
): Promise<void> {
  const stream = await openUnpacked(file.path);
  try {
    await readRecords(file.path, stream, file.format as TextFormat, onRecord, onBlock);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    const fromStream = typeof code === 'string' && /^(Z_|ZSTD_|ERR_ZLIB|ERR_STREAM|E[A-Z]+$)/.test(code);
    throw fromStream ? errors.IMPORT_FILE_UNREADABLE({ file: file.path, reason: message }, error) : error;
  } finally {
    stream.destroy();
  }
}

function headerOf(file: SourceFile, fields: string[], problem: string | undefined): string[] {
  if (problem !== undefined) {
    throw errors.IMPORT_FILE_UNREADABLE({ file: file.path, reason: `its header line ${problem}` });
  }
  const names = fields.map((name) => name.trim());
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined) throw errors.IMPORT_DUPLICATE_COLUMN({ file: file.path, name: repeated });
  return names;
}

function widthProblem(found: number, expected: number): string | undefined {
  if (found === expected) return undefined;
  return `has ${found} column${found === 1 ? '' : 's'}, the header has ${expected}`;
}
