/**
 * Features of a candidate from order: how often it comes after, or before, the items of the
 * history.
 */
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { column, SHRINKAGE } from './feature-names.ts';
import type { FeatureGroup, FeatureQuery, LeaveOutContext } from './query.ts';

export function createTransitionFeatures(statistics: ItemStatistics): FeatureGroup {
  return {
    add(query) {
      addFollowers(statistics, query);
      addPredecessors(statistics, query);
    },
  };
}

function addFollowers(
  { transitions, users, decay }: ItemStatistics,
  { newestFirst, features, leaveOut, startOf }: FeatureQuery,
): void {
  newestFirst.forEach((row, age) => {
    const recency = decay ** age;
    const shrunk = 1 / (users[row] + SHRINKAGE);
    for (let entry = transitions.offsets[row]; entry < transitions.offsets[row + 1]; entry++) {
      const item = transitions.ids[entry];
      const start = startOf(item);
      if (start < 0) continue;
      const share = (transitions.values[entry] - ownTransitions(row, item, leaveOut)) * shrunk;
      // The smallest transition counts REACH_DECAY²; a smaller difference is a rounding error.
      if (share < 0.1 * shrunk) continue;
      features[start + column.nextDecayed] += recency * share;
      if (age === 0) features[start + column.next] = share;
    }
  });
}

/** How often the candidate comes before the newest item. */
function addPredecessors(
  { transitionsInto, users }: ItemStatistics,
  { newestFirst, features, startOf }: FeatureQuery,
): void {
  const [last] = newestFirst;
  for (let entry = transitionsInto.offsets[last]; entry < transitionsInto.offsets[last + 1]; entry++) {
    const item = transitionsInto.ids[entry];
    const start = startOf(item);
    if (start >= 0) features[start + column.before] = transitionsInto.values[entry] / (users[item] + SHRINKAGE);
  }
}

/** What the user of a training example added to the count of a transition. */
function ownTransitions(from: number, to: number, leaveOut: LeaveOutContext | undefined): number {
  let sum = 0;
  for (const own of leaveOut?.transitions ?? []) if (own.from === from && own.to === to) sum += own.weight;
  return sum;
}
