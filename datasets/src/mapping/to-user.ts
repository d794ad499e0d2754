/** One record of a file of users as a `UserRecord`, or the reason why it cannot be one. */
import type { UserRecord } from '@lorekeep/store';
import { readId } from '../values/ids.ts';
import type { ColumnFinder } from './locate.ts';
import { isWellFormed, toFields } from './to-item.ts';

export type UserOrProblem = { user: UserRecord; problem?: undefined } | { user?: undefined; problem: string };

/** All columns but the id become attributes, by the rules of an item's further fields. */
export function toUser(record: Record<string, unknown>, columns: ColumnFinder): UserOrProblem {
  const names = Object.keys(record);
  const indexes = columns.locate(['user'], names);
  const id = readId(indexes[0] < 0 ? undefined : record[names[indexes[0]]]);
  if (id.problem !== undefined) return { problem: `user id ${id.problem}` };
  const attributes = toFields(record, names, indexes, columns);
  const user: UserRecord = attributes === undefined ? { id: id.id } : { id: id.id, attributes };
  return isWellFormed(user) ? { user } : { problem: 'is not Unicode' };
}
