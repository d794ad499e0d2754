/** Which nested values of JSON and Parquet are read as columns, because a field is found in them. */
import { isPath } from '../formats/json/paths.ts';
import { type ColumnFinder, EVENT_FIELDS, ITEM_FIELDS } from './columns.ts';

/**
 * The paths among the names that hold a field. In a catalogue a name at the top comes before any
 * path, because its nested objects describe other things.
 */
export function nestedColumns(finder: ColumnFinder, role: 'items' | 'events', names: readonly string[]): string[] {
  const top = new Set(names.filter((name) => !isPath(name)));
  const paths = (located: readonly number[]) =>
    located.flatMap((at) => (at >= 0 && !top.has(names[at]) ? [names[at]] : []));
  if (role === 'events') return paths(finder.locate(EVENT_FIELDS, names));
  const atTop = finder.locate(ITEM_FIELDS, [...top]);
  return paths(ITEM_FIELDS.filter((_, f) => atTop[f] < 0).flatMap((field) => finder.locate([field], names)));
}
