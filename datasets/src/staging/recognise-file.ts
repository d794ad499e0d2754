/**
 * Which columns of one file hold its fields, nested values included: a nested value becomes a column
 * if a field is found in it.
 */
import { isPath } from '../formats/json/paths.ts';
import type { SourceFile } from '../formats/source-file.ts';
import type { ColumnNames } from '../mapping/columns.ts';
import { EVENT_FIELDS } from '../mapping/columns.ts';
import type { GivenColumns } from '../mapping/locate.ts';
import { type Recognised, recogniseColumns } from '../mapping/recognise.ts';
import type { FileSample } from '../mapping/sample.ts';
import type { FileRole, Surroundings } from '../mapping/search.ts';
import { sampleFile } from './sample-file.ts';
import type { Staging } from './staging.ts';

/** A mapping names the fields as the store does, so nothing is left to recognise. */
const MAPPED: Recognised = {
  columns: new Map(EVENT_FIELDS.map((field) => [field, field])),
  unread: [],
  negative: [],
};

/**
 * Sets `paths` of the file.
 * @throws LorekeepError `IMPORT_COLUMN_QUESTION`, and those of reading
 */
export async function recogniseFile(
  staging: Staging,
  file: SourceFile,
  role: FileRole,
  given: GivenColumns,
  surroundings: Surroundings,
): Promise<{ sample: FileSample; recognised: Recognised }> {
  const all = await sampleFile(staging, file);
  given.see(all.names);
  const sample = withoutColumns(all, given.isIgnored);
  if (file.mapping !== undefined) return { sample, recognised: MAPPED };
  const isNested = sample.names.some(isPath) && (file.format === 'parquet' || /^json/.test(file.format));
  if (!isNested) return { sample, recognised: await recogniseColumns(sample, role, given.columns, surroundings) };
  const found = await recogniseNested(sample, role, given.columns, surroundings);
  const recognised = withoutOtherLists(found, sample, given.columns);
  const paths = [...recognised.columns.values()].filter(isPath);
  file.paths = [...new Set([...(file.paths ?? []), ...paths])];
  return { sample, recognised };
}

/** In a catalogue a name at the top comes before any path, because its nested objects describe other things. */
async function recogniseNested(
  sample: FileSample,
  role: FileRole,
  given: ColumnNames,
  surroundings: Surroundings,
): Promise<Recognised> {
  if (role === 'events') return recogniseColumns(sample, role, given, surroundings);
  const named = Object.values(given);
  const top = withoutColumns(sample, (name) => isPath(name) && !named.includes(name));
  const first = await recogniseColumns(top, role, given, surroundings);
  return recogniseColumns(sample, role, { ...given, ...Object.fromEntries(first.columns) }, surroundings);
}

function withoutColumns(sample: FileSample, isLeftOut: (name: string) => boolean): FileSample {
  if (!sample.names.some(isLeftOut)) return sample;
  const kept = sample.names.map((name, at) => ({ name, at })).filter(({ name }) => !isLeftOut(name));
  return {
    ...sample,
    names: kept.map(({ name }) => name),
    rows: sample.rows.map((row) => kept.map(({ at }) => row[at])),
  };
}

/**
 * A row stands for one element of one list: that of the item. A field in another list is not that
 * of the row.
 */
function withoutOtherLists(recognised: Recognised, { lists = [] }: FileSample, given: ColumnNames): Recognised {
  const listsOf = (path: string) =>
    isPath(path) ? lists.filter((list) => path.startsWith(`${list}.`) || path.startsWith(`${list}[]`)) : [];
  const id = recognised.columns.get('item') ?? recognised.columns.get('user');
  const allowed = id === undefined ? [] : listsOf(id);
  const columns = [...recognised.columns].filter(
    ([field, path]) => given[field] === path || listsOf(path).every((list) => allowed.includes(list)),
  );
  return { ...recognised, columns: new Map(columns) };
}
