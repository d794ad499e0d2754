/** Checks of the stored data, the traces of erased users among them. */
import type { Database } from 'better-sqlite3';
import type { StoreProblem } from '../../contract/deletion.ts';
import { erasureHash } from './users.ts';

export function verifyStore(database: Database): StoreProblem[] {
  return [...damage(database), ...references(database), ...embeddings(database), ...erasedUsers(database)];
}

function damage(database: Database): StoreProblem[] {
  const found = database.pragma('integrity_check(20)') as { integrity_check: string }[];
  return found
    .filter(({ integrity_check: message }) => message !== 'ok')
    .map(({ integrity_check: message }) => ({ kind: 'damage', message }));
}

function references(database: Database): StoreProblem[] {
  const broken = new Map<string, number>();
  for (const { table, parent } of database.pragma('foreign_key_check') as { table: string; parent: string }[]) {
    const pair = `${table} that refer to missing ${parent}`;
    broken.set(pair, (broken.get(pair) ?? 0) + 1);
  }
  return [...broken].map(([pair, count]) => ({ kind: 'reference', message: `there are ${count} rows of ${pair}` }));
}

function embeddings(database: Database): StoreProblem[] {
  return database
    .prepare<[], { id: string; dim: number; wrong: number }>(`
      SELECT m.id, m.dim, count(*) AS wrong FROM embeddings e JOIN embedding_models m ON m.model = e.model
      WHERE length(e.vector) <> 4 * m.dim GROUP BY m.model`)
    .all()
    .map(({ id, dim, wrong }) => ({
      kind: 'embedding',
      message: `${wrong} vectors of ${id} do not have the dimension ${dim}`,
    }));
}

/** An erased user who is here again with events that came later is no problem. */
function erasedUsers(database: Database): StoreProblem[] {
  const isErased = erasedReader(database);
  const problems: StoreProblem[] = [];
  const first = database.prepare<[number], number | null>('SELECT min(arrival) FROM events WHERE user = ?').pluck();
  let left = 0;
  for (const { row, id } of database.prepare<[], { row: number; id: string }>('SELECT row, id FROM users').iterate()) {
    const last = isErased(id);
    if (last === undefined) continue;
    if ((first.get(row) ?? Number.MAX_SAFE_INTEGER) <= last) left++;
  }
  if (left > 0) problems.push({ kind: 'erased-user', message: `${left} erased users still have events` });
  const exposed = database
    .prepare<[], string>(
      'SELECT DISTINCT user FROM exposures WHERE user IS NOT NULL AND user NOT IN (SELECT id FROM users)',
    )
    .pluck();
  let exposures = 0;
  for (const id of exposed.iterate()) if (isErased(id) !== undefined) exposures++;
  if (exposures > 0) problems.push({ kind: 'erased-user', message: `${exposures} erased users still have exposures` });
  const isPurged = database.prepare<[], number>('SELECT last_erasure <= purged FROM deletions').pluck().get() === 1;
  if (!isPurged) {
    problems.push({ kind: 'not-purged', message: 'what erased users have left on the disk is not overwritten yet' });
  }
  return problems;
}

/** Counts ids of erased users among texts. Ids of items do not count: they can be the same. */
export function countErased(database: Database, texts: Iterable<string>): number {
  const isErased = erasedReader(database);
  const isItem = database
    .prepare<[string, string], number>(
      'SELECT 1 FROM items WHERE id = ? UNION ALL SELECT 1 FROM deleted_items WHERE id = ? LIMIT 1',
    )
    .pluck();
  let count = 0;
  for (const text of texts) if (isErased(text) !== undefined && isItem.get(text, text) === undefined) count++;
  return count;
}

/** The last arrival before the erasure of a user; undefined if the user was not erased. */
function erasedReader(database: Database): (id: string) => number | undefined {
  const salt = database.prepare<[], Buffer>('SELECT salt FROM deletions').pluck().get()!;
  const erased = new Map(
    database
      .prepare<[], { hash: Buffer; last: number }>('SELECT hash, last_event AS last FROM erased_users')
      .all()
      .map(({ hash, last }) => [hash.toString('latin1'), last]),
  );
  return (id) => (erased.size === 0 ? undefined : erased.get(erasureHash(salt, id).toString('latin1')));
}
