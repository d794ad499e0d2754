/**
 * Catalogue files into staging. Each record is checked and kept as the JSON of its `RawItem`, or as
 * a problem with its cause. Single items are checked as objects, because they become objects; what
 * concerns many items at once (repeated ids) is done in SQL.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import type { Store } from '@lorekeep/store';
import type { SourceFile } from '../formats/source-file.ts';
import type { TextFileCounts } from '../formats/text-file.ts';
import { type CatalogueColumns, createCatalogueColumns } from '../mapping/catalogue-column.ts';
import { type ColumnFinder, createColumnFinder, type GivenColumns } from '../mapping/locate.ts';
import type { Recognised } from '../mapping/recognise.ts';
import type { FileSample } from '../mapping/sample.ts';
import { toItem } from '../mapping/to-item.ts';
import { rawItem } from '../raw/amazon.ts';
import { readId } from '../values/ids.ts';
import { isMissing } from '../values/missing.ts';
import { createProblems, HEADER_CAUSE, problemReporter, type ReportProblem, shapeCause } from './problems.ts';
import { type OnRecordObject, readRecordsOf, unfloatIds } from './read-records.ts';
import { recogniseFile } from './recognise-file.ts';
import { type RepeatedItems, removeRepeatedIds } from './repeated-items.ts';
import type { RowAppender, Staging } from './staging.ts';

/** A catalogue file that has been read. */
export interface StagedCatalogue {
  file: SourceFile;
  sample: FileSample;
  recognised: Recognised;
  columns: CatalogueColumns;
  /** Records of JSON whose list of elements is empty, so that they gave no item. */
  withoutElements: number;
}

export interface StagedItems {
  catalogues: StagedCatalogue[];
  /** Records left out because another record describes the same item. */
  repeated: number;
}

export interface StageItemsOptions {
  repeatedItems: RepeatedItems;
  listSeparator?: string;
  /** The names of the columns of the log, which may show by which id it knows the items. */
  logColumns: readonly string[];
}

/**
 * Makes the tables `problems` (problems.ts), `items (file, line, id, json)`, `known (id)`, which has
 * the ids of all valid items of the files and of the store, and `bad_items (id)`: the ids of items
 * whose lines are malformed.
 * @throws LorekeepError `IMPORT_COLUMN_QUESTION`, `IMPORT_MISSING_COLUMN`, and those of reading
 */
export async function stageItems(
  staging: Staging,
  files: SourceFile[],
  given: GivenColumns,
  store: Store,
  { repeatedItems, listSeparator, logColumns }: StageItemsOptions,
  context: RunContext,
): Promise<StagedItems> {
  await createProblems(staging);
  await staging.run('CREATE TABLE items (file BIGINT, line BIGINT, id VARCHAR, json VARCHAR)');
  await staging.run('CREATE TABLE bad_items (id VARCHAR)');
  const sinks: Sinks = {
    items: await staging.append('items'),
    problems: await staging.append('problems'),
    badItems: await staging.append('bad_items'),
  };
  const surroundings = { catalogueColumns: [], catalogueFiles: [], logColumns };
  const catalogues: StagedCatalogue[] = [];
  for (const file of files) {
    const { sample, recognised } = await recogniseFile(staging, file, 'items', given, surroundings);
    const separators = listSeparator === undefined ? layoutSeparators(recognised) : [listSeparator];
    const catalogue = { file, sample, recognised, columns: createCatalogueColumns(separators) };
    const finder = createColumnFinder(recognised.columns, sample.names, given);
    const { withoutElements } = await stageFile(staging, catalogue, finder, sinks, context);
    catalogues.push({ ...catalogue, withoutElements });
  }
  for (const sink of Object.values(sinks)) sink.close();
  for (const { file } of catalogues) await unfloatIds(staging, 'items', file);
  const repeated = await removeRepeatedIds(staging, 'items', files, repeatedItems);
  await collectKnownIds(staging, store);
  return { catalogues, repeated };
}

export const NO_CATALOGUE = { catalogueColumns: [], catalogueFiles: [] };

/** RecBole divides lists by blanks and says so in the name of the column. */
function layoutSeparators({ layout, columns }: Recognised): readonly string[] | undefined {
  return columns.get('categories')?.endsWith(':token_seq') ? [' '] : layout?.separators;
}

const TOTAL = /^(grand |sub)?total:?$|^(gesamt)?summe:?$|^gesamt:?$|^sum:?$|^somme:?$/i;

interface Sinks {
  items: RowAppender;
  problems: RowAppender;
  badItems: RowAppender;
}

async function stageFile(
  staging: Staging,
  { file, recognised, columns }: Omit<StagedCatalogue, 'withoutElements'>,
  finder: ColumnFinder,
  { items, problems, badItems }: Sinks,
  { progress, signal }: RunContext,
): Promise<TextFileCounts> {
  let lines = 0;
  const report = problemReporter(problems);
  const required = recognised.layout?.required === 'item' ? recognised.columns.get('item') : undefined;
  const id = recognised.columns.get('item');
  const named = [...recognised.columns.values()];
  // Files that were joined have their header line in the middle too.
  const isHeaderLine = (record: Record<string, unknown>) =>
    named.length > 0 && named.every((name) => record[name] === name);
  /** The last line of a report has a total in place of an id, and hardly any text. */
  const isTotal = (record: Record<string, unknown>) =>
    TOTAL.test(String(record[id!])) &&
    named.length > 1 &&
    named.every((name) => name === id || name === recognised.columns.get('price') || isMissing(record[name]));
  const onBlock = () => {
    signal?.throwIfAborted();
    items.flush();
    progress?.({ stage: 'import', done: lines, unit: 'lines', note: `reading ${basename(file.path)}` });
  };
  const onRecord: OnRecordObject = (line, record, problem, brokenId) => {
    lines++;
    if (record === undefined) {
      report(file.index, line, 'line', shapeCause(problem!), problem!);
      const { id } = readId(brokenId);
      if (id !== undefined) badItems.row([], [id]);
    } else if (required !== undefined && isMissing(record[required])) {
      report(file.index, line, 'item', 'the line names no item', `has no ${required}`);
    } else if (isHeaderLine(record)) {
      report(file.index, line, 'item', HEADER_CAUSE, HEADER_CAUSE);
    } else if (isTotal(record)) {
      report(file.index, line, 'item', 'is the line of a total', `is the line of a total: ${record[id!]}`);
    } else {
      keep(line, file.raw === undefined ? record : rawItem(file.raw, record));
    }
  };
  const keep = (line: number, record: Record<string, unknown>) => {
    const result = toItem(record, finder, (cause, reason) => report(file.index, line, 'value', cause, reason));
    if (result.item === undefined) {
      report(file.index, line, 'line', result.cause, result.problem);
      if (result.id !== undefined) badItems.row([], [result.id]);
    } else {
      columns.add(line, result.item);
      items.row([file.index, line], [result.item.id, JSON.stringify(result.item)]);
    }
  };
  const counts = await readRecordsOf(staging, file, 'item', recognised, finder, { onRecord, onBlock });
  reportPrices(file, columns, report);
  return counts;
}

/** The prices that the whole column does not explain. Beyond the named ones, lines are not known. */
function reportPrices(file: SourceFile, columns: CatalogueColumns, report: ReportProblem): void {
  for (const { cause, count, examples } of columns.forms().dropped) {
    for (let i = 0; i < count; i++) {
      const { line, value } = examples[i] ?? { line: Number.MAX_SAFE_INTEGER, value: '…' };
      report(file.index, line, 'value', cause, `price ${JSON.stringify(value)} is left out`);
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
