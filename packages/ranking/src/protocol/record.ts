/** Rows of an impression log as behaviours of their users. */
import type { ImpressionColumns } from '@lorekeep/store';
import { behaviourKind } from '../data/behaviour-kinds.ts';
import type { Behaviours } from '../data/behaviours.ts';

/** Records rows and makes them readable. Items that were shown without any outcome are behaviours too. */
export function recordRows(behaviours: Behaviours, columns: ImpressionColumns, rows: Int32Array): void {
  behaviours.record({
    users: rows.map((row) => columns.users[row]),
    items: rows.map((row) => columns.items[row]),
    timestamps: Float64Array.from(rows, (row) => columns.timestamps[row]),
    kinds: rows.map((row) => behaviourKind(columns.outcomes[row], columns.surfaces[row])),
  });
  behaviours.commit();
}

/**
 * Rows of one time, cut into parts in which each user has at most `size` rows: the parts are in the
 * order of each user's rows. History that was imported without own times has equal times, and only
 * its order is known; trained part by part, each row is predicted from the rows before it.
 */
export function partsByUser(columns: ImpressionColumns, rows: Int32Array, size: number): Int32Array[] {
  const counts = new Map<number, number>();
  const parts: number[][] = [];
  for (const row of rows) {
    const user = columns.users[row];
    const count = counts.get(user) ?? 0;
    counts.set(user, count + 1);
    const part = Math.floor(count / size);
    parts[part] ??= [];
    parts[part].push(row);
  }
  return parts.map((part) => Int32Array.from(part));
}
