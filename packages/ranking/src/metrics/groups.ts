/**
 * The groups of GAUC. By user alone, GAUC is biased in two ways. Over several windows of time with
 * a state that is updated between them, the past positives of a user anti-correlate with the other
 * rows of the same user. Over several surfaces, a score that only knows the surface looks good,
 * because surfaces have different rates. A group is therefore one user on one surface in one
 * window.
 */
import { invalid } from './rows.ts';

/** What tells the rows of one group from those of another: one integer a row. */
export interface GroupKeys {
  users?: ArrayLike<number>;
  /** The place where an impression was shown. */
  surfaces?: ArrayLike<number>;
  /** The time between two updates of what the ranker knows. */
  windows?: ArrayLike<number>;
}

export interface Groups {
  /** `[rows]`, the group of each row: 0, 1, 2 … in the order of their first rows. */
  groups: Int32Array;
  count: number;
  /** The names of the keys that were given. */
  by: (keyof GroupKeys)[];
}

const NAMES = ['users', 'surfaces', 'windows'] as const;

/**
 * Rows with equal keys form a group.
 *
 * @example
 * const { groups } = groupsOf({ users, surfaces, windows });
 * gauc(scores, labels, groups).value;
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` if no key is given, if the keys have different
 *   lengths, or if a key is not an integer
 */
export function groupsOf(keys: GroupKeys): Groups {
  const by = NAMES.filter((name) => keys[name] !== undefined);
  if (by.length === 0) throw invalid('groups', 'need at least one of users, surfaces and windows');
  const length = (keys[by[0]] as ArrayLike<number>).length;
  let groups: Int32Array = new Int32Array(length);
  let count = 1;
  for (const name of by) {
    const values = keys[name] as ArrayLike<number>;
    if (values.length !== length) throw invalid(name, `have ${values.length} rows, but the ${by[0]} have ${length}`);
    const { numbers, count: distinct } = renumbered(name, values);
    ({ numbers: groups, count } = renumbered(
      name,
      Float64Array.from(groups, (group, row) => group * distinct + numbers[row]),
    ));
  }
  return { groups, count: length === 0 ? 0 : count, by };
}

/** Distinct integers as 0, 1, 2 … in the order of their first rows. */
export function renumbered(name: string, values: ArrayLike<number>): { numbers: Int32Array; count: number } {
  const known = new Map<number, number>();
  const numbers = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isSafeInteger(value)) throw invalid(name, `must be integers, but row ${row} has the value ${value}`);
    let number = known.get(value);
    if (number === undefined) {
      number = known.size;
      known.set(value, number);
    }
    numbers[row] = number;
  }
  return { numbers, count: known.size };
}
