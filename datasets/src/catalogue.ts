/**
 * Catalogue files into staging: each record checked and kept as the JSON of its `Item`, each bad one with its reason. Items are
 * objects in the end, so they are checked as objects; what concerns many of them at once (repeated ids) is SQL.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import type { Item, Store } from '@lorekeep/store';
import { COLUMN_SYNONYMS, type ColumnFinder } from './columns.ts';
import { duplicateColumn, fileUnreadable, missingColumn, noHeader } from './errors.ts';
import { type Format, unpacked } from './formats.ts';
import { toItem } from './items.ts';
import { parseJson } from './json.ts';
import { type RawFormat, rawItem } from './raw/amazon.ts';
import { readRecords } from './records.ts';
import { type Appending, identifier, literal, type Staging } from './staging.ts';

export interface SourceFile {
  path: string;
  format: Format;
  /** Where it is one of the public raw files. */
  raw?: RawFormat;
  /** Its place among all files of the import, items first. */
  index: number;
}

/**
 * Makes the tables `bad (file, line, reason)`, `items (file, line, id, json)` and `known (id)`: every valid item id. Resolves to
 * how many records of raw files were left out because a later one is of the same item.
 */
export async function stageCatalogue(
  staging: Staging,
  files: SourceFile[],
  columns: ColumnFinder,
  store: Store,
  { progress, signal }: RunContext,
): Promise<number> {
  await staging.run('CREATE TABLE bad (file BIGINT, line BIGINT, reason VARCHAR)');
  await staging.run('CREATE TABLE items (file BIGINT, line BIGINT, id VARCHAR, json VARCHAR)');
  const items = await staging.append('items');
  const bad = await staging.append('bad');
  for (const file of files) {
    let lines = 0;
    const report = () => {
      signal?.throwIfAborted();
      items.flush();
      progress?.({ stage: 'import', done: lines, unit: 'lines', note: `reading ${basename(file.path)}` });
    };
    const take = (line: number, record: Record<string, unknown> | undefined, problem: string | undefined) => {
      lines++;
      const { raw } = file;
      const found =
        record === undefined
          ? { problem: problem! }
          : toItem(raw === undefined ? record : rawItem(raw, record), columns);
      if (found.item === undefined) bad.row([file.index, line], [found.problem]);
      else items.row([file.index, line], [found.item.id, JSON.stringify(found.item)]);
    };
    if (file.format === 'parquet') await readParquetItems(staging, file, columns, take, report);
    else await readTextItems(file, columns, take, report);
    report();
  }
  items.close();
  const repeats = await takeRepeatedIds(staging, files, bad);
  bad.close();
  await staging.run('CREATE TABLE known (id VARCHAR)');
  await staging.run('INSERT INTO known SELECT id FROM items');
  const known = await staging.append('known');
  for await (const batch of store.items({ batchSize: 10_000 })) {
    for (const item of batch) known.row([], [item.id]);
    known.flush();
  }
  known.close();
  return repeats;
}

type TakeItem = (line: number, record: Record<string, unknown> | undefined, problem: string | undefined) => void;

async function readTextItems(file: SourceFile, columns: ColumnFinder, take: TakeItem, report: () => void) {
  let header: string[] | undefined;
  await readText(
    file,
    (line, fields, problem) => {
      if (file.format === 'jsonl') {
        const parsed = problem === undefined ? parseJson(fields[0]) : { problem };
        take(line, parsed.value, parsed.problem);
      } else if (header === undefined) {
        header = headerOf(file, fields, problem);
        requireColumn(file, header, columns, 'item');
      } else {
        const wrong = problem ?? widthProblem(fields, header);
        const names = header;
        take(
          line,
          wrong === undefined ? Object.fromEntries(fields.map((cell, i) => [names[i], cell])) : undefined,
          wrong,
        );
      }
    },
    report,
  );
  if (file.format !== 'jsonl' && header === undefined) throw noHeader(file.path);
}

async function readParquetItems(
  staging: Staging,
  file: SourceFile,
  columns: ColumnFinder,
  take: TakeItem,
  report: () => void,
) {
  const described = await parquetColumns(staging, file);
  const names = described.map(([name]) => name);
  requireColumn(file, names, columns, 'item');
  const parts = described.map(([name, type]) => {
    const value = identifier(name);
    // JSON has no NaN and no infinity: they arrive as text, and are no price.
    const json = /^(DOUBLE|FLOAT)$/.test(type)
      ? `if(isfinite(${value}), to_json(${value}), to_json(${value}::VARCHAR))`
      : value;
    return `${literal(name)}: ${json}`;
  });
  const rows = staging.stream(
    `SELECT file_row_number + 1, to_json({${parts.join(', ')}})
     FROM read_parquet(${literal(file.path)}, file_row_number = true) ORDER BY file_row_number`,
  );
  for await (const [lines, jsons] of rows) {
    for (let i = 0; i < lines.length; i++) {
      const parsed = parseJson(jsons[i] as string);
      take(Number(lines[i]), parsed.value, parsed.problem);
    }
    report();
  }
}

/**
 * One record an id. In files of one's own a second one is a mistake: the first stays, the others are bad lines that say where
 * it was. The raw files repeat products, and the last record stays, as in the published preparations of them.
 */
async function takeRepeatedIds(staging: Staging, files: SourceFile[], bad: Appending): Promise<number> {
  const raw = files.some((file) => file.raw !== undefined);
  await staging.run(`
    CREATE TABLE repeated AS SELECT file, line, id, first_file, first_line FROM (
      SELECT file, line, id, row_number() OVER w AS nth, first_value(file) OVER w AS first_file,
        first_value(line) OVER w AS first_line
      FROM items WINDOW w AS (PARTITION BY id ORDER BY file ${raw ? 'DESC' : ''}, line ${raw ? 'DESC' : ''})) WHERE nth > 1`);
  if (!raw) await markBad(staging, files, bad);
  const count = raw ? await staging.number('SELECT count(*) FROM repeated') : 0;
  await staging.run('DELETE FROM items USING repeated r WHERE items.file = r.file AND items.line = r.line');
  return count;
}

async function markBad(staging: Staging, files: SourceFile[], bad: Appending): Promise<void> {
  for await (const [file, line, ids, firstFile, firstLine] of staging.stream('SELECT * FROM repeated')) {
    for (let i = 0; i < file.length; i++) {
      const source = files.find(({ index }) => index === Number(firstFile[i]))!;
      const reason = `item id ${JSON.stringify(ids[i])} was already given at ${source.path}:${firstLine[i]}`;
      bad.row([Number(file[i]), Number(line[i])], [reason]);
    }
  }
}

/** Staged items in the order of their files, in the batches they come in. */
export async function* stagedItems(staging: Staging, where: string): AsyncGenerator<Item[]> {
  for await (const [jsons] of staging.stream(`SELECT json FROM items ${where} ORDER BY file, line`)) {
    yield jsons.map((json) => JSON.parse(json as string) as Item);
  }
}

/** Reads a text file's records; whatever goes wrong in unpacking it names the file. */
export async function readText(
  file: SourceFile,
  onRecord: (line: number, fields: string[], problem: string | undefined) => void,
  onBlock: () => void,
): Promise<void> {
  const stream = await unpacked(file.path);
  try {
    await readRecords(file.path, stream, file.format as Exclude<Format, 'parquet'>, onRecord, onBlock);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const fromStream = typeof code === 'string' && /^(Z_|ZSTD_|ERR_ZLIB|ERR_STREAM|E[A-Z]+$)/.test(code);
    throw fromStream ? fileUnreadable(file.path, error) : error;
  } finally {
    stream.destroy();
  }
}

/** @throws LorekeepError `IMPORT_FILE_UNREADABLE`, `IMPORT_DUPLICATE_COLUMN` */
export function headerOf(file: SourceFile, fields: string[], problem: string | undefined): string[] {
  if (problem !== undefined) throw fileUnreadable(file.path, new Error(`its header line ${problem}`));
  const names = fields.map((name) => name.trim());
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined) throw duplicateColumn(file.path, repeated);
  return names;
}

/** @throws LorekeepError `IMPORT_MISSING_COLUMN` */
export function requireColumn(file: SourceFile, names: string[], columns: ColumnFinder, field: 'item' | 'user'): void {
  if (columns.locate([field], names)[0] < 0) throw missingColumn(file.path, field, names, COLUMN_SYNONYMS[field]);
}

export function widthProblem(fields: string[], header: string[]): string | undefined {
  return fields.length === header.length
    ? undefined
    : `has ${fields.length} column${fields.length === 1 ? '' : 's'}, the header has ${header.length}`;
}

/** Name and type of each column. @throws LorekeepError `IMPORT_FILE_UNREADABLE` */
export async function parquetColumns(staging: Staging, file: SourceFile): Promise<[name: string, type: string][]> {
  try {
    const rows = await staging.rows(`DESCRIBE SELECT * FROM read_parquet(${literal(file.path)})`);
    return rows.map(([name, type]) => [String(name), String(type)]);
  } catch (error) {
    throw fileUnreadable(file.path, (error as { cause?: unknown }).cause ?? error);
  }
}
