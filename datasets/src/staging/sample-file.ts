/** The first rows of a file, from which its columns are recognised. */
import { firstValueAt, isPath, namesOf } from '../formats/json/paths.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { type JsonRecord, readTextFile } from '../formats/text-file.ts';
import type { FileSample } from '../mapping/sample.ts';
import { describeParquet, parquetError } from './parquet.ts';
import { identifier, type Staging } from './staging.ts';

const SAMPLE_ROWS = 1000;

/** Ends the reading of a text file early. */
const ENOUGH = Symbol('enough rows');

type Sampled = Omit<FileSample, 'file'>;

/** @throws LorekeepError those of `readTextFile`, or `IMPORT_FILE_UNREADABLE` */
export async function sampleFile(staging: Staging, file: SourceFile): Promise<FileSample> {
  const sample = file.format === 'parquet' ? await sampleParquet(staging, file) : await sampleText(file);
  return { file: file.path, ...sample };
}

async function sampleText(file: SourceFile): Promise<Sampled> {
  const table: Sampled = { names: [], rows: [] };
  const records: JsonRecord[] = [];
  // Nested values are looked at where they are: a sample has one row for each record.
  await readTextFile(
    { ...file, paths: [] },
    {
      onHeader(header) {
        table.names = header;
      },
      onRow(_line, cells, problem) {
        if (table.rows.length >= SAMPLE_ROWS) throw ENOUGH;
        if (problem === undefined) table.rows.push([...cells]);
      },
      onRecord(_line, record) {
        if (records.length >= SAMPLE_ROWS) throw ENOUGH;
        if (record !== undefined) records.push(record);
      },
      onBlock() {},
    },
  ).catch((error) => {
    if (error !== ENOUGH) throw error;
  });
  return file.format === 'jsonl' || file.format === 'json' ? tableOf(records, file.paths ?? []) : table;
}

/**
 * Records as rows, with the names and paths of all of them. A list of objects shows its first
 * element. Other lists and objects have no cell.
 */
function tableOf(records: JsonRecord[], given: readonly string[]): Sampled {
  const names = new Set<string>();
  const lists = new Set<string>();
  for (const record of records) {
    const found = namesOf(record);
    for (const name of found.names) names.add(name);
    for (const list of found.lists) lists.add(list);
  }
  for (const path of given) names.add(path);
  // A structure that is null in some records is no value there either.
  const structures = new Set([...names].flatMap(rootsOf));
  const isEmpty = (name: string) => records.every((record) => cellOf(firstValueAt(record, name)) === null);
  const kept = [...names].filter((name) => !structures.has(name) || !isEmpty(name));
  const rows = records.map((record) => kept.map((name) => cellOf(firstValueAt(record, name))));
  return { names: kept, rows, lists: [...lists] };
}

/** `a` and `a.b` of the path `a.b.c`. */
const rootsOf = (path: string) =>
  path
    .split('.')
    .slice(0, -1)
    .map((_, at, keys) => keys.slice(0, at + 1).join('.'));

function cellOf(value: unknown): string | null {
  return value === null || value === undefined || typeof value === 'object' ? null : String(value);
}

async function sampleParquet(staging: Staging, file: SourceFile): Promise<Sampled> {
  const { columns, leaves, lists, source } = await describeParquet(staging, file);
  const paths = [...new Set([...leaves, ...(file.paths ?? [])])].filter((path) => isPath(path) && !columns.has(path));
  const plain = [...columns].filter(([, type]) => !type.includes('STRUCT('));
  const nested = [...columns].filter(([, type]) => type.includes('STRUCT('));
  const cells = plain.map(([name, type]) =>
    /\]$|^(STRUCT|MAP|UNION|BLOB)/.test(type) ? 'NULL' : `CAST(${identifier(name)} AS VARCHAR)`,
  );
  const objects = nested.map(([name]) => `CAST(to_json(${identifier(name)}) AS VARCHAR)`);
  const found = await staging
    .rows(`SELECT ${[...cells, ...objects].join(', ')} FROM ${source} LIMIT ${SAMPLE_ROWS}`)
    .catch((error) => {
      throw parquetError(file, error);
    });
  const rows = found.map((row) => {
    const texts = row.slice(plain.length).map((text) => (text === null ? undefined : JSON.parse(String(text))));
    const record = Object.fromEntries(nested.map(([name], i) => [name, texts[i]]));
    return [
      ...(row.slice(0, plain.length) as (string | null)[]),
      ...paths.map((path) => cellOf(firstValueAt(record, path))),
    ];
  });
  return { names: [...plain.map(([name]) => name), ...paths], rows, lists };
}
