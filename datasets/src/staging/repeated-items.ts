/** One record per item, and per user. */
import type { SourceFile } from '../formats/source-file.ts';
import type { Staging } from './staging.ts';

/**
 * What happens if records with different content have one id: the second is a malformed line
 * (`'refuse'`), or the first or the last record counts.
 */
export type RepeatedItems = 'refuse' | 'first' | 'last';

export const REPEATED_ITEMS: readonly RepeatedItems[] = ['refuse', 'first', 'last'];

/**
 * Leaves one record per id. Records with equal content are one. In a shop's own files, other
 * repeats are mistakes unless the caller says which record counts.
 * @returns how many records were left out, malformed lines not counted
 */
export async function removeRepeatedIds(
  staging: Staging,
  table: 'items' | 'users',
  files: readonly SourceFile[],
  repeatedItems: RepeatedItems,
): Promise<number> {
  const kind = table === 'items' ? 'item' : 'user';
  const order = repeatedItems === 'last' ? 'DESC' : 'ASC';
  await staging.run(`
    CREATE OR REPLACE TABLE repeated AS SELECT file, line, row, id, first_file, first_line, json = first_json AS same FROM (
      SELECT file, line, rowid AS row, id, json, row_number() OVER w AS nth, first_value(file) OVER w AS first_file,
        first_value(line) OVER w AS first_line, first_value(json) OVER w AS first_json
      FROM ${table} WINDOW w AS (PARTITION BY id ORDER BY file ${order}, line ${order}, rowid ${order})) WHERE nth > 1`);
  const malformed = repeatedItems === 'refuse' ? 'NOT same' : 'false';
  const paths = files.map(({ index, path }) => `WHEN ${index} THEN '${path.replaceAll("'", "''")}'`).join(' ');
  if (repeatedItems === 'refuse' && files.length > 0) {
    await staging.run(`
      INSERT INTO problems SELECT file, line, 'line', '${kind} id was already given, with other content',
        '${kind} id "' || id || '" was already given at ' || CASE first_file ${paths} END || ':' || first_line
      FROM repeated WHERE ${malformed}`);
  }
  await staging.run(`DELETE FROM ${table} WHERE rowid IN (SELECT row FROM repeated)`);
  return staging.number(`SELECT count(*) FROM repeated WHERE NOT (${malformed})`);
}
