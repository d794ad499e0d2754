/**
 * Which columns of one file hold its fields, nested values included: a nested value becomes a column
 * if a field is found in it.
 */
import { isPath } from '../formats/json/paths.ts';
import type { SourceFile } from '../formats/source-file.ts';
import type { ColumnNames } from '../mapping/columns.ts';
import { type Recognised, recogniseColumns } from '../mapping/recognise.ts';
import type { FileSample } from '../mapping/sample.ts';
import type { Surroundings } from '../mapping/search.ts';
import { sampleFile } from './sample-file.ts';
import type { Staging } from './staging.ts';

/**
 * Sets `paths` of the file.
 * @throws LorekeepError `IMPORT_COLUMN_QUESTION`, and those of reading
 */
export async function recogniseFile(
  staging: Staging,
  file: SourceFile,
  role: 'items' | 'events',
  given: ColumnNames,
  surroundings: Surroundings,
): Promise<{ sample: FileSample; recognised: Recognised }> {
  const sample = await sampleFile(staging, file);
  const isNested = sample.names.some(isPath) && (file.format === 'parquet' || /^json/.test(file.format));
  if (!isNested) return { sample, recognised: await recogniseColumns(sample, role, given, surroundings) };
  const found = await recogniseNested(sample, role, given, surroundings);
  const recognised = withoutOtherLists(found, sample, given);
  const paths = [...recognised.columns.values()].filter(isPath);
  file.paths = [...new Set([...(file.paths ?? []), ...paths])];
  return { sample, recognised };
}

/** In a catalogue a name at the top comes before any path, because its nested objects describe other things. */
async function recogniseNested(
  sample: FileSample,
  role: 'items' | 'events',
  given: ColumnNames,
  surroundings: Surroundings,
): Promise<Recognised> {
  if (role === 'events') return recogniseColumns(sample, role, given, surroundings);
  const named = Object.values(given);
  const top = sample.names
    .map((name, at) => ({ name, at }))
    .filter(({ name }) => !isPath(name) || named.includes(name));
  const names = top.map(({ name }) => name);
  const rows = sample.rows.map((row) => top.map(({ at }) => row[at]));
  const first = await recogniseColumns({ ...sample, names, rows }, role, given, surroundings);
  return recogniseColumns(sample, role, { ...given, ...Object.fromEntries(first.columns) }, surroundings);
}

/**
 * A row stands for one element of one list: that of the item. A field in another list is not that
 * of the row.
 */
function withoutOtherLists(recognised: Recognised, { lists = [] }: FileSample, given: ColumnNames): Recognised {
  const listsOf = (path: string) =>
    isPath(path) ? lists.filter((list) => path.startsWith(`${list}.`) || path.startsWith(`${list}[]`)) : [];
  const item = recognised.columns.get('item');
  const allowed = item === undefined ? [] : listsOf(item);
  const columns = [...recognised.columns].filter(
    ([field, path]) => given[field] === path || listsOf(path).every((list) => allowed.includes(list)),
  );
  return { ...recognised, columns: new Map(columns) };
}
