/** The first rows of a file, from which its columns are recognised. */
import { parseJsonLine } from '../formats/json-line.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { readTextFile } from '../formats/text-file.ts';
import type { FileSample } from '../mapping/sample.ts';
import { parquetColumns, parquetError, parquetRows } from './parquet.ts';
import { identifier, type Staging } from './staging.ts';

const SAMPLE_ROWS = 1000;

/** Ends the reading of a text file early. */
const ENOUGH = Symbol('enough rows');

/** @throws LorekeepError those of `readTextFile`, or `IMPORT_FILE_UNREADABLE` */
export async function sampleFile(staging: Staging, file: SourceFile): Promise<FileSample> {
  const sample = file.format === 'parquet' ? await sampleParquet(staging, file) : await sampleText(file);
  return { file: file.path, ...sample };
}

async function sampleText(file: SourceFile): Promise<Omit<FileSample, 'file'>> {
  const sample = { names: [] as string[], rows: [] as (string | null)[][] };
  const records: Record<string, unknown>[] = [];
  await readTextFile(file, {
    onHeader(header) {
      sample.names = header;
    },
    onRow(_line, cells, problem) {
      if (sample.rows.length + records.length >= SAMPLE_ROWS) throw ENOUGH;
      if (problem !== undefined) return;
      if (file.format !== 'jsonl') sample.rows.push([...cells]);
      else {
        const { value } = parseJsonLine(cells[0]);
        if (value !== undefined) records.push(value);
      }
    },
    onBlock() {},
  }).catch((error) => {
    if (error !== ENOUGH) throw error;
  });
  return file.format === 'jsonl' ? tableOf(records) : sample;
}

/** Records as rows, with the keys of all of them. Lists and objects have no cell. */
function tableOf(records: Record<string, unknown>[]): Omit<FileSample, 'file'> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const rows = records.map((record) =>
    names.map((name) => {
      const value = record[name];
      return value === null || value === undefined || typeof value === 'object' ? null : String(value);
    }),
  );
  return { names, rows };
}

async function sampleParquet(staging: Staging, file: SourceFile): Promise<Omit<FileSample, 'file'>> {
  const described = await parquetColumns(staging, file);
  const cells = described.map(([name, type]) =>
    /\]$|^(STRUCT|MAP|UNION|BLOB)/.test(type) ? 'NULL' : `CAST(${identifier(name)} AS VARCHAR)`,
  );
  const rows = await staging
    .rows(`SELECT ${cells.join(', ')} FROM ${parquetRows(file)} LIMIT ${SAMPLE_ROWS}`)
    .catch((error) => {
      throw parquetError(file, error);
    });
  return { names: described.map(([name]) => name), rows: rows as (string | null)[][] };
}
