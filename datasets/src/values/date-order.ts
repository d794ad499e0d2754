/** Which number of 03/04/2024 is the month: decided by the whole column, as only days exceed 12. */
import type { DateOrder } from '@lorekeep/core';

export interface OrderEvidence {
  /** @param possible the orders in which a value is a date */
  add(possible: readonly DateOrder[], value: string): void;
  /** Dates whose order matters. */
  readonly count: number;
  /** The orders in which all values are dates. */
  readonly possible: readonly DateOrder[];
  readonly examples: readonly string[];
}

export function createOrderEvidence(): OrderEvidence {
  let possible: DateOrder[] = ['dmy', 'mdy', 'ymd'];
  const examples: string[] = [];
  let count = 0;
  return {
    add(orders, value) {
      count++;
      possible = possible.filter((order) => orders.includes(order));
      if (examples.length < 3) examples.push(value);
    },
    get count() {
      return count;
    },
    get possible() {
      return possible;
    },
    examples,
  };
}

/**
 * The order of a column. `contradictory`: its dates have different orders, so only those that are
 * dates in one order are read. `open`: no date shows which number is the month.
 * @param others what the same column of the other files shows
 */
export function decideOrder(
  evidence: OrderEvidence,
  others: readonly OrderEvidence[],
): DateOrder | 'open' | 'contradictory' | undefined {
  if (evidence.count === 0) return undefined;
  if (evidence.possible.length === 0) return 'contradictory';
  if (evidence.possible.length === 1) return evidence.possible[0];
  const shared = others.reduce<readonly DateOrder[]>(
    (orders, other) => (other.count === 0 ? orders : orders.filter((order) => other.possible.includes(order))),
    evidence.possible,
  );
  return shared.length === 1 ? shared[0] : 'open';
}
