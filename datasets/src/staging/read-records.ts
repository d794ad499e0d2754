/** Files of items and of users, record by record. */
import { errors } from '../errors.ts';
import { parseJsonLine } from '../formats/json/json-line.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { readTextFile, type TextFileCounts } from '../formats/text-file.ts';
import { COLUMN_SYNONYMS } from '../mapping/columns.ts';
import { createContinuation } from '../mapping/continued.ts';
import type { ColumnFinder } from '../mapping/locate.ts';
import type { Recognised } from '../mapping/recognise.ts';
import { typedIdSql, wholeFloatSql } from '../values/ids.ts';
import { openParquet } from './parquet.ts';
import { identifier, literal, type Staging } from './staging.ts';

/** One record, or what is wrong with it and the id that a malformed line shows. */
export type OnRecordObject = (
  line: number,
  record: Record<string, unknown> | undefined,
  problem?: string,
  id?: unknown,
) => void;

interface RecordReader {
  onRecord: OnRecordObject;
  /** Called after every block, and at the end. */
  onBlock: () => void;
}

/** The field of the ids. */
type IdField = 'item' | 'user';

/** @throws LorekeepError `IMPORT_MISSING_COLUMN`, and those of reading */
export async function readRecordsOf(
  staging: Staging,
  file: SourceFile,
  field: IdField,
  recognised: Recognised,
  finder: ColumnFinder,
  reader: RecordReader,
): Promise<TextFileCounts> {
  const counts =
    file.format === 'parquet'
      ? await readParquetRecords(staging, file, field, recognised, finder, reader)
      : await readTextRecords(file, field, recognised, finder, reader);
  reader.onBlock();
  return counts;
}

function requireId(file: SourceFile, names: string[], field: IdField, recognised: Recognised): void {
  if (recognised.columns.has(field)) return;
  throw errors.IMPORT_MISSING_COLUMN({ file: file.path, field, found: names, accepted: COLUMN_SYNONYMS[field] });
}

async function readTextRecords(
  file: SourceFile,
  field: IdField,
  recognised: Recognised,
  finder: ColumnFinder,
  { onRecord, onBlock }: RecordReader,
): Promise<TextFileCounts> {
  let names: string[] = [];
  let id = -1;
  let continuation: ReturnType<typeof createContinuation>;
  return readTextFile(file, {
    onHeader(header) {
      requireId(file, header, field, recognised);
      names = header;
      [id] = finder.locate([field], header);
      continuation = createContinuation(recognised.layout, header);
    },
    onRow(line, cells, problem) {
      if (problem !== undefined) onRecord(line, undefined, problem, cells[id]);
      else {
        continuation?.(cells);
        onRecord(line, Object.fromEntries(cells.map((cell, i) => [names[i], cell])));
      }
    },
    onRecord,
    onBlock,
  });
}

async function readParquetRecords(
  staging: Staging,
  file: SourceFile,
  field: IdField,
  recognised: Recognised,
  finder: ColumnFinder,
  { onRecord, onBlock }: RecordReader,
): Promise<TextFileCounts> {
  const { columns: described, rows: source } = await openParquet(staging, file);
  const names = described.map(([name]) => name);
  requireId(file, names, field, recognised);
  const [id] = finder.locate([field], names);
  const parts = described.map(([name, type], i) => {
    const value = identifier(name);
    if (i === id) return `${literal(name)}: ${typedIdSql(value, type)}`;
    // JSON has neither NaN nor infinity. NaN stands for "no value"; infinity is no price.
    const json = /^(DOUBLE|FLOAT)$/.test(type)
      ? `CASE WHEN isnan(${value}) THEN NULL WHEN isfinite(${value}) THEN to_json(${value}) ELSE to_json(${value}::VARCHAR) END`
      : value;
    return `${literal(name)}: ${json}`;
  });
  const rows = staging.stream(
    `SELECT file_row_number + 1, to_json({${parts.join(', ')}}) FROM ${source} ORDER BY file_row_number`,
  );
  for await (const [lines, jsons] of rows) {
    for (let i = 0; i < lines.length; i++) {
      const parsed = parseJsonLine(jsons[i] as string);
      onRecord(Number(lines[i]), parsed.value, parsed.problem);
    }
    onBlock();
  }
  return { withoutElements: 0 };
}

/** A column of whole floats only is one of integers, as pandas writes it if values are missing. */
export async function unfloatIds(staging: Staging, table: 'items' | 'users', { index }: SourceFile): Promise<void> {
  const where = `FROM ${table} WHERE file = ${index}`;
  const all = await staging.number(`SELECT count(*) ${where}`);
  if (all === 0 || (await staging.number(`SELECT count(*) ${where} AND ${wholeFloatSql('id')}`)) < all) return;
  await staging.run(`UPDATE ${table} SET id = regexp_replace(id, '\\.0+$', '') WHERE file = ${index}`);
}
