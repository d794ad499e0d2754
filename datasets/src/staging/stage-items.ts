/**
 * Catalogue files into staging. Each record is checked and kept as the JSON of its `Item`, or as a
 * bad line with its reason. Single items are checked as objects, because they become objects; what
 * concerns many items at once (repeated ids) is done in SQL.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import type { Store } from '@lorekeep/store';
import { parseJsonLine } from '../formats/json-line.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { readTextFile } from '../formats/text-file.ts';
import { type ColumnFinder, requireColumn } from '../mapping/columns.ts';
import { toItem } from '../mapping/to-item.ts';
import { rawItem } from '../raw/amazon.ts';
import { parquetColumns, parquetRows } from './parquet.ts';
import { identifier, literal, type RowAppender, type Staging } from './staging.ts';

/**
 * Makes the tables `bad (file, line, reason)`, `items (file, line, id, json)` and `known (id)`,
 * which has the ids of all valid items of the files and of the store.
 * @returns how many records of raw files were left out because a later one describes the same item
 */
export async function stageItems(
  staging: Staging,
  files: SourceFile[],
  columns: ColumnFinder,
  store: Store,
  context: RunContext,
): Promise<number> {
  await staging.run('CREATE TABLE bad (file BIGINT, line BIGINT, reason VARCHAR)');
  await staging.run('CREATE TABLE items (file BIGINT, line BIGINT, id VARCHAR, json VARCHAR)');
  const items = await staging.append('items');
  const bad = await staging.append('bad');
  for (const file of files) await stageFile(staging, file, columns, items, bad, context);
  items.close();
  const repeats = await removeRepeatedIds(staging, 'items', files, bad);
  bad.close();
  await collectKnownIds(staging, store);
  return repeats;
}

type OnRecordObject = (line: number, record: Record<string, unknown> | undefined, problem: string | undefined) => void;

async function stageFile(
  staging: Staging,
  file: SourceFile,
  columns: ColumnFinder,
  items: RowAppender,
  bad: RowAppender,
  context: RunContext,
): Promise<void> {
  await readRecordsOf(staging, file, columns, 'item', context, {
    onRecord(line, record, problem) {
      const { raw } = file;
      const result =
        record === undefined
          ? { problem: problem! }
          : toItem(raw === undefined ? record : rawItem(raw, record), columns);
      if (result.item === undefined) bad.row([file.index, line], [result.problem]);
      else items.row([file.index, line], [result.item.id, JSON.stringify(result.item)]);
    },
    onBlock: items.flush,
  });
}

/** Reads a file of items or users, record by record. `required` is the field of its ids. */
export async function readRecordsOf(
  staging: Staging,
  file: SourceFile,
  columns: ColumnFinder,
  required: 'item' | 'user',
  { progress, signal }: RunContext,
  reader: { onRecord: OnRecordObject; onBlock: () => void },
): Promise<void> {
  let lines = 0;
  const onBlock = () => {
    signal?.throwIfAborted();
    reader.onBlock();
    progress?.({ stage: 'import', done: lines, unit: 'lines', note: `reading ${basename(file.path)}` });
  };
  const onRecord: OnRecordObject = (line, record, problem) => {
    lines++;
    reader.onRecord(line, record, problem);
  };
  if (file.format === 'parquet') await readParquetRecords(staging, file, columns, required, onRecord, onBlock);
  else await readTextRecords(file, columns, required, onRecord, onBlock);
  onBlock();
}

async function readTextRecords(
  file: SourceFile,
  columns: ColumnFinder,
  required: 'item' | 'user',
  onRecord: OnRecordObject,
  onBlock: () => void,
): Promise<void> {
  let names: string[] = [];
  await readTextFile(file, {
    onHeader(header) {
      requireColumn(file.path, header, columns, required);
      names = header;
    },
    onRow(line, cells, problem) {
      if (problem !== undefined) onRecord(line, undefined, problem);
      else if (file.format !== 'jsonl') {
        onRecord(line, Object.fromEntries(cells.map((cell, i) => [names[i], cell])), undefined);
      } else {
        const parsed = parseJsonLine(cells[0]);
        onRecord(line, parsed.value, parsed.problem);
      }
    },
    onBlock,
  });
}

async function readParquetRecords(
  staging: Staging,
  file: SourceFile,
  columns: ColumnFinder,
  required: 'item' | 'user',
  onRecord: OnRecordObject,
  onBlock: () => void,
): Promise<void> {
  const described = await parquetColumns(staging, file);
  const names = described.map(([name]) => name);
  requireColumn(file.path, names, columns, required);
  const parts = described.map(([name, type]) => {
    const value = identifier(name);
    // JSON has neither NaN nor infinity. They arrive as strings, which are not valid prices.
    const json = /^(DOUBLE|FLOAT)$/.test(type)
      ? `if(isfinite(${value}), to_json(${value}), to_json(${value}::VARCHAR))`
      : value;
    return `${literal(name)}: ${json}`;
  });
  const rows = staging.stream(
    `SELECT file_row_number + 1, to_json({${parts.join(', ')}}) FROM ${parquetRows(file)} ORDER BY file_row_number`,
  );
  for await (const [lines, jsons] of rows) {
    for (let i = 0; i < lines.length; i++) {
      const parsed = parseJsonLine(jsons[i] as string);
      onRecord(Number(lines[i]), parsed.value, parsed.problem);
    }
    onBlock();
  }
}

/**
 * Leaves one record per id. In a shop's own files a repeated id is a mistake: the first record
 * stays, and the others are bad lines that name the first. The raw files repeat products, and the
 * last record stays, as in the published preparations of these files.
 */
export async function removeRepeatedIds(
  staging: Staging,
  table: 'items' | 'users',
  files: SourceFile[],
  bad: RowAppender,
): Promise<number> {
  const raw = files.some((file) => file.raw !== undefined);
  const order = raw ? 'DESC' : 'ASC';
  await staging.run(`
    CREATE OR REPLACE TABLE repeated AS SELECT file, line, id, first_file, first_line FROM (
      SELECT file, line, id, row_number() OVER w AS nth, first_value(file) OVER w AS first_file,
        first_value(line) OVER w AS first_line
      FROM ${table} WINDOW w AS (PARTITION BY id ORDER BY file ${order}, line ${order})) WHERE nth > 1`);
  if (!raw) await reportRepeatedIds(staging, table, files, bad);
  const count = raw ? await staging.number('SELECT count(*) FROM repeated') : 0;
  await staging.run(`DELETE FROM ${table} t USING repeated r WHERE t.file = r.file AND t.line = r.line`);
  return count;
}

async function reportRepeatedIds(
  staging: Staging,
  table: 'items' | 'users',
  files: SourceFile[],
  bad: RowAppender,
): Promise<void> {
  const kind = table === 'items' ? 'item' : 'user';
  for await (const [file, line, ids, firstFile, firstLine] of staging.stream('SELECT * FROM repeated')) {
    for (let i = 0; i < file.length; i++) {
      const source = files.find(({ index }) => index === Number(firstFile[i]))!;
      const reason = `${kind} id ${JSON.stringify(ids[i])} was already given at ${source.path}:${firstLine[i]}`;
      bad.row([Number(file[i]), Number(line[i])], [reason]);
    }
  }
}

async function collectKnownIds(staging: Staging, store: Store): Promise<void> {
  await staging.run('CREATE TABLE known (id VARCHAR)');
  await staging.run('INSERT INTO known SELECT id FROM items');
  const known = await staging.append('known');
  for await (const batch of store.items({ batchSize: 10_000 })) {
    for (const item of batch) known.row([], [item.id]);
    known.flush();
  }
  known.close();
}
