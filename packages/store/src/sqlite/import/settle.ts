/**
 * The ends of imports, in small steps between which others can write: removing the originals of a
 * committed import, and removing all traces of one that failed or was killed. Both can be stopped
 * at any moment and resumed.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CONTENT_COLUMNS } from '../item-row.ts';
import { pendingImportReader } from '../visibility.ts';
import type { Slices } from './slices.ts';

/** Rows per step. */
const STEP = 1000;

/**
 * Finishes what an import has left, if anything. Only the holder of the import lock may call it.
 * @param restoreIndex builds the index that a large import drops, if it is missing
 * @param isStopped asked between two steps; what is left then waits for the next call
 */
export async function settleImport(
  slices: Slices,
  restoreIndex: () => Promise<void>,
  isStopped = () => false,
): Promise<void> {
  const { database } = slices;
  const pending = pendingImportReader(database)();
  if (pending === undefined) return restoreIndex();
  const steps = pending.isCommitted ? originalsRemoved : undoing(pending.horizon);
  if (await inSteps(slices, isStopped, steps)) {
    await restoreIndex();
    await slices.run(() => database.exec('DELETE FROM replacing_events; DELETE FROM pending_import'));
  }
  await slices.commit();
}

const originalsRemoved = [
  removal('item_originals', 'row', 'row', 0),
  removal('user_attribute_originals', 'user', 'user', 0),
];

function undoing(horizon: number): Step[] {
  const columns = ['import', ...CONTENT_COLUMNS].join(', ');
  return [
    removal('events', 'arrival', 'arrival', horizon),
    [
      `DELETE FROM user_attributes WHERE user IN
        (SELECT row FROM users WHERE place >= ${horizon} ORDER BY place LIMIT ${STEP})`,
      ...removal('users', 'row', 'place', horizon),
    ],
    removal('items', 'row', 'place', horizon),
    // Originals last: while hidden items and users are left, writes of others can add some.
    [
      `UPDATE items SET (${columns}) = (SELECT ${columns} FROM item_originals o WHERE o.row = items.row)
      WHERE row IN (SELECT row FROM item_originals ORDER BY row LIMIT ${STEP})`,
      ...removal('item_originals', 'row', 'row', 0),
    ],
    [
      `DELETE FROM user_attributes WHERE user IN (${SOME_ATTRIBUTES})`,
      `INSERT INTO user_attributes SELECT user, attributes FROM user_attribute_originals
        WHERE user IN (${SOME_ATTRIBUTES}) AND attributes IS NOT NULL`,
      ...removal('user_attribute_originals', 'user', 'user', 0),
    ],
  ];
}

const SOME_ATTRIBUTES = `SELECT user FROM user_attribute_originals ORDER BY user LIMIT ${STEP}`;

/**
 * Statements that together remove some rows of a table; the last one changes nothing once no row is
 * left.
 */
type Step = string[];

/** Removes the rows whose number is at least `from`, in the order of an index. */
function removal(table: string, key: string, number: string, from: number): Step {
  const some = `SELECT ${key} FROM ${table} WHERE ${number} >= ${from} ORDER BY ${number} LIMIT ${STEP}`;
  return [`DELETE FROM ${table} WHERE ${key} IN (${some})`];
}

/** False if it was stopped. */
async function inSteps({ database, run }: Slices, isStopped: () => boolean, steps: Step[]): Promise<boolean> {
  for (const step of steps) {
    const statements = step.map((sql) => database.prepare(sql));
    const runStep = () => statements.map((statement) => statement.run().changes).at(-1)!;
    while ((await run(runStep)) > 0) {
      if (isStopped()) return false;
      await nextTurn();
    }
  }
  return true;
}
