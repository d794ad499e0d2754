/** Events of items that are not in the catalogue: items made of their ids, and why ids may differ. */
import type { IdMismatch } from '../id-mismatch.ts';
import { literal, type Staging } from './staging.ts';

const MAX_EXAMPLES = 3;
const SAMPLE = 1000;

/** In SQL, ids without a possible difference. */
const DIFFERENCES: readonly [name: string, sql: (id: string) => string][] = [
  ['upper and lower case', (id) => `lower(${id})`],
  ['blanks', (id) => `regexp_replace(${id}, '\\s', '', 'g')`],
  ['leading zeros', (id) => `regexp_replace(${id}, '^0+(.)', '\\1')`],
  ['a decimal fraction of zero', (id) => `regexp_replace(${id}, '\\.0+$', '')`],
  ['signs and case', (id) => `regexp_replace(lower(${id}), '[^a-z0-9]', '', 'g')`],
  ['a prefix or suffix', (id) => `regexp_extract(${id}, '\\d+')`],
];

/** Adds the items of valid events that nothing else describes; returns how many. */
export async function addUnknownItems(staging: Staging): Promise<number> {
  const before = await staging.number('SELECT count(*) FROM items');
  await staging.run(`
    INSERT INTO items SELECT file, line, item, to_json({'id': item}) FROM (
      SELECT file, line, item, row_number() OVER (PARTITION BY item ORDER BY file, row) AS nth FROM events
      WHERE item NOT IN (SELECT id FROM known))
    WHERE nth = 1`);
  await staging.run('INSERT INTO known SELECT DISTINCT item FROM events WHERE item NOT IN (SELECT id FROM known)');
  return (await staging.number('SELECT count(*) FROM items')) - before;
}

/** @param cause of the problems that name the unknown items */
export async function describeMismatch(staging: Staging, cause: string, of: number): Promise<IdMismatch> {
  const events = await staging.number(`SELECT count(*) FROM problems WHERE cause = ${literal(cause)}`);
  await staging.run(`
    CREATE OR REPLACE TABLE unknown_ids AS SELECT DISTINCT regexp_extract(reason, '^item "(.*)" is not', 1) AS id
    FROM problems WHERE cause = ${literal(cause)} LIMIT ${SAMPLE}`);
  const idsOf = async (table: string) =>
    (await staging.rows(`SELECT id FROM ${table} LIMIT ${MAX_EXAMPLES}`)).map(([id]) => String(id));
  const sample = await staging.number('SELECT count(*) FROM unknown_ids');
  let difference: string | undefined;
  for (const [name, sql] of DIFFERENCES) {
    const agree = await staging.number(`
      SELECT count(*) FROM unknown_ids WHERE ${sql('id')} <> '' AND ${sql('id')} IN (SELECT ${sql('id')} FROM known)`);
    if (agree < sample / 2) continue;
    difference = name;
    break;
  }
  return { events, of, examples: await idsOf('unknown_ids'), catalogue: await idsOf('known'), difference };
}
