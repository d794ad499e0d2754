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

const DAY = 86_400;

/**
 * History in the parts in which it is trained on: day by day. If the rows of users mostly have equal
 * times, only their order is known, and the parts are those of `partsByUser`.
 *
 * @param rows in the order of time
 * @param size rows of a user per part where times are unknown
 */
export function historyParts(columns: ImpressionColumns, rows: Int32Array, size = 10): Int32Array[] {
  const { users, timestamps } = columns;
  const last = new Map<number, number>();
  let equal = 0;
  let pairs = 0;
  for (const row of rows) {
    const before = last.get(users[row]);
    if (before !== undefined) {
      pairs++;
      if (before === timestamps[row]) equal++;
    }
    last.set(users[row], timestamps[row]);
  }
  if (equal > pairs / 2) return partsByUser(columns, rows, size);
  const parts: Int32Array[] = [];
  for (let first = 0; first < rows.length; ) {
    const day = Math.floor((timestamps[rows[first]] - timestamps[rows[0]]) / DAY);
    let end = first;
    while (end < rows.length && Math.floor((timestamps[rows[end]] - timestamps[rows[0]]) / DAY) === day) end++;
    parts.push(rows.subarray(first, end));
    first = end;
  }
  return parts;
}
